//! Coefficients a and b of a model's levels, wherever a file keeps them.

use super::axes::{values, variable};
use super::container::Container;
use super::units::Unit;
use crate::error::Result;
use crate::met::collection::{HybridLevels, Level};

/// Names of variables that hold a and b of the surfaces between levels.
const BETWEEN: [(&str, &str); 3] = [("hyai", "hybi"), ("a_half", "b_half"), ("ai", "bi")];
/// The same of the levels themselves.
const AT_LEVELS: [(&str, &str); 3] = [("hyam", "hybm"), ("a", "b"), ("ap", "b")];

/// Coefficients, and whether the file lists them from the ground up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub hybrid: HybridLevels,
    ground_first: bool,
}

impl Found {
    /// Numbers levels from the top, as the coefficients are.
    pub fn renumber(&self, levels: &mut [Level]) {
        let count = self.hybrid.count() as u32;
        let beyond = |level: &Level| matches!(level, Level::Model(number) if *number > count);
        let by_place = levels.iter().any(beyond);
        let number = |level: Option<&Level>| match level {
            Some(Level::Model(number)) => *number,
            _ => 0,
        };
        // numbers that fall along a file from the ground up are counted from the top already
        let mirrored = self.ground_first && (by_place || number(levels.first()) <= number(levels.last()));
        for (place, level) in levels.iter_mut().enumerate() {
            if let Level::Model(number) = level {
                let from_start = if by_place { place as u32 + 1 } else { *number };
                *number = if mirrored {
                    (count + 1).saturating_sub(from_start)
                } else {
                    from_start
                };
            }
        }
    }
}

/// The coefficients that a container holds: of surfaces between levels, if there are such.
///
/// # Errors
/// Those of the container.
pub(crate) fn hybrid(container: &mut dyn Container) -> Result<Option<Found>> {
    for (a, b) in BETWEEN {
        if let Some(found) = read(container, (a, b), None)?.and_then(|read| read.found(HybridLevels::between)) {
            return Ok(Some(found));
        }
    }
    if let Some(hybrid) = packed(container) {
        return Ok(Some(Found {
            hybrid,
            ground_first: false,
        }));
    }
    let terms = formula_terms(container);
    let term = |name: &str| {
        terms
            .iter()
            .find(|(held, _)| held == name)
            .map(|(_, variable)| variable.clone())
    };
    if let Some((a, b)) = term("ap").or_else(|| term("a")).zip(term("b"))
        && let Some(read) = read(container, (&a, &b), term("p0").as_deref())?
        && let Some(found) = read.found(HybridLevels::at_levels)
    {
        return Ok(Some(found));
    }
    for (a, b) in AT_LEVELS {
        if let Some(found) = read(container, (a, b), None)?.and_then(|read| read.found(HybridLevels::at_levels)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Coefficients under other names: those of surfaces between the levels, if there is one more of them, or of the levels.
///
/// # Errors
/// Those of the container.
pub(crate) fn hybrid_named(container: &mut dyn Container, names: (&str, &str), levels: usize) -> Result<Option<Found>> {
    let found = read(container, names, None)?.and_then(|read| match read.pairs.len() {
        count if count == levels + 1 => read.found(HybridLevels::between),
        count if count == levels => read.found(HybridLevels::at_levels),
        _ => None,
    });
    Ok(found)
}

/// The list that GRIB calls PV, as converters keep it: all a, then all b.
fn packed(container: &dyn Container) -> Option<HybridLevels> {
    let held = container.variables().iter().map(|held| held.numbers("GRIB_pv"));
    let pv = held.max_by_key(|pv| pv.len())?;
    let (a, b) = pv.split_at(pv.len() / 2);
    HybridLevels::between(a.iter().copied().zip(b.iter().copied()).collect())
}

/// Name and variable of each term that a level coordinate states: `a: hyam b: hybm p0: P0 ps: PS`.
fn formula_terms(container: &dyn Container) -> Vec<(String, String)> {
    let Some(terms) = container.variables().iter().find_map(|held| held.text("formula_terms")) else {
        return Vec::new();
    };
    let words: Vec<&str> = terms.split_whitespace().collect();
    let (pairs, _) = words.as_chunks::<2>();
    pairs
        .iter()
        .map(|[name, variable]| (name.trim_end_matches(':').to_owned(), (*variable).to_owned()))
        .collect()
}

/// a in Pa and b, from the top of the atmosphere down.
struct Read {
    pairs: Vec<(f64, f64)>,
    ground_first: bool,
}

impl Read {
    fn found(self, of: impl FnOnce(Vec<(f64, f64)>) -> Option<HybridLevels>) -> Option<Found> {
        let ground_first = self.ground_first;
        of(self.pairs).map(|hybrid| Found { hybrid, ground_first })
    }
}

/// `None` if there are no such variables.
fn read(container: &mut dyn Container, (a, b): (&str, &str), reference: Option<&str>) -> Result<Option<Read>> {
    let one_axis = |name: &str| variable(container, name).filter(|held| held.dimensions.len() == 1);
    let Some((a, b)) = one_axis(a).zip(one_axis(b)) else {
        return Ok(None);
    };
    let unit = a.text("units").and_then(Unit::parse);
    let to_pa = unit
        .and_then(|unit| unit.to(Unit::parse("Pa")?))
        .map(|(factor, _)| factor);
    let mut a_pa = values(container, &a)?;
    let is_share = to_pa.is_none() && a_pa.iter().all(|a| a.abs() < 10.0) && a_pa.iter().any(|a| *a != 0.0);
    let scale = match is_share {
        false => to_pa,
        true => {
            let named = reference
                .into_iter()
                .chain(["P0", "p0"])
                .find_map(|name| variable(container, name));
            let Some(held) = named else { return Ok(None) };
            let unit = held.text("units").and_then(Unit::parse);
            let to_pa = unit
                .and_then(|unit| unit.to(Unit::parse("Pa")?))
                .map_or(1.0, |(factor, _)| factor);
            values(container, &held)?.first().map(|value| to_pa * value)
        }
    };
    a_pa.iter_mut().for_each(|a| *a *= scale.unwrap_or(1.0));
    let mut pairs: Vec<(f64, f64)> = a_pa.into_iter().zip(values(container, &b)?).collect();
    let over_sea = |pair: Option<&(f64, f64)>| pair.map_or(0.0, |(a, b)| a + b * 101_325.0);
    let ground_first = over_sea(pairs.first()) > over_sea(pairs.last());
    if ground_first {
        pairs.reverse();
    }
    Ok(Some(Read { pairs, ground_first }))
}
