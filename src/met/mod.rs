//! Meteorology: readers, the shared store, and everything between a file's fields and what a particle feels.
//!
//! A [`MetReader`] gives one time of one source as a [`RawSnapshot`], in the units and on the levels of the source
//! (ARL names and units). [`derive`](derive::derive) turns it into a [`Snapshot`](snapshot::Snapshot): every field
//! that transport needs, on common levels, with what the source lacks derived. [`store::MetStore`] keeps the snapshots
//! that bracket the present time and shares them between all receptors and threads.

pub mod arl;
#[cfg(feature = "netcdf")]
pub mod cf;
#[cfg_attr(not(any(feature = "grib", feature = "netcdf")), allow(dead_code, unused_imports))]
pub(crate) mod collection;
pub mod cut;
pub mod deformation;
pub mod derive;
mod differences;
mod divergence;
pub(crate) mod extra;
#[cfg_attr(not(any(feature = "grib", feature = "netcdf")), allow(dead_code))]
mod file_stamp;
mod gradients;
#[cfg(feature = "grib")]
pub(crate) mod grib;
mod humidity;
pub mod levels;
pub mod map_fields;
mod native;
pub mod physics;
mod plan;
pub mod projection;
mod roughness;
pub mod size;
pub mod snapshot;
mod source_level;
pub mod store;
mod stored;
mod sunlit_flux;
pub mod synthetic;
mod tiles;
pub mod vertical_motion;
mod wind_times;
#[cfg(feature = "netcdf")]
pub mod wrf;

pub use stored::StoredSnapshot;
pub use wind_times::{WindTimes, WrfWinds};

use std::path::PathBuf;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::UtcTime;
use projection::MetGrid;

/// A source of meteorology: a file, a set of files, an analytic flow.
///
/// Two methods suffice, so that users can bring their own; fields are read once per met time.
pub trait MetReader: Send {
    /// What the source holds, known without reading the fields.
    fn description(&self) -> &MetDescription;

    /// Reads one time, by its index in [`MetDescription::times`].
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Format`], naming file, time and record.
    fn read(&mut self, time_index: usize) -> Result<RawSnapshot>;

    /// As [`read`](Self::read), in the form in which the [store](store::MetStore) keeps fields: a source whose fields are
    /// packed need not unpack them all.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_stored(&mut self, time_index: usize) -> Result<StoredSnapshot> {
        self.read(time_index).map(StoredSnapshot::from)
    }

    /// Hours since the analysis at each of [`MetDescription::times`], as far as known without reading the fields:
    /// of two sources that hold the same time the [store](store::MetStore) takes the one nearer its analysis.
    fn forecast_hours(&self) -> Vec<Option<i32>> {
        vec![None; self.description().times.len()]
    }

    /// When its winds hold.
    fn wind_times(&self) -> WindTimes {
        WindTimes::default()
    }

    /// What a user should know about the source before trusting it: `the last time is truncated and not used`.
    fn warnings(&self) -> &[String] {
        &[]
    }
}

impl<R: MetReader + ?Sized> MetReader for Box<R> {
    fn description(&self) -> &MetDescription {
        (**self).description()
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        (**self).read(time_index)
    }

    fn read_stored(&mut self, time_index: usize) -> Result<StoredSnapshot> {
        (**self).read_stored(time_index)
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        (**self).forecast_hours()
    }

    fn warnings(&self) -> &[String] {
        (**self).warnings()
    }

    fn wind_times(&self) -> WindTimes {
        (**self).wind_times()
    }
}

/// What a source of meteorology holds.
#[derive(Clone, Debug)]
pub struct MetDescription {
    /// File name, or the name of an analytic flow.
    pub source: PathBuf,
    /// Model id of the source, four characters in ARL files: `GDAS`, `AWRF`, `ECMW`.
    pub model: String,
    /// Horizontal grid.
    pub grid: MetGrid,
    /// What the level values mean.
    pub vertical: VerticalCoordinate,
    /// Level values, surface first (`levels[0]` is the surface and its value means nothing).
    pub levels: Vec<f64>,
    /// Names of the fields on each level, in file order.
    pub variables: Vec<Vec<String>>,
    /// Times held, ascending.
    pub times: Vec<UtcTime>,
}

impl MetDescription {
    /// A time by its index.
    ///
    /// # Errors
    /// [`Error::Config`] that says how many there are.
    pub fn time(&self, time_index: usize) -> Result<UtcTime> {
        self.times.get(time_index).copied().ok_or_else(|| {
            let allowed = format!("{} has {} times", self.source.display(), self.times.len());
            Error::config("time index", time_index, allowed)
        })
    }
}

/// Meaning of a level value ℓ (science: ARL vertical flags 1–5).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum VerticalCoordinate {
    /// Flag 1: p = offset + (pₛ − offset)·ℓ.
    Sigma {
        /// Pressure at the top of the sigma range, hPa.
        offset_hpa: f64,
    },
    /// Flag 2: p = ℓ hPa.
    Pressure,
    /// Flag 3: height of a terrain-following surface, m.
    TerrainHeight,
    /// Flag 4: p = int(ℓ) + frac(ℓ)·pₛ.
    Hybrid,
    /// Flag 5: WRF eta; the file must hold `PRES`.
    WrfEta,
}

impl VerticalCoordinate {
    /// Pressure of a level, hPa, from its value and the surface pressure; the value itself where only `PRES` can tell.
    pub(crate) fn pressure_hpa(self, value: f64, surface_hpa: f64) -> f64 {
        match self {
            Self::Sigma { offset_hpa } => offset_hpa + (surface_hpa - offset_hpa) * value,
            Self::Hybrid => value.trunc() + value.fract() * surface_hpa,
            // the plan refuses height and eta levels without PRES
            Self::Pressure | Self::TerrainHeight | Self::WrfEta => value,
        }
    }
}

/// One time of one source: fields as read, in ARL units (hPa, K, m s⁻¹, hPa s⁻¹, W m⁻², m).
#[derive(Clone, Debug)]
pub struct RawSnapshot {
    /// Time of validity.
    pub time: UtcTime,
    /// Hours since the analysis; 0 for an analysis.
    pub forecast_hour: i32,
    /// The fields; a field that the file announces but does not hold is absent.
    pub fields: Vec<RawField>,
}

/// One horizontal field.
#[derive(Clone, Debug)]
pub struct RawField {
    /// Index into [`MetDescription::levels`]; 0 is the surface.
    pub level: usize,
    /// ARL name: `UWND`, `TEMP`, `PRSS` …
    pub name: String,
    /// Values `[y][x]`, south (or the synchronisation corner) first.
    pub values: Array2<f32>,
}

impl RawSnapshot {
    /// The field `name` on `level`, `[y][x]`, if the source holds it.
    pub fn field(&self, level: usize, name: &str) -> Option<ArrayView2<'_, f32>> {
        self.fields
            .iter()
            .find(|f| f.level == level && f.name == name)
            .map(|f| f.values.view())
    }

    /// The first of several names (spellings of one quantity) that the source holds on `level`.
    pub fn first_of(&self, level: usize, names: &[&str]) -> Option<ArrayView2<'_, f32>> {
        names.iter().find_map(|name| self.field(level, name))
    }
}
