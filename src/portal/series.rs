//! A station's series in the portal's columns.

use std::collections::BTreeSet;

use super::components::Components;
use super::result;
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Columns of the portal's packages, in their order.
pub(super) const PACKAGE: [&str; 30] = [
    "co2.stilt",
    "co2.background",
    "co2.bio",
    "co2.bio.gee",
    "co2.bio.resp",
    "co2.fuel",
    "co2.fuel.oil",
    "co2.fuel.coal",
    "co2.fuel.gas",
    "co2.fuel.bio",
    "co2.fuel.waste",
    "co2.energy",
    "co2.transport",
    "co2.industry",
    "co2.residential",
    "co2.cement",
    "co2.non_fuel",
    "co2.other_categories",
    "ch4.stilt",
    "ch4.background",
    "ch4.anthropogenic",
    "ch4.agriculture",
    "ch4.waste",
    "ch4.energy",
    "ch4.other_categories",
    "ch4.natural",
    "ch4.wetlands",
    "ch4.soil_uptake",
    "ch4.wildfire",
    "ch4.other_natural",
];

/// Values by column and time; NaN is no value. `co2.*` and `co.*` in ppm, `ch4.*` in ppb, `rn*` in Bq m⁻³, `wind.u` …
/// in m s⁻¹, `zi` and `aglstart` in m, `ident` in days since 1960.
#[derive(Clone, Debug, PartialEq)]
pub struct PortalSeries {
    /// Times, in the order of the rows.
    pub times: Vec<UtcTime>,
    /// Name and values of each column.
    pub columns: Vec<(String, Vec<f64>)>,
}

impl PortalSeries {
    /// The columns of components, one row each: those of the packages first, then all others that are known, by name.
    pub fn of(slots: &[Components]) -> Self {
        let rows: Vec<result::Row> = slots.iter().map(result::row).collect();
        let known: BTreeSet<&String> = rows.iter().flat_map(result::Row::keys).collect();
        let mut names: Vec<String> = PACKAGE
            .into_iter()
            .filter(|name| known.contains(&(*name).to_owned()))
            .map(str::to_owned)
            .collect();
        let further: Vec<String> = known
            .into_iter()
            .filter(|name| !names.contains(name))
            .cloned()
            .collect();
        names.extend(further);
        let values = |name: &String| {
            rows.iter()
                .map(|row| row.get(name).copied().unwrap_or(f64::NAN))
                .collect()
        };
        Self {
            times: slots.iter().map(|slot| slot.time).collect(),
            columns: names.into_iter().map(|name| (name.clone(), values(&name))).collect(),
        }
    }

    /// The values of a column; `None` if there is no such.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let found = self.columns.iter().find(|(held, _)| held == name);
        found.map(|(_, values)| values.as_slice())
    }

    /// # Errors
    /// [`Error::Config`] unless each column has a value for each time, and no name stands twice.
    pub(super) fn check_shape(&self) -> Result<()> {
        let mut names = BTreeSet::new();
        for (name, values) in &self.columns {
            if values.len() != self.times.len() {
                let allowed = format!("{}, one per time", self.times.len());
                return Err(Error::config(format!("values of {name}"), values.len(), allowed));
            }
            if !names.insert(name) {
                return Err(Error::config("column", name, "it is there twice"));
            }
        }
        Ok(())
    }
}

/// Unit of a column.
#[cfg(feature = "netcdf")]
pub(super) fn unit(name: &str) -> &'static str {
    let gas = name.split('.').next().unwrap_or_default();
    match (gas, name) {
        (_, "wind.dir") => "degree",
        ("co2" | "co", _) => "1e-6",
        ("ch4", _) => "1e-9",
        ("rn", _) => "Bq m-3",
        ("wind", _) => "m s-1",
        (_, "zi" | "aglstart") => "m",
        (_, "latstart") => "degrees_north",
        (_, "lonstart") => "degrees_east",
        (_, "ident") => "day",
        _ => "1",
    }
}
