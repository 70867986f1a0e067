//! The box above a grid.

use crate::error::{Error, Result};
use crate::grid::{Axes, Grid};

/// Depth of the usual height layers and their number: 0 to 20 km, as OpenGHG's boundary curtains have them.
const LAYER_M: f64 = 1000.0;
const LAYERS: usize = 20;

/// A side of a grid: north is its upper edge in y, east its upper edge in x, also on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Upper edge in y.
    North,
    /// Upper edge in x.
    East,
    /// Lower edge in y.
    South,
    /// Lower edge in x.
    West,
}

/// What makes a [`Domain`].
#[derive(Clone, Debug, PartialEq)]
pub struct DomainSpec {
    /// The grid whose outer edges are the sides.
    pub grid: Grid,
    /// Edges of the height layers above ground, m, ascending from 0; the last is the top.
    pub height_edges_m: Vec<f64>,
}

impl DomainSpec {
    /// The domain.
    ///
    /// # Errors
    /// As [`Domain::new`].
    pub fn domain(&self) -> Result<Domain> {
        Domain::new(&self.grid, self.height_edges_m.clone())
    }
}

/// The air above a grid, up to the top of its height layers.
pub struct Domain {
    grid: Grid,
    axes: Axes,
    height_edges_m: Vec<f64>,
    /// Edges in x and in y.
    x: [f64; 2],
    y: [f64; 2],
    /// All the way round: without an eastern and a western side.
    is_ring: bool,
}

/// A place in the box: x, y on the plane of the grid, and metres above ground.
pub(super) type Point = [f64; 3];

/// What a particle crosses on its way out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Face {
    Lateral(Side),
    Top,
}

impl Domain {
    /// Above a grid, with 20 layers of 1000 m.
    ///
    /// # Errors
    /// The errors of [`Grid::axes`].
    pub fn of(grid: &Grid) -> Result<Self> {
        Self::new(grid, Self::usual_height_edges_m())
    }

    /// Edges of 20 layers of 1000 m.
    pub fn usual_height_edges_m() -> Vec<f64> {
        (0..=LAYERS).map(|k| LAYER_M * k as f64).collect()
    }

    /// Above a grid, with layers between these heights above ground, m, ascending from 0.
    ///
    /// # Errors
    /// [`Error::Config`] if the heights do not ascend from 0, and the errors of [`Grid::axes`].
    pub fn new(grid: &Grid, height_edges_m: Vec<f64>) -> Result<Self> {
        let ascend = height_edges_m.windows(2).all(|pair| pair[1] > pair[0]);
        if height_edges_m.len() < 2
            || height_edges_m[0] != 0.0
            || !ascend
            || !height_edges_m.iter().all(|z| z.is_finite())
        {
            let allowed = "two or more heights above ground, m, ascending from 0";
            return Err(Error::config(
                format!("grid.{}.height_edges_m", grid.name),
                format!("{height_edges_m:?}"),
                allowed,
            ));
        }
        let axes = grid.axes()?;
        let outer = |edges: Vec<f64>| [edges[0], edges[edges.len() - 1]];
        let (x, y) = (outer(axes.x_edges()), outer(axes.y_edges()));
        Ok(Self {
            is_ring: axes.crs.is_longlat() && x[1] - x[0] > 360.0 - axes.dx / 2.0,
            grid: grid.clone(),
            axes,
            height_edges_m,
            x,
            y,
        })
    }

    /// The grid.
    pub const fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Edges of the height layers above ground, m.
    pub fn height_edges_m(&self) -> &[f64] {
        &self.height_edges_m
    }

    pub(super) const fn axes(&self) -> &Axes {
        &self.axes
    }

    /// The plane's point of a place, its longitude the one within half a turn of `near`.
    pub(super) fn plane(&self, lon_deg: f64, lat_deg: f64, near: Option<f64>) -> (f64, f64) {
        let (x, y) = self.axes.crs.forward(self.axes.frame_longitude(lon_deg), lat_deg);
        match near {
            Some(near) if self.axes.crs.is_longlat() => (x + 360.0 * ((near - x) / 360.0).round(), y),
            _ => (x, y),
        }
    }

    /// Longitude and latitude of a point of the plane.
    pub(super) fn place(&self, [x, y, _]: Point) -> (f64, f64) {
        let (lon, lat) = self.axes.crs.inverse(x, y);
        (crate::geo::wrap_longitude_deg(lon), lat)
    }

    pub(super) fn holds(&self, [x, y, height_m]: Point) -> bool {
        let within = |edges: [f64; 2], v: f64| edges[0] <= v && v < edges[1];
        (self.is_ring || within(self.x, x)) && within(self.y, y) && height_m < self.top_m()
    }

    fn top_m(&self) -> f64 {
        self.height_edges_m[self.height_edges_m.len() - 1]
    }

    /// The face through which the straight way from a point inside leaves first, and the fraction of the way there;
    /// `None` if it stays inside. A point that the map does not show lies beyond the nearest side.
    pub(super) fn crossing(&self, from: Point, to: Point) -> Option<(Face, f64)> {
        if to[0].is_nan() || to[1].is_nan() {
            return Some((Face::Lateral(self.nearest_side(from)), 0.0));
        }
        let fraction = |axis: usize, edge: f64| ((edge - from[axis]) / (to[axis] - from[axis])).clamp(0.0, 1.0);
        let faces = [
            (
                Face::Lateral(Side::West),
                !self.is_ring && to[0] < self.x[0],
                0,
                self.x[0],
            ),
            (
                Face::Lateral(Side::East),
                !self.is_ring && to[0] >= self.x[1],
                0,
                self.x[1],
            ),
            (Face::Lateral(Side::South), to[1] < self.y[0], 1, self.y[0]),
            (Face::Lateral(Side::North), to[1] >= self.y[1], 1, self.y[1]),
            (Face::Top, to[2] >= self.top_m(), 2, self.top_m()),
        ];
        let crossed = faces.into_iter().filter(|(_, is_beyond, ..)| *is_beyond);
        crossed
            .map(|(face, _, axis, edge)| (face, fraction(axis, edge)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn nearest_side(&self, [x, y, _]: Point) -> Side {
        let sides = [
            (Side::West, x - self.x[0]),
            (Side::East, self.x[1] - x),
            (Side::South, y - self.y[0]),
            (Side::North, self.y[1] - y),
        ];
        let nearest = sides.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map_or(Side::North, |(side, _)| side)
    }
}
