//! Variables of vegetation in one netCDF file or several.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::Array3;
use netcdf::Variable;

use super::names::{Quantity, VprmOptions};
use crate::error::{Error, Result};
use crate::flux::axes::{AxisNames, Source, dimension_of};
use crate::flux::conversion::Scale;
use crate::flux::file::{FluxFile, Role};
use crate::flux::year_of_name;
use crate::flux::{LatLonMesh, MeshWindow};
use crate::netcdf_file::{self, Packing};
use crate::time::UtcTime;

/// The files, open.
pub(super) struct Files<'o> {
    files: Vec<(PathBuf, Arc<netcdf::File>)>,
    options: &'o VprmOptions,
}

/// A variable with a class dimension.
pub(super) struct Layered<'f> {
    source: Source<'f>,
    field: Variable<'f>,
    file: Arc<netcdf::File>,
    class_dimension: String,
    pub(super) class_count: usize,
}

impl<'o> Files<'o> {
    pub(super) fn open<P: AsRef<Path>>(paths: &[P], options: &'o VprmOptions) -> Result<Self> {
        let open = |path: &P| Ok((path.as_ref().to_owned(), Arc::new(netcdf_file::open(path.as_ref())?)));
        let files = paths.iter().map(open).collect::<Result<Vec<_>>>()?;
        match files.is_empty() {
            true => Err(Error::config(
                "VPRM files",
                "none",
                "one netCDF file or several are needed",
            )),
            false => Ok(Self { files, options }),
        }
    }

    /// The variable of a quantity; `None` if no file has it.
    pub(super) fn find(&self, quantity: Quantity) -> Result<Option<Layered<'_>>> {
        let asked = quantity.named(&self.options.names);
        let mut found: Option<(&Path, &Arc<netcdf::File>, Variable<'_>)> = None;
        for (path, file) in &self.files {
            let is = |variable: &Variable<'_>| match asked {
                Some(name) => variable.name() == name,
                None => quantity
                    .known()
                    .contains(&variable.name().to_ascii_lowercase().as_str()),
            };
            if let Some(field) = file.variables().find(is) {
                if let Some((first, _, _)) = found {
                    let problem = format!(
                        "{} is in {} too: give one file of each quantity; several years in one file, joined along time",
                        field.name(),
                        first.display()
                    );
                    return Err(Error::format(path, problem));
                }
                found = Some((path, file, field));
            }
        }
        match (found, asked) {
            (Some((path, file, field)), _) => self.layered(path, file, field).map(Some),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(self.missing(quantity)),
        }
    }

    /// The variable of a quantity that is needed.
    pub(super) fn need(&self, quantity: Quantity) -> Result<Layered<'_>> {
        self.find(quantity)?.ok_or_else(|| self.missing(quantity))
    }

    fn missing(&self, quantity: Quantity) -> Error {
        let names = match quantity.named(&self.options.names) {
            Some(name) => name.to_owned(),
            None => quantity.known().join(", "),
        };
        let held: Vec<String> = self
            .files
            .iter()
            .flat_map(|(_, file)| file.variables())
            .map(|v| v.name())
            .collect();
        let problem = format!(
            "no variable {names}; there are {}; give its name in `names`, or the file that holds it",
            held.join(", ")
        );
        Error::format(&self.files[0].0, problem)
    }

    fn layered<'f>(&self, path: &'f Path, file: &'f Arc<netcdf::File>, field: Variable<'f>) -> Result<Layered<'f>> {
        let names = &self.options.names;
        let source = Source {
            path,
            file,
            names: AxisNames {
                lat: names.lat.clone(),
                lon: names.lon.clone(),
                time: names.time.clone(),
            },
        };
        let mut further = Vec::new();
        for dimension in field.dimensions() {
            let (name, count) = (dimension.name(), dimension.len());
            if names.class.as_ref() == Some(&name) || (names.class.is_none() && source.role(&name)?.is_none()) {
                further.push((name, count));
            }
        }
        let [(class_dimension, class_count)] = &further[..] else {
            let found: Vec<&str> = further.iter().map(|(name, _)| name.as_str()).collect();
            let problem = format!(
                "one dimension of classes is expected beside time, latitude and longitude, found {}; grids of two-dimensional \
                 coordinates must be regridded first",
                if found.is_empty() {
                    "none".to_owned()
                } else {
                    found.join(", ")
                }
            );
            return Err(source.wrong(&field, problem));
        };
        Ok(Layered {
            class_dimension: class_dimension.clone(),
            class_count: *class_count,
            file: Arc::clone(file),
            source,
            field,
        })
    }
}

