//! What each switch may be.

use super::TransportConfig;
use crate::error::{Error, Result};

impl TransportConfig {
    pub(super) fn checked(self) -> Result<Self> {
        let positive = |key: &str, value: f64, allowed: &str| match value > 0.0 && value.is_finite() {
            true => Ok(()),
            false => Err(Error::config(format!("transport.{key}"), value, allowed)),
        };
        positive(
            "veght",
            self.veght,
            "greater than 0: a fraction of the mixing height up to 9, else m",
        )?;
        positive("hscale", self.hscale, "s, greater than 0")?;
        if !(self.tlfrac > 0.0 && self.tlfrac <= 1.0) {
            return Err(Error::config(
                "transport.tlfrac",
                self.tlfrac,
                "greater than 0, at most 1",
            ));
        }
        if !(0.0..=60.0).contains(&self.delt) {
            return Err(Error::config(
                "transport.delt",
                self.delt,
                "min, from 0 (automatic) to 60",
            ));
        }
        if !(self.tratio > 0.0 && self.tratio <= 1.0) {
            return Err(Error::config(
                "transport.tratio",
                self.tratio,
                "greater than 0, at most 1",
            ));
        }
        if !(100.0..=100_000.0).contains(&self.z_top) {
            return Err(Error::config(
                "transport.z_top",
                self.z_top,
                "m above ground, from 100 to 100000",
            ));
        }
        if !(0..=1).contains(&self.nturb) {
            return Err(Error::config(
                "transport.nturb",
                self.nturb,
                "0 (turbulence on) or 1 (off)",
            ));
        }
        if !(0.0..=2.0).contains(&self.meander) {
            return Err(Error::config(
                "transport.meander",
                self.meander,
                "a part of the wind's spread, from 0 (off) to 2",
            ));
        }
        self.check_mixing_height()?;
        Ok(self)
    }

    fn check_mixing_height(&self) -> Result<()> {
        if self.kmix0 < 0.0 {
            return Err(Error::NotBuilt {
                feature: format!("transport.kmix0 = {} (snap to levels)", self.kmix0),
                instead: "give the lowest mixing height in m, greater than 0".into(),
            });
        }
        if !(self.kmix0 > 0.0 && self.kmix0 <= 10_000.0) {
            return Err(Error::config(
                "transport.kmix0",
                self.kmix0,
                "m, greater than 0, at most 10000",
            ));
        }
        match self.kmixd {
            0 | 3 | 10..=10_000 => Ok(()),
            1 | 2 => Err(Error::NotBuilt {
                feature: format!("transport.kmixd = {}", self.kmixd),
                instead: "use 3 (modified Richardson number), 0 (from the file) or a height in m, at least 10".into(),
            }),
            _ => Err(Error::config(
                "transport.kmixd",
                self.kmixd,
                "0, 3, or a mixing height from 10 to 10000 m",
            )),
        }
    }
}
