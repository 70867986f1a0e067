//! Global attributes: the receptor and the run, written and read back.

use std::path::Path;

use netcdf::{AttributeValue, File, FileMut, VariableMut};

use crate::error::{Error, Result};
use crate::netcdf_file::on_netcdf_thread;
use crate::receptor::{Datum, Description, Receptor};
use crate::time::UtcTime;

/// What a file says about the run that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAttributes {
    /// `parity`, `physics`, or where a footprint that airshed did not make comes from.
    pub mode: String,
    /// Seed of the noise.
    pub seed: u64,
    /// Whether the ensemble is the second one, perturbed by transport errors.
    pub perturbed: bool,
}

/// Reads what a footprint or trajectory file says about the run that made it.
///
/// # Errors
/// [`Error::Io`], [`Error::NetCdf`](crate::Error::NetCdf), or [`Error::Format`] if it is not such a file.
pub fn read_run_attributes(path: impl AsRef<Path>) -> Result<RunAttributes> {
    let path = path.as_ref();
    on_netcdf_thread(|| read(path))
}

fn read(path: &Path) -> Result<RunAttributes> {
    read_run(&Reader::open(path, "result")?)
}

pub(crate) fn read_run(reader: &Reader<'_>) -> Result<RunAttributes> {
    let seed = reader.text("seed")?;
    Ok(RunAttributes {
        mode: reader.text("mode")?,
        seed: seed.parse().map_err(|_| reader.lacks("whole number as seed"))?,
        perturbed: reader.has(PERTURBED),
    })
}

/// Attribute that only files of perturbed ensembles have.
const PERTURBED: &str = "transport_errors";

/// What is written: a text, a number, or several.
pub(crate) type Attribute = (&'static str, AttributeValue);

/// A text attribute.
pub(crate) fn text(name: &'static str, value: impl Into<String>) -> Attribute {
    (name, AttributeValue::Str(value.into()))
}

/// A number attribute.
pub(crate) fn number(name: &'static str, value: f64) -> Attribute {
    (name, AttributeValue::Double(value))
}

/// The attributes of a file of one receptor.
pub(super) fn of_run(title: &str, receptor: &Receptor, run: &RunAttributes) -> Vec<Attribute> {
    let mut attributes = of_source(title, run);
    attributes.extend(of_receptor(receptor));
    attributes
}

/// What [`Reader::receptor`] reads.
pub(crate) fn of_receptor(receptor: &Receptor) -> Vec<Attribute> {
    let mut attributes = vec![
        text("receptor_id", &receptor.id),
        text("receptor_time", receptor.time.to_string()),
        number("receptor_lon_deg", receptor.lon_deg),
        number("receptor_lat_deg", receptor.lat_deg),
        number(receptor_height_key(receptor.datum), receptor.height_m),
    ];
    if !receptor.is_plain_point() {
        attributes.push(text("receptor_kind", receptor.shape.name()));
        attributes.push(text("receptor", in_toml(receptor)));
    }
    attributes
}

/// The attributes that every file of a run carries.
pub(crate) fn of_source(title: &str, run: &RunAttributes) -> Vec<Attribute> {
    let version = concat!("airshed ", env!("CARGO_PKG_VERSION"));
    let source = match run.mode.as_str() {
        "parity" | "physics" => format!("{version}, Lagrangian particle model, mode {}", run.mode),
        origin => origin.to_owned(),
    };
    let mut attributes = vec![
        text("Conventions", "CF-1.8"),
        text("title", title),
        text("source", source),
        text("history", format!("written by {version}")),
        text(
            "references",
            "Lin et al. 2003 (JGR 108, 4493); Fasoli et al. 2018 (GMD 11, 2813)",
        ),
        text("mode", &run.mode),
        // netCDF tools know no unsigned 64-bit attribute in common
        text("seed", run.seed.to_string()),
    ];
    if run.perturbed {
        attributes.push(text(PERTURBED, "perturbed ensemble"));
    }
    attributes
}

const fn receptor_height_key(datum: Datum) -> &'static str {
    match datum {
        Datum::Ground => "receptor_height_agl_m",
        Datum::SeaLevel => "receptor_height_asl_m",
    }
}

/// The receptor as a `[[receptor]]` table would say it.
pub(crate) fn in_toml(receptor: &Receptor) -> String {
    toml::to_string(&Description::from(receptor.clone())).unwrap_or_default()
}

