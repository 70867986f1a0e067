//! A table of a user: what the variables of an archive are in ours.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::met::collection::Quantity;

/// What variables of files are, where their names and standard names do not tell: a small TOML file.
///
/// ```toml
/// # the file's name = ours (the names of the ARL format, see `airshed met`)
/// U = "UWND"
/// QV = "SPHU"
/// # what the file does not say, or says wrong
/// HFLUX = { is = "SHTF", units = "W m-2", positive = "up" }
/// # rates and amounts over an interval: its length, and where in it the time stands
/// PRECTOT = { is = "TPPA", units = "kg m-2 s-1", over = "mean", hours = 1, stamp = "middle" }
/// # a variable that is to be left alone
/// T10M = "ignore"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    variables: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Entry {
    Name(String),
    Stated(Stated),
}

/// What is stated of a variable.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stated {
    pub is: String,
    pub units: Option<String>,
    pub positive: Option<Direction>,
    pub over: Option<Over>,
    pub hours: Option<f64>,
    pub stamp: Option<Stamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    Up,
    Down,
}

/// What a value stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Over {
    Instant,
    Mean,
    Sum,
}

/// Where in its interval the time of a value stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stamp {
    Start,
    Middle,
    #[default]
    End,
}

/// The word for a variable that is to be left alone.
const IGNORE: &str = "ignore";

impl Mapping {
    /// Reads a table.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::ConfigSyntax`] if it is no such TOML; [`Error::Config`] naming an entry that means nothing
    /// and what is known.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        let mapping: Self = toml::from_str(&text).map_err(Error::syntax(path))?;
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<()> {
        for (variable, entry) in &self.variables {
            if let Entry::Stated(Stated { hours: Some(hours), .. }) = entry
                && !(*hours > 0.0 && *hours <= 8784.0)
            {
                let key = format!("mapping.{variable}.hours");
                return Err(Error::config(key, hours, "the length of the interval, above 0 h"));
            }
            let is = entry.is();
            if is != IGNORE && Quantity::of_name(is).is_none() {
                let known: Vec<&str> = Quantity::all().map(Quantity::name).collect();
                let allowed = format!("known are {} and {IGNORE:?}", known.join(" "));
                return Err(Error::config(format!("mapping.{variable}"), is, allowed));
            }
        }
        Ok(())
    }

    /// What is stated of a variable, and its quantity, `None` if it is to be left alone.
    pub(super) fn of(&self, variable: &str) -> Option<(Option<Quantity>, Stated)> {
        let entry = self.variables.get(variable)?;
        let stated = match entry {
            Entry::Name(is) => Stated {
                is: is.clone(),
                ..Stated::default()
            },
            Entry::Stated(stated) => stated.clone(),
        };
        Some((Quantity::of_name(&stated.is), stated))
    }
}

impl Entry {
    fn is(&self) -> &str {
        match self {
            Self::Name(is) => is,
            Self::Stated(stated) => &stated.is,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Mapping> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Mapping::open(file.path())
    }

    #[test]
    fn names_and_tables_are_read_and_others_refused() {
        let mapping = read(
            "U = \"UWND\"\nH = { is = \"SHTF\", positive = \"down\", over = \"mean\", hours = 3 }\nX = \"ignore\"",
        );
        let mapping = mapping.unwrap();
        assert_eq!(mapping.of("U").unwrap().0, Some(Quantity::WindX));
        let (quantity, stated) = mapping.of("H").unwrap();
        assert_eq!(
            (quantity, stated.positive),
            (Some(Quantity::SensibleHeat), Some(Direction::Down))
        );
        assert_eq!((stated.over, stated.hours), (Some(Over::Mean), Some(3.0)));
        assert_eq!(mapping.of("X").unwrap().0, None);
        assert!(mapping.of("Y").is_none());
        let problem = |text: &str| read(text).unwrap_err().to_string();
        assert!(problem("U = \"WIND\"").contains("mapping.U = WIND: known are UWND"));
        assert!(problem("H = { is = \"SHTF\", sign = 1 }").contains("H"));
    }
}
