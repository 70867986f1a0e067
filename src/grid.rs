//! Output grids of footprints.

/// A regular grid in any map projection; bounds are outer cell edges in the units of the crs.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Name, part of the output file's name.
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
    pub crs: String,
    /// One layer for the whole run instead of hourly layers.
    pub time_integrate: bool,
    /// Factor on the width of the smoothing kernel; 0 turns smoothing off.
    pub smooth_factor: f64,
}
