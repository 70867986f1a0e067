//! Units of amount in air: mole fractions, activity per volume, isotope ratios.

use std::fmt;
use std::str::FromStr;

use super::Tracer;
use crate::constants::DRY_AIR_MOLAR_MASS_KG;
use crate::error::{Error, Result};

const UNDERSTOOD: &str = "understood are mole fractions (ppm, ppb, ppt, mol mol-1, umol mol-1, nmol mol-1, pmol mol-1, 1e-6, 1e-9, \
     1e-12), mass fractions (kg kg-1, mg kg-1, ug kg-1; of air without its vapour), Bq m-3 and per mil";

/// In what the amount of a tracer in air is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// µmol of the gas per mol of dry air.
    Ppm,
    /// nmol mol⁻¹.
    Ppb,
    /// pmol mol⁻¹.
    Ppt,
    /// Becquerel per cubic metre of air.
    BqM3,
    /// Deviation of an isotope ratio from a standard, ‰.
    PerMil,
}

impl Unit {
    /// How much of this unit is one ppm; `None` if it is no mole fraction.
    pub const fn per_ppm(self) -> Option<f64> {
        match self {
            Self::Ppm => Some(1.0),
            Self::Ppb => Some(1e3),
            Self::Ppt => Some(1e6),
            Self::BqM3 | Self::PerMil => None,
        }
    }

    /// A value of this unit in another.
    ///
    /// # Errors
    /// [`Error::Config`] if it takes more than a factor: activities need pressure and temperature ([`super::radon`]).
    pub fn convert(self, value: f64, to: Self) -> Result<f64> {
        match (self.per_ppm(), to.per_ppm()) {
            _ if self == to => Ok(value),
            (Some(from), Some(to)) => Ok(value / from * to),
            _ => Err(Error::config("unit", to, format!("no factor leads there from {self}"))),
        }
    }

    /// Reads a unit: itself, or for all mole and mass fractions ppm, with the factor to it. A mass fraction becomes a mole
    /// fraction by the molar masses of the gas and of dry air, 28.9647 g mol⁻¹.
    ///
    /// # Errors
    /// [`Error::Config`] with what is understood; for a mass fraction, also those of `molar_mass_g_mol`.
    pub(crate) fn read(text: &str, molar_mass_g_mol: impl FnOnce() -> Result<f64>) -> Result<(Self, f64)> {
        let plain = plain_spelling(text);
        if let Some((unit, factor)) = spelt(&plain) {
            return Ok((unit, factor));
        }
        if let Some(ppm) = of_mass(&plain) {
            return Ok((Self::Ppm, ppm * 1e3 * DRY_AIR_MOLAR_MASS_KG / molar_mass_g_mol()?));
        }
        Err(Error::config("units", format!("{text:?}"), UNDERSTOOD))
    }

    /// Reads a unit that needs no molar mass: itself, or ppm for all mole fractions, with the factor to it.
    ///
    /// # Errors
    /// [`Error::Config`] with what is understood.
    pub fn parse(text: &str) -> Result<(Self, f64)> {
        Self::read(text, || {
            let allowed = format!(
                "a mass fraction needs the gas, one of {}: give a mole fraction",
                Tracer::known()
            );
            Err(Error::config("units", format!("{text:?}"), allowed))
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ppm => "ppm",
            Self::Ppb => "ppb",
            Self::Ppt => "ppt",
            Self::BqM3 => "Bq m-3",
            Self::PerMil => "per mil",
        })
    }
}

/// Its own name: `ppm`, `ppb`, `ppt`, `Bq m-3`, `per mil`.
impl FromStr for Unit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let each = [Self::Ppm, Self::Ppb, Self::Ppt, Self::BqM3, Self::PerMil];
        let named = each.into_iter().find(|unit| unit.to_string() == text.trim());
        named.ok_or_else(|| Error::config("unit", format!("{text:?}"), "ppm, ppb, ppt, Bq m-3 or per mil"))
    }
}

