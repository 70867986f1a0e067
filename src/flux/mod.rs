//! Emission inventories and flux models on their own latitude-longitude cells, in µmol m⁻² s⁻¹, positive upward.

mod join;
mod mesh;
mod overlap;
mod polygon;
mod region;
mod regrid;
mod times;
mod total;
#[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
mod window;
#[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
mod year;

#[cfg(feature = "netcdf")]
pub(crate) mod axes;
#[cfg(feature = "netcdf")]
mod clock;
#[cfg(feature = "netcdf")]
pub(crate) mod conversion;
#[cfg(feature = "netcdf")]
pub(crate) mod file;
#[cfg(feature = "netcdf")]
mod file_name;
#[cfg(feature = "netcdf")]
mod open;
#[cfg(feature = "netcdf")]
mod options;
#[cfg(feature = "netcdf")]
mod time_axis;
#[cfg(feature = "netcdf")]
mod unit_words;
#[cfg(feature = "netcdf")]
mod units;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array3, Slice};

#[cfg(feature = "netcdf")]
pub(crate) use file_name::year_of_name;
pub use mesh::LatLonMesh;
#[cfg(feature = "netcdf")]
pub use options::{FluxOptions, Place};
pub(crate) use overlap::CellShares;
pub use region::Region;
pub(crate) use regrid::{AreaWeights, GriddedMap};
pub use times::FluxTimes;
#[cfg(feature = "netcdf")]
pub(crate) use times::plus_months;
pub use total::FluxTotal;
pub(crate) use window::MeshWindow;
pub use year::FluxYear;

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// A surface flux: cells, times and values; values of a file are read only where and when they are needed.
#[derive(Clone, Debug)]
pub struct Flux {
    name: String,
    mesh: LatLonMesh,
    times: FluxTimes,
    details: Details,
    values: Values,
}

/// What is known of a flux beside its values.
#[derive(Clone, Debug, Default)]
struct Details {
    formula: Option<&'static str>,
    molar_mass_g_mol: Option<f64>,
    sector: Option<String>,
    year: Option<FluxYear>,
    /// What a single map is the mean of.
    span: Option<(UtcTime, UtcTime)>,
}

#[derive(Clone, Debug)]
enum Values {
    Memory(Arc<Array3<f64>>),
    /// One after the other in time.
    Joined(Vec<Flux>),
    #[cfg(feature = "netcdf")]
    File(file::FluxFile),
}

impl Flux {
    /// A flux from values [µmol m⁻² s⁻¹], positive upward, shape `[time][lat][lon]` as in `times` and `mesh`; NaN is no data.
    ///
    /// ```
    /// use airshed::flux::{Flux, FluxTimes, LatLonMesh};
    /// let mesh = LatLonMesh::from_centres(&[51.5, 50.5], &[4.0, 5.0, 6.0])?;
    /// let values = ndarray::Array3::from_elem((1, 2, 3), 2.5);
    /// let flux = Flux::from_array("soils", mesh, FluxTimes::constant(), values)?;
    /// assert_eq!(flux.name(), "soils");
    /// # Ok::<(), airshed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if the shapes differ or a value is infinite.
    pub fn from_array(
        name: impl Into<String>,
        mesh: LatLonMesh,
        times: FluxTimes,
        values: Array3<f64>,
    ) -> Result<Self> {
        let (rows, columns) = mesh.shape();
        let expected = (times.count(), rows, columns);
        if values.dim() != expected {
            return Err(Error::config(
                "shape of flux values",
                format!("{:?}", values.dim()),
                format!("(times, latitudes, longitudes) must be {expected:?}"),
            ));
        }
        if let Some(value) = values.iter().find(|v| v.is_infinite()) {
            return Err(Error::config("flux value", value, "finite values, or NaN for no data"));
        }
        Ok(Self {
            name: name.into(),
            mesh,
            times,
            details: Details::default(),
            values: Values::Memory(Arc::new(values)),
        })
    }

    /// The same flux [µmol m⁻² s⁻¹] everywhere and at any time: it convolves to the value times the footprint's sum.
    pub fn uniform(umol_m2_s: f64) -> Self {
        Self {
            name: format!("uniform {umol_m2_s} umol m-2 s-1"),
            mesh: LatLonMesh::globe(),
            times: FluxTimes::constant(),
            details: Details::default(),
            values: Values::Memory(Arc::new(Array3::from_elem((1, 1, 1), umol_m2_s))),
        }
    }

    /// The same flux under another name, as tables will show it.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// Its name: the variable's, unless renamed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its cells.
    pub const fn mesh(&self) -> &LatLonMesh {
        &self.mesh
    }

    /// When its maps hold; prints as what it covers.
    pub const fn times(&self) -> &FluxTimes {
        &self.times
    }

    /// Formula of the gas, if it is known.
    pub const fn formula(&self) -> Option<&'static str> {
        self.details.formula
    }

    /// Molar mass of the gas, g mol⁻¹, if it is known.
    pub const fn molar_mass_g_mol(&self) -> Option<f64> {
        self.details.molar_mass_g_mol
    }

    /// The sector of an inventory, if the file or its name tells.
    pub fn sector(&self) -> Option<&str> {
        self.details.sector.as_deref()
    }

    /// The year that the maps are of, if they are of one and it is known.
    pub const fn year(&self) -> Option<&FluxYear> {
        self.details.year.as_ref()
    }

    /// Values [µmol m⁻² s⁻¹] of some maps, rows and columns, `[time][lat][lon]`; NaN is no data.
    ///
    /// # Errors
    /// [`Error::NetCdf`] or [`Error::Io`] if the file cannot be read any more; [`Error::Config`] if a range is beyond the axes.
    pub fn values(&self, maps: Range<usize>, rows: Range<usize>, columns: Range<usize>) -> Result<Array3<f64>> {
        let (lat_count, lon_count) = self.mesh.shape();
        for (axis, range, count) in [
            ("flux maps", &maps, self.times.count()),
            ("flux rows", &rows, lat_count),
            ("flux columns", &columns, lon_count),
        ] {
            if range.start > range.end || range.end > count {
                return Err(Error::config(axis, format!("{range:?}"), format!("there are {count}")));
            }
        }
        match &self.values {
            Values::Memory(values) => {
                let ranges = [maps, rows, columns];
                let window = values.slice_each_axis(|axis| Slice::from(ranges[axis.axis.index()].clone()));
                Ok(window.to_owned())
            }
            Values::Joined(fluxes) => join::values(fluxes, maps, rows, columns),
            #[cfg(feature = "netcdf")]
            Values::File(file) => file.read(maps, rows, columns),
        }
    }
}

impl fmt::Display for Flux {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = self.mesh.shape();
        write!(f, "{}: {rows} x {columns} cells", self.name)?;
        #[cfg(feature = "netcdf")]
        if let Values::File(file) = &self.values {
            write!(f, ", {file}")?;
        }
        if let Some(year) = &self.details.year {
            write!(f, ", of {year}")?;
        }
        write!(f, ", covers {}", self.times)
    }
}
