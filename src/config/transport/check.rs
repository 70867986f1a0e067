//! What each switch may be.

use std::ops::RangeInclusive;

use super::TransportConfig;
use super::errors::in_section;
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
        within("delt", self.delt.unwrap_or(0.0), 0.0..=60.0, "min, 0 is automatic")?;
        above_zero("tratio", self.tratio, 1.0, "a fraction of a cell")?;
        within("z_top", self.z_top, 100.0..=100_000.0, "m above ground")?;
        within("emisshrs", self.emisshrs, 0.0..=240.0, "h")?;
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
        within(
            "meander",
            self.meander,
            0.0..=2.0,
            "a part of the wind's spread, 0 is none",
        )?;
        choice(
            "zicontroltf",
            self.zicontroltf,
            0..=1,
            "1: mixing heights are multiplied by ziscale",
        )?;
        self.ziscale.check().map_err(in_section)?;
        self.wind_errors()?;
        self.mixing_height_errors()?;
        if self.capemin == -2.0 || self.capemin == -3.0 {
            return Err(Error::NotBuilt {
                feature: format!("transport.capemin = {} (convection by mass fluxes)", self.capemin),
                instead: "it takes fields CFU1 CFD1 DFU1 DFD1 EFU1 EFD1 CFU2 DFU2 EFU2, which few files hold; use -1 \
                          (off), or a threshold of CAPE above 0"
                    .into(),
            });
        }
        if self.capemin != -1.0 {
            within(
                "capemin",
                self.capemin,
                0.0..=1e5,
                "J kg-1, or -1: no convective mixing",
            )?;
        }
        choice("rhb", self.rhb, 0..=100, "%, relative humidity at cloud base")?;
        choice("rht", self.rht, 0..=100, "%, relative humidity at cloud top")?;
        if self.w_option == 5 {
            return Err(Error::NotBuilt {
                feature: "transport.w_option = 5 (divergence integrated upward)".into(),
                instead: "use 0 (from the data) or 1 to 4 (along surfaces)".into(),
            });
        }
        let motions = "0 from the data, 1 isobaric, 2 isentropic, 3 constant density, 4 constant sigma";
        choice("w_option", self.w_option, 0..=4, motions)?;
        choice("kdef", self.kdef, 0..=1, "0 from the vertical, 1 from deformation")?;
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
