//! Opening a netCDF flux: EDGAR as distributed, OpenGHG's layout, or any CF file on latitude-longitude cells.

use std::path::Path;
use std::sync::Arc;

use netcdf::Variable;

use super::file::{FluxFile, Role};
use super::mesh::LatLonMesh;
use super::times::{FluxTimes, plus_months};
use super::units::FluxUnit;
use super::{Flux, Values};
use crate::cf_time::TimeUnit;
use crate::error::{Error, Result};
use crate::netcdf_file::{self, Packing, on_netcdf_thread};
use crate::time::UtcTime;
use crate::tracer::Tracer;

/// A single map that stands for at least this long holds at any time [s].
const CLIMATOLOGY_S: i64 = 360 * 86_400;

/// What to believe instead of the file; `None` leaves it to the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FluxOptions {
    /// Unit of the variable, in any spelling: `kg m-2 s-1`, `mol/m2/s`, `gC m-2 day-1`.
    pub units: Option<String>,
    /// Molar mass of the gas [g mol⁻¹], for units of mass.
    pub molar_mass_g_mol: Option<f64>,
}

impl Flux {
    /// Opens a netCDF flux on latitude-longitude cells; its values are read when they are needed.
    ///
    /// *Units* come from the attribute `units`. Mass becomes µmol by the molar mass of the gas that the unit, the variable
    /// (name, `species`, `substance`, `standard_name`, `long_name`), the file's attributes or its name mention; mass of
    /// carbon (`gC`, or `expressed_as_carbon` in the standard name) by that of carbon. A flux whose standard name
    /// says `downward` changes sign.
    ///
    /// *Cells*: bounds variables where there are any, else midway between the coordinates; any order of dimensions and any
    /// direction. Fill values and NaN are no data.
    ///
    /// *Times*: time bounds where there are any. Else a map holds from its stamp, for the file's `time_period`
    /// (OpenGHG) or up to the next stamp ([`FluxTimes::from_starts`]). A single map holds at any time, unless its
    /// bounds or `time_period` are shorter than a year.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`] if the file cannot be read; [`Error::Format`] if variable, axes, units or gas are
    /// not understood: the text says what is.
    pub fn open(path: impl AsRef<Path>, variable: &str) -> Result<Self> {
        Self::open_with(path, variable, &FluxOptions::default())
    }

    /// [`Flux::open`] with a unit or molar mass that the file lacks or has wrong.
    ///
    /// # Errors
    /// As [`Flux::open`], and [`Error::Config`] for an impossible option.
    pub fn open_with(path: impl AsRef<Path>, variable: &str, options: &FluxOptions) -> Result<Self> {
        let path = path.as_ref();
        on_netcdf_thread(|| Self::read(path, variable, options))
    }

    fn read(path: &Path, variable: &str, options: &FluxOptions) -> Result<Self> {
        let file = Arc::new(netcdf_file::open(path)?);
        let source = Source { path, file: &file };
        let field = netcdf_file::variable(&file, path, variable)?;
        let (units, to_umol_m2_s) = source.units(&field, options)?;
        let roles = source.roles(&field)?;
        let dimension = |role| {
            let found = roles.iter().position(|r| *r == role);
            found.map(|i| field.dimensions()[i].name())
        };
        let missing = |axis: &str| source.wrong(&field, format!("no {axis} axis among its dimensions"));
        let lat = source.axis(&dimension(Role::Lat).ok_or_else(|| missing("latitude"))?)?;
        let lon = source.axis(&dimension(Role::Lon).ok_or_else(|| missing("longitude"))?)?;
        let mesh = source.mesh(lat, lon)?;
        let times = match dimension(Role::Time) {
            Some(name) => source.times(&field, &name)?,
            None => FluxTimes::constant(),
        };
        let packing = Packing::of(&field);
        Ok(Self {
            name: variable.to_owned(),
            mesh,
            times,
            values: Values::File(FluxFile {
                file: Arc::clone(&file),
                path: path.to_owned(),
                variable: variable.to_owned(),
                roles,
                packing,
                units,
                to_umol_m2_s,
            }),
        })
    }
}

/// Coordinates of an axis, with the bounds of each cell if the file has them.
struct AxisCells {
    centres: Vec<f64>,
    bounds: Option<Vec<[f64; 2]>>,
}

struct Source<'f> {
    path: &'f Path,
    file: &'f netcdf::File,
}

