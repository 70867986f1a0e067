//! From the year of an inventory to another: factors by fuel and country.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// Annual amounts (any unit: consumption, production, emission) by year; their ratios scale an inventory.
///
/// CSV with the columns `year,value` and, where they differ, `fuel` and `country`; empty is any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct YearlyScaling {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Row {
    #[serde(default)]
    fuel: String,
    #[serde(default)]
    country: String,
    year: i16,
    value: f64,
}

impl YearlyScaling {
    /// Reads a table.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Format`] with the line if it is no such table, or an amount is not above 0.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(file);
        let mut rows = Vec::new();
        for row in reader.deserialize() {
            let row: Row = row.map_err(|problem| Error::format(path, problem.to_string()))?;
            if !(row.value > 0.0 && row.value.is_finite()) {
                return Err(Error::format(
                    path,
                    format!("value {} of {}: above 0 is needed", row.value, row.year),
                ));
            }
            rows.push(row);
        }
        Ok(Self { rows })
    }

    /// Amount of `year` over that of `base`, of a fuel in a country given by its codes; 1 for a fuel that has no rows.
    ///
    /// # Errors
    /// [`Error::Config`] if the fuel has rows, but none of one of the years.
    pub fn factor(&self, fuel: &str, country: &[&str], base: i16, year: i16) -> Result<f64> {
        if year == base {
            return Ok(1.0);
        }
        let closeness = |row: &Row| {
            let fuel_fits = row.fuel.is_empty() || row.fuel.eq_ignore_ascii_case(fuel);
            let here = country.iter().any(|code| row.country.eq_ignore_ascii_case(code));
            (fuel_fits && (row.country.is_empty() || here))
                .then_some(2 * u8::from(!row.country.is_empty()) + u8::from(!row.fuel.is_empty()))
        };
        let Some(closest) = self.rows.iter().filter_map(closeness).max() else {
            return Ok(1.0);
        };
        let amount = |wanted: i16| {
            let mut rows = self
                .rows
                .iter()
                .filter(|row| closeness(row) == Some(closest) && row.year == wanted);
            rows.next().map(|row| row.value).ok_or_else(|| {
                let years: Vec<i16> = self
                    .rows
                    .iter()
                    .filter(|r| closeness(r) == Some(closest))
                    .map(|r| r.year)
                    .collect();
                Error::config("scaling year", wanted, format!("fuel {fuel} has the years {years:?}"))
            })
        };
        Ok(amount(year)? / amount(base)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_fuel_is_scaled_by_the_row_that_names_it_and_its_country() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scaling.csv");
        let table =
            "# consumption\nfuel,country,year,value\ncoal,,2015,100\ncoal,,2018,80\ncoal,DE,2015,10\ncoal,DE,2018,5\n";
        std::fs::write(&path, table).unwrap();
        let scaling = YearlyScaling::open(&path).unwrap();
        assert_eq!(scaling.factor("coal", &["FR", "FRA"], 2015, 2018).unwrap(), 0.8);
        assert_eq!(scaling.factor("Coal", &["DE", "DEU"], 2015, 2018).unwrap(), 0.5);
        assert_eq!(scaling.factor("coal", &["DE"], 2015, 2015).unwrap(), 1.0);
        assert_eq!(scaling.factor("gas", &["DE"], 2015, 2018).unwrap(), 1.0);
        let problem = scaling.factor("coal", &["DE"], 2015, 2019).unwrap_err().to_string();
        assert!(
            problem.contains("2019") && problem.contains("[2015, 2018]"),
            "{problem}"
        );
        std::fs::write(&path, "year,value\n2015,0\n").unwrap();
        assert!(YearlyScaling::open(&path).unwrap_err().to_string().contains("above 0"));
    }
}
