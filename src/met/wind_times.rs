//! When winds hold.

use serde::{Deserialize, Serialize};

/// When the winds of a source hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindTimes {
    /// At the time they are given for.
    #[default]
    AtTheTime,
    /// As means over the interval that ends at the time they are given for: they serve all of it, and nothing is
    /// interpolated between them.
    IntervalBefore,
}

/// Which winds of a WRF file move particles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrfWinds {
    /// `U`, `V`, `W`: the wind at the time.
    #[default]
    #[serde(rename = "instantaneous")]
    Instantaneous,
    /// `AVGFLX_RUM`, `AVGFLX_RVM`, `AVGFLX_WWM`: means over the interval that ends at the time (Nehrkorn et al. 2010).
    #[serde(rename = "averaged")]
    TimeAveraged,
}
