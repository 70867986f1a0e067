//! The fields of each level of one time, looked up once for all columns.

use ndarray::ArrayView2;

use crate::error::{Error, Result};
use crate::met::plan::{Humidity, Plan, VerticalWind};
use crate::met::{MetDescription, RawSnapshot};

/// A field that a source may lack.
pub(super) type View<'a> = Option<ArrayView2<'a, f32>>;

/// The fields of one level, `[y][x]`, in the units of the source.
pub(super) struct LevelViews<'a> {
    pub u: ArrayView2<'a, f32>,
    pub v: ArrayView2<'a, f32>,
    pub temperature: ArrayView2<'a, f32>,
    pub heights: View<'a>,
    pub pressure: View<'a>,
    pub vertical_wind: View<'a>,
    pub humidity: View<'a>,
    /// Turbulent kinetic energy and the three velocity variances.
    pub turbulence: [View<'a>; 4],
}

impl<'a> LevelViews<'a> {
    /// The levels above the surface, in the order of the source.
    ///
    /// # Errors
    /// [`Error::MetField`] if winds or temperature are missing at this time.
    pub fn all(description: &MetDescription, plan: &Plan, raw: &'a RawSnapshot) -> Result<Vec<Self>> {
        let required = |level: usize, name: &str| {
            raw.field(level, name).ok_or_else(|| Error::MetField {
                source_name: description.source.display().to_string(),
                field: name.to_owned(),
                needed_for: format!("missing on level {level} at {}; this time cannot be used", raw.time),
            })
        };
        let optional = |level: usize, name: Option<&str>| name.and_then(|n| raw.field(level, n));
        let temperature = if plan.potential_temperature { "THET" } else { "TEMP" };
        let views = |level| {
            Ok(Self {
                u: required(level, "UWND")?,
                v: required(level, "VWND")?,
                temperature: required(level, temperature)?,
                heights: optional(level, plan.heights),
                pressure: optional(level, plan.level_pressure),
                vertical_wind: optional(level, plan.vertical_wind.map(VerticalWind::name)),
                humidity: optional(level, plan.humidity.map(Humidity::name)),
                turbulence: plan.turbulence.map(|name| optional(level, name)),
            })
        };
        (1..description.levels.len()).map(views).collect()
    }
}