impl Source<'_> {
    fn wrong(&self, variable: &Variable<'_>, problem: impl std::fmt::Display) -> Error {
        Error::format(self.path, format!("variable {}: {problem}", variable.name()))
    }

    /// The unit as spelt, and its factor to µmol m⁻² s⁻¹.
    fn units(&self, field: &Variable<'_>, options: &FluxOptions) -> Result<(String, f64)> {
        let spelt = options
            .units
            .clone()
            .or_else(|| netcdf_file::text(field, "units"))
            .unwrap_or_default();
        let standard_name = netcdf_file::text(field, "standard_name").unwrap_or_default();
        let wrong = |problem: Error| match options.units {
            Some(_) => problem,
            None => self.wrong(field, problem),
        };
        let mut unit = FluxUnit::parse(&spelt).map_err(wrong)?;
        if options.units.is_none() && standard_name.contains("expressed_as_carbon") {
            unit = unit.of_carbon();
        }
        let factor = unit.to_umol_m2_s(|| match options.molar_mass_g_mol {
            Some(mass) if mass.is_finite() && mass > 0.0 => Ok(mass),
            Some(mass) => Err(Error::config("molar_mass_g_mol", mass, "g per mol, above zero")),
            None => self.species(field, unit.species()).map(Tracer::molar_mass_g_mol),
        })?;
        let upward = if standard_name.contains("downward") { -1.0 } else { 1.0 };
        Ok((spelt, upward * factor))
    }

    fn species(&self, field: &Variable<'_>, in_unit: Option<Tracer>) -> Result<Tracer> {
        let of_field = |name| netcdf_file::text(field, name);
        let of_file = |name| netcdf_file::global_text(self.file, name);
        let file_name = self.path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let mentions = [
            of_field("species"),
            of_field("substance"),
            Some(field.name()),
            of_field("standard_name"),
            of_field("long_name"),
            of_file("species"),
            of_file("substance"),
            of_file("title"),
            file_name,
        ];
        let found = in_unit.or_else(|| mentions.iter().flatten().find_map(|text| Tracer::named_in(text)));
        found.ok_or_else(|| {
            self.wrong(
                field,
                format!(
                    "units of mass need the molar mass of the gas, and neither attributes nor names say which one of {} it is; \
                     give `molar_mass_g_mol`",
                    Tracer::known()
                ),
            )
        })
    }

    fn roles(&self, field: &Variable<'_>) -> Result<Vec<Role>> {
        let mut roles: Vec<Role> = Vec::new();
        for dimension in field.dimensions() {
            let role = match self.role(&dimension.name())? {
                Some(role) if roles.contains(&role) => {
                    return Err(self.wrong(field, format!("two {role:?} axes")));
                }
                Some(role) => role,
                None if dimension.len() == 1 => Role::Single,
                None => {
                    return Err(self.wrong(
                        field,
                        format!(
                            "dimension {} ({}) is no latitude, longitude or time; fluxes need coordinates lat(lat) and lon(lon) in \
                             degrees and may have time: select or sum other dimensions, and regrid other grids, first",
                            dimension.name(),
                            dimension.len()
                        ),
                    ));
                }
            };
            roles.push(role);
        }
        Ok(roles)
    }

    /// By CF attributes, else by name.
    fn role(&self, dimension: &str) -> Result<Option<Role>> {
        let coordinate = self.file.variable(dimension);
        let attribute = |name| {
            let text = coordinate
                .as_ref()
                .and_then(|variable| netcdf_file::text(variable, name));
            text.unwrap_or_default().trim().to_ascii_lowercase()
        };
        let (units, standard_name, axis) = (attribute("units"), attribute("standard_name"), attribute("axis"));
        let name = dimension.to_ascii_lowercase();
        let degrees = units.is_empty() || units.starts_with("degree");
        Ok(
            match (units.as_str(), standard_name.as_str(), axis.as_str(), name.as_str()) {
                (_, "latitude", ..) => Some(Role::Lat),
                (_, "longitude", ..) => Some(Role::Lon),
                (_, "time", ..) => Some(Role::Time),
                (units, ..) if units.contains(" since ") => Some(Role::Time),
                (units, ..) if ["degrees_north", "degree_north", "degrees_n", "degree_n"].contains(&units) => {
                    Some(Role::Lat)
                }
                (units, ..) if ["degrees_east", "degree_east", "degrees_e", "degree_e"].contains(&units) => {
                    Some(Role::Lon)
                }
                (_, _, "t", _) | (.., "time" | "t") => Some(Role::Time),
                (_, _, "y", _) | (.., "lat" | "latitude" | "y" | "nlat") if degrees => Some(Role::Lat),
                (_, _, "x", _) | (.., "lon" | "long" | "longitude" | "x" | "nlon") if degrees => Some(Role::Lon),
                _ => None,
            },
        )
    }

    fn axis(&self, dimension: &str) -> Result<AxisCells> {
        let coordinate = self.file.variable(dimension).ok_or_else(|| {
            Error::format(
                self.path,
                format!("dimension {dimension} has no coordinate variable {dimension}({dimension})"),
            )
        })?;
        let centres = self.numbers(&coordinate)?;
        let bounds = match netcdf_file::text(&coordinate, "bounds").and_then(|name| self.file.variable(name.trim())) {
            Some(bounds) => {
                let edges = self.numbers(&bounds)?;
                if edges.len() != 2 * centres.len() {
                    return Err(self.wrong(&bounds, "bounds need two edges per cell"));
                }
                Some(edges.chunks_exact(2).map(|edge| [edge[0], edge[1]]).collect())
            }
            None => None,
        };
        Ok(AxisCells { centres, bounds })
    }

    fn numbers(&self, variable: &Variable<'_>) -> Result<Vec<f64>> {
        let stored: Vec<f64> = variable.get_values(..).map_err(Error::netcdf(self.path))?;
        let packing = Packing::of(variable);
        Ok(stored.into_iter().map(|value| packing.unpack(value)).collect())
    }

    fn mesh(&self, lat: AxisCells, lon: AxisCells) -> Result<LatLonMesh> {
        let mesh = match (lat.bounds, lon.bounds) {
            (Some(lat), Some(lon)) => LatLonMesh::from_cells(lat, lon),
            (Some(lat), None) => {
                LatLonMesh::lon_cells_around(&lon.centres).and_then(|lon| LatLonMesh::from_cells(lat, lon))
            }
            (None, Some(lon)) => {
                LatLonMesh::lat_cells_around(&lat.centres).and_then(|lat| LatLonMesh::from_cells(lat, lon))
            }
            (None, None) => LatLonMesh::from_centres(&lat.centres, &lon.centres),
        };
        mesh.map_err(|problem| Error::format(self.path, problem.to_string()))
    }

    fn times(&self, field: &Variable<'_>, dimension: &str) -> Result<FluxTimes> {
        let axis = self.axis(dimension)?;
        let period =
            netcdf_file::text(field, "time_period").or_else(|| netcdf_file::global_text(self.file, "time_period"));
        let period = period.as_deref().and_then(parse_period);
        if axis.centres.len() == 1 && axis.bounds.is_none() && period.is_none() {
            return Ok(FluxTimes::constant());
        }
        let coordinate = netcdf_file::variable(self.file, self.path, dimension)?;
        let wrong = |problem: String| self.wrong(&coordinate, problem);
        let units = netcdf_file::text(&coordinate, "units").unwrap_or_default();
        let unit = TimeUnit::parse(&units, netcdf_file::text(&coordinate, "calendar").as_deref()).map_err(wrong)?;
        let time = |value: f64| {
            unit.time(value)
                .ok_or_else(|| wrong(format!("{value} {units} is no time")))
        };
        let intervals = if let Some(bounds) = axis.bounds {
            bounds
                .iter()
                .map(|b| Ok((time(b[0])?, time(b[1])?)))
                .collect::<Result<Vec<_>>>()?
        } else {
            let starts = axis
                .centres
                .iter()
                .map(|&value| time(value))
                .collect::<Result<Vec<_>>>()?;
            let Some(period) = period else {
                return FluxTimes::from_starts(&starts).map_err(|problem| wrong(problem.to_string()));
            };
            starts.into_iter().map(|start| (start, period.after(start))).collect()
        };
        if let [(start, end)] = intervals[..]
            && end.seconds() - start.seconds() >= CLIMATOLOGY_S
        {
            return Ok(FluxTimes::constant());
        }
        FluxTimes::intervals(intervals).map_err(|problem| wrong(problem.to_string()))
    }
}

