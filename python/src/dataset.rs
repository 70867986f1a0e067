//! An xarray Dataset as a container of meteorology: values are read, or computed, when they are needed.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use airshed::met::cf::{Attribute, Attributes, Container, VariableInfo};
use airshed::{Error, Result};
use ndarray::ArrayD;
use numpy::{Element, PyReadonlyArrayDyn};
use pyo3::exceptions::{PyKeyboardInterrupt, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PySlice, PyString, PyTuple};

use crate::interpreter::with_python;

/// In what unit times come to the engine.
const EPOCH: &str = "seconds since 1970-01-01";

/// Variables and attributes of a Dataset, and its variables to be read.
pub struct Dataset {
    name: PathBuf,
    variables: Vec<VariableInfo>,
    attributes: Attributes,
    held: BTreeMap<String, Held>,
}

/// A variable of xarray.
struct Held {
    object: Py<PyAny>,
    kind: Kind,
}

/// What an array is made of.
enum Kind {
    Numbers,
    /// `datetime64`.
    Times,
    /// `timedelta64`.
    Durations,
    /// Objects of cftime, in a calendar.
    Calendar(String),
    Text,
}

impl Dataset {
    /// # Errors
    /// `TypeError` if it is no Dataset; whatever its variables raise.
    pub fn new(dataset: &Bound<'_, PyAny>) -> PyResult<Self> {
        let class = dataset.py().import("xarray")?.getattr("Dataset")?;
        if !dataset.is_instance(&class)? {
            let found = dataset.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "dataset: expected an xarray.Dataset or a list of them, found {found}"
            )));
        }
        let source = dataset.getattr("encoding")?.call_method1("get", ("source",))?;
        let name = source.extract().unwrap_or_else(|_| "xarray.Dataset".into());
        let (mut variables, mut held) = (Vec::new(), BTreeMap::new());
        for pair in dataset.getattr("variables")?.cast::<PyMapping>()?.items()? {
            let (name, object): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
            let name = name.str()?.to_string();
            let kind = Kind::of(&object)?;
            let mut attributes = attributes(&object.getattr("attrs")?)?;
            attributes.extend(kind.attributes());
            variables.push(VariableInfo {
                name: name.clone(),
                dimensions: dimensions(&object)?,
                attributes,
            });
            let object = object.unbind();
            held.insert(name, Held { object, kind });
        }
        Ok(Self {
            name,
            variables,
            attributes: attributes(&dataset.getattr("attrs")?)?,
            held,
        })
    }
}

fn dimensions(variable: &Bound<'_, PyAny>) -> PyResult<Vec<(String, usize)>> {
    let lengths: Vec<usize> = variable.getattr("shape")?.extract()?;
    let names = variable.getattr("dims")?.try_iter()?;
    let names: PyResult<Vec<String>> = names.map(|name| Ok(name?.str()?.to_string())).collect();
    Ok(names?.into_iter().zip(lengths).collect())
}

/// Those of text and of numbers.
fn attributes(held: &Bound<'_, PyAny>) -> PyResult<Attributes> {
    let numpy = held.py().import("numpy")?;
    let mut attributes = Attributes::new();
    for pair in held.cast::<PyMapping>()?.items()? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        let known = if let Ok(text) = value.cast::<PyString>() {
            Attribute::Text(text.to_string())
        } else if let Ok(numbers) = numbers(&numpy, &value) {
            Attribute::Numbers(numbers)
        } else if let Ok(texts) = value.extract::<Vec<String>>() {
            Attribute::Text(texts.join(" "))
        } else {
            continue;
        };
        attributes.insert(name.str()?.to_string(), known);
    }
    Ok(attributes)
}

fn numbers<'py>(numpy: &Bound<'py, PyModule>, value: &Bound<'py, PyAny>) -> PyResult<Vec<f64>> {
    let array = numpy.call_method1("asarray", (value, "float64"))?;
    array.call_method0("ravel")?.extract()
}

impl Kind {
    fn of(variable: &Bound<'_, PyAny>) -> PyResult<Self> {
        let kind: String = variable.getattr("dtype")?.getattr("kind")?.extract()?;
        Ok(match kind.as_str() {
            "f" | "i" | "u" | "b" => Self::Numbers,
            "M" => Self::Times,
            "m" => Self::Durations,
            "O" => calendar(variable)?.map_or(Self::Text, Self::Calendar),
            _ => Self::Text,
        })
    }

