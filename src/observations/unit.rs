//! Units of measured quantities, in the spellings that files use.

use std::fmt;

use crate::error::{Error, Result};

const UNDERSTOOD: &str = "understood are ppm, ppb, ppt, mol mol-1, mmol mol-1, umol mol-1, nmol mol-1, pmol mol-1, per mil, \
     Bq m-3, mBq m-3, degC, K, %, hPa, Pa, m s-1, degrees";

/// The unit of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Mole fraction, mol mol⁻¹.
    MolMol,
    /// Mole fraction, µmol mol⁻¹.
    Ppm,
    /// Mole fraction, nmol mol⁻¹.
    Ppb,
    /// Mole fraction, pmol mol⁻¹.
    Ppt,
    /// Mole fraction, mmol mol⁻¹.
    MmolMol,
    /// Isotope ratio relative to a standard, ‰.
    PerMil,
    /// Activity, Bq m⁻³.
    BqM3,
    /// Activity, mBq m⁻³.
    MilliBqM3,
    /// Temperature, °C.
    Celsius,
    /// Temperature, K.
    Kelvin,
    /// Per cent.
    Percent,
    /// Pressure, hPa.
    Hectopascal,
    /// Pressure, Pa.
    Pascal,
    /// Speed, m s⁻¹.
    MetrePerSecond,
    /// Direction, degrees clockwise from north.
    Degree,
}

/// What two units must share to be converted into each other.
#[derive(Clone, Copy, PartialEq)]
enum Quantity {
    MoleFraction,
    IsotopeRatio,
    Activity,
    Temperature,
    Share,
    Pressure,
    Speed,
    Direction,
}

impl Unit {
    /// Takes any of the spellings that files use: `ppm`, `µmol mol-1`, `nmol.mol-¹`, `mol/mol`, `‰`, `Bq m-3` …
    ///
    /// # Errors
    /// [`Error::Config`], listing what is understood.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| Error::config("unit", format!("{:?}", text.trim()), UNDERSTOOD))
    }

    fn read(text: &str) -> Option<Self> {
        let plain = plain_spelling(text);
        Some(match plain.as_str() {
            "mol mol-1" | "mol/mol" | "1" => Self::MolMol,
            "mmol mol-1" | "mmol/mol" => Self::MmolMol,
            "ppm" | "ppmv" | "umol mol-1" | "umol/mol" | "micromol mol-1" | "1e-6" | "1e-06" => Self::Ppm,
            "ppb" | "ppbv" | "nmol mol-1" | "nmol/mol" | "nanomol mol-1" | "1e-9" | "1e-09" => Self::Ppb,
            "ppt" | "pptv" | "pmol mol-1" | "pmol/mol" | "1e-12" => Self::Ppt,
            "permil" | "per mil" | "‰" | "per mille" => Self::PerMil,
            "bq m-3" | "bq/m3" | "bq m3" => Self::BqM3,
            "mbq m-3" | "mbq/m3" | "mbq m3" => Self::MilliBqM3,
            "°c" | "degc" | "deg c" | "celsius" | "degrees celsius" => Self::Celsius,
            "k" | "kelvin" => Self::Kelvin,
            "%" | "percent" => Self::Percent,
            "hpa" | "mbar" | "mb" => Self::Hectopascal,
            "pa" => Self::Pascal,
            "m s-1" | "m/s" => Self::MetrePerSecond,
            "°" | "deg" | "degree" | "degrees" => Self::Degree,
            // as ICOS describes 14C: "Δ (per mil) according to ..."
            _ if plain.contains("(per mil)") || plain.contains("(permil)") || plain.contains('‰') => Self::PerMil,
            _ => return None,
        })
    }

    /// Factor from this unit to another.
    ///
    /// # Errors
    /// [`Error::Config`] if they measure different things, or differ by more than a factor (°C and K).
    pub fn factor_to(self, other: Self) -> Result<f64> {
        let ((quantity, own), (wanted, its)) = (self.meaning(), other.meaning());
        let shifted = quantity == Quantity::Temperature && self != other;
        if quantity != wanted || shifted {
            let same: Vec<&str> = ALL
                .iter()
                .filter(|u| u.meaning().0 == quantity)
                .map(|u| u.name())
                .collect();
            let allowed = format!("{self} can become {}", same.join(", "));
            return Err(Error::config("unit", other, allowed));
        }
        Ok(10_f64.powi(own - its))
    }

    /// What it measures, and the power of ten of its size.
    const fn meaning(self) -> (Quantity, i32) {
        match self {
            Self::MolMol => (Quantity::MoleFraction, 0),
            Self::MmolMol => (Quantity::MoleFraction, -3),
            Self::Ppm => (Quantity::MoleFraction, -6),
            Self::Ppb => (Quantity::MoleFraction, -9),
            Self::Ppt => (Quantity::MoleFraction, -12),
            Self::PerMil => (Quantity::IsotopeRatio, 0),
            Self::BqM3 => (Quantity::Activity, 0),
            Self::MilliBqM3 => (Quantity::Activity, -3),
            Self::Celsius | Self::Kelvin => (Quantity::Temperature, 0),
            Self::Percent => (Quantity::Share, 0),
            Self::Hectopascal => (Quantity::Pressure, 2),
            Self::Pascal => (Quantity::Pressure, 0),
            Self::MetrePerSecond => (Quantity::Speed, 0),
            Self::Degree => (Quantity::Direction, 0),
        }
    }

    /// Its name: `ppm`, `per mil`, `Bq m-3` …
    pub const fn name(self) -> &'static str {
        match self {
            Self::MolMol => "mol mol-1",
            Self::MmolMol => "mmol mol-1",
            Self::Ppm => "ppm",
            Self::Ppb => "ppb",
            Self::Ppt => "ppt",
            Self::PerMil => "per mil",
            Self::BqM3 => "Bq m-3",
            Self::MilliBqM3 => "mBq m-3",
            Self::Celsius => "degC",
            Self::Kelvin => "K",
            Self::Percent => "%",
            Self::Hectopascal => "hPa",
            Self::Pascal => "Pa",
            Self::MetrePerSecond => "m s-1",
            Self::Degree => "degrees",
        }
    }
}

