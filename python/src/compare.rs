//! Comparison of modelled and measured series.

use std::path::PathBuf;

use airshed::compare::{
    Averaging, Comparison as Inner, ComparisonOptions, Errors, Estimate, Grouping, Hours, Matched, Matching,
    ModelOptions, ModelRow, ModelSeries, Statistics, ensemble_band as band, tracer_statistics, unit_of,
};
use airshed::geo::LonLat;
use airshed::observations::Unit;
use airshed::observations::datem::{TracerSample, TracerSamples};
use airshed::time::UtcTime;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
use crate::observations::{Observations, columns_of};
use crate::time;

/// A modelled and a measured series, matched: :func:`airshed.compare` makes one.
#[pyclass(frozen, module = "airshed")]
pub struct Comparison(Inner);

/// Name, value and 95 % interval of a statistic.
type Row = (&'static str, f64, f64, f64);

/// Each statistic, in the order in which they are shown.
fn rows(s: &Statistics) -> Vec<Row> {
    let plain = |name, value| (name, value, f64::NAN, f64::NAN);
    let ranged = |name, e: Estimate| (name, e.value, e.low, e.high);
    vec![
        plain("n", s.n as f64),
        plain("n_effective", s.n_effective),
        plain("lag1", s.lag1),
        plain("mean_model", s.mean_model),
        plain("mean_observed", s.mean_observed),
        plain("sd_model", s.sd_model),
        plain("sd_observed", s.sd_observed),
        ranged("bias", s.bias),
        ranged("rmse", s.rmse),
        ranged("centred_rmse", s.centred_rmse),
        ranged("r", s.r),
        ranged("slope", s.slope),
        ranged("intercept", s.intercept),
    ]
}

#[pymethods]
impl Comparison {
    /// Name of the model series.
    #[getter]
    fn model(&self) -> &str {
        &self.0.model
    }

    /// Name of the measurements: species, station, height.
    #[getter]
    fn observed(&self) -> &str {
        &self.0.observed
    }

    /// Unit of both, that of the measurements.
    #[getter]
    fn unit(&self) -> &'static str {
        self.0.unit.name()
    }

    /// How the line was fitted: ``York``, ``Deming`` or ``reduced major axis``.
    #[getter]
    fn regression(&self, py: Python<'_>) -> &'static str {
        py.detach(|| self.0.statistics().regression)
    }

    /// Rows in all, and of each kind: ``pairs``, ``gaps_observed``, ``gaps_model``, ``not_selected``.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.0.counts();
        let named = PyDict::new(py);
        named.set_item("rows", counts.rows)?;
        named.set_item("pairs", counts.pairs)?;
        named.set_item("gaps_observed", counts.gaps_observed)?;
        named.set_item("gaps_model", counts.gaps_model)?;
        named.set_item("not_selected", counts.not_selected)?;
        Ok(named)
    }

    fn _statistics(&self, py: Python<'_>) -> Vec<Row> {
        py.detach(|| rows(&self.0.statistics()))
    }

    fn _by(&self, py: Python<'_>, grouping: &str) -> PyResult<Vec<(&'static str, Vec<Row>)>> {
        let grouping = Grouping::parse(grouping).map_err(to_py)?;
        let groups = py.detach(|| self.0.by(grouping)).map_err(to_py)?;
        Ok(groups
            .iter()
            .map(|group| (group.label, rows(&group.statistics)))
            .collect())
    }

    fn _matched<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rows = &self.0.rows;
        let numbers = |value: fn(&Matched) -> f64| PyArray1::from_iter(py, rows.iter().map(value));
        let columns = PyDict::new(py);
        columns.set_item("time", time::to_py_array(py, rows.iter().map(|row| row.time))?)?;
        columns.set_item("model", numbers(|row| row.model))?;
        columns.set_item("observed", numbers(|row| row.observed))?;
        columns.set_item("model_stderr", numbers(|row| row.model_stderr))?;
        columns.set_item("observed_stderr", numbers(|row| row.observed_stderr))?;
        columns.set_item("averaged", PyArray1::from_iter(py, rows.iter().map(|row| row.averaged)))?;
        columns.set_item("wind_speed_m_s", numbers(|row| row.wind_speed_m_s))?;
        columns.set_item("wind_from_deg", numbers(|row| row.wind_from_deg))?;
        columns.set_item("selected", PyArray1::from_iter(py, rows.iter().map(|row| row.selected)))?;
        Ok(columns)
    }

    /// A pandas.DataFrame of all statistics: ``value``, and ``low`` and ``high`` of the 95 % interval where there is one.
    ///
    /// Model minus measurement. Bias by Student's t with the independent mismatches (``n_effective``, from the lag-1
    /// autocorrelation), R by Fisher's z, slope and intercept by York (2004) if errors are known, else by Deming or the
    /// reduced major axis; these, RMSE and centred RMSE by moving-block bootstrap.
    #[getter]
    fn statistics<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("statistics_to_dataframe", (slf,))
    }

    /// Statistics by ``season``, ``month``, ``hour`` (three-hour classes in local solar time) or ``wind_sector``, as a
    /// pandas.DataFrame with a row per group.
    fn by<'py>(slf: &Bound<'py, Self>, grouping: &str) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("groups_to_dataframe", (slf, grouping))
    }

    /// The matched series as a pandas.DataFrame over time; gaps are NaN, ``selected`` says what statistics look at.
    #[getter]
    fn matched<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("matched_to_dataframe", (slf,))
    }

    /// Coordinates in a Taylor diagram: ``normalised_sd`` is the radius, ``r`` the cosine of the angle.
    fn taylor<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let taylor = self.0.taylor();
        let named = PyDict::new(py);
        named.set_item("sd_model", taylor.sd_model)?;
        named.set_item("sd_observed", taylor.sd_observed)?;
        named.set_item("normalised_sd", taylor.normalised_sd)?;
        named.set_item("r", taylor.r)?;
        named.set_item("centred_rmse", taylor.centred_rmse)?;
        named.set_item("normalised_centred_rmse", taylor.normalised_centred_rmse)?;
        Ok(named)
    }

    /// Quantiles of both sides as a pandas.DataFrame over probability; the Kolmogorov-Smirnov distance in ``attrs["ks"]``.
    #[pyo3(signature = (probabilities=None))]
    fn distribution<'py>(&self, py: Python<'py>, probabilities: Option<Vec<f64>>) -> PyResult<Bound<'py, PyAny>> {
        let usual = || vec![0.05, 0.25, 0.5, 0.75, 0.95];
        let distribution = self
            .0
            .distribution(&probabilities.unwrap_or_else(usual))
            .map_err(to_py)?;
        let rows: Vec<_> = distribution
            .quantiles
            .iter()
            .map(|q| (q.probability, q.model, q.observed))
            .collect();
        py.import("airshed.tables")?
            .call_method1("quantiles_to_dataframe", (rows, distribution.ks))
    }

    /// Writes the matched series as CSV, whole or not at all.
    fn to_csv(&self, py: Python<'_>, file: PathBuf) -> PyResult<()> {
        py.detach(|| self.0.write_csv(file)).map_err(to_py)
    }

    fn __repr__(&self) -> String {
        let counts = self.0.counts();
        format!(
            "Comparison('{}' against '{}', {} pairs of {}, {})",
            self.0.model, self.0.observed, counts.pairs, counts.rows, self.0.unit
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("comparison", (slf,))
    }
}

