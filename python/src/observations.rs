//! Observations, stations and tracer samples.

use std::path::PathBuf;

use airshed::geo::LonLat;
use airshed::observations::datem::{TracerSample, TracerSamples, read_datem as read};
use airshed::observations::{Flags, Observation, Observations as Inner, ReadOptions, Unit};
use airshed::stations::Station;
use airshed::time::UtcTime;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
use crate::time;

/// A measured series of one station, quantity and height.
///
/// Values keep the unit and the scale of their file; times are UTC, each with its averaging interval. What was not
/// measured, or carries a flag that is not wanted, is NaN.
#[pyclass(frozen, module = "airshed")]
pub struct Observations(pub Inner);

fn unit(text: Option<&str>) -> PyResult<Option<Unit>> {
    text.map(|text| Unit::parse(text).map_err(to_py)).transpose()
}

fn flags(wanted: Option<&Bound<'_, PyAny>>) -> PyResult<Flags> {
    let Some(wanted) = wanted else {
        return Ok(Flags::Good);
    };
    match wanted.extract::<String>() {
        Ok(text) if text == "good" => Ok(Flags::Good),
        Ok(text) if text == "all" => Ok(Flags::All),
        Ok(text) => Ok(Flags::Listed(vec![text])),
        Err(_) => Ok(Flags::Listed(wanted.extract()?)),
    }
}

#[pymethods]
impl Observations {
    /// Opens an ICOS ATC file, an ObsPack netCDF file, or a CSV table with ``time`` and ``value``.
    ///
    /// Parameters
    /// ----------
    /// file : path
    ///     Its layout is seen from its content.
    /// species : str, optional
    ///     Which quantity, of a file with several (``WS``); of a table the column.
    /// station : str, optional
    ///     Which station, of a table with several.
    /// height : float, optional
    ///     Which intake, m above ground, of a file with several.
    /// flags : "good", "all", or a list of flags
    ///     Values with other flags become gaps. Good: ``O`` of ICOS; ``obs_flag`` 1 and a ``qcflag`` that begins with a
    ///     dot of ObsPack; all of a table.
    /// unit : str, optional
    ///     Of a table that does not state it.
    /// interval_h : float, optional
    ///     Hours that each value of a table stands for, from its time on, unless its column ``end`` says so.
    /// utc_offset_h : float, optional
    ///     Hours by which an ICOS file whose header names another time zone is ahead of UTC.
    #[staticmethod]
    #[pyo3(signature = (file, *, species=None, station=None, height=None, flags=None, unit=None, interval_h=None, utc_offset_h=None))]
    #[allow(clippy::too_many_arguments)] // keyword arguments of Python
    fn open(
        py: Python<'_>,
        file: PathBuf,
        species: Option<String>,
        station: Option<String>,
        height: Option<f64>,
        flags: Option<&Bound<'_, PyAny>>,
        unit: Option<&str>,
        interval_h: Option<f64>,
        utc_offset_h: Option<f64>,
    ) -> PyResult<Self> {
        let options = ReadOptions {
            species,
            station,
            height_agl_m: height,
            flags: self::flags(flags)?,
            unit: self::unit(unit)?,
            interval_h,
            utc_offset_h,
        };
        py.detach(|| Inner::open_with(&file, &options)).map(Self).map_err(to_py)
    }

