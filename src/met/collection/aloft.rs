//! Fields on levels in ARL names and units: heights, pressure and humidity from what there is.

use ndarray::{Array2, Array3, Axis, Zip};
use rayon::prelude::*;

use super::hybrid::HybridLevels;
use super::inventory::{Inventory, LevelKey};
use super::quantity::Quantity;
use super::values::Values;
use crate::constants::{DRY_AIR_GAS_CONSTANT as R, GRAVITY_M_S2 as G};
use crate::met::humidity::VIRTUAL;
use crate::time::UtcTime;

/// Which quantity gives what on levels; chosen once for all times.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aloft {
    pub temperature: Quantity,
    pub humidity: Option<Quantity>,
    pub motion: Option<Quantity>,
    pub height: Option<Quantity>,
    pub pressure: bool,
    pub energy: bool,
}

/// Times that are looked at to choose among quantities, at most.
const LOOKED_AT: usize = 100;

impl Aloft {
    /// A warning for vertical motion and for humidity, if some times lack it on the lowest level.
    pub fn gaps(&self, inventory: &Inventory, lowest: LevelKey, times: &[UtcTime]) -> Vec<String> {
        let chosen = [(self.motion, "taken as zero"), (self.humidity, "air is taken as dry")];
        let gap = |(quantity, rule): (Option<Quantity>, &str)| {
            let quantity = quantity?;
            let held = times
                .iter()
                .filter(|&&time| inventory.at(quantity, lowest, time).is_some())
                .count();
            let (name, all) = (arl_name(quantity), times.len());
            (held < all).then(|| format!("{name} is held at {held} of {all} times; at the others: {rule}"))
        };
        chosen.into_iter().filter_map(gap).collect()
    }

    /// Of several quantities that serve, the one that is held on most levels at most times.
    pub fn choose(inventory: &Inventory, levels: &[LevelKey], times: &[UtcTime]) -> Self {
        let step = times.len().div_ceil(LOOKED_AT).max(1);
        let looked_at = times.iter().step_by(step).count();
        let count = |quantity: Quantity| {
            let held = |(level, time): (&LevelKey, &UtcTime)| inventory.at(quantity, *level, *time).is_some();
            let each = levels
                .iter()
                .flat_map(|level| times.iter().step_by(step).map(move |time| (level, time)));
            each.filter(|&place| held(place)).count()
        };
        let best = |quantities: &[Quantity]| {
            let counted = quantities.iter().rev().map(|&quantity| (count(quantity), quantity));
            counted
                .max_by_key(|(count, _)| *count)
                .filter(|(count, _)| *count > 0)
                .map(|(_, quantity)| quantity)
        };
        let everywhere = |quantity: &Quantity| count(*quantity) == levels.len() * looked_at;
        use Quantity::*;
        Self {
            temperature: best(&[Temperature, PotentialTemperature]).unwrap_or(Temperature),
            humidity: best(&[SpecificHumidity, MixingRatio, RelativeHumidity]),
            motion: best(&[VerticalVelocity, PressureVelocity]),
            height: best(&[Height, Geopotential]).filter(everywhere),
            pressure: matches!(levels.first(), Some(LevelKey::Model(_))) && everywhere(&Pressure),
            energy: everywhere(&TurbulentEnergy),
        }
    }

    /// The quantities to be read on each level.
    pub fn quantities(&self) -> Vec<Quantity> {
        let mut all = vec![Quantity::WindX, Quantity::WindY, self.temperature];
        all.extend([self.humidity, self.motion, self.height].into_iter().flatten());
        all.extend(self.pressure.then_some(Quantity::Pressure));
        all.extend(self.energy.then_some(Quantity::TurbulentEnergy));
        all
    }
}

/// ARL name and values of each field of one level.
pub(super) type LevelFields = Vec<(&'static str, Array2<f32>)>;

/// The ARL name under which a quantity is given, and what it is multiplied by.
pub(super) fn arl_name(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Geopotential => "HGTS",
        Quantity::MixingRatio => "SPHU",
        other => other.name(),
    }
}

/// Takes a level's fields from what was read.
pub(super) fn take_level(values: &mut Values, aloft: &Aloft, level: LevelKey) -> LevelFields {
    let mut fields = LevelFields::new();
    for quantity in aloft.quantities() {
        let Some(mut field) = values.take(quantity, level) else {
            continue;
        };
        match quantity {
            Quantity::Geopotential => field /= G as f32,
            Quantity::MixingRatio => field.mapv_inplace(|ratio| ratio / (1.0 + ratio)),
            other if other.arl_factor() != 1.0 => field *= other.arl_factor(),
            _ => {}
        }
        fields.push((arl_name(quantity), field));
    }
    fields
}