pub(crate) fn put_global(file: &mut FileMut, attributes: Vec<Attribute>) -> netcdf::Result<()> {
    attributes
        .into_iter()
        .try_for_each(|(name, value)| file.add_attribute(name, value).map(drop))
}

pub(crate) fn put(variable: &mut VariableMut<'_>, attributes: Vec<Attribute>) -> netcdf::Result<()> {
    attributes
        .into_iter()
        .try_for_each(|(name, value)| variable.put_attribute(name, value).map(drop))
}

/// A file that is being read: errors name it and say what it lacks.
pub(crate) struct Reader<'a> {
    pub file: File,
    pub path: &'a Path,
    /// `a footprint file of airshed`.
    kind: String,
}

impl<'a> Reader<'a> {
    /// Opens a file of ours: a `footprint`, a `trajectory`.
    pub fn open(path: &'a Path, kind: &str) -> Result<Self> {
        Self::open_as(path, format!("a {kind} file of airshed"))
    }

    /// Opens any file; errors will say that it is no such `kind`.
    pub fn open_as(path: &'a Path, kind: String) -> Result<Self> {
        std::fs::metadata(path).map_err(Error::io("open", path))?;
        let file = netcdf::open(path).map_err(Error::netcdf(path))?;
        Ok(Self { file, path, kind })
    }

    /// The same, known by now to be meant as some other `kind`.
    pub fn meant_as(self, kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..self
        }
    }

    /// The error for something that a file of this kind would hold.
    pub fn lacks(&self, what: &str) -> Error {
        Error::format(self.path, format!("not {}: no {what}", self.kind))
    }

    /// Whether there is a global attribute; HDF5 grumbles on stderr when asked by name for one that is not there.
    pub fn has(&self, name: &str) -> bool {
        self.file.attributes().any(|attribute| attribute.name() == name)
    }

    pub fn text(&self, name: &str) -> Result<String> {
        match self.file.attribute(name).map(|a| a.value()) {
            Some(Ok(AttributeValue::Str(value))) => Ok(value),
            _ => Err(self.lacks(&format!("text attribute {name}"))),
        }
    }

    pub fn number(&self, name: &str) -> Result<f64> {
        let value = self.file.attribute(name).and_then(|a| a.value().ok());
        value
            .and_then(|v| f64::try_from(v).ok())
            .ok_or_else(|| self.lacks(&format!("number attribute {name}")))
    }

    pub fn variable(&self, name: &str) -> Result<netcdf::Variable<'_>> {
        self.file
            .variable(name)
            .ok_or_else(|| self.lacks(&format!("variable {name}")))
    }

    /// A whole variable, in the order of the file.
    pub fn values<T: netcdf::types::NcTypeDescriptor + Copy>(&self, name: &str) -> Result<Vec<T>> {
        self.variable(name)?.get_values(..).map_err(Error::netcdf(self.path))
    }

    /// The lengths of a variable's dimensions.
    pub fn shape<const N: usize>(&self, name: &str) -> Result<[usize; N]> {
        let lengths: Vec<usize> = self
            .variable(name)?
            .dimensions()
            .iter()
            .map(netcdf::Dimension::len)
            .collect();
        lengths
            .try_into()
            .map_err(|found: Vec<usize>| self.lacks(&format!("{name} of {N} dimensions, it has {}", found.len())))
    }

    pub fn receptor(&self) -> Result<Receptor> {
        let time = UtcTime::parse(&self.text("receptor_time")?)?;
        if self.has("receptor") {
            return self.receptor_of(&self.text("receptor")?, time);
        }
        let (lon, lat) = (self.number("receptor_lon_deg")?, self.number("receptor_lat_deg")?);
        Receptor::new(time, lon, lat, self.number("receptor_height_agl_m")?)?.with_id(self.text("receptor_id")?)
    }

    /// The receptor that [`in_toml`] described.
    pub fn receptor_of(&self, description: &str, time: UtcTime) -> Result<Receptor> {
        let described: Description = toml::from_str(description)
            .map_err(|e| self.lacks(&format!("receptor that can be read: {}", e.message())))?;
        let receptor = Receptor::try_from(described)?;
        Ok(Receptor { time, ..receptor })
    }
}