    /// What xarray took from the attributes when it made times of numbers.
    fn attributes(&self) -> Vec<(String, Attribute)> {
        let text = |name: &str, value: &str| (name.to_owned(), Attribute::Text(value.to_owned()));
        match self {
            Self::Numbers | Self::Text => Vec::new(),
            Self::Times => vec![text("units", EPOCH), text("calendar", "proleptic_gregorian")],
            Self::Durations => vec![text("units", "seconds")],
            Self::Calendar(calendar) => vec![text("units", EPOCH), text("calendar", calendar)],
        }
    }

    /// Values as an array of numbers.
    fn numbers<'py>(&self, values: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = values.py();
        let numpy = py.import("numpy")?;
        let second = || numpy.call_method1("timedelta64", (1, "s"));
        Ok(match self {
            Self::Numbers => values.clone(),
            Self::Times => values
                .sub(numpy.call_method1("datetime64", (0, "s"))?)?
                .div(second()?)?,
            Self::Durations => values.div(second()?)?,
            Self::Calendar(calendar) => {
                let keywords = PyDict::new(py);
                keywords.set_item("calendar", calendar)?;
                py.import("cftime")?
                    .call_method("date2num", (values, EPOCH), Some(&keywords))?
            }
            Self::Text => numpy.call_method1("full", (values.getattr("shape")?, f64::NAN))?,
        })
    }
}

/// The calendar of a coordinate that holds objects of cftime.
fn calendar(variable: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if variable.getattr("ndim")?.extract::<usize>()? > 2 {
        return Ok(None);
    }
    let mut objects = variable.getattr("values")?.getattr("flat")?.try_iter()?;
    let calendar = |object: Bound<'_, PyAny>| object.getattr("calendar")?.extract();
    Ok(objects.next().transpose()?.and_then(|object| calendar(object).ok()))
}

impl Held {
    fn read<T: Element + Clone>(&self, py: Python<'_>, ranges: &[Range<usize>]) -> PyResult<ArrayD<T>> {
        let slice = |range: &Range<usize>| PySlice::new(py, range.start as isize, range.end as isize, 1);
        let part = PyTuple::new(py, ranges.iter().map(slice))?;
        let values = self.object.bind(py).get_item(part)?.getattr("values")?;
        let numbers = (self.kind.numbers(&values)?, numpy::dtype::<T>(py));
        let numbers = py.import("numpy")?.call_method1("asarray", numbers)?;
        let numbers: PyReadonlyArrayDyn<'_, T> = numbers.extract()?;
        Ok(numbers.as_array().to_owned())
    }
}

impl Dataset {
    fn read_as<T: Element + Clone + Send>(&self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<T>> {
        let refused = |reason: io::Error| Error::Io {
            action: "read",
            path: self.name.clone(),
            source: reason,
        };
        let Some(held) = self.held.get(variable) else {
            return Err(refused(io::Error::other(format!("no variable {variable}"))));
        };
        let read = |py: Python<'_>| {
            held.read(py, ranges)
                .map_err(|raised| Raised::new(py, variable, raised))
        };
        match with_python(read) {
            Some(Ok(values)) => Ok(values),
            Some(Err(raised)) if raised.is_interrupt => Err(Error::Interrupted),
            Some(Err(raised)) => Err(refused(io::Error::other(raised))),
            None => Err(refused(io::Error::other("the interpreter is ending"))),
        }
    }
}

impl Container for Dataset {
    fn name(&self) -> &Path {
        &self.name
    }

    fn variables(&self) -> &[VariableInfo] {
        &self.variables
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn read(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<f64>> {
        self.read_as(variable, ranges)
    }

    fn read_single(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<f32>> {
        self.read_as(variable, ranges)
    }
}

/// What Python raised while a variable was read.
#[derive(Debug)]
struct Raised {
    text: String,
    error: PyErr,
    is_interrupt: bool,
}

impl Raised {
    fn new(py: Python<'_>, variable: &str, error: PyErr) -> Self {
        Self {
            text: format!("variable {variable}: {error}"),
            is_interrupt: error.is_instance_of::<PyKeyboardInterrupt>(py),
            error,
        }
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Raised {}

/// The exception behind an error of reading.
pub fn cause(py: Python<'_>, error: &io::Error) -> Option<PyErr> {
    let raised = error.get_ref()?.downcast_ref::<Raised>()?;
    Some(raised.error.clone_ref(py))
}
