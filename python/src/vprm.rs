//! Exchange of CO2 with vegetation.

use std::path::PathBuf;

use airshed::vprm::{Course, Exchange, SurfaceField, Vprm as Inner, VprmOptions, VprmParameters};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
use crate::flux::Flux;
use crate::time;

/// The Vegetation Photosynthesis and Respiration Model (Mahadevan et al. 2008) with the vegetation of a region in memory.
#[pyclass(frozen, module = "airshed")]
pub struct Vprm(pub Inner);

#[pymethods]
impl Vprm {
    /// Reads vegetation indices and classes.
    ///
    /// Parameters
    /// ----------
    /// files : path or list of paths
    ///     netCDF with ``evi`` and ``lswi`` (time, class, lat, lon), ``vegetation_fraction_map`` (class, lat, lon) and, unless
    ///     they cover a year, ``evi_min``, ``evi_max``, ``lswi_min``, ``lswi_max`` (class, lat, lon).
    /// parameters : path, optional
    ///     TOML file of a parameter set; the European set of 2007 by default.
    /// options : path, optional
    ///     TOML file of names and choices, on which the further arguments have the last word.
    /// region : (west, east, south, north), optional
    ///     Only cells that touch it, degrees.
    /// course : "linear" or "step", optional
    ///     Between composites.
    /// any_year : bool, optional
    ///     The composites of one year serve any year.
    #[staticmethod]
    #[pyo3(signature = (files, *, parameters=None, options=None, region=None, course=None, any_year=None))]
    fn open(
        py: Python<'_>,
        files: &Bound<'_, PyAny>,
        parameters: Option<PathBuf>,
        options: Option<PathBuf>,
        region: Option<[f64; 4]>,
        course: Option<&str>,
        any_year: Option<bool>,
    ) -> PyResult<Self> {
        let files = paths(files)?;
        let course = course.map(parse_course).transpose()?;
        let opened = py.detach(|| {
            let parameters = parameters.map_or_else(VprmParameters::europe_2007, VprmParameters::open)?;
            let stated = options.map_or_else(|| Ok(VprmOptions::default()), VprmOptions::open)?;
            let options = VprmOptions {
                region: region.or(stated.region),
                course: course.unwrap_or(stated.course),
                any_year: any_year.unwrap_or(stated.any_year),
                ..stated
            };
            Inner::open(&files, parameters, &options)
        });
        opened.map(Self).map_err(to_py)
    }

    /// Names of the classes.
    #[getter]
    fn classes(&self) -> Vec<&str> {
        self.0.classes()
    }

    /// Where the parameters come from.
    #[getter]
    fn source(&self) -> &str {
        &self.0.parameters().source
    }

    /// Exchange at a place and time, umol m-2 s-1 of ground, positive upward.
    ///
    /// Parameters
    /// ----------
    /// lon_deg, lat_deg : float
    ///     The place.
    /// time : time
    ///     UTC.
    /// temperature_c : float
    ///     Of the air near the ground, degrees Celsius.
    /// shortwave_w_m2 : float
    ///     Downward short-wave radiation at the surface.
    ///
    /// Returns
    /// -------
    /// dict of class to (gee, resp), or None where there is no vegetation map or no composite of the time.
    #[pyo3(signature = (lon_deg, lat_deg, time, *, temperature_c, shortwave_w_m2))]
    fn exchange<'py>(
        &self,
        py: Python<'py>,
        lon_deg: f64,
        lat_deg: f64,
        time: &Bound<'py, PyAny>,
        temperature_c: f64,
        shortwave_w_m2: f64,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let mut by_class = vec![Exchange::default(); self.0.class_count()];
        let time = time::from_py(time)?;
        if !self
            .0
            .book([lon_deg, lat_deg], time, temperature_c, shortwave_w_m2, &mut by_class)
        {
            return Ok(None);
        }
        let exchange = PyDict::new(py);
        for (name, booked) in self.0.classes().into_iter().zip(by_class) {
            exchange.set_item(name, (booked.gee, booked.resp))?;
        }
        Ok(Some(exchange))
    }

    /// Photosynthesis and respiration as two fluxes on the vegetation's cells, from temperature and radiation in files.
    ///
    /// Parameters
    /// ----------
    /// temperature, shortwave : (path, variable)
    ///     netCDF on (time, lat, lon): temperature in K or degC, radiation in W m-2. Its maps' times are the fluxes'.
    /// vegetation : str, optional
    ///     One class; all together by default.
    #[pyo3(signature = (temperature, shortwave, *, vegetation=None))]
    fn fluxes(
        &self,
        py: Python<'_>,
        temperature: (PathBuf, String),
        shortwave: (PathBuf, String),
        vegetation: Option<&str>,
    ) -> PyResult<(Flux, Flux)> {
        let made = py.detach(|| {
            let temperature = SurfaceField::open(&temperature.0, &temperature.1)?;
            let shortwave = SurfaceField::open(&shortwave.0, &shortwave.1)?;
            self.0.fluxes(vegetation, &temperature, &shortwave)
        });
        let [gee, resp] = made.map_err(to_py)?;
        Ok((Flux(gee), Flux(resp)))
    }

    fn __repr__(&self) -> String {
        self.0.to_string()
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("vprm", (slf,))
    }
}

/// One path, or a list of them.
pub fn paths(files: &Bound<'_, PyAny>) -> PyResult<Vec<PathBuf>> {
    match files.extract::<PathBuf>() {
        Ok(path) => Ok(vec![path]),
        Err(_) => files.extract(),
    }
}

fn parse_course(name: &str) -> PyResult<Course> {
    match name {
        "linear" => Ok(Course::Linear),
        "step" => Ok(Course::Step),
        _ => Err(config_error(format!("course = {name}: expected linear or step"))),
    }
}
