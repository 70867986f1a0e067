//! Opening a netCDF flux: EDGAR as distributed, OpenGHG's layout, or any CF file on latitude-longitude cells.

use std::path::Path;
use std::sync::Arc;

use netcdf::Variable;

use super::axes::{AxisNames, Source};
use super::file::FluxFile;
use super::file_name::FileName;
use super::options::{FluxOptions, Place};
use super::{Details, Flux, Values};
use crate::error::{Error, Result};
use crate::netcdf_file::{self, Packing, read_netcdf};

impl Flux {
    /// Opens a netCDF flux on latitude-longitude cells; its values are read when they are needed.
    ///
    /// *Units* come from the attribute `units`. Mass becomes µmol by the molar mass of the gas that the unit, the variable
    /// (name, `species`, `substance`, `standard_name`, `long_name`), the file's attributes or its name mention; mass of
    /// carbon (`gC`, or `expressed_as_carbon` in the standard name) by that of carbon. A flux whose standard name
    /// says `downward` changes sign. What a unit gives per cell (`Tonnes`, `t/yr`, `kg cell-1 s-1`) is divided by the
    /// cell's area on the sphere; what it gives without a time (`Tonnes`) by the length of the map's year or month, and per
    /// year by the length of that calendar year, where it is known (365.25 days elsewhere).
    ///
    /// *Cells*: bounds variables where there are any, else midway between the coordinates; any order of dimensions and any
    /// direction. Fill values and NaN are no data.
    ///
    /// *Times*: time bounds where there are any. Else a map holds from its stamp, for the file's `time_period`
    /// (OpenGHG) or up to the next stamp ([`FluxTimes::from_starts`](super::FluxTimes::from_starts)). A single map holds at any time, unless its
    /// bounds, `time_period` or the file's name (`…_2015_7_ENE…` of EDGAR) say that it is of less than a year. Maps of no
    /// year in particular (years before 1500, the attribute `climatology`) hold in every year. [`Flux::year`] tells the year,
    /// and what says so.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`] if the file cannot be read; [`Error::Format`] if variable, axes, units or gas are
    /// not understood: the text says what is.
    pub fn open(path: impl AsRef<Path>, variable: &str) -> Result<Self> {
        Self::open_with(path, variable, &FluxOptions::default())
    }

    /// [`Flux::open`] with what the file lacks or has wrong; an empty name of the variable leaves it to the options.
    ///
    /// # Errors
    /// As [`Flux::open`], and [`Error::Config`] for an impossible option.
    pub fn open_with(path: impl AsRef<Path>, variable: &str, options: &FluxOptions) -> Result<Self> {
        let path = path.as_ref();
        let variable = match (variable, &options.variable) {
            ("", Some(variable)) => variable,
            _ => variable,
        };
        read_netcdf(path, || Self::read(path, variable, options))
    }

    /// Opens files of one variable, such as the twelve months of a year or several years, and joins them in the order of
    /// their times ([`Flux::joined`]).
    ///
    /// # Errors
    /// As [`Flux::open_with`] and [`Flux::joined`].
    pub fn open_all<P: AsRef<Path>>(paths: &[P], variable: &str, options: &FluxOptions) -> Result<Self> {
        let open = |path: &P| Self::open_with(path, variable, options);
        let mut fluxes = paths.iter().map(open).collect::<Result<Vec<_>>>()?;
        let joined = match fluxes.len() {
            1 => return Ok(fluxes.remove(0)),
            _ => Self::joined(fluxes)?,
        };
        joined.in_other_years(options)
    }

