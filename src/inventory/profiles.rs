//! Which temporal profile belongs to a sector in a country: a TOML file.

use std::path::Path;

use serde::Deserialize;

use super::profile::{Factors, Southern, TemporalProfile};
use crate::error::{Error, Result};

/// Temporal profiles by sector, fuel and country.
///
/// ```toml
/// source = "who made these factors, and when"
/// [[profile]]
/// sector = "residential"            # absent: any
/// fuel = "gas"                      # absent: any
/// country = "DE"                    # absent: any; ISO 3166, two or three letters
/// month = [1.7, 1.6, 1.3, 1.0, 0.7, 0.5, 0.4, 0.4, 0.6, 0.9, 1.3, 1.6]
/// weekday = [1, 1, 1, 1, 1, 1, 1]   # Monday first
/// southern = "shifted"              # heating in July south of the equator
/// ```
///
/// The entry that states most of (sector, fuel, country) holds, among equals the last; without any an emission is even.
#[derive(Clone, Debug, Default)]
pub struct TemporalProfiles {
    /// Where the factors come from.
    pub source: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    sector: Option<String>,
    fuel: Option<String>,
    country: Option<String>,
    profile: TemporalProfile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    source: String,
    #[serde(default)]
    profile: Vec<Stated>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    sector: Option<String>,
    fuel: Option<String>,
    country: Option<String>,
    month: Option<Vec<f64>>,
    weekday: Option<Vec<f64>>,
    hour: Option<Vec<f64>>,
    hour_weekend: Option<Vec<f64>>,
    #[serde(default)]
    southern: Southern,
}

impl TemporalProfiles {
    /// Reads a table.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::ConfigSyntax`] if it is no such table; [`Error::Config`] for impossible factors.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        Self::parse(&text, path)
    }

    /// From text; `path` names it in errors.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self> {
        let document: Document = toml::from_str(text).map_err(Error::syntax(path))?;
        let mut table = Self {
            source: document.source,
            entries: Vec::new(),
        };
        for (number, stated) in document.profile.into_iter().enumerate() {
            let profile = TemporalProfile::new(&Factors {
                month: stated.month,
                weekday: stated.weekday,
                hour: stated.hour,
                hour_weekend: stated.hour_weekend,
                southern: stated.southern,
            });
            let profile = profile.map_err(|e| e.within("profile", number + 1))?;
            table.add((stated.sector, stated.fuel, stated.country), profile);
        }
        Ok(table)
    }

    /// Adds a profile for a sector, a fuel and a country; `None` is any.
    pub fn add(
        &mut self,
        (sector, fuel, country): (Option<String>, Option<String>, Option<String>),
        profile: TemporalProfile,
    ) {
        self.entries.push(Entry {
            sector,
            fuel,
            country,
            profile,
        });
    }

    /// Whether any emission is even.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Countries that have profiles of their own.
    pub fn countries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| entry.country.as_deref())
    }

    /// Whether months, and whether weekdays or hours, of a sector and fuel differ in some country.
    #[cfg(feature = "netcdf")]
    pub(super) fn varies(&self, sector: &str, fuel: &str) -> (bool, bool) {
        let holds = |stated: &Option<String>, own: &str| stated.as_ref().is_none_or(|s| s.eq_ignore_ascii_case(own));
        let fitting = self
            .entries
            .iter()
            .filter(|e| holds(&e.sector, sector) && holds(&e.fuel, fuel));
        fitting.fold((false, false), |(months, hours), entry| {
            (months | entry.profile.varies.0, hours | entry.profile.varies.1)
        })
    }

    /// The profile of a sector and fuel in a country, given by its codes; `None`: even.
    pub fn of(&self, sector: &str, fuel: &str, country: &[&str]) -> Option<&TemporalProfile> {
        let states = |stated: &Option<String>, holds: &dyn Fn(&str) -> bool| match stated {
            Some(stated) if holds(stated) => Some(1),
            Some(_) => None,
            None => Some(0),
        };
        let closeness = |entry: &Entry| {
            let stated = [
                states(&entry.sector, &|s| s.eq_ignore_ascii_case(sector))?,
                states(&entry.fuel, &|s| s.eq_ignore_ascii_case(fuel))?,
                states(&entry.country, &|s| {
                    country.iter().any(|code| s.eq_ignore_ascii_case(code))
                })?,
            ];
            Some(stated.iter().sum::<i32>())
        };
        let fitting = self.entries.iter().filter_map(|entry| Some((closeness(entry)?, entry)));
        fitting
            .max_by_key(|(stated, _)| *stated)
            .map(|(_, entry)| &entry.profile)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
source = "invented for a test"
[[profile]]
weekday = [1, 1, 1, 1, 1, 0, 0]
[[profile]]
sector = "traffic"
weekday = [0, 1, 1, 1, 1, 1, 1]
[[profile]]
sector = "traffic"
country = "DE"
weekday = [1, 0, 1, 1, 1, 1, 1]
"#;

    #[test]
    fn the_entry_that_states_most_holds() {
        let table = TemporalProfiles::parse(TABLE, Path::new("profiles.toml")).unwrap();
        let weekdays = |sector, country: &[&str]| {
            let profile = table.of(sector, "", country).unwrap();
            // 2021-03-01 was a Monday
            let monday = crate::time::UtcTime::from_calendar(2021, 3, 1, 0, 0).unwrap();
            let local = |day: i64| super::super::profile::LocalHour::at(monday.plus_hours(24 * day), 0.0);
            [0, 1, 5].map(|day| profile.factor(local(day), false) > 0.0)
        };
        assert_eq!(weekdays("industry", &["DE", "DEU"]), [true, true, false]);
        assert_eq!(weekdays("Traffic", &["FR", "FRA"]), [false, true, true]);
        assert_eq!(weekdays("traffic", &["DE", "DEU"]), [true, false, true]);
        assert_eq!(table.countries().collect::<Vec<_>>(), ["DE"]);
        assert!(TemporalProfiles::default().of("traffic", "oil", &["DE"]).is_none());
    }

    #[test]
    fn a_misspelt_key_or_a_short_list_is_an_error_that_names_it() {
        let refused = |text: &str| {
            let text = format!("source = \"x\"\n[[profile]]\n{text}");
            TemporalProfiles::parse(&text, Path::new("profiles.toml"))
                .unwrap_err()
                .to_string()
        };
        assert!(refused("mnth = [1]").contains("mnth"), "{}", refused("mnth = [1]"));
        assert!(refused("month = [1]").contains("12 factors"));
    }
}
