//! The unit of a flux, in any of the spellings that files use, as a factor to µmol m⁻² s⁻¹.

use super::unit_words::{calendar, length_m, mass_g, mole, time_s};
use crate::error::{Error, Result};
use crate::tracer::{CARBON_G_MOL, Tracer};

const UNDERSTOOD: &str = "understood are an amount (mol, umol, nmol …; molecules, atoms; kg, g, mg, Gg, t, kt … of the gas, or kgC, \
     gC of carbon) per area (m-2, cm-2, km-2, ha-1) or per cell (cell-1, or nothing) per time (s-1, h-1, day-1, month-1, yr-1; \
     nothing: per map, which may be a month or a year), spelt like kg m-2 s-1, kg/m2/s, 1e-6 mol m^-2 s^-1, t/yr, Tonnes; \
     give the right one with the key `units`";

/// What is counted per area and time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    Mole,
    Gram,
    CarbonGram,
}

/// Over what the amount is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// A known time.
    Time,
    /// A year: the calendar year of the map, where that is known.
    Year,
    /// A calendar month.
    Month,
    /// As long as the map holds.
    Map,
}

/// A flux unit, taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FluxUnit {
    amount: Amount,
    /// To mol or g, per m² (or per cell) and s (or what `over` says).
    factor: f64,
    over: Over,
    per_cell: bool,
    /// The gas, if the unit names it: `kg CO2 m-2 s-1`.
    species: Option<Tracer>,
}

impl FluxUnit {
    /// Takes a unit apart.
    pub(super) fn parse(text: &str) -> Result<Self> {
        Parser::default()
            .read(text)
            .ok_or_else(|| Error::config("flux units", format!("{text:?}"), UNDERSTOOD))
    }

    /// The gas that the unit itself names.
    pub(super) const fn species(&self) -> Option<Tracer> {
        self.species
    }

    /// Over what the amount is summed.
    pub(super) const fn over(&self) -> Over {
        self.over
    }

    /// Whether it is that of a whole cell.
    pub(super) const fn per_cell(&self) -> bool {
        self.per_cell
    }

    /// Factor to µmol, per m² or cell, per s or what the amount is summed over; `molar_mass_g_mol` is only asked for if the unit is one of mass of the gas.
    pub(super) fn to_umol(self, molar_mass_g_mol: impl FnOnce() -> Result<f64>) -> Result<f64> {
        let mol = match self.amount {
            Amount::Mole => self.factor,
            Amount::Gram => self.factor / molar_mass_g_mol()?,
            Amount::CarbonGram => self.factor / CARBON_G_MOL,
        };
        Ok(1e6 * mol)
    }

    /// The same unit, where the file says elsewhere that it counts the mass of carbon.
    pub(super) const fn of_carbon(self) -> Self {
        let amount = match self.amount {
            Amount::Gram => Amount::CarbonGram,
            other => other,
        };
        Self { amount, ..self }
    }
}

struct Parser {
    amount: Option<Amount>,
    species: Option<Tracer>,
    factor: f64,
    length_exponent: i32,
    cell_exponent: i32,
    time_exponent: i32,
    over: Over,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            amount: None,
            species: None,
            factor: 1.0,
            length_exponent: 0,
            cell_exponent: 0,
            time_exponent: 0,
            over: Over::Time,
        }
    }
}

impl Parser {
    fn read(mut self, text: &str) -> Option<FluxUnit> {
        let plain = plain_spelling(text);
        let mut rest = plain.trim_start();
        let (mut below, mut enclosed_below) = (false, false);
        while let Some(c) = rest.chars().next() {
            match c {
                '/' => below = true,
                '(' => (enclosed_below, below) = (below, false),
                ')' => (enclosed_below, below) = (false, false),
                '.' | '*' => {}
                _ => {
                    let sign = if below || enclosed_below { -1 } else { 1 };
                    rest = if c.is_ascii_digit() {
                        self.number(rest, sign)?
                    } else {
                        self.symbol(rest, sign)?
                    };
                    below = false;
                    rest = rest.trim_start();
                    continue;
                }
            }
            rest = rest[1..].trim_start();
        }
        let over = match (self.time_exponent, self.over) {
            (-1, over) => over,
            (0, Over::Time) => Over::Map,
            _ => return None,
        };
        let per_cell = match (self.length_exponent, self.cell_exponent) {
            (-2, 0) => false,
            (0, -1 | 0) => true,
            _ => return None,
        };
        (!below).then_some(FluxUnit {
            amount: self.amount?,
            factor: self.factor,
            over,
            per_cell,
            species: self.species,
        })
    }

