//! Which levels a collection stands on, and which times hold them all.

use std::collections::{BTreeMap, BTreeSet};

use super::field::FieldSource;
use super::hybrid::HybridLevels;
use super::inventory::{Inventory, LevelKey};
use super::quantity::Quantity;
use super::values::Values;
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Levels with wind and temperature, and the times that hold them all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    /// In the order of their keys.
    pub levels: Vec<LevelKey>,
    pub times: Vec<UtcTime>,
    /// Times that hold some of them only.
    pub incomplete: Vec<UtcTime>,
}

/// Whether pressure levels or levels of the model: those of which there are more.
pub(super) fn choose(inventory: &Inventory) -> Option<Standing> {
    let pressure = standing(inventory, |level| matches!(level, LevelKey::Pressure(_)));
    let model = standing(inventory, |level| matches!(level, LevelKey::Model(_)));
    [pressure, model]
        .into_iter()
        .flatten()
        .max_by_key(|standing| standing.levels.len())
}

fn standing(inventory: &Inventory, of_kind: impl Fn(LevelKey) -> bool) -> Option<Standing> {
    let mut held: BTreeMap<UtcTime, BTreeSet<LevelKey>> = BTreeMap::new();
    for level in inventory.levels(Quantity::WindX).filter(|&level| of_kind(level)) {
        let times = |quantity| inventory.times(quantity, level);
        let warmth: BTreeSet<UtcTime> = &times(Quantity::Temperature) | &times(Quantity::PotentialTemperature);
        let winds = &times(Quantity::WindX) & &times(Quantity::WindY);
        for time in &winds & &warmth {
            held.entry(time).or_default().insert(level);
        }
    }
    let fullest = held.values().max_by_key(|levels| levels.len())?.clone();
    let (times, incomplete): (Vec<_>, Vec<_>) = held.into_iter().partition(|(_, levels)| levels.is_superset(&fullest));
    let only_times = |held: Vec<(UtcTime, BTreeSet<LevelKey>)>| held.into_iter().map(|(time, _)| time).collect();
    Some(Standing {
        levels: fullest.into_iter().collect(),
        times: only_times(times),
        incomplete: only_times(incomplete),
    })
}

/// Orders levels from the ground up.
///
/// # Errors
/// [`Error::MetField`] if it cannot be told which end of a model's levels is the lowest, or if the lowest is missing;
/// those of the sources.
pub(super) fn from_the_ground_up(
    mut levels: Vec<LevelKey>,
    hybrid: Option<&HybridLevels>,
    inventory: &Inventory,
    (sources, time): (&mut [Box<dyn FieldSource>], UtcTime),
) -> Result<Vec<LevelKey>> {
    let (Some(&LevelKey::Model(low)), Some(&LevelKey::Model(high))) = (levels.first(), levels.last()) else {
        levels.reverse(); // pressure falls upward
        return Ok(levels);
    };
    let name = sources.first().map(|source| source.name().display().to_string());
    let fail = |needed_for: String| {
        Err(Error::MetField {
            source_name: name.unwrap_or_default(),
            field: format!("levels of the model ({low} to {high} are there)"),
            needed_for,
        })
    };
    if let Some(hybrid) = hybrid {
        let lowest = hybrid.count();
        if low == 0 || high as usize > lowest {
            return fail(format!("the coefficients a and b know levels 1 to {lowest}"));
        }
        if high as usize != lowest {
            return fail(format!(
                "level {lowest}, the lowest, is needed: particles start near the ground"
            ));
        }
        levels.reverse();
        return Ok(levels);
    }
    let mut mean = |quantity: Quantity, number: u32| -> Result<Option<f64>> {
        let level = LevelKey::Model(number);
        let Some(terms) = inventory.terms(quantity, level, time) else {
            return Ok(None);
        };
        let values = Values::read(sources, &[(quantity, level, terms)])?.take(quantity, level);
        Ok(values.map(|values| {
            let finite = values.iter().filter(|value| value.is_finite());
            let (count, sum) = finite.fold((0.0, 0.0), |(n, sum), &v| (n + 1.0, sum + f64::from(v)));
            sum / count
        }))
    };
    for (quantity, sign) in [
        (Quantity::Pressure, -1.0),
        (Quantity::Height, 1.0),
        (Quantity::Geopotential, 1.0),
    ] {
        if let (Some(first), Some(last)) = (mean(quantity, low)?, mean(quantity, high)?) {
            if sign * first > sign * last {
                levels.reverse();
            }
            return Ok(levels);
        }
    }
    fail("their pressures or heights, or coefficients a and b, are needed to place them".into())
}
