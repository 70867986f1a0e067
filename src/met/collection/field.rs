//! What a format gives: horizontal fields, each with its quantity, level and time.

use std::path::Path;

use ndarray::Array2;

use super::hybrid::HybridLevels;
use super::quantity::Quantity;
use crate::error::Result;
use crate::met::projection::MetGrid;
use crate::time::UtcTime;

/// Where a field lies. What stands at 2 m or 10 m is a quantity of its own at the surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Level {
    Surface,
    /// hPa.
    Pressure(f64),
    /// Number of a level of the model, from the top or from the ground.
    Model(u32),
}

/// When a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    At(UtcTime),
    /// Mean of the time between.
    Mean(UtcTime, UtcTime),
    /// Added up over the time between: J m⁻² for W m⁻², N m⁻² s for N m⁻².
    Sum(UtcTime, UtcTime),
    /// Always: terrain.
    Always,
}

impl When {
    /// The time that the field is named by: the end of an interval.
    pub fn end(self) -> Option<UtcTime> {
        match self {
            Self::At(time) | Self::Mean(_, time) | Self::Sum(_, time) => Some(time),
            Self::Always => None,
        }
    }
}

/// One horizontal field of a source, known without reading its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FieldInfo {
    pub quantity: Quantity,
    pub level: Level,
    pub when: When,
    /// Hours since the analysis; of two fields that are otherwise the same the nearer one serves.
    pub forecast_hour: Option<i32>,
}

/// Along what the components of wind and stress lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindAxes {
    Grid,
    /// Eastward and northward.
    Earth,
}

/// Horizontal fields on one grid: a file, or the part of a file that lies on one grid.
pub(crate) trait FieldSource: Send {
    /// Path or other name, for messages.
    fn name(&self) -> &Path;

    /// Model id, four characters: `ECMW`, `GFSG`, `HRRR`.
    fn model(&self) -> &str;

    fn grid(&self) -> &MetGrid;

    /// Along what a component of wind or stress lies, by its place in [`fields`](Self::fields).
    fn wind_axes(&self, field: usize) -> WindAxes;

    /// Coefficients of the model's levels, if the source holds them.
    fn hybrid(&self) -> Option<&HybridLevels>;

    fn fields(&self) -> &[FieldInfo];

    /// Reads fields by their place in [`fields`](Self::fields), each `[y][x]`, south and west first, in the unit of the
    /// quantity, fluxes of heat positive upward, NaN where there is no value.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io), [`Error::Format`](crate::Error::Format).
    fn read(&mut self, fields: &[usize]) -> Result<Vec<Array2<f32>>>;

    /// What a user should know: fields that were not understood, a truncated tail.
    fn warnings(&self) -> &[String];
}
