//! Output grids of footprints.

use serde::{Deserialize, Serialize};

use crate::constants::EARTH_RADIUS_M;
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::gridding::{Gridding, Measure};

/// Most cells of one layer: 0.05° over the whole Earth.
const MAX_CELLS: f64 = 26e6;
/// A span may miss a whole number of cells by this share of a cell: rounding of decimal bounds.
const WHOLE_CELLS_TOLERANCE: f64 = 1e-6;

/// A regular grid in any map projection; bounds are outer cell edges in the units of the crs.
///
/// In longitude and latitude, `east < west` or `east > 180` means a grid across the antimeridian; its longitudes then
/// run beyond 180. Cells hold their lower and left edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Name, part of the output file's name.
    #[serde(skip)]
    pub name: String,
    /// Western (lower x) edge.
    pub west: f64,
    /// Eastern (upper x) edge.
    pub east: f64,
    /// Southern (lower y) edge.
    pub south: f64,
    /// Northern (upper y) edge.
    pub north: f64,
    /// Cell size along x.
    pub dx: f64,
    /// Cell size along y.
    pub dy: f64,
    /// PROJ string or EPSG code; `+proj=longlat` for degrees.
    #[serde(default = "longlat")]
    pub crs: String,
    /// One layer for the whole run instead of hourly layers.
    #[serde(default)]
    pub time_integrate: bool,
    /// Factor on the width of the smoothing kernel; 0 turns smoothing off.
    #[serde(default = "one")]
    pub smooth_factor: f64,
    /// How the particles are gridded.
    #[serde(skip)]
    pub gridding: Gridding,
}

fn longlat() -> String {
    "+proj=longlat".into()
}

fn one() -> f64 {
    1.0
}

/// Points beyond this many cells count as this far.
const FAR_CELL: f64 = 1e12;

/// A grid whose keys were checked, with its crs opened: regular axes, ascending and without a gap.
pub struct Axes {
    /// The plane of the grid.
    pub crs: Crs,
    /// Lower edge of the first column.
    pub x0: f64,
    /// Lower edge of the first row.
    pub y0: f64,
    /// Cell size along x.
    pub dx: f64,
    /// Cell size along y.
    pub dy: f64,
    /// Columns.
    pub nx: usize,
    /// Rows.
    pub ny: usize,
    /// Longitudes are taken in [`cut`, `cut` + 360).
    cut: f64,
}

impl Grid {
    /// Checks every key and opens the crs.
    ///
    /// # Errors
    /// [`Error::Config`], naming the key and what is allowed, and the errors of [`Crs::parse`].
    pub fn axes(&self) -> Result<Axes> {
        self.check_numbers()?;
        self.gridding.check(|key| self.key(key))?;
        let crs = Crs::parse(&self.crs).map_err(|e| match e {
            Error::Config { value, allowed, .. } => Error::config(self.key("crs"), value, allowed),
            other => other,
        })?;
        let (x0, x1, cut) = if crs.is_longlat() {
            self.check_latitudes()?;
            self.longitude_frame()?
        } else {
            (self.west, self.east, f64::NAN)
        };
        let nx = self.whole_cells(("east", "west", "dx"), (x0, x1), self.dx)?;
        let ny = self.whole_cells(("north", "south", "dy"), (self.south, self.north), self.dy)?;
        let cells = nx as f64 * ny as f64;
        if cells > MAX_CELLS {
            let allowed =
                format!("{nx} x {ny} cells are more than {MAX_CELLS:.0}: take larger cells or a smaller area");
            return Err(Error::config(self.key("dx"), self.dx, allowed));
        }
        let (dx, dy, y0) = (self.dx, self.dy, self.south);
        Ok(Axes {
            crs,
            x0,
            y0,
            dx,
            dy,
            nx,
            ny,
            cut,
        })
    }

    /// Refuses a footprint of time where one of influence is needed.
    pub(crate) fn require_influence(&self) -> Result<()> {
        match self.gridding.measure {
            Measure::Surface | Measure::Elevated { .. } => Ok(()),
            Measure::Residence { .. } => Err(Error::config(
                self.key("measure"),
                "residence",
                "surface or elevated: time spent, s, times a flux is no mole fraction",
            )),
        }
    }

    /// Whether both have the same cells on the same plane, whatever is made on them.
    pub fn has_cells_of(&self, other: &Self) -> bool {
        let cells = |grid: &Self| [grid.west, grid.east, grid.south, grid.north, grid.dx, grid.dy];
        cells(self) == cells(other) && self.crs == other.crs
    }

    fn key(&self, key: &str) -> String {
        format!("grid.{}.{key}", self.name)
    }