    fn read(path: &Path, variable: &str, options: &FluxOptions) -> Result<Self> {
        let file = Arc::new(netcdf_file::open(path)?);
        let names = AxisNames {
            lat: options.lat.clone(),
            lon: options.lon.clone(),
            time: options.time.clone(),
        };
        let source = Source {
            path,
            file: &file,
            names,
        };
        source.check_names()?;
        let field = netcdf_file::variable(&file, path, variable)?;
        source.check_selected(&field, options)?;
        let roles = source.roles(&field, |dimension, count| source.place(dimension, count, options))?;
        let mesh = source.mesh(&field, &roles)?;
        let times = source.times(&field, &roles, options)?;
        let (units, scale, gas) = source.scale(&field, options, &mesh, &times)?;
        let details = Details {
            formula: gas.formula,
            molar_mass_g_mol: gas.molar_mass_g_mol,
            sector: source.sector(&field, options),
            year: times.year,
            span: times.spans.first().copied().filter(|_| times.spans.len() == 1),
        };
        let packing = Packing::of(&field);
        Ok(Self {
            name: variable.to_owned(),
            mesh,
            times: times.times,
            details,
            values: Values::File(FluxFile {
                file: Arc::clone(&file),
                path: path.to_owned(),
                variable: variable.to_owned(),
                roles,
                packing,
                units,
                scale,
            }),
        })
    }
}

impl Source<'_> {
    /// Coordinate variables that are named must be there.
    fn check_names(&self) -> Result<()> {
        let AxisNames { lat, lon, time } = &self.names;
        for (key, name) in [("lat", lat), ("lon", lon), ("time", time)] {
            let one_dimension = |name: &String| self.file.variable(name).is_some_and(|v| v.dimensions().len() == 1);
            if let Some(name) = name.as_ref().filter(|name| !one_dimension(name)) {
                let path = self.path.display();
                return Err(Error::config(
                    key,
                    name,
                    format!("{path} has no such variable of one dimension"),
                ));
            }
        }
        Ok(())
    }

    fn check_selected(&self, field: &Variable<'_>, options: &FluxOptions) -> Result<()> {
        let names: Vec<String> = field.dimensions().iter().map(|dimension| dimension.name()).collect();
        match options.select.keys().find(|asked| !names.contains(asked)) {
            None => Ok(()),
            Some(asked) => Err(Error::config(
                "select",
                asked,
                format!("no such dimension; variable {} has {}", field.name(), names.join(", ")),
            )),
        }
    }

    /// The place asked for on a dimension, if any is.
    fn place(&self, dimension: &str, count: usize, options: &FluxOptions) -> Result<Option<usize>> {
        let wrong = |place: &str, known: String| Err(Error::config(format!("select.{dimension}"), place, known));
        match options.select.get(dimension) {
            None => Ok(None),
            Some(Place::Index(index)) if *index < count => Ok(Some(*index)),
            Some(Place::Index(index)) => wrong(&index.to_string(), format!("there are {count}, counted from 0")),
            Some(Place::Label(label)) => {
                let labels = self.labels(dimension, count);
                match labels.iter().position(|known| known.trim() == label.trim()) {
                    Some(index) => Ok(Some(index)),
                    None if labels.is_empty() => {
                        wrong(label, format!("there are no labels; give an index below {count}"))
                    }
                    None => wrong(label, format!("there are {}", labels.join(", "))),
                }
            }
        }
    }

    /// What a coordinate variable of text or numbers holds.
    fn labels(&self, dimension: &str, count: usize) -> Vec<String> {
        let Some(coordinate) = self.file.variable(dimension) else {
            return Vec::new();
        };
        let texts = (0..count)
            .map(|index| coordinate.get_string(index).ok())
            .collect::<Option<Vec<_>>>();
        texts
            .or_else(|| {
                let numbers = self.numbers(&coordinate).ok()?;
                Some(numbers.iter().map(f64::to_string).collect())
            })
            .unwrap_or_default()
    }

    fn sector(&self, field: &Variable<'_>, options: &FluxOptions) -> Option<String> {
        let selected = options.select.iter().find_map(|(dimension, place)| match place {
            Place::Label(label) if dimension.to_ascii_lowercase().contains("sector") => Some(label.clone()),
            _ => None,
        });
        let attribute = || netcdf_file::text(field, "sector").or_else(|| netcdf_file::global_text(self.file, "sector"));
        selected.or_else(attribute).or_else(|| FileName::of(self.path).sector)
    }
}
