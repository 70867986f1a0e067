//! Receptors.

use airshed::receptor::{Description, Receptor as Inner, Waypoint};
use airshed::stations::{Intake, Station};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
use crate::time;

/// Where and when an air sample was taken.
///
/// A point, a column above it, or a list of places: ``points``, ``path`` or ``track``. The same words as in a
/// ``[[receptor]]`` table of the configuration and as the columns of a receptor table.
///
/// Parameters
/// ----------
/// time : str, datetime, numpy.datetime64 or pandas.Timestamp
///     UTC, unless it carries a time zone; text in ISO 8601. A track brings its own times.
/// lon_deg, lat_deg : float
///     Degrees east and north.
/// height_agl_m, height_asl_m : float
///     Height above ground, or above sea level, m: one of them.
/// height_top_m : float, optional
///     Top of a column that starts at the height given, m, above the same.
/// lon_top_deg, lat_top_deg : float, optional
///     Top of a slant column, if not straight above.
/// even_in : "length" or "pressure"
///     Particles evenly along a column or path, or each standing for the same mass of dry air.
/// mean_over : "release" or "atmosphere"
///     With ``even_in="pressure"``: the mean over the sampled air, or over the whole column of air.
/// release_h : float, optional
///     Hours over which the air was sampled: those before ``time`` in a backward run, after it in a forward run.
/// points, path, track : list of dict, or pandas.DataFrame
///     Places with ``lon_deg``, ``lat_deg``, ``height_agl_m`` or ``height_asl_m``, optionally ``weight``, and for a
///     track ``time``: several points; a line through the air at one time; a line that was travelled.
/// id : str, optional
///     Name of the output files; STILT's ``yyyymmddHHMM_lon_lat_zagl`` by default.
#[pyclass(frozen, module = "airshed", eq, from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Receptor(pub Inner);

#[pymethods]
impl Receptor {
    #[new]
    #[pyo3(signature = (*, time=None, lon_deg=None, lat_deg=None, height_agl_m=None, height_asl_m=None, height_top_m=None,
        lon_top_deg=None, lat_top_deg=None, even_in=None, mean_over=None, release_h=None, points=None, path=None,
        track=None, id=None))]
    #[allow(clippy::too_many_arguments)] // keyword arguments of Python
    fn new(
        time: Option<&Bound<'_, PyAny>>,
        lon_deg: Option<f64>,
        lat_deg: Option<f64>,
        height_agl_m: Option<f64>,
        height_asl_m: Option<f64>,
        height_top_m: Option<f64>,
        lon_top_deg: Option<f64>,
        lat_top_deg: Option<f64>,
        even_in: Option<&str>,
        mean_over: Option<&str>,
        release_h: Option<f64>,
        points: Option<&Bound<'_, PyAny>>,
        path: Option<&Bound<'_, PyAny>>,
        track: Option<&Bound<'_, PyAny>>,
        id: Option<String>,
    ) -> PyResult<Self> {
        let description = Description {
            id,
            time: time.map(time::from_py).transpose()?,
            lon_deg,
            lat_deg,
            height_agl_m,
            height_asl_m,
            height_top_m,
            lon_top_deg,
            lat_top_deg,
            even_in: word("even_in", even_in)?,
            mean_over: word("mean_over", mean_over)?,
            release_h,
            points: points.map(waypoints).transpose()?,
            path: path.map(waypoints).transpose()?,
            track: track.map(waypoints).transpose()?,
            ..Description::default()
        };
        Inner::try_from(description).map(Self).map_err(to_py)
    }

    /// A receptor at a station of :func:`airshed.stations`, called ``<id><height>_yyyymmddHHMM``.
    ///
    /// Parameters
    /// ----------
    /// station : str
    ///     Id or name, such as ``CBW``.
    /// time : str, datetime, numpy.datetime64 or pandas.Timestamp
    ///     UTC, unless it carries a time zone.
    /// height : float or "model"
    ///     One of the sampling heights, m above ground; or the stated model height, at which the ICOS Carbon Portal lets
    ///     STILT start on mountains that the ground of a model cuts off (JFJ: 720 m).
    /// any_height : bool
    ///     Take heights too where the station does not sample.
    #[staticmethod]
    #[pyo3(signature = (station, *, time, height, any_height=false))]
    fn from_station(
        station: &str,
        time: &Bound<'_, PyAny>,
        height: &Bound<'_, PyAny>,
        any_height: bool,
    ) -> PyResult<Self> {
        let intake = match (height.extract::<f64>(), height.extract::<String>()) {
            (Ok(height_m), _) if any_height => Intake::Any(height_m),
            (Ok(height_m), _) => Intake::Sampling(height_m),
            (_, Ok(word)) if word == "model" => Intake::Model,
            _ => return Err(config_error(format!("height = {height}: m above ground, or \"model\""))),
        };
        let station = Station::find(station).map_err(to_py)?;
        station.receptor(intake, time::from_py(time)?).map(Self).map_err(to_py)
    }

    /// Name of the output files.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// ``point``, ``points``, ``column``, ``path`` or ``track``.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.shape.name()
    }

    /// Time of the sample, UTC (numpy.datetime64[s]); of a track, of its last place.
    #[getter]
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_py_scalar(py, self.0.time)
    }

    /// Longitude of the point or of the first place, degrees east.
    #[getter]
    const fn lon_deg(&self) -> f64 {
        self.0.lon_deg
    }

    /// Latitude of the point or of the first place, degrees north.
    #[getter]
    const fn lat_deg(&self) -> f64 {
        self.0.lat_deg
    }

    /// Height of the point or of the first place above ground, m; None if heights count from sea level.
    #[getter]
    fn height_agl_m(&self) -> Option<f64> {
        self.0.height_agl_m()
    }

    /// Height of the point or of the first place above sea level, m; None if heights count from the ground.
    #[getter]
    fn height_asl_m(&self) -> Option<f64> {
        self.0.height_agl_m().is_none().then_some(self.0.height_m)
    }

    /// Hours over which the air was sampled, if given.
    #[getter]
    const fn release_h(&self) -> Option<f64> {
        self.0.release_h
    }

    fn __repr__(&self) -> String {
        let description = Description::from(self.0.clone());
        let table = toml::Table::try_from(description).unwrap_or_default();
        let arguments: Vec<_> = table
            .iter()
            .map(|(key, value)| format!("{key}={}", in_python(value)))
            .collect();
        format!("Receptor({})", arguments.join(", "))
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("receptor", (slf,))
    }
}

