//! ZISCALE: the mixing height multiplied by factors of the hours of a run.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Factors on the mixing heights of the meteorology, before KMIX0. A negative one stands for the file's own height.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MixingHeightScale {
    /// One for all times.
    Every(f64),
    /// One for each hour from the receptor's time, either way; 1 after the last.
    Hourly(Vec<f64>),
}

impl Default for MixingHeightScale {
    fn default() -> Self {
        Self::Every(1.0)
    }
}

impl MixingHeightScale {
    /// The factor on the mixing heights of one met time, of a run that starts at `release`.
    pub fn at(&self, release: UtcTime, met_time: UtcTime) -> f64 {
        match self {
            Self::Every(factor) => *factor,
            Self::Hourly(factors) => {
                let hour = (met_time.seconds() - release.seconds()).unsigned_abs() / 3600;
                let factor = usize::try_from(hour).ok().and_then(|hour| factors.get(hour));
                factor.copied().unwrap_or(1.0)
            }
        }
    }

    /// Refuses factors that mean nothing.
    ///
    /// # Errors
    /// [`Error::Config`] naming `ziscale`.
    pub fn check(&self) -> Result<()> {
        let factors = match self {
            Self::Every(factor) => std::slice::from_ref(factor),
            Self::Hourly(factors) => factors,
        };
        let fits = |factor: &f64| factor.is_finite() && *factor != 0.0;
        match factors.is_empty() || !factors.iter().all(fits) {
            true => Err(Error::config(
                "ziscale",
                format!("{factors:?}"),
                "a factor, or one per hour from the receptor's time: greater than 0, or negative for the file's own height",
            )),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hours_count_from_the_release_both_ways_and_whole_as_in_the_reference() {
        // hycs_std, three-hourly meteorology, release at 16:30: factor 3 of 2, 3, 4 … at 18:00 and at 15:00, 6 at 12:00
        let scale = MixingHeightScale::Hourly(vec![2.0, 3.0, 4.0, 5.0, 6.0]);
        let at = |release: &str, met: &str| scale.at(UtcTime::parse(release).unwrap(), UtcTime::parse(met).unwrap());
        assert_eq!(at("2010-02-12T16:30", "2010-02-12T18:00"), 3.0);
        assert_eq!(at("2010-02-12T16:30", "2010-02-12T15:00"), 3.0);
        assert_eq!(at("2010-02-12T16:30", "2010-02-12T12:00"), 6.0);
        assert_eq!(at("2010-02-12T18:00", "2010-02-12T18:00"), 2.0);
        assert_eq!(at("2010-02-12T18:00", "2010-02-12T15:00"), 5.0);
        assert_eq!(at("2010-02-12T18:00", "2010-02-12T12:00"), 1.0);
    }
}
