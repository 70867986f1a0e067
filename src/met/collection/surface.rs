//! Fields at the ground in ARL names and units.

use ndarray::{Array2, Zip};

use super::inventory::{Inventory, LevelKey};
use super::quantity::Quantity;
use super::values::Values;
use crate::constants::GRAVITY_M_S2;
use crate::met::humidity::{saturation_pressure_hpa, vapour_pressure_hpa};
use crate::time::UtcTime;

/// How a field at the ground is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Recipe {
    Field(Quantity),
    PressureOfLogarithm,
    HeightOfGeopotential,
    HumidityOfDewPoint,
    HumidityOfSpecific,
    /// What falls in so many hours.
    Amount(Quantity, i64),
}

/// A field at the ground: its ARL name, and how it is made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Output {
    pub name: String,
    pub recipe: Recipe,
}

/// Plain fields, in the order in which they are written.
const PLAIN: [Quantity; 15] = [
    Quantity::SeaLevelPressure,
    Quantity::ScreenTemperature,
    Quantity::WindX10m,
    Quantity::WindY10m,
    Quantity::MixingHeight,
    Quantity::FrictionVelocity,
    Quantity::StressX,
    Quantity::StressY,
    Quantity::SensibleHeat,
    Quantity::LatentHeat,
    Quantity::Sunlight,
    Quantity::Roughness,
    Quantity::CloudCover,
    Quantity::LowCloudCover,
    Quantity::Cape,
];

/// Hours over which the ARL format adds up precipitation, each with its letter.
const RAIN_HOURS: [(i64, char); 5] = [(1, '1'), (3, '3'), (6, '6'), (12, 'T'), (24, 'D')];

impl Recipe {
    /// The quantities that it takes.
    pub fn takes(self) -> &'static [Quantity] {
        match self {
            Self::Field(quantity) | Self::Amount(quantity, _) => quantity.alone(),
            Self::PressureOfLogarithm => &[Quantity::LogSurfacePressure],
            Self::HeightOfGeopotential => &[Quantity::SurfaceGeopotential],
            Self::HumidityOfDewPoint => &[Quantity::ScreenDewPoint, Quantity::ScreenTemperature],
            Self::HumidityOfSpecific => &[
                Quantity::ScreenSpecificHumidity,
                Quantity::ScreenTemperature,
                Quantity::SurfacePressure,
            ],
        }
    }

    fn is_held(self, inventory: &Inventory, time: UtcTime) -> bool {
        match self {
            Self::Amount(quantity, hours) => inventory.amount(quantity, hours, time).is_some(),
            _ => self
                .takes()
                .iter()
                .all(|&q| inventory.terms(q, LevelKey::Surface, time).is_some()),
        }
    }

    /// Makes the field from what was read.
    pub fn make(self, values: &Values) -> Option<Array2<f32>> {
        let taken: Option<Vec<&Array2<f32>>> = self.takes().iter().map(|&q| values.surface(q)).collect();
        let taken = taken?;
        Some(match self {
            Self::Field(quantity) => taken[0] * quantity.arl_factor(),
            Self::Amount(..) => taken[0].clone(),
            Self::PressureOfLogarithm => taken[0].mapv(|logarithm| 0.01 * logarithm.exp()),
            Self::HeightOfGeopotential => taken[0] / GRAVITY_M_S2 as f32,
            Self::HumidityOfDewPoint => Zip::from(taken[0])
                .and(taken[1])
                .map_collect(|&dew_k, &air_k| percent(saturation_pressure_hpa(f64::from(dew_k)), f64::from(air_k))),
            Self::HumidityOfSpecific => {
                Zip::from(taken[0])
                    .and(taken[1])
                    .and(taken[2])
                    .map_collect(|&humidity, &air_k, &pressure_pa| {
                        let vapour_hpa = vapour_pressure_hpa(f64::from(humidity), 0.01 * f64::from(pressure_pa));
                        percent(vapour_hpa, f64::from(air_k))
                    })
            }
        })
    }
}

fn percent(vapour_hpa: f64, air_k: f64) -> f32 {
    (100.0 * vapour_hpa / saturation_pressure_hpa(air_k)).clamp(0.0, 100.0) as f32
}

/// What can be made at the times, of several ways the first that serves most of them; and a warning for each field that
/// is not held at all of them.
pub(super) fn outputs(inventory: &Inventory, times: &[UtcTime]) -> (Vec<Output>, Vec<String>) {
    let served = |recipe: Recipe| times.iter().filter(|&&time| recipe.is_held(inventory, time)).count();
    let (mut outputs, mut warnings) = (Vec::new(), Vec::new());
    let mut offer = |name: &str, ways: &[Recipe]| {
        let counted = ways.iter().map(|&recipe| (served(recipe), recipe));
        let Some((count, recipe)) = counted.rev().max_by_key(|(count, _)| *count) else {
            return;
        };
        if count == 0 {
            return;
        }
        if count < times.len() {
            warnings.push(format!(
                "{name} is held at {count} of {} times; at the others it is derived as if no time held it",
                times.len()
            ));
        }
        outputs.push(Output {
            name: name.to_owned(),
            recipe,
        });
    };
    offer(
        "PRSS",
        &[Recipe::Field(Quantity::SurfacePressure), Recipe::PressureOfLogarithm],
    );
    offer(
        "SHGT",
        &[Recipe::Field(Quantity::TerrainHeight), Recipe::HeightOfGeopotential],
    );
    for quantity in PLAIN {
        offer(quantity.name(), &[Recipe::Field(quantity)]);
    }
    let humidity = [
        Recipe::Field(Quantity::ScreenRelativeHumidity),
        Recipe::HumidityOfDewPoint,
        Recipe::HumidityOfSpecific,
    ];
    offer("RH2M", &humidity);
    if times.iter().all(|&time| {
        inventory
            .at(Quantity::ScreenTemperature, LevelKey::Surface, time)
            .is_none()
    }) {
        // the reference takes the skin temperature where a file holds both
        offer("TMPS", &[Recipe::Field(Quantity::SkinTemperature)]);
    }
    for (quantity, stem) in [(Quantity::Rain, "TPP"), (Quantity::ConvectiveRain, "CPP")] {
        let most = RAIN_HOURS
            .into_iter()
            .rev()
            .max_by_key(|&(hours, _)| served(Recipe::Amount(quantity, hours)));
        if let Some((hours, letter)) = most {
            offer(&format!("{stem}{letter}"), &[Recipe::Amount(quantity, hours)]);
        }
    }
    (outputs, warnings)
}