    /// A series from pandas: the index is the start of each interval, UTC unless it carries a time zone.
    ///
    /// Parameters
    /// ----------
    /// series : pandas.Series
    ///     NaN is a gap.
    /// unit : str
    ///     ``ppm``, ``ppb``, ``per mil``, ``Bq m-3`` ...
    /// interval_h : float
    ///     Hours that each value stands for; 0 for instants.
    /// species, station, height_agl_m, lon_deg, lat_deg : optional
    ///     What was measured, and where.
    /// stderr : pandas.Series, optional
    ///     Standard error of each value.
    #[staticmethod]
    #[pyo3(signature = (series, *, unit, interval_h, species="value", station="", height_agl_m=None, lon_deg=None, lat_deg=None, stderr=None))]
    #[allow(clippy::too_many_arguments)] // keyword arguments of Python
    fn from_series(
        series: &Bound<'_, PyAny>,
        unit: &str,
        interval_h: f64,
        species: &str,
        station: &str,
        height_agl_m: Option<f64>,
        lon_deg: Option<f64>,
        lat_deg: Option<f64>,
        stderr: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (times, values) = columns_of(series)?;
        let errors = match stderr {
            Some(stderr) => columns_of(stderr)?.1,
            None => vec![f64::NAN; values.len()],
        };
        if errors.len() != values.len() {
            let found = errors.len();
            return Err(config_error(format!(
                "stderr: {found} values for a series of {}",
                values.len()
            )));
        }
        if !(0.0..=1e6).contains(&interval_h) {
            return Err(config_error(format!("interval_h = {interval_h}: hours, from 0 on")));
        }
        let length_s = (interval_h * 3600.0).round() as i64;
        let mut rows: Vec<Observation> = times
            .into_iter()
            .zip(values)
            .zip(errors)
            .map(|((start, value), stderr)| Observation {
                start,
                end: start.plus_seconds(length_s),
                value,
                stdev: f64::NAN,
                stderr,
                points: None,
                flag: String::new(),
            })
            .collect();
        rows.sort_by_key(|row| row.start);
        Ok(Self(Inner {
            station: station.to_owned(),
            station_name: String::new(),
            species: species.to_owned(),
            unit: Unit::parse(unit).map_err(to_py)?,
            scale: String::new(),
            contributor: String::new(),
            height_agl_m,
            place: lon_deg
                .zip(lat_deg)
                .map(|(lon_deg, lat_deg)| LonLat { lon_deg, lat_deg }),
            elevation_asl_m: None,
            rows,
            uncertainties: Default::default(),
            rejected: 0,
            notes: Vec::new(),
        }))
    }

    /// The same series in another unit; uncertainties with it.
    fn in_unit(&self, unit: &str) -> PyResult<Self> {
        let unit = Unit::parse(unit).map_err(to_py)?;
        self.0.clone().in_unit(unit).map(Self).map_err(to_py)
    }

    /// Code of the station.
    #[getter]
    fn station(&self) -> &str {
        &self.0.station
    }

    /// What was measured, as the file calls it.
    #[getter]
    fn species(&self) -> &str {
        &self.0.species
    }

    /// Unit of values and uncertainties.
    #[getter]
    fn unit(&self) -> &'static str {
        self.0.unit.name()
    }

    /// Height of the intake above ground, m, if stated.
    #[getter]
    const fn height_agl_m(&self) -> Option<f64> {
        self.0.height_agl_m
    }

    /// Longitude of the station, degrees east, if stated.
    #[getter]
    fn lon_deg(&self) -> Option<f64> {
        self.0.place.map(|place| place.lon_deg)
    }

    /// Latitude of the station, degrees north, if stated.
    #[getter]
    fn lat_deg(&self) -> Option<f64> {
        self.0.place.map(|place| place.lat_deg)
    }

    /// What a reader should know: contradictions of a header, lines that are missing.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }

    /// How many measured values became gaps because of their flag.
    #[getter]
    const fn rejected(&self) -> usize {
        self.0.rejected
    }

    /// All that the file states, by name; what it does not state is left out.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stated = PyDict::new(py);
        for (name, text) in [
            ("station", self.0.station.as_str()),
            ("station_name", &self.0.station_name),
            ("species", &self.0.species),
            ("units", self.0.unit.name()),
            ("scale", &self.0.scale),
            ("contributor", &self.0.contributor),
        ] {
            if !text.is_empty() {
                stated.set_item(name, text)?;
            }
        }
        for (name, number) in [
            ("height_agl_m", self.0.height_agl_m),
            ("lon_deg", self.lon_deg()),
            ("lat_deg", self.lat_deg()),
            ("elevation_asl_m", self.0.elevation_asl_m),
        ] {
            if let Some(number) = number {
                stated.set_item(name, number)?;
            }
        }
        Ok(stated)
    }

    /// A dict of columns, one value per row.
    fn _columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rows = &self.0.rows;
        let numbers = |value: fn(&Observation) -> f64| PyArray1::from_iter(py, rows.iter().map(value));
        let columns = PyDict::new(py);
        columns.set_item("start", time::to_py_array(py, rows.iter().map(|row| row.start))?)?;
        columns.set_item("end", time::to_py_array(py, rows.iter().map(|row| row.end))?)?;
        columns.set_item("value", numbers(|row| row.value))?;
        columns.set_item("stdev", numbers(|row| row.stdev))?;
        columns.set_item("stderr", numbers(|row| row.stderr))?;
        columns.set_item("points", numbers(|row| row.points.map_or(f64::NAN, f64::from)))?;
        columns.set_item("flag", rows.iter().map(|row| row.flag.as_str()).collect::<Vec<_>>())?;
        for (name, values) in &self.0.uncertainties {
            columns.set_item(name, PyArray1::from_slice(py, values))?;
        }
        Ok(columns)
    }

    /// A pandas.DataFrame over the start of each interval: end, value, stdev, stderr, points, flag, and the further
    /// uncertainties of the file; metadata in ``attrs``.
    fn to_dataframe<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("observations_to_dataframe", (slf,))
    }

    /// A pandas.Series of values over the start of each interval.
    fn to_series<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("observations_to_series", (slf,))
    }

    /// An xarray.Dataset with the dimension ``time``, the start of each interval.
    fn to_xarray<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("observations_to_xarray", (slf,))
    }

    fn __len__(&self) -> usize {
        self.0.rows.len()
    }

    fn __repr__(&self) -> String {
        format!("Observations({})", self.0)
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("observations", (slf,))
    }
}

