//! The axes of a netCDF variable on latitude-longitude cells.

use std::path::Path;

use netcdf::Variable;

use super::file::Role;
use super::mesh::LatLonMesh;
use crate::error::{Error, Result};
use crate::netcdf_file::{self, Packing};

/// Coordinates of an axis, with the bounds of each cell if the file has them.
pub(crate) struct AxisCells {
    pub(crate) centres: Vec<f64>,
    pub(crate) bounds: Option<Vec<[f64; 2]>>,
}

/// Coordinate variables where their names and attributes do not tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct AxisNames {
    pub(crate) lat: Option<String>,
    pub(crate) lon: Option<String>,
    pub(crate) time: Option<String>,
}

/// A file whose variables lie on latitude-longitude cells.
pub(crate) struct Source<'f> {
    pub(crate) path: &'f Path,
    pub(crate) file: &'f netcdf::File,
    pub(crate) names: AxisNames,
}

impl<'f> Source<'f> {
    pub(crate) fn wrong(&self, variable: &Variable<'_>, problem: impl std::fmt::Display) -> Error {
        Error::format(self.path, format!("variable {}: {problem}", variable.name()))
    }

    /// What each dimension counts; `at` tells which index of a further dimension of some length is meant.
    pub(crate) fn roles(
        &self,
        field: &Variable<'_>,
        at: impl Fn(&str, usize) -> Result<Option<usize>>,
    ) -> Result<Vec<Role>> {
        let mut roles: Vec<Role> = Vec::new();
        for dimension in field.dimensions() {
            let (name, count) = (dimension.name(), dimension.len());
            let role = match at(&name, count)? {
                Some(index) => Role::At(index),
                None => match self.role(&name)? {
                    Some(role) if roles.contains(&role) => {
                        return Err(self.wrong(field, format!("two {role:?} axes")));
                    }
                    Some(role) => role,
                    None if count == 1 => Role::At(0),
                    None => return Err(self.unknown(field, &name, count)),
                },
            };
            roles.push(role);
        }
        Ok(roles)
    }

    fn unknown(&self, field: &Variable<'_>, dimension: &str, count: usize) -> Error {
        self.wrong(
            field,
            format!(
                "dimension {dimension} ({count}) is no latitude, longitude or time; fluxes need coordinates lat(lat) and lon(lon) in \
                 degrees and may have time: select one of its places with `select`, or sum it, and regrid other grids, first"
            ),
        )
    }

    pub(crate) fn role(&self, dimension: &str) -> Result<Option<Role>> {
        Ok(match self.coordinate(dimension) {
            Some((_, role)) => Some(role),
            None if self.file.variable(dimension).is_some() => None,
            None => role_of(dimension, [const { String::new() }; 3]),
        })
    }

    /// The coordinate of a dimension, and what it counts: as named by the user, else the variable of its own name, else one
    /// along it.
    fn coordinate(&self, dimension: &str) -> Option<(Variable<'f>, Role)> {
        let along = |variable: &Variable<'_>| {
            let dimensions = variable.dimensions();
            dimensions.len() == 1 && dimensions[0].name() == dimension
        };
        let AxisNames { lat, lon, time } = &self.names;
        for (name, role) in [(lat, Role::Lat), (lon, Role::Lon), (time, Role::Time)] {
            let named = name.as_ref().and_then(|name| self.file.variable(name));
            if let Some(variable) = named.filter(along) {
                return Some((variable, role));
            }
        }
        let known = |variable: Variable<'f>| Some((role_of_variable(&variable)?, variable)).map(|(role, v)| (v, role));
        match self.file.variable(dimension) {
            Some(variable) => known(variable),
            None => self.file.variables().filter(along).find_map(known),
        }
    }

    /// The coordinate variable of a dimension.
    pub(crate) fn coordinate_of(&self, dimension: &str) -> Result<Variable<'f>> {
        self.coordinate(dimension).map(|(variable, _)| variable).ok_or_else(|| {
            Error::format(
                self.path,
                format!("dimension {dimension} has no coordinate variable {dimension}({dimension})"),
            )
        })
    }

    pub(crate) fn axis(&self, dimension: &str) -> Result<AxisCells> {
        let coordinate = self.coordinate_of(dimension)?;
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

    pub(crate) fn numbers(&self, variable: &Variable<'_>) -> Result<Vec<f64>> {
        let stored: Vec<f64> = variable.get_values(..).map_err(Error::netcdf(self.path))?;
        let packing = Packing::of(variable);
        Ok(stored.into_iter().map(|value| packing.unpack(value)).collect())
    }

    /// Latitudes and longitudes of a variable's cells.
    pub(crate) fn mesh(&self, field: &Variable<'_>, roles: &[Role]) -> Result<LatLonMesh> {
        let axis = |role, name: &str| match dimension_of(field, roles, role) {
            Some(dimension) => self.axis(&dimension),
            None => Err(self.wrong(field, format!("no {name} axis among its dimensions"))),
        };
        let (lat, lon) = (axis(Role::Lat, "latitude")?, axis(Role::Lon, "longitude")?);
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
}

/// The name of the dimension that counts something.
pub(crate) fn dimension_of(field: &Variable<'_>, roles: &[Role], role: Role) -> Option<String> {
    let found = roles.iter().position(|r| *r == role);
    found.map(|i| field.dimensions()[i].name())
}

fn role_of_variable(variable: &Variable<'_>) -> Option<Role> {
    let attribute = |name| {
        let text = netcdf_file::text(variable, name).unwrap_or_default();
        text.trim().to_ascii_lowercase()
    };
    role_of(&variable.name(), ["units", "standard_name", "axis"].map(attribute))
}

/// By CF attributes (units, standard name, axis), else by name.
fn role_of(name: &str, [units, standard_name, axis]: [String; 3]) -> Option<Role> {
    const NORTH: [&str; 4] = ["degrees_north", "degree_north", "degrees_n", "degree_n"];
    const EAST: [&str; 4] = ["degrees_east", "degree_east", "degrees_e", "degree_e"];
    let name = name.to_ascii_lowercase();
    let degrees = units.is_empty() || units.starts_with("degree");
    match (units.as_str(), standard_name.as_str(), axis.as_str(), name.as_str()) {
        (_, "latitude", ..) => Some(Role::Lat),
        (_, "longitude", ..) => Some(Role::Lon),
        (_, "time", ..) => Some(Role::Time),
        (units, ..) if units.contains(" since ") => Some(Role::Time),
        (units, ..) if NORTH.contains(&units) => Some(Role::Lat),
        (units, ..) if EAST.contains(&units) => Some(Role::Lon),
        (_, _, "t", _) | (.., "time" | "t") => Some(Role::Time),
        (_, _, "y", _) | (.., "lat" | "latitude" | "y" | "nlat") if degrees => Some(Role::Lat),
        (_, _, "x", _) | (.., "lon" | "long" | "longitude" | "x" | "nlon") if degrees => Some(Role::Lon),
        _ => None,
    }
}