/// Lower case, one blank between words, exponents as `mol-1`.
fn plain_spelling(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let signs = lower
        .replace("**", "")
        .replace('^', "")
        .replace(['⁻', '−'], "-")
        .replace('¹', "1")
        .replace('³', "3")
        .replace(['µ', 'μ'], "u")
        .replace("micro", "u")
        .replace("nano", "n")
        .replace("pico", "p")
        .replace("moles", "mol")
        .replace("mole", "mol");
    let words = signs.replace(['.', '*', '·'], " ").replace('/', " / ");
    let numeric = signs.parse::<f64>().is_ok();
    let words = if numeric { signs } else { words };
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.split_once(" / ") {
        Some((above, below)) => format!("{above} {below}-1"),
        None => joined,
    }
}

fn spelt(plain: &str) -> Option<(Unit, f64)> {
    let number = plain.parse::<f64>().ok().filter(|factor| *factor > 0.0);
    Some(match plain {
        "ppm" | "ppmv" | "umol mol-1" | "10-6" | "1 e-6" => (Unit::Ppm, 1.0),
        "ppb" | "ppbv" | "nmol mol-1" | "10-9" | "1 e-9" => (Unit::Ppm, 1e-3),
        "ppt" | "pptv" | "pmol mol-1" | "10-12" | "1 e-12" => (Unit::Ppm, 1e-6),
        "mol mol-1" | "mol fraction" | "m3 m-3" => (Unit::Ppm, 1e6),
        "bq m-3" | "bq m3-1" => (Unit::BqM3, 1.0),
        "mbq m-3" | "mbq m3-1" => (Unit::BqM3, 1e-3),
        "per mil" | "permil" | "permille" | "per mille" | "‰" => (Unit::PerMil, 1.0),
        _ => (Unit::Ppm, 1e6 * number?),
    })
}

/// ppm of mass.
fn of_mass(plain: &str) -> Option<f64> {
    Some(match plain {
        "kg kg-1" | "g g-1" => 1e6,
        "g kg-1" => 1e3,
        "mg kg-1" => 1.0,
        "ug kg-1" => 1e-3,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn every_spelling_of_a_mole_fraction_gives_ppm() {
        for (text, ppm) in [
            ("ppm", 1.0),
            ("ppmv", 1.0),
            ("1e-6", 1.0),
            ("1.e-6", 1.0),
            ("10^-6", 1.0),
            ("umol mol-1", 1.0),
            ("µmol/mol", 1.0),
            ("micromol mol-1", 1.0),
            ("micromole mole-1", 1.0),
            ("µmol mol⁻¹", 1.0),
            ("umol.mol-1", 1.0),
            ("ppb", 1e-3),
            ("nmol mol-1", 1e-3),
            ("1e-9", 1e-3),
            ("nanomol mol-1", 1e-3),
            ("ppt", 1e-6),
            ("pmol mol**-1", 1e-6),
            ("mol mol-1", 1e6),
            ("mol/mol", 1e6),
            ("mole mole-1", 1e6),
            ("1", 1e6),
            ("kg kg**-1", 1e6 * 28.9647 / 44.0095),
            ("kg/kg", 1e6 * 28.9647 / 44.0095),
        ] {
            let (unit, factor) = Unit::read(text, || Ok(44.0095)).unwrap();
            assert_eq!(unit, Unit::Ppm, "{text}");
            assert_relative_eq!(factor, ppm, max_relative = 1e-12);
        }
        assert_eq!(Unit::parse("mBq m-3").unwrap(), (Unit::BqM3, 1e-3));
        assert_eq!(Unit::parse("‰").unwrap(), (Unit::PerMil, 1.0));
    }

    #[test]
    fn units_that_are_no_amount_in_air_are_refused_with_what_is_understood() {
        for text in ["", "K", "mol m-2 s-1", "kg m-3", "furlong", "-1", "0", "nan"] {
            let problem = Unit::read(text, || Ok(44.0)).unwrap_err().to_string();
            assert!(problem.contains("understood are"), "{text}: {problem}");
        }
        assert!(
            Unit::parse("kg kg-1")
                .unwrap_err()
                .to_string()
                .contains("mole fraction")
        );
    }

    #[test]
    fn a_factor_leads_between_mole_fractions_only() {
        assert_relative_eq!(Unit::Ppm.convert(1.9, Unit::Ppb).unwrap(), 1900.0, max_relative = 1e-15);
        assert_relative_eq!(Unit::Ppt.convert(5e6, Unit::Ppm).unwrap(), 5.0, max_relative = 1e-15);
        assert!(Unit::Ppm.convert(1.0, Unit::BqM3).is_err());
    }
}
