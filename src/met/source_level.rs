//! The fields of each level of one time, found once for all columns.

use crate::error::{Error, Result};
use crate::met::MetDescription;
use crate::met::plan::{Humidity, Plan, VerticalWind};
use crate::met::stored::{Field, StoredSnapshot, StoredValues, bytes_of};

/// The fields of one level in the units of the source.
#[derive(Debug)]
pub(super) struct SourceLevel {
    pub u: StoredValues,
    pub v: StoredValues,
    pub temperature: StoredValues,
    pub heights: Field,
    pub pressure: Field,
    pub vertical_wind: Field,
    pub humidity: Field,
    /// Turbulent kinetic energy and the three velocity variances.
    pub turbulence: [Field; 4],
}

impl SourceLevel {
    /// Takes the levels above the surface, in the order of the source.
    ///
    /// # Errors
    /// [`Error::MetField`] if winds or temperature are missing at this time.
    pub fn take_all(description: &MetDescription, plan: &Plan, raw: &mut StoredSnapshot) -> Result<Vec<Self>> {
        let temperature = if plan.potential_temperature { "THET" } else { "TEMP" };
        let mut levels = Vec::with_capacity(description.levels.len());
        for level in 1..description.levels.len() {
            let mut required = |name: &str| {
                raw.take(level, name).ok_or_else(|| Error::MetField {
                    source_name: description.source.display().to_string(),
                    field: name.to_owned(),
                    needed_for: format!("missing on level {level} at {}; this time cannot be used", raw.time),
                })
            };
            let [u, v, temperature] = [required("UWND")?, required("VWND")?, required(temperature)?];
            let mut optional = |name: Option<&str>| raw.take(level, name?);
            levels.push(Self {
                u,
                v,
                temperature,
                heights: optional(plan.heights),
                pressure: optional(plan.level_pressure),
                vertical_wind: optional(plan.vertical_wind.map(VerticalWind::name)),
                humidity: optional(plan.humidity.map(Humidity::name)),
                turbulence: plan.turbulence.map(optional),
            });
        }
        Ok(levels)
    }

    /// Memory held, bytes.
    pub fn memory_bytes(&self) -> usize {
        let always = [&self.u, &self.v, &self.temperature];
        let aloft = [&self.heights, &self.pressure, &self.vertical_wind, &self.humidity];
        let required: usize = always.map(StoredValues::memory_bytes).iter().sum();
        required + bytes_of(aloft.into_iter().chain(&self.turbulence))
    }
}