/// How long a map holds, as OpenGHG's `time_period` says it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Period {
    Months(i32),
    Seconds(i64),
}

impl Period {
    fn after(self, start: UtcTime) -> UtcTime {
        match self {
            Self::Seconds(seconds) => start.plus_seconds(seconds),
            Self::Months(months) => {
                plus_months(start, months).unwrap_or_else(|| start.plus_seconds(i64::from(months) * 30 * 86_400))
            }
        }
    }
}

/// `1 year`, `12 months`, `2 hours`; anything else (`varies`) says nothing.
fn parse_period(text: &str) -> Option<Period> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count: i32 = count.parse().ok().filter(|count| *count > 0)?;
    let seconds = |each: i64| Some(Period::Seconds(i64::from(count) * each));
    match unit.trim().trim_end_matches('s') {
        "year" => Some(Period::Months(count.checked_mul(12)?)),
        "month" => Some(Period::Months(count)),
        "day" => seconds(86_400),
        "hour" => seconds(3600),
        "minute" => seconds(60),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn time_periods_of_openghg_are_read() {
        assert_eq!(parse_period("1 year"), Some(Period::Months(12)));
        assert_eq!(parse_period("2 hours"), Some(Period::Seconds(7200)));
        assert_eq!(parse_period("1 month"), Some(Period::Months(1)));
        assert_eq!(parse_period("varies"), None);
        assert_eq!(parse_period("0 days"), None);
    }
}