impl Layered<'_> {
    fn roles(&self, class: usize) -> Result<Vec<Role>> {
        let at = |dimension: &str, _| Ok((dimension == self.class_dimension).then_some(class));
        self.source.roles(&self.field, at)
    }

    pub(super) fn mesh(&self) -> Result<LatLonMesh> {
        self.source.mesh(&self.field, &self.roles(0)?)
    }

    pub(super) fn wrong(&self, problem: impl std::fmt::Display) -> Error {
        self.source.wrong(&self.field, problem)
    }

    /// Which class of the set each place of the dimension is: its number from 1 if the coordinate counts them, else its place.
    pub(super) fn class_order(&self, known: usize) -> Result<Vec<usize>> {
        let numbers = self
            .source
            .file
            .variable(&self.class_dimension)
            .and_then(|v| self.source.numbers(&v).ok());
        let counted = |numbers: &Vec<f64>| {
            let whole = numbers
                .iter()
                .all(|n| n.fract() == 0.0 && (1.0..=known as f64).contains(n));
            whole && numbers.windows(2).all(|pair| pair[0] < pair[1])
        };
        if let Some(numbers) = numbers.filter(counted) {
            return Ok(numbers.iter().map(|n| *n as usize - 1).collect());
        }
        match self.class_count == known {
            true => Ok((0..known).collect()),
            false => {
                let asked = "take a set with as many, in the same order";
                Err(self.wrong(format!(
                    "{} classes, and the parameter set has {known}: {asked}",
                    self.class_count
                )))
            }
        }
    }

    /// Stamps of its maps.
    pub(super) fn stamps(&self, options: &VprmOptions) -> Result<Vec<UtcTime>> {
        let Some(dimension) = dimension_of(&self.field, &self.roles(0)?, Role::Time) else {
            return Err(self.wrong("no time axis among its dimensions"));
        };
        let coordinate = self.source.coordinate_of(&dimension)?;
        let values = self.source.numbers(&coordinate)?;
        if netcdf_file::text(&coordinate, "units").is_some_and(|units| units.contains(" since ")) {
            return self.source.stamps(&coordinate, &values);
        }
        let Some(year) = options.year.or_else(|| year_of_name(self.source.path)) else {
            return Err(self
                .source
                .wrong(&coordinate, "no units such as `days since 2014-01-01`; give the `year`"));
        };
        let day = |value: &f64| {
            let start = UtcTime::from_calendar(year, 1, 1, 0, 0).filter(|_| (1.0..367.0).contains(value));
            let wrong = || {
                self.source
                    .wrong(&coordinate, format!("{value} is no day of the year {year}"))
            };
            Ok(start
                .ok_or_else(wrong)?
                .plus_seconds(((value - 1.0) * 86_400.0).round() as i64))
        };
        values.iter().map(day).collect()
    }

    /// Values of a class in some rows of a window, `[time][lat][lon]`; NaN is no data.
    pub(super) fn read(
        &self,
        class: usize,
        maps: Range<usize>,
        rows: Range<usize>,
        window: &MeshWindow,
    ) -> Result<Array3<f64>> {
        let file = FluxFile {
            file: Arc::clone(&self.file),
            path: self.source.path.to_owned(),
            variable: self.field.name(),
            roles: self.roles(class)?,
            packing: Packing::of(&self.field),
            units: String::new(),
            scale: Scale::uniform(1.0),
        };
        window.read(maps.len(), rows, |rows, columns| file.read(maps.clone(), rows, columns))
    }
}