/// A model series from pandas, with its error and wind.
fn model_of_series(series: &Bound<'_, PyAny>, columns: [Option<Bound<'_, PyAny>>; 3]) -> PyResult<ModelSeries> {
    let (times, values) = columns_of(series)?;
    let mut rows: Vec<ModelRow> = times
        .into_iter()
        .zip(values)
        .map(|(time, value)| ModelRow::new(time, value))
        .collect();
    let fields: [fn(&mut ModelRow) -> &mut f64; 3] = [
        |row| &mut row.stderr,
        |row| &mut row.wind_speed_m_s,
        |row| &mut row.wind_from_deg,
    ];
    for (column, field) in columns.iter().zip(fields) {
        let Some(column) = column else { continue };
        let (own, values) = columns_of(column)?;
        if own.len() != rows.len() || own.iter().zip(&rows).any(|(time, row)| *time != row.time) {
            return Err(config_error(
                "errors and wind of the model: expected at the times of the model itself".into(),
            ));
        }
        for (row, value) in rows.iter_mut().zip(values) {
            *field(row) = value;
        }
    }
    Ok(ModelSeries {
        name: String::new(),
        unit: None,
        height_agl_m: None,
        rows,
    })
}

/// What the keyword `name` was given as.
fn key<'py, T: FromPyObjectOwned<'py>>(choices: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<T>> {
    match choices.get_item(name)? {
        Some(value) if !value.is_none() => value.extract().map(Some).map_err(Into::into),
        _ => Ok(None),
    }
}

fn options(choices: &Bound<'_, PyDict>) -> PyResult<ComparisonOptions> {
    let window: Option<(f64, f64)> = key(choices, "window_h")?;
    let hours = match (key::<String>(choices, "hours"), key::<(f64, f64)>(choices, "hours")) {
        (Ok(None), _) => Hours::Any,
        (Ok(Some(name)), _) => Hours::parse(&name).map_err(to_py)?,
        (Err(_), Ok(Some((from, to)))) => Hours::Between(from, to),
        (Err(error), _) => return Err(error),
    };
    let daily = key::<bool>(choices, "daily")?.unwrap_or(false);
    Ok(ComparisonOptions {
        matching: window.map(|(from_h, to_h)| Matching::Window { from_h, to_h }),
        hours,
        min_wind_m_s: key(choices, "min_wind_m_s")?,
        averaging: if daily { Averaging::Daily } else { Averaging::None },
        errors: Errors {
            model: key(choices, "model_error")?,
            observed: key(choices, "observation_error")?,
            variance_ratio: key(choices, "error_ratio")?,
        },
        lon_deg: key(choices, "lon_deg")?,
        mountain: key(choices, "mountain")?,
        any_height: key(choices, "any_height")?.unwrap_or(false),
        seed: key(choices, "seed")?.unwrap_or(1),
    })
}

/// Compares a model series from pandas with measurements; choices by name as `airshed.compare` has them.
#[pyfunction]
pub fn compare_series(
    series: &Bound<'_, PyAny>,
    name: String,
    observations: &Observations,
    choices: &Bound<'_, PyDict>,
) -> PyResult<Comparison> {
    let beside = [
        key(choices, "model_stderr")?,
        key(choices, "wind_speed")?,
        key(choices, "wind_from_deg")?,
    ];
    let unit: Option<String> = key(choices, "unit")?;
    let given = unit.map(|unit| Unit::parse(&unit)).transpose().map_err(to_py)?;
    let model = ModelSeries {
        unit: given.or_else(|| unit_of(&name)),
        name,
        height_agl_m: key(choices, "model_height")?,
        ..model_of_series(series, beside)?
    };
    let options = options(choices)?;
    let py = series.py();
    py.detach(|| Inner::new(&model, &observations.0, &options))
        .map(Comparison)
        .map_err(to_py)
}

/// Compares a model's file with measurements.
#[pyfunction]
pub fn compare_file(file: PathBuf, observations: &Observations, choices: &Bound<'_, PyDict>) -> PyResult<Comparison> {
    let unit: Option<String> = key(choices, "unit")?;
    let options = options(choices)?;
    let observed = &observations.0;
    let heights = match (key(choices, "model_height")?, options.any_height) {
        (Some(height), _) => vec![height],
        (None, true) => Vec::new(),
        (None, false) => {
            let station = airshed::stations::Station::find(&observed.station).ok();
            observed
                .height_agl_m
                .into_iter()
                .chain(station.and_then(|s| s.model_height_agl_m))
                .collect()
        }
    };
    let model_options = ModelOptions {
        column: key(choices, "column")?,
        unit: unit.map(|unit| Unit::parse(&unit)).transpose().map_err(to_py)?,
        fluxes: key(choices, "fluxes")?.unwrap_or_default(),
        grid: key(choices, "grid")?,
        heights_agl_m: heights,
        place: observed.place,
        background: key(choices, "background")?.unwrap_or(0.0),
    };
    let compared = choices
        .py()
        .detach(|| Inner::new(&ModelSeries::open(file, &model_options)?, observed, &options));
    compared.map(Comparison).map_err(to_py)
}

/// Time, least, median and largest value and count of an ensemble of model series from pandas.
#[pyfunction]
pub fn ensemble_columns<'py>(py: Python<'py>, members: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
    let named = |series: &Bound<'py, PyAny>| {
        let name: String = series.getattr("name")?.str()?.extract()?;
        let unit = unit_of(&name);
        let plain = model_of_series(series, [None, None, None])?;
        Ok(ModelSeries { name, unit, ..plain })
    };
    let mut series: Vec<ModelSeries> = members.iter().map(named).collect::<PyResult<_>>()?;
    // a member whose name states no unit is in that of the others
    let stated = series.iter().find_map(|member| member.unit);
    series
        .iter_mut()
        .for_each(|member| member.unit = member.unit.or(stated));
    let rows = band(&series).map_err(to_py)?;
    let columns = PyDict::new(py);
    columns.set_item("time", time::to_py_array(py, rows.iter().map(|row| row.time))?)?;
    columns.set_item("min", PyArray1::from_iter(py, rows.iter().map(|row| row.min)))?;
    columns.set_item("median", PyArray1::from_iter(py, rows.iter().map(|row| row.median)))?;
    columns.set_item("max", PyArray1::from_iter(py, rows.iter().map(|row| row.max)))?;
    columns.set_item("members", PyArray1::from_iter(py, rows.iter().map(|row| row.members)))?;
    Ok(columns)
}

