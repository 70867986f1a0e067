//! What a quick map of one met time shows: pressure, wind at the lowest level, depth of the boundary layer.

use ndarray::Array2;

use super::derive::{DeriveOptions, MixingHeight, derive};
use super::physics::snapshot::{SURFACE_LEVELS, U, V};
use super::projection::MetGrid;
use super::{MetDescription, MetReader};
use crate::error::{Error, Result};
use crate::mode::Mode;
use crate::time::UtcTime;

/// Columns that are made at most; of larger grids every second, third … is taken.
const MOST_COLUMNS: usize = 40_000;

/// Fields at every [`step`](Self::step)th grid point along both axes, `[y][x]`; NaN where a column cannot be used.
#[derive(Clone, Debug)]
pub struct MapFields {
    /// Time of validity.
    pub time: UtcTime,
    /// Where it is from.
    pub source: String,
    /// Grid of the source; index x of a field lies at grid index `step` · x.
    pub grid: MetGrid,
    /// Grid points from one value to the next.
    pub step: usize,
    /// What [`pressure_hpa`](Self::pressure_hpa) is; none if the source has neither `MSLP` nor `PRSS`.
    pub pressure_name: Option<&'static str>,
    /// Mean sea-level pressure, or else surface pressure, hPa.
    pub pressure_hpa: Array2<f32>,
    /// Eastward wind at the source's lowest level above ground, m s⁻¹.
    pub eastward_m_s: Array2<f32>,
    /// Northward wind there, m s⁻¹.
    pub northward_m_s: Array2<f32>,
    /// Depth of the boundary layer, m: the source's, or as transport derives it.
    pub boundary_layer_m: Array2<f32>,
    /// Whether the depth is derived.
    pub boundary_layer_derived: bool,
}

impl MapFields {
    /// Reads one time and makes columns as transport does in physics mode.
    ///
    /// # Errors
    /// Those of the reader; [`Error::MetField`] if winds or temperature are missing; [`Error::Config`] if there is no
    /// such time.
    pub fn read<R: MetReader>(reader: &mut R, time_index: usize) -> Result<Self> {
        let description = reader.description().clone();
        let Some(&time) = description.times.get(time_index) else {
            let allowed = format!("the source has {} times", description.times.len());
            return Err(Error::config("time index", time_index, allowed));
        };
        let raw = reader.read(time_index)?;
        let (grid, options) = (description.grid.clone(), options(&description));
        let step = ((grid.nx * grid.ny) as f64 / MOST_COLUMNS as f64)
            .sqrt()
            .ceil()
            .max(1.0) as usize;
        let names = [("MSLP", "mean sea-level pressure"), ("PRSS", "surface pressure")];
        let pressure = names
            .into_iter()
            .find_map(|(field, name)| Some((raw.field(0, field)?.to_owned(), name)));
        let snapshot = derive(&description, raw, &options)?;
        let shape = (grid.ny.div_ceil(step), grid.nx.div_ceil(step));
        let blank = Array2::from_elem(shape, f32::NAN);
        let mut fields = Self {
            time,
            source: format!("{} ({})", description.source.display(), description.model),
            step,
            pressure_name: pressure.as_ref().map(|(_, name)| *name),
            pressure_hpa: blank.clone(),
            eastward_m_s: blank.clone(),
            northward_m_s: blank.clone(),
            boundary_layer_m: blank,
            boundary_layer_derived: options.scaled_mixing_height().0 != MixingHeight::FromFile,
            grid,
        };
        for j in 0..shape.0 {
            for i in 0..shape.1 {
                let (x, y) = (i * step, j * step);
                let column = snapshot.native.column(x, y);
                let air = &column.fields[SURFACE_LEVELS.min(column.fields.len() - 1)];
                let (u, v) = (f64::from(air[U]), f64::from(air[V]));
                let (east, north) = fields.grid.earth_wind(x as f64, y as f64, u, v);
                let at = (j, i);
                (fields.eastward_m_s[at], fields.northward_m_s[at]) = (east as f32, north as f32);
                fields.boundary_layer_m[at] = column.scales.mixing_height_m;
                if let Some((values, _)) = &pressure {
                    fields.pressure_hpa[at] = values[(y, x)];
                }
            }
        }
        if fields.eastward_m_s.iter().all(|wind| wind.is_nan()) {
            snapshot.check()?;
        }
        Ok(fields)
    }
}

fn options(description: &MetDescription) -> DeriveOptions {
    let derived = DeriveOptions {
        mode: Mode::Physics,
        mixing_height: MixingHeight::Richardson,
        min_mixing_height_m: 0.0,
        ..DeriveOptions::default()
    };
    let from_file = DeriveOptions {
        mixing_height: MixingHeight::FromFile,
        ..derived
    };
    match super::derive::derivations(description, &from_file) {
        Ok(_) => from_file,
        Err(_) => derived,
    }
}