const ALL: [Unit; 15] = [
    Unit::MolMol,
    Unit::MmolMol,
    Unit::Ppm,
    Unit::Ppb,
    Unit::Ppt,
    Unit::PerMil,
    Unit::BqM3,
    Unit::MilliBqM3,
    Unit::Celsius,
    Unit::Kelvin,
    Unit::Percent,
    Unit::Hectopascal,
    Unit::Pascal,
    Unit::MetrePerSecond,
    Unit::Degree,
];

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Lower case, one spelling for micro, exponents and products.
fn plain_spelling(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let text = text.trim();
    let bare = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    for c in bare
        .or(text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')))
        .unwrap_or(text)
        .chars()
    {
        match c {
            'µ' | 'μ' => plain.push('u'),
            '⁻' | '−' => plain.push('-'),
            '¹' => plain.push('1'),
            '³' => plain.push('3'),
            '.' | '·' | '⋅' | '*' | '_' => plain.push(' '),
            other => plain.extend(other.to_lowercase()),
        }
    }
    plain.replace('^', "")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_that_files_use_is_understood() {
        for (text, unit) in [
            ("nmol.mol-¹", Unit::Ppb),
            ("µmol.mol-1", Unit::Ppm),
            ("μmol mol⁻¹", Unit::Ppm),
            ("micromol mol-1", Unit::Ppm),
            ("mol mol-1", Unit::MolMol),
            ("mol/mol", Unit::MolMol),
            (" PPM ", Unit::Ppm),
            ("mBq m-3", Unit::MilliBqM3),
            ("Bq.m^-3", Unit::BqM3),
            ("°C", Unit::Celsius),
            (
                "Δ (per mil) according to Stuiver, M., & Pollach, H. A. (1977).",
                Unit::PerMil,
            ),
            ("‰", Unit::PerMil),
        ] {
            assert_eq!(Unit::parse(text).unwrap(), unit, "{text}");
        }
        for unit in ALL {
            assert_eq!(Unit::parse(unit.name()).unwrap(), unit);
        }
    }

    #[test]
    fn units_of_one_quantity_convert_and_others_are_refused() {
        assert_eq!(Unit::MolMol.factor_to(Unit::Ppm).unwrap(), 1e6);
        assert_eq!(Unit::Ppb.factor_to(Unit::Ppm).unwrap(), 1e-3);
        assert_eq!(Unit::BqM3.factor_to(Unit::MilliBqM3).unwrap(), 1e3);
        let problem = Unit::Ppm.factor_to(Unit::BqM3).unwrap_err().to_string();
        assert!(problem.contains("ppm can become mol mol-1"), "{problem}");
        assert!(Unit::Celsius.factor_to(Unit::Kelvin).is_err());
        let problem = Unit::parse("furlong").unwrap_err().to_string();
        assert!(problem.contains("understood are ppm"), "{problem}");
    }
}
