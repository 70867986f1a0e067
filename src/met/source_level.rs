//! The fields of each level of one time, found once for all columns.

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::met::plan::{Humidity, Plan, VerticalWind};
use crate::met::{MetDescription, RawSnapshot};

/// A field `[y][x]` that a source may lack.
pub(super) type Field = Option<Array2<f32>>;

/// The value of a field at (j, i).
#[inline]
pub(super) fn value(field: &Field, at: (usize, usize)) -> Option<f64> {
    field.as_ref().map(|values| f64::from(values[at]))
}

impl RawSnapshot {
    /// Takes a field out.
    pub(super) fn take(&mut self, level: usize, name: &str) -> Field {
        let index = self.fields.iter().position(|f| f.level == level && f.name == name)?;
        Some(self.fields.remove(index).values)
    }

    /// Takes out a field at the surface.
    pub(super) fn take_surface(&mut self, name: Option<&str>) -> Field {
        self.take(0, name?)
    }
}

/// The fields of one level in the units of the source.
#[derive(Debug)]
pub(super) struct SourceLevel {
    pub u: Array2<f32>,
    pub v: Array2<f32>,
    pub temperature: Array2<f32>,
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
    pub fn take_all(description: &MetDescription, plan: &Plan, raw: &mut RawSnapshot) -> Result<Vec<Self>> {
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
        let held = aloft.into_iter().chain(&self.turbulence).flatten();
        always.into_iter().chain(held).map(|field| 4 * field.len()).sum()
    }
}