/// Start and end in seconds, station and value of tracer samples.
type TracerColumns<'py> = (
    PyReadonlyArray1<'py, i64>,
    PyReadonlyArray1<'py, i64>,
    Vec<String>,
    PyReadonlyArray1<'py, f64>,
);

fn samples((start, end, station, value): &TracerColumns<'_>) -> PyResult<TracerSamples> {
    let (start, end, value) = (start.as_array(), end.as_array(), value.as_array());
    if start.len() != end.len() || start.len() != station.len() || start.len() != value.len() {
        return Err(config_error("tracer samples: columns of different lengths".into()));
    }
    let sample = |k: usize| TracerSample {
        start: UtcTime::from_seconds(start[k]),
        duration_s: end[k] - start[k],
        place: LonLat {
            lon_deg: 0.0,
            lat_deg: 0.0,
        },
        value: value[k],
        station: station[k].clone(),
    };
    Ok(TracerSamples {
        title: String::new(),
        tracer: String::new(),
        samples: (0..start.len()).map(sample).collect(),
    })
}

/// Statistics of a tracer experiment by name.
#[pyfunction]
pub fn tracer_numbers<'py>(
    py: Python<'py>,
    model: TracerColumns<'py>,
    observed: TracerColumns<'py>,
    threshold: f64,
) -> PyResult<Bound<'py, PyDict>> {
    let s = tracer_statistics(&samples(&model)?, &samples(&observed)?, threshold).map_err(to_py)?;
    let named = PyDict::new(py);
    for (name, count) in [("n", s.n), ("both_zero", s.both_zero), ("unmatched", s.unmatched)] {
        named.set_item(name, count)?;
    }
    for (name, value) in [
        ("mean_model", s.mean_model),
        ("mean_observed", s.mean_observed),
        ("r", s.r),
        ("fb", s.fb),
        ("fms", s.fms),
        ("ksp", s.ksp),
        ("rank", s.rank()),
    ] {
        named.set_item(name, value)?;
    }
    Ok(named)
}
