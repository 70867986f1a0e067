//! Temperature and radiation given as netCDF fields.

use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::flux::axes::{AxisNames, Source};
use crate::flux::conversion::Scale;
use crate::flux::file::FluxFile;
use crate::flux::{FluxOptions, FluxTimes, MeshWindow};
use crate::netcdf_file::{self, Packing, read_netcdf};
use crate::time::UtcTime;

/// A field near the ground on latitude-longitude cells, in the course of time: temperature in °C, or short-wave radiation in
/// W m⁻².
#[derive(Clone, Debug)]
pub struct SurfaceField {
    file: FluxFile,
    offset: f64,
    window: MeshWindow,
    pub(super) times: FluxTimes,
}

impl SurfaceField {
    /// Opens a variable on (time, lat, lon): in K or °C, or in W m⁻². Values are read when they are needed; each map holds
    /// as [`FluxTimes::from_starts`] or the file's time bounds say.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`]; [`Error::Format`] if variable, axes, times or units are not understood.
    pub fn open(path: impl AsRef<Path>, variable: &str) -> Result<Self> {
        let path = path.as_ref();
        read_netcdf(path, || Self::read(path, variable))
    }

    fn read(path: &Path, variable: &str) -> Result<Self> {
        let file = Arc::new(netcdf_file::open(path)?);
        let source = Source {
            path,
            file: &file,
            names: AxisNames::default(),
        };
        let field = netcdf_file::variable(&file, path, variable)?;
        let roles = source.roles(&field, |_, _| Ok(None))?;
        let mesh = source.mesh(&field, &roles)?;
        let times = source.times(&field, &roles, &FluxOptions::default())?.times;
        let units = netcdf_file::text(&field, "units").unwrap_or_default();
        let offset = match units.replace("**", "").replace('^', "").trim() {
            "K" | "kelvin" | "Kelvin" => -273.15,
            "degC" | "C" | "°C" | "celsius" | "Celsius" | "degrees_C" | "degree_Celsius" | "degrees Celsius" => 0.0,
            "W m-2" | "W/m2" | "W m 2" | "Watt m-2" | "W/m²" | "W m⁻²" => 0.0,
            _ => return Err(source.wrong(&field, format!("units {units:?}: understood are K, degC and W m-2"))),
        };
        let packing = Packing::of(&field);
        Ok(Self {
            window: MeshWindow::new(&mesh, None),
            file: FluxFile {
                file: Arc::clone(&file),
                path: path.to_owned(),
                variable: variable.to_owned(),
                roles,
                packing,
                units,
                scale: Scale::uniform(1.0),
            },
            offset,
            times,
        })
    }

    /// Whether it is a temperature.
    pub(super) fn is_temperature(&self) -> bool {
        !self.file.units.starts_with('W')
    }

    /// The mean over a span in the cells of its window, `[lat][lon]`; NaN is no data.
    pub(super) fn mean(&self, start: UtcTime, end: UtcTime) -> Result<Array2<f64>> {
        let (rows, columns) = self.window.shape();
        let mut mean = Array2::zeros((rows, columns));
        for (map, share) in self.times.shares(start, end)? {
            let read = |rows, columns| self.file.read(map..map + 1, rows, columns);
            let values = self.window.read(1, 0..rows, read)?;
            mean.scaled_add(share, &values.index_axis_move(ndarray::Axis(0), 0));
        }
        Ok(mean + self.offset)
    }

    /// The value at a place of a map, in the cell that holds it; NaN outside.
    pub(super) fn at(&self, map: &Array2<f64>, lon_deg: f64, lat_deg: f64) -> f64 {
        self.window
            .cell(lon_deg, lat_deg)
            .map_or(f64::NAN, |(row, column)| map[[row, column]])
    }

    pub(super) fn require(&self, temperature: bool) -> Result<()> {
        match self.is_temperature() == temperature {
            true => Ok(()),
            false => {
                let needed = if temperature {
                    "temperature in K or degC"
                } else {
                    "short-wave radiation in W m-2"
                };
                Err(Error::config("VPRM weather", &self.file, format!("{needed} is needed")))
            }
        }
    }
}