/// Times and values of a pandas.Series.
pub fn columns_of(series: &Bound<'_, PyAny>) -> PyResult<(Vec<UtcTime>, Vec<f64>)> {
    let columns = series
        .py()
        .import("airshed.tables")?
        .call_method1("series_to_arrays", (series,))?;
    let (seconds, values): (PyReadonlyArray1<'_, i64>, PyReadonlyArray1<'_, f64>) = columns.extract()?;
    let times = seconds
        .as_array()
        .iter()
        .map(|&seconds| UtcTime::from_seconds(seconds))
        .collect();
    Ok((times, values.as_array().to_vec()))
}

/// The station table: a dict of columns, one value per station.
#[pyfunction]
pub fn station_table(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let stations = Station::all();
    let columns = PyDict::new(py);
    let texts = |text: fn(&Station) -> &'static str| stations.iter().map(text).collect::<Vec<_>>();
    let numbers = |number: fn(&Station) -> Option<f64>| {
        stations
            .iter()
            .map(|s| number(s).unwrap_or(f64::NAN))
            .collect::<Vec<_>>()
    };
    columns.set_item("id", texts(|s| s.id))?;
    columns.set_item("name", texts(|s| s.name))?;
    columns.set_item("country", texts(|s| s.country))?;
    columns.set_item("lon_deg", numbers(|s| Some(s.lon_deg)))?;
    columns.set_item("lat_deg", numbers(|s| Some(s.lat_deg)))?;
    columns.set_item("elevation_asl_m", numbers(|s| s.elevation_asl_m))?;
    columns.set_item(
        "heights_agl_m",
        stations.iter().map(|s| s.heights_agl_m.clone()).collect::<Vec<_>>(),
    )?;
    columns.set_item("model_height_agl_m", numbers(|s| s.model_height_agl_m))?;
    columns.set_item("class", stations.iter().map(|s| s.class).collect::<Vec<_>>())?;
    columns.set_item(
        "is_mountain",
        stations.iter().map(Station::is_mountain).collect::<Vec<_>>(),
    )?;
    columns.set_item("source", texts(|s| s.source))?;
    Ok(columns)
}

/// Tracer samples of a DATEM file, as a dict of columns, its title and the name of the tracer.
#[pyfunction]
pub fn datem_columns(py: Python<'_>, file: PathBuf) -> PyResult<(Bound<'_, PyDict>, String, String)> {
    let TracerSamples { title, tracer, samples } = read(&file).map_err(to_py)?;
    let columns = PyDict::new(py);
    let numbers = |value: fn(&TracerSample) -> f64| PyArray1::from_iter(py, samples.iter().map(value));
    let end = |sample: &TracerSample| sample.start.plus_seconds(sample.duration_s);
    columns.set_item("start", time::to_py_array(py, samples.iter().map(|s| s.start))?)?;
    columns.set_item("end", time::to_py_array(py, samples.iter().map(end))?)?;
    columns.set_item(
        "station",
        samples.iter().map(|s| s.station.as_str()).collect::<Vec<_>>(),
    )?;
    columns.set_item("lon_deg", numbers(|s| s.place.lon_deg))?;
    columns.set_item("lat_deg", numbers(|s| s.place.lat_deg))?;
    columns.set_item("value", numbers(|s| s.value))?;
    Ok((columns, title, tracer))
}