    fn check_numbers(&self) -> Result<()> {
        let bounds = [
            ("west", self.west),
            ("east", self.east),
            ("south", self.south),
            ("north", self.north),
        ];
        for (key, value) in bounds {
            if !value.is_finite() {
                return Err(Error::config(
                    self.key(key),
                    value,
                    "a finite number in the units of the crs",
                ));
            }
        }
        for (key, value) in [("dx", self.dx), ("dy", self.dy)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::config(
                    self.key(key),
                    value,
                    "a cell size above 0, in the units of the crs",
                ));
            }
        }
        if !(self.smooth_factor.is_finite() && self.smooth_factor >= 0.0) {
            let allowed = "0 (no smoothing) or more";
            return Err(Error::config(self.key("smooth_factor"), self.smooth_factor, allowed));
        }
        Ok(())
    }

    fn check_latitudes(&self) -> Result<()> {
        for (key, value) in [("south", self.south), ("north", self.north)] {
            if !(-90.0..=90.0).contains(&value) {
                return Err(Error::config(self.key(key), value, "degrees north, from -90 to 90"));
            }
        }
        Ok(())
    }

    /// West, east and the cut of the longitudes (STILT v2: a whole turn is −180…180, a crossing grid 0…360).
    fn longitude_frame(&self) -> Result<(f64, f64, f64)> {
        for (key, value) in [("west", self.west), ("east", self.east)] {
            if !(-360.0..=360.0).contains(&value) {
                return Err(Error::config(self.key(key), value, "degrees east, from -360 to 360"));
            }
        }
        let span = self.east - self.west;
        if span == 0.0 || span > 360.0 {
            let allowed = format!("a longitude within 360 degrees east of west = {}", self.west);
            return Err(Error::config(self.key("east"), self.east, allowed));
        }
        if span == 360.0 {
            return Ok((-180.0, 180.0, -180.0));
        }
        if span > 0.0 && self.west >= -180.0 && self.east <= 180.0 {
            return Ok((self.west, self.east, -180.0));
        }
        let west = self.west.rem_euclid(360.0);
        let east = west + span.rem_euclid(360.0);
        // a grid across both 180 and 0 is cut in the middle of what it leaves out
        let cut = if east <= 360.0 {
            0.0
        } else {
            (west + east) / 2.0 - 180.0
        };
        Ok((west, east, cut))
    }

    fn whole_cells(&self, keys: (&str, &str, &str), bounds: (f64, f64), size: f64) -> Result<usize> {
        let (upper_key, lower_key, size_key) = keys;
        let (lower, upper) = bounds;
        if upper <= lower {
            let allowed = format!("above {lower_key} = {lower}");
            return Err(Error::config(self.key(upper_key), upper, allowed));
        }
        let cells = (upper - lower) / size;
        let whole = cells.round();
        if whole < 1.0 || (cells - whole).abs() > WHOLE_CELLS_TOLERANCE {
            let next = lower + cells.ceil() * size;
            let allowed = format!(
                "{lower_key} = {lower} to {upper_key} = {upper} is {cells:.6} cells of {size_key} = {size}, not a whole \
                 number; {upper_key} = {next} would be"
            );
            return Err(Error::config(self.key(size_key), size, allowed));
        }
        Ok(whole as usize)
    }
}

impl Axes {
    /// Edges of the columns, ascending, one more than columns.
    pub fn x_edges(&self) -> Vec<f64> {
        (0..=self.nx).map(|i| self.x_edge(i as i64)).collect()
    }

    /// Edges of the rows, ascending, one more than rows.
    pub fn y_edges(&self) -> Vec<f64> {
        (0..=self.ny).map(|j| self.y_edge(j as i64)).collect()
    }

    /// Centres of the columns.
    pub fn x_centres(&self) -> Vec<f64> {
        (0..self.nx)
            .map(|i| self.x0 + i as f64 * self.dx + self.dx / 2.0)
            .collect()
    }

    /// Centres of the rows.
    pub fn y_centres(&self) -> Vec<f64> {
        (0..self.ny)
            .map(|j| self.y0 + j as f64 * self.dy + self.dy / 2.0)
            .collect()
    }

    /// Area of a cell of each row, m²: exact on the sphere for degrees, dx·dy for a projection in metres.
    pub fn cell_areas_m2(&self) -> Vec<f64> {
        if !self.crs.is_longlat() {
            return vec![self.dx * self.dy; self.ny];
        }
        let per_sine = EARTH_RADIUS_M * EARTH_RADIUS_M * self.dx.to_radians();
        let sine = |j| self.y_edge(j).to_radians().sin();
        (0..self.ny as i64)
            .map(|j| per_sine * (sine(j + 1) - sine(j)))
            .collect()
    }

    /// The same longitude in the range that the axes use; unchanged for a projected grid.
    pub fn frame_longitude(&self, lon_deg: f64) -> f64 {
        if (self.cut..self.cut + 360.0).contains(&lon_deg) || self.cut.is_nan() {
            lon_deg
        } else {
            (lon_deg - self.cut).rem_euclid(360.0) + self.cut
        }
    }

    /// Column and row of a point of the plane; negative or beyond the grid outside it.
    pub fn cell(&self, x: f64, y: f64) -> (i64, i64) {
        let column = index(x, (x - self.x0) / self.dx, |i| self.x_edge(i));
        let row = index(y, (y - self.y0) / self.dy, |j| self.y_edge(j));
        (column, row)
    }

    fn x_edge(&self, i: i64) -> f64 {
        self.x0 + i as f64 * self.dx
    }

    fn y_edge(&self, j: i64) -> f64 {
        self.y0 + j as f64 * self.dy
    }
}

/// The cell with edge ≤ value < next edge: the quotient, mended where it was cut or rounded across an edge.
fn index(value: f64, quotient: f64, edge: impl Fn(i64) -> f64) -> i64 {
    let guess = quotient.clamp(-FAR_CELL, FAR_CELL) as i64;
    if value < edge(guess) {
        guess - 1
    } else if value >= edge(guess + 1) {
        guess + 1
    } else {
        guess
    }
}
