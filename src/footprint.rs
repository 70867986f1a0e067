//! Footprints: surface influence on a grid.

use ndarray::Array3;

use crate::grid::Grid;
use crate::receptor::Receptor;
use crate::time::UtcTime;

/// Surface influence of one receptor on one grid [ppm / (µmol m⁻² s⁻¹)].
#[derive(Clone, Debug)]
pub struct Footprint {
    /// The receptor.
    pub receptor: Receptor,
    /// The grid.
    pub grid: Grid,
    /// Start of each layer, UTC, ascending; one entry, the start of the covered span, if the grid is time integrated.
    pub layer_start: Vec<UtcTime>,
    /// Length of each layer, s: 3600, or the whole run if time integrated.
    pub layer_seconds: i64,
    /// Values `[time][y][x]`, y and x ascending.
    pub foot: Array3<f64>,
    /// Where the particles' influence went.
    pub budget: MassBudget,
}

/// Where the influence of all particles went; the parts add up to `total` (ensemble mean per particle released).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MassBudget {
    /// All particles, everywhere.
    pub total: f64,
    /// Inside the grid after smoothing: the sum of all cells.
    pub inside: f64,
    /// Of particles in the grid and its margin, smeared out over the edge.
    pub smeared_out: f64,
    /// Of particles outside the grid and its margin.
    pub outside: f64,
}

/// Grids an ensemble as STILT v2 does.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if the grid's crs is unknown.
pub fn grid_particles(
    _trajectories: &crate::trajectory::Trajectories,
    _grid: &Grid,
) -> crate::error::Result<Footprint> {
    todo!()
}
