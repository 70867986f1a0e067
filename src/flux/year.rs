//! The year of a map.

use std::fmt;

use super::times::plus_months;
use crate::time::UtcTime;

/// The year that a flux is of, and where that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FluxYear {
    /// The calendar year.
    pub year: i32,
    /// What says so: an attribute, the file's name, the time axis or the options.
    pub said_by: String,
}

impl FluxYear {
    #[cfg(feature = "netcdf")]
    pub(super) fn new(year: i32, said_by: impl Into<String>) -> Self {
        Self {
            year,
            said_by: said_by.into(),
        }
    }

    /// Its first and last moment.
    pub(super) fn span(&self) -> Option<(UtcTime, UtcTime)> {
        let start = UtcTime::from_calendar(self.year, 1, 1, 0, 0)?;
        Some((start, plus_months(start, 12)?))
    }
}

impl fmt::Display for FluxYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.year, self.said_by)
    }
}