    /// `1e-6`, `1000`, `10^-6` or `10-6`.
    fn number<'t>(&mut self, text: &'t str, sign: i32) -> Option<&'t str> {
        let digits = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (mantissa, rest) = text.split_at(digits);
        let mantissa: f64 = mantissa.parse().ok()?;
        let scientific = rest.strip_prefix(['e', 'E']).map(leading_integer);
        let (value, rest) = match (scientific, leading_integer(rest.strip_prefix('^').unwrap_or(rest))) {
            (Some((Some(exponent), rest)), _) => (mantissa * 10_f64.powi(exponent), rest),
            (_, (Some(exponent), rest)) => (mantissa.powi(exponent), rest),
            _ => (mantissa, rest),
        };
        self.factor *= value.powi(sign);
        (value > 0.0).then_some(rest)
    }

    /// `m-2`, `umol`, `CO2`, `kgC`, `s^-1`.
    fn symbol<'t>(&mut self, text: &'t str, sign: i32) -> Option<&'t str> {
        let word_end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (word, after_word) = text.split_at(word_end);
        if self.substance(word) {
            return Some(after_word);
        }
        let letters = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
        let (name, rest) = text.split_at(letters);
        if let Some(grams) = name.strip_suffix('C').and_then(mass_g) {
            return self.count(Amount::CarbonGram, grams, sign).then_some(rest);
        }
        let (exponent, rest) = leading_integer(rest.strip_prefix('^').unwrap_or(rest));
        let exponent = sign * exponent.unwrap_or(1);
        if ["cell", "cells", "gridcell", "pixel"].contains(&name) {
            self.cell_exponent += exponent;
            return Some(rest);
        }
        if let Some(over) = calendar(name) {
            self.time_exponent += exponent;
            self.over = over;
            return (exponent == -1).then_some(rest);
        }
        let known = match (mole(name), mass_g(name), length_m(name), time_s(name)) {
            (Some(mol), ..) => self.count(Amount::Mole, mol, exponent),
            (_, Some(grams), ..) => self.count(Amount::Gram, grams, exponent),
            (_, _, Some((metres, dimension)), _) => {
                self.length_exponent += dimension * exponent;
                self.factor *= metres.powi(dimension * exponent);
                true
            }
            (.., Some(seconds)) => {
                self.time_exponent += exponent;
                self.factor *= seconds.powi(exponent);
                true
            }
            _ => false,
        };
        known.then_some(rest)
    }

    /// A formula after the amount, alone (`kg CO2`) or joined to it (`kgCO2`).
    fn substance(&mut self, word: &str) -> bool {
        if word == "C" && self.amount == Some(Amount::Gram) {
            self.amount = Some(Amount::CarbonGram);
            return true;
        }
        if let Some(species) = Tracer::from_formula(word) {
            self.species = Some(species);
            return self.amount.is_some();
        }
        for (end, _) in word.char_indices().skip(1) {
            let (amount, formula) = word.split_at(end);
            if let (Some(species), true) = (Tracer::from_formula(formula), formula.starts_with(char::is_uppercase)) {
                self.species = Some(species);
                return match (mass_g(amount), mole(amount)) {
                    (Some(grams), _) => self.count(Amount::Gram, grams, 1),
                    (_, Some(mol)) => self.count(Amount::Mole, mol, 1),
                    _ => false,
                };
            }
        }
        false
    }

    fn count(&mut self, amount: Amount, factor: f64, exponent: i32) -> bool {
        self.factor *= factor;
        exponent == 1 && self.amount.replace(amount).is_none()
    }
}

fn plain_spelling(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'µ' | 'μ' => plain.push('u'),
            '⁻' | '−' => plain.push('-'),
            '¹' => plain.push('1'),
            '²' => plain.push('2'),
            '⁶' => plain.push('6'),
            '⁹' => plain.push('9'),
            '·' | '⋅' | '_' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain.replace("**", "^").replace(" per ", "/")
}