/// Pressure levels below the ground that hold nothing take the values of the level above, and the height that their
/// pressure has under it; transport leaves them out, files need numbers.
pub(super) fn fill_below_ground(levels: &mut [LevelFields], pressures_hpa: &[f64]) {
    for below in (0..levels.len().saturating_sub(1)).rev() {
        let (lower, upper) = levels.split_at_mut(below + 1);
        let (lower, upper) = (&mut lower[below], &upper[0]);
        let log_ratio = (pressures_hpa[below] / pressures_hpa[below + 1]).ln() as f32;
        let above_k = upper.iter().find(|(name, _)| *name == "TEMP").map(|(_, field)| field);
        for (name, field) in lower
            .iter_mut()
            .filter(|(_, field)| field.iter().any(|value| value.is_nan()))
        {
            let Some((_, above)) = upper.iter().find(|(held, _)| held == name) else {
                continue;
            };
            let fall = match (*name, above_k) {
                ("HGTS", Some(above_k)) => above_k * (-log_ratio * (R / G) as f32),
                _ => Array2::zeros(field.dim()),
            };
            Zip::from(field).and(above).and(&fall).for_each(|value, above, fall| {
                if value.is_nan() {
                    *value = above + fall;
                }
            });
        }
    }
}

/// Adds pressure, and height where the source has none, to levels of a model with known coefficients.
pub(super) fn add_hybrid(
    levels: &mut [LevelFields],
    numbers: &[u32],
    hybrid: &HybridLevels,
    (surface_hpa, terrain_m): (&Array2<f32>, Option<&Array2<f32>>),
) {
    for (fields, &number) in levels.iter_mut().zip(numbers) {
        let pressure = surface_hpa.mapv(|hpa| (0.01 * hybrid.pressure_pa(number, 100.0 * f64::from(hpa))) as f32);
        fields.push(("PRES", pressure));
    }
    let held = |name| levels.iter().all(|fields| fields.iter().any(|(held, _)| *held == name));
    if held("HGTS") || !held("TEMP") {
        return;
    }
    let heights = hybrid_heights(levels, numbers, hybrid, (surface_hpa, terrain_m));
    for (fields, heights) in levels.iter_mut().zip(heights.axis_iter(Axis(1))) {
        fields.push(("HGTS", heights.to_owned()));
    }
}

/// Heights `[y][level][x]`, m above sea level.
fn hybrid_heights(
    levels: &[LevelFields],
    numbers: &[u32],
    hybrid: &HybridLevels,
    (surface_hpa, terrain_m): (&Array2<f32>, Option<&Array2<f32>>),
) -> Array3<f32> {
    let (ny, nx) = surface_hpa.dim();
    let mut heights = Array3::zeros((ny, levels.len(), nx));
    let column = |name: &str| -> Vec<Option<&Array2<f32>>> {
        let field = |fields: &'_ LevelFields| fields.iter().position(|(held, _)| *held == name);
        levels
            .iter()
            .map(|fields| field(fields).map(|place| &fields[place].1))
            .collect()
    };
    let (temperature, humidity) = (column("TEMP"), column("SPHU"));
    let rows: Vec<_> = heights.outer_iter_mut().collect();
    rows.into_par_iter().enumerate().for_each(|(j, mut row)| {
        let mut virtual_k: Vec<(u32, f32)> = Vec::with_capacity(numbers.len());
        for i in 0..nx {
            virtual_k.clear();
            for ((&number, temperature), humidity) in numbers.iter().zip(&temperature).zip(&humidity) {
                let air_k = temperature.map_or(f32::NAN, |field| field[(j, i)]);
                let humidity = humidity.map_or(0.0, |field| field[(j, i)]);
                virtual_k.push((number, air_k * (1.0 + VIRTUAL as f32 * humidity)));
            }
            let surface_pa = 100.0 * f64::from(surface_hpa[(j, i)]);
            let ground_m = terrain_m.map_or(0.0, |terrain| f64::from(terrain[(j, i)]));
            for (k, height) in hybrid
                .heights_m(surface_pa, ground_m, &virtual_k)
                .into_iter()
                .enumerate()
            {
                row[(k, i)] = height;
            }
        }
    });
    heights
}
