//! Times at the border: text, `datetime`, pandas and numpy in; `numpy.datetime64[s]` out. All UTC.

use airshed::time::UtcTime;
use numpy::PyArray1;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyString};

use crate::error::to_py;

/// A time from whatever Python calls one; without a time zone it is UTC.
pub fn from_py(time: &Bound<'_, PyAny>) -> PyResult<UtcTime> {
    if let Ok(text) = time.cast::<PyString>() {
        return UtcTime::parse(text.to_str()?).map_err(to_py);
    }
    let seconds = if time.hasattr("timestamp")? {
        datetime_seconds(time)?
    } else {
        numpy_seconds(time)?
    };
    Ok(UtcTime::from_seconds(seconds.floor() as i64))
}

/// `datetime.datetime` and `pandas.Timestamp`.
fn datetime_seconds(time: &Bound<'_, PyAny>) -> PyResult<f64> {
    let py = time.py();
    let aware = if time.getattr("tzinfo")?.is_none() {
        let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
        time.call_method("replace", (), Some(&[("tzinfo", utc)].into_py_dict(py)?))?
    } else {
        time.clone()
    };
    aware.call_method0("timestamp")?.extract()
}

/// `numpy.datetime64`, and whatever becomes an array of one of them.
fn numpy_seconds(time: &Bound<'_, PyAny>) -> PyResult<f64> {
    let numpy = time.py().import("numpy")?;
    let array = numpy.call_method1("asarray", (time,))?;
    let kind: String = array.getattr("dtype")?.getattr("kind")?.extract()?;
    if kind != "M" || array.getattr("ndim")?.extract::<usize>()? != 0 {
        let found = time.get_type().name()?;
        let text =
            format!("time: expected text (ISO 8601), datetime, numpy.datetime64 or pandas.Timestamp, found {found}");
        return Err(PyTypeError::new_err(text));
    }
    if numpy.call_method1("isnat", (&array,))?.is_truthy()? {
        return Err(PyValueError::new_err("time: not a time (NaT)"));
    }
    let seconds = array
        .call_method1("astype", ("datetime64[s]",))?
        .call_method1("astype", ("int64",))?;
    seconds.call_method0("item")?.extract::<i64>().map(|s| s as f64)
}

/// One time as `numpy.datetime64[s]`.
pub fn to_py_scalar(py: Python<'_>, time: UtcTime) -> PyResult<Bound<'_, PyAny>> {
    py.import("numpy")?.call_method1("datetime64", (time.seconds(), "s"))
}

/// Times as an array of `datetime64[s]`, shape `[time]`.
pub fn to_py_array(py: Python<'_>, times: impl Iterator<Item = UtcTime>) -> PyResult<Bound<'_, PyAny>> {
    let seconds: Vec<i64> = times.map(UtcTime::seconds).collect();
    PyArray1::from_vec(py, seconds).call_method1("view", ("datetime64[s]",))
}