/// A signed integer at the start, and what follows it.
fn leading_integer(text: &str) -> (Option<i32>, &str) {
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text[sign..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len() - sign);
    let (number, rest) = text.split_at(sign + digits);
    match number.parse() {
        Ok(value) => (Some(value), rest),
        Err(_) => (None, text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::unit_words::YEAR_S;
    use super::*;

    fn factor(text: &str) -> f64 {
        let unit = FluxUnit::parse(text).unwrap();
        assert!(!unit.per_cell(), "{text}");
        let seconds = match unit.over() {
            Over::Time => 1.0,
            Over::Year => YEAR_S,
            other => panic!("{text} is over {other:?}"),
        };
        unit.to_umol(|| Ok(44.0095)).unwrap() / seconds
    }

    #[test]
    fn every_spelling_of_a_unit_gives_the_same_factor() {
        for text in [
            "kg m-2 s-1",
            "kg/m2/s",
            "kg m^-2 s^-1",
            "kg m**-2 s**-1",
            "kg.m-2.s-1",
            "kg*m^-2*s^-1",
            "kg m⁻² s⁻¹",
            "kg/(m2 s)",
            "kg/(m^2*s)",
            "kg CO2 m-2 s-1",
            "kgCO2/m2/s",
            "kg(CO2) m-2 s-1",
            "1e3 g m-2 s-1",
            " kg per m2 per s ",
        ] {
            approx::assert_relative_eq!(factor(text), 1e9 / 44.0095, max_relative = 1e-14);
        }
    }

    #[test]
    fn amounts_areas_and_times_convert_to_umol_m2_s() {
        for (text, expected) in [
            ("mol/m2/s", 1e6),
            ("umol m-2 s-1", 1.0),
            ("µmol m-2 s-1", 1.0),
            ("micromol/m²/s", 1.0),
            ("micromoles m-2 s-1", 1.0),
            ("1e-6 mol m-2 s-1", 1.0),
            ("1.e-6 mol m-2 s-1", 1.0),
            ("10^-6 mol m-2 s-1", 1.0),
            ("10-6 mol m-2 s-1", 1.0),
            ("nmol m-2 s-1", 1e-3),
            ("mmol m-2 day-1", 1e3 / 86_400.0),
            ("mol m-2 yr-1", 1e6 / 3.15576e7),
            ("mol ha-1 h-1", 1e2 / 3600.0),
            ("mg m-2 h-1", 1e3 / 44.0095 / 3600.0),
            ("t km-2 yr-1", 1e6 / 44.0095 / 3.15576e7),
            ("gC m-2 d-1", 1e6 / 12.011 / 86_400.0),
            ("g C m-2 d-1", 1e6 / 12.011 / 86_400.0),
            ("molecules cm-2 s-1", 1e10 / 6.022_140_76e23),
        ] {
            approx::assert_relative_eq!(factor(text), expected, max_relative = 1e-13);
        }
        // one tonne of carbon per km² and year (science: flux convolution)
        approx::assert_relative_eq!(factor("tC km-2 yr-1"), 2.638e-3, max_relative = 2e-4);
    }

    #[test]
    fn amounts_of_a_cell_and_of_a_month_or_map_are_told_apart() {
        for (text, per_cell, over, grams) in [
            ("Tonnes", true, Over::Map, 1e6),
            ("kg", true, Over::Map, 1e3),
            ("t/yr", true, Over::Year, 1e6),
            ("Gg yr-1", true, Over::Year, 1e9),
            ("kt a-1", true, Over::Year, 1e9),
            ("kg cell-1 s-1", true, Over::Time, 1e3),
            ("kg/cell/month", true, Over::Month, 1e3),
            ("kg m-2 month-1", false, Over::Month, 1e3),
            ("kg m-2", false, Over::Map, 1e3),
            ("Tg gridcell-1 yr-1", true, Over::Year, 1e12),
        ] {
            let unit = FluxUnit::parse(text).unwrap();
            assert_eq!((unit.per_cell(), unit.over()), (per_cell, over), "{text}");
            let mol = unit.to_umol(|| Ok(44.0095)).unwrap() * 1e-6;
            approx::assert_relative_eq!(mol, grams / 44.0095, max_relative = 1e-14);
        }
    }

    #[test]
    fn units_that_are_not_a_flux_are_refused_with_what_is_understood() {
        for text in [
            "",
            "1",
            "K",
            "kg m-2 s-2",
            "kg m-1 s-1",
            "kg m-2 cell-1 s-1",
            "kg yr",
            "kg yr-1 month-1",
            "Bq m-2 s-1",
            "m s-1",
            "W m-2",
            "kg/m2 s",
            "mol mol m-2 s-1",
            "gN m-2 s-1",
            "mol-1 m-2 s-1",
            "/",
            "(((",
            "é",
        ] {
            let problem = FluxUnit::parse(text).unwrap_err().to_string();
            assert!(problem.contains("understood are"), "{text}: {problem}");
        }
    }

    #[test]
    fn the_gas_in_the_unit_is_noticed() {
        let formula = |text| FluxUnit::parse(text).unwrap().species().map(|s| s.formula());
        assert_eq!(formula("kg CH4 m-2 s-1"), Some("CH4"));
        assert_eq!(formula("gN2O/m2/yr"), Some("N2O"));
        assert_eq!(formula("umol CO2 m-2 s-1"), Some("CO2"));
        assert_eq!(formula("mol m-2 s-1"), None);
    }
}