/// A value as Python writes it.
fn in_python(value: &toml::Value) -> String {
    match value {
        toml::Value::Array(values) => {
            let each: Vec<_> = values.iter().map(in_python).collect();
            format!("[{}]", each.join(", "))
        }
        toml::Value::Table(table) => {
            let each: Vec<_> = table
                .iter()
                .map(|(key, value)| format!("'{key}': {}", in_python(value)))
                .collect();
            format!("{{{}}}", each.join(", "))
        }
        toml::Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        other => other.to_string(),
    }
}

fn word<T: serde::de::DeserializeOwned>(key: &str, word: Option<&str>) -> PyResult<Option<T>> {
    let meaning = |word: &str| {
        let value = toml::Value::String(word.to_owned());
        value
            .try_into()
            .map_err(|e: toml::de::Error| config_error(format!("{key}: {}", e.message())))
    };
    word.map(meaning).transpose()
}

/// Places from a list of dicts or a pandas.DataFrame.
fn waypoints(places: &Bound<'_, PyAny>) -> PyResult<Vec<Waypoint>> {
    if places.hasattr("columns")? {
        let records = places.call_method1("to_dict", ("records",))?;
        return waypoints(&records);
    }
    let places = places.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    places.iter().map(waypoint).collect()
}

fn waypoint(place: &Bound<'_, PyAny>) -> PyResult<Waypoint> {
    let place = place.cast::<PyDict>().map_err(|_| {
        PyTypeError::new_err(format!(
            "{place}: expected a dict of lon_deg, lat_deg, height_agl_m or height_asl_m, ..."
        ))
    })?;
    let mut waypoint = Waypoint::default();
    (waypoint.lon_deg, waypoint.lat_deg) = (f64::NAN, f64::NAN);
    for (key, value) in place {
        match key.extract::<String>()?.as_str() {
            "time" => waypoint.time = Some(time::from_py(&value)?),
            "lon_deg" => waypoint.lon_deg = value.extract()?,
            "lat_deg" => waypoint.lat_deg = value.extract()?,
            "height_agl_m" => waypoint.height_agl_m = value.extract()?,
            "height_asl_m" => waypoint.height_asl_m = value.extract()?,
            "weight" => waypoint.weight = value.extract()?,
            other => {
                let known = "time, lon_deg, lat_deg, height_agl_m, height_asl_m, weight";
                return Err(config_error(format!(
                    "{other}: unknown key of a place; there are {known}"
                )));
            }
        }
    }
    Ok(waypoint)
}
