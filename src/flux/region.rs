//! A part of the world, and what share of each flux cell lies in it.

use std::fmt;

use ndarray::{Array1, Array2, Axis};

use super::mesh::LatLonMesh;
use super::polygon::sphere_area;
use super::regrid::{latitude_shares, longitude_shares};
use crate::constants::EARTH_RADIUS_M;
use crate::countries::{Countries, CountryId};
use crate::error::{Error, Result};

/// A part of the world, for totals and shares.
#[derive(Clone, Debug, PartialEq)]
pub enum Region {
    /// All of it.
    Globe,
    /// Between two meridians (from west to east, any convention) and two latitudes, degrees: `[west, east, south, north]`.
    Box([f64; 4]),
    /// Countries of [`Countries::world`], one or several.
    Countries(Vec<CountryId>),
}

impl Region {
    /// A country by its code or name.
    ///
    /// # Errors
    /// [`Error::Config`] if there is none.
    pub fn country(text: &str) -> Result<Self> {
        Ok(Self::Countries(vec![Countries::world().id(text)?]))
    }

    /// Share of each cell's area that lies in the region, 0…1, `[lat][lon]`.
    ///
    /// ```
    /// use airshed::flux::{LatLonMesh, Region};
    /// let mesh = LatLonMesh::from_edges(&[51.0, 52.0, 53.0], &[9.0, 10.0, 11.0])?;
    /// let germany = Region::country("DEU")?.shares(&mesh)?;
    /// assert!(germany.iter().all(|share| *share == 1.0));
    /// # Ok::<(), airshed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if a box has no inside.
    pub fn shares(&self, mesh: &LatLonMesh) -> Result<Array2<f64>> {
        match self {
            Self::Globe => Ok(Array2::ones(mesh.shape())),
            Self::Box(sides) => box_shares(*sides, mesh),
            Self::Countries(ids) => Ok(country_shares(ids, mesh)),
        }
    }

    /// Its area on the sphere, m².
    pub fn area_m2(&self) -> f64 {
        let degrees = match self {
            Self::Globe => sphere_area([-180.0, 180.0], [-90.0, 90.0]),
            Self::Box([west, east, south, north]) => sphere_area([*west, *east], [*south, *north]),
            Self::Countries(ids) => {
                let world = Countries::world();
                let of_row = |(row, lat): (usize, [f64; 2])| {
                    let runs = world.runs(row).filter(|(_, country)| ids.contains(country));
                    runs.map(|(lon, _)| sphere_area(lon, lat)).sum::<f64>()
                };
                Countries::rows_between(-90.0, 90.0).map(of_row).sum()
            }
        };
        EARTH_RADIUS_M * EARTH_RADIUS_M * degrees.to_radians()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Globe => write!(f, "the globe"),
            Self::Box([west, east, south, north]) => write!(f, "{west} to {east} E, {south} to {north} N"),
            Self::Countries(ids) => {
                let codes: Vec<&str> = ids.iter().map(|id| Countries::world().alpha3(*id)).collect();
                write!(f, "{}", codes.join(", "))
            }
        }
    }
}

impl LatLonMesh {
    /// Area of each cell on the sphere, m², `[lat][lon]`.
    pub fn cell_areas_m2(&self) -> Array2<f64> {
        let square = EARTH_RADIUS_M * EARTH_RADIUS_M;
        Array2::from_shape_fn(self.shape(), |(j, i)| {
            square * sphere_area(self.lon_cells()[i], self.lat_cells()[j]).to_radians()
        })
    }
}

fn box_shares(sides: [f64; 4], mesh: &LatLonMesh) -> Result<Array2<f64>> {
    let [west, east, south, north] = sides;
    let wide = east > west && east - west <= 360.0 && west >= -360.0 && east <= 720.0;
    if !(wide && south >= -90.0 && north > south && north <= 90.0) {
        let allowed = "[west, east, south, north] in degrees, west before east (add 360 to cross the antimeridian), at most once round";
        return Err(Error::config("box", format!("{sides:?}"), allowed));
    }
    let share = |cells: Vec<(usize, f64)>| cells.iter().map(|(_, share)| share).sum::<f64>();
    let y: Vec<f64> = mesh
        .lat_cells()
        .iter()
        .map(|&cell| share(latitude_shares(cell, &[[south, north]])))
        .collect();
    let x: Vec<f64> = mesh
        .lon_cells()
        .iter()
        .map(|&cell| share(longitude_shares(cell, &[[west, east]])))
        .collect();
    Ok(Array2::from_shape_fn(mesh.shape(), |(j, i)| y[j] * x[i]))
}

fn country_shares(ids: &[CountryId], mesh: &LatLonMesh) -> Array2<f64> {
    let world = Countries::world();
    let mut shares = Array2::zeros(mesh.shape());
    for (lat, mut target) in mesh.lat_cells().iter().zip(shares.axis_iter_mut(Axis(0))) {
        let (rows, edges): (Vec<usize>, Vec<[f64; 2]>) = Countries::rows_between(lat[0], lat[1]).unzip();
        for (row, share) in latitude_shares(*lat, &edges) {
            let runs = world.runs(rows[row]).filter(|(_, country)| ids.contains(country));
            let along = width_shares(&runs.map(|(edges, _)| edges).collect::<Vec<_>>(), mesh.lon_cells());
            target.scaled_add(share, &along);
        }
    }
    shares.mapv(|share| share.min(1.0))
}

/// Share of each cell's width that lies in runs, which are in order between −180° and 180°.
fn width_shares(runs: &[[f64; 2]], cells: &[[f64; 2]]) -> Array1<f64> {
    let mut before = Vec::with_capacity(runs.len() + 1);
    let mut whole = 0.0;
    for run in runs {
        before.push(whole);
        whole += run[1] - run[0];
    }
    let west_of = |lon_deg: f64| {
        let turns = ((lon_deg + 180.0) / 360.0).floor();
        let lon_deg = lon_deg - 360.0 * turns;
        let run = runs.partition_point(|run| run[0] <= lon_deg);
        let within = match run.checked_sub(1) {
            Some(run) => before[run] + lon_deg.min(runs[run][1]) - runs[run][0],
            None => 0.0,
        };
        turns * whole + within
    };
    cells
        .iter()
        .map(|cell| (west_of(cell[1]) - west_of(cell[0])) / (cell[1] - cell[0]))
        .collect()
}
