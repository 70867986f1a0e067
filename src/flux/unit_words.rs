//! Words of flux units: amounts, lengths, times.

use super::units::Over;

/// Avogadro's number [mol⁻¹] (SI 2019).
const AVOGADRO: f64 = 6.022_140_76e23;
/// Seconds in a year of 365.25 days.
pub(super) const YEAR_S: f64 = 3.155_76e7;

pub(super) fn mole(name: &str) -> Option<f64> {
    let prefixed = |unit| name.strip_suffix(unit).and_then(prefix);
    match name {
        "molec" | "molecule" | "molecules" | "atom" | "atoms" => Some(1.0 / AVOGADRO),
        _ => prefixed("moles")
            .or_else(|| prefixed("mole"))
            .or_else(|| prefixed("mol")),
    }
}

pub(super) fn mass_g(name: &str) -> Option<f64> {
    match name {
        "t" | "ton" | "tons" | "tonne" | "tonnes" | "Tonne" | "Tonnes" => Some(1e6),
        "kt" | "kton" | "ktonnes" => Some(1e9),
        "Mt" | "Mton" | "Mtonnes" => Some(1e12),
        "Gt" => Some(1e15),
        "kilogram" | "kilograms" => Some(1e3),
        "gram" | "grams" => Some(1.0),
        _ => name.strip_suffix('g').and_then(prefix),
    }
}

fn prefix(text: &str) -> Option<f64> {
    Some(match text {
        "" => 1.0,
        "P" | "peta" => 1e15,
        "T" | "tera" => 1e12,
        "G" | "giga" => 1e9,
        "M" | "mega" => 1e6,
        "k" | "kilo" => 1e3,
        "m" | "milli" => 1e-3,
        "u" | "micro" => 1e-6,
        "n" | "nano" => 1e-9,
        "p" | "pico" => 1e-12,
        _ => return None,
    })
}

/// Metres, and how many dimensions of length the unit has.
pub(super) fn length_m(name: &str) -> Option<(f64, i32)> {
    Some(match name {
        "m" | "meter" | "metre" | "meters" | "metres" => (1.0, 1),
        "cm" => (0.01, 1),
        "km" => (1000.0, 1),
        "ha" | "hectare" => (100.0, 2),
        _ => return None,
    })
}

pub(super) fn time_s(name: &str) -> Option<f64> {
    Some(match name {
        "s" | "sec" | "second" | "seconds" => 1.0,
        "min" | "minute" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

/// Times that differ in length.
pub(super) fn calendar(name: &str) -> Option<Over> {
    Some(match name {
        "yr" | "y" | "a" | "year" | "years" | "annum" => Over::Year,
        "month" | "months" | "mon" | "mo" => Over::Month,
        _ => return None,
    })
}
