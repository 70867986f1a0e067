//! What each switch may be.

use std::ops::RangeInclusive;

use super::TransportConfig;
use crate::error::{Error, Result};

/// Longest Lagrangian time that is taken for one, s.
const LONGEST_TIME_S: f64 = 1e6;

impl TransportConfig {
    pub(super) fn checked(self) -> Result<Self> {
        above_zero(
            "veght",
            self.veght,
            1e5,
            "a fraction of the mixing height up to 9, else m",
        )?;
        above_zero("hscale", self.hscale, LONGEST_TIME_S, "s")?;
        above_zero("tlfrac", self.tlfrac, 1.0, "a fraction of the Lagrangian time")?;
        within("delt", self.delt, 0.0..=60.0, "min, 0 is automatic")?;
        above_zero("tratio", self.tratio, 1.0, "a fraction of a cell")?;
        within("z_top", self.z_top, 100.0..=100_000.0, "m above ground")?;
        choice("nturb", self.nturb, 0..=1, "0 turbulence on, 1 off")?;
        choice("kbls", self.kbls, 1..=2, "1 from surface fluxes, 2 from profiles")?;
        choice("kblt", self.kblt, 1..=5, "5 is Hanna (1982), STILT's")?;
        choice("kzmix", self.kzmix, 0..=3, "0 is STILT's")?;
        choice(
            "k10m",
            self.k10m,
            0..=1,
            "1 takes 10-m winds and the temperature at the ground",
        )?;
        above_zero("tvmix", self.tvmix, 1e3, "a factor on the vertical variance")?;
        within("tkerd", self.tkerd, 0.0..=100.0, "w'2/(u'2+v'2), 0 from similarity")?;
        within("tkern", self.tkern, 0.0..=100.0, "w'2/(u'2+v'2), 0 from similarity")?;
        above_zero("vscale", self.vscale, LONGEST_TIME_S, "s")?;
        above_zero("vscaleu", self.vscaleu, LONGEST_TIME_S, "s")?;
        within(
            "vscales",
            self.vscales,
            -LONGEST_TIME_S..=LONGEST_TIME_S,
            "s, or -1: from the scheme",
        )?;
        within(
            "kmix0",
            self.kmix0,
            -10_000.0..=10_000.0,
            "m, negative: no lowest mixing height",
        )?;
        if !matches!(self.kmixd, 0..=3 | 10..=10_000) {
            let allowed = "0, 1, 2, 3, or a mixing height from 10 to 10000 m";
            return Err(Error::config("transport.kmixd", self.kmixd, allowed));
        }
        Ok(self)
    }
}

fn above_zero(key: &str, value: f64, highest: f64, meaning: &str) -> Result<()> {
    match value > 0.0 && value <= highest {
        true => Ok(()),
        false => {
            let allowed = format!("greater than 0, at most {highest} ({meaning})");
            Err(Error::config(format!("transport.{key}"), value, allowed))
        }
    }
}

fn within(key: &str, value: f64, range: RangeInclusive<f64>, meaning: &str) -> Result<()> {
    match range.contains(&value) {
        true => Ok(()),
        false => {
            let allowed = format!("from {} to {} ({meaning})", range.start(), range.end());
            Err(Error::config(format!("transport.{key}"), value, allowed))
        }
    }
}

fn choice(key: &str, value: i64, range: RangeInclusive<i64>, meaning: &str) -> Result<()> {
    match range.contains(&value) {
        true => Ok(()),
        false => {
            let allowed = format!("from {} to {} ({meaning})", range.start(), range.end());
            Err(Error::config(format!("transport.{key}"), value, allowed))
        }
    }
}
