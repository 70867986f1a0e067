//! The latitudes and longitudes of a field: any spacing, either direction, any turn.

use crate::background::axis::{Between, ascends, between, outer_edges, within_cells};
use crate::error::{Error, Result};
use crate::met::cf::{Container, VariableInfo, values};

/// Coordinates of the columns of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Horizontal {
    pub lat: Coordinate,
    pub lon: Coordinate,
    /// Longitudes go all the way round.
    is_ring: bool,
}

/// One of the two, ascending.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coordinate {
    /// Its dimension.
    pub dimension: String,
    pub degrees: Vec<f64>,
    /// The file has them descending.
    pub flipped: bool,
}

/// The columns around a place, as the file counts them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub row: Between,
    pub column: Between,
}

impl Horizontal {
    /// # Errors
    /// [`Error::Format`] if the variable has no latitudes and longitudes of one dimension each.
    pub fn of(container: &mut dyn Container, variable: &VariableInfo) -> Result<Self> {
        let lat = coordinate(container, variable, &LATITUDE)?;
        let lon = coordinate(container, variable, &LONGITUDE)?;
        let [south, north] = [lat.degrees[0], lat.degrees[lat.degrees.len() - 1]];
        if south < -90.5 || north > 90.5 {
            let problem = format!("latitudes {south} to {north}");
            return Err(Error::format(container.name(), problem));
        }
        let [west, east] = outer_edges(&lon.degrees);
        let step = (east - west) / lon.degrees.len() as f64;
        Ok(Self {
            is_ring: lon.degrees.len() > 1 && east - west > 360.0 - 0.25 * step,
            lat,
            lon,
        })
    }

    /// The columns around a place; `None` outside.
    pub fn cell(&self, lon_deg: f64, lat_deg: f64) -> Option<Cell> {
        if !(lon_deg.is_finite() && lat_deg.is_finite()) {
            return None;
        }
        let [south, north] = outer_edges(&self.lat.degrees);
        // rows that are less than a cell from a pole reach it
        let to_pole = |edge: f64, last: f64| 90.0 - last.abs() <= 2.0 * (edge - last).abs();
        let rows = &self.lat.degrees;
        let (first, last) = (rows[0], rows[rows.len() - 1]);
        let polar = (lat_deg < south && to_pole(south, first)) || (lat_deg > north && to_pole(north, last));
        let row = match polar {
            true => between(rows, lat_deg),
            false => within_cells(rows, lat_deg)?,
        };
        Some(Cell {
            row: self.lat.in_file(row),
            column: self.lon.in_file(self.column(lon_deg)?),
        })
    }

    fn column(&self, lon_deg: f64) -> Option<Between> {
        let columns = &self.lon.degrees;
        let (first, last) = (columns[0], columns[columns.len() - 1]);
        if !self.is_ring {
            let middle = f64::midpoint(first, last);
            return within_cells(columns, middle + crate::geo::wrap_longitude_deg(lon_deg - middle));
        }
        let east = first + (lon_deg - first).rem_euclid(360.0);
        if east < last {
            return Some(between(columns, east));
        }
        let gap = first + 360.0 - last;
        Some(Between {
            first: columns.len() - 1,
            second: 0,
            share: if gap > 0.0 { ((east - last) / gap).min(1.0) } else { 0.0 },
        })
    }
}

impl Coordinate {
    fn in_file(&self, between: Between) -> Between {
        let last = self.degrees.len() - 1;
        let place = |place: usize| if self.flipped { last - place } else { place };
        Between {
            first: place(between.first),
            second: place(between.second),
            share: between.share,
        }
    }
}

/// How a coordinate is known: standard name, begin of its units, names.
struct Kind {
    standard: &'static str,
    units: [&'static str; 4],
    names: [&'static str; 3],
}

const LATITUDE: Kind = Kind {
    standard: "latitude",
    units: ["degrees_north", "degree_north", "degrees_N", "degree_N"],
    names: ["lat", "latitude", "nlat"],
};
const LONGITUDE: Kind = Kind {
    standard: "longitude",
    units: ["degrees_east", "degree_east", "degrees_E", "degree_E"],
    names: ["lon", "longitude", "nlon"],
};

fn coordinate(container: &mut dyn Container, variable: &VariableInfo, kind: &Kind) -> Result<Coordinate> {
    let is = |held: &&VariableInfo| {
        let [(dimension, _)] = &held.dimensions[..] else {
            return false;
        };
        let units = held.text("units").unwrap_or_default();
        let named = kind.names.contains(&held.name.to_ascii_lowercase().as_str());
        variable.dimension(dimension).is_some()
            && (held.text("standard_name") == Some(kind.standard) || kind.units.contains(&units) || named)
    };
    let found = container.variables().iter().find(is).cloned();
    let problem = |text: String| Error::format(container.name(), format!("variable {}: {text}", variable.name));
    let Some(info) = found else {
        let text = format!(
            "no {0} among its dimensions: a coordinate {0} of one dimension is needed",
            kind.standard
        );
        return Err(problem(text));
    };
    let mut degrees = values(container, &info)?;
    if kind.standard == "longitude" {
        unwrap_turns(&mut degrees);
    }
    let flipped = degrees.len() > 1 && degrees[0] > degrees[degrees.len() - 1];
    if flipped {
        degrees.reverse();
    }
    if !ascends(&degrees) || degrees.len() < 2 {
        let text = format!("{} needs two values or more, in order", info.name);
        return Err(Error::format(container.name(), text));
    }
    Ok(Coordinate {
        dimension: info.dimensions[0].0.clone(),
        degrees,
        flipped,
    })
}

/// Longitudes without the jump by 360°.
fn unwrap_turns(lons: &mut [f64]) {
    for i in 1..lons.len() {
        lons[i] += 360.0 * ((lons[i - 1] - lons[i]) / 360.0).round();
    }
}
