//! Conservative regridding: the share of each footprint cell's area that each flux cell covers.
//!
//! On a longitude-latitude grid the overlap of two cells is (λ₂ − λ₁)(sin φ₂ − sin φ₁) of the sphere, a product of a
//! part along longitude and one along latitude, so two short sums regrid exactly. Other grids go through [`super::polygon`].

use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use super::mesh::LatLonMesh;
use super::polygon::Outlines;
use crate::error::Result;
use crate::geo::LonLat;
use crate::grid::Grid;

/// A flux on the cells of a footprint grid.
#[derive(Clone, Debug)]
pub(crate) struct GriddedMap {
    /// Flux averaged over the whole cell, where parts without data count as zero [µmol m⁻² s⁻¹], `[y][x]`.
    pub(crate) flux: Array2<f64>,
    /// Share of the cell's area where the flux has data, 0…1, `[y][x]`.
    pub(crate) covered: Array2<f64>,
}

/// For each cell: cells of the other mesh and their shares of its area.
pub(super) type Shares = Vec<Vec<(usize, f64)>>;

/// Area weights from a flux mesh to a grid.
#[derive(Clone, Debug)]
pub(crate) struct AreaWeights {
    rows: Range<usize>,
    columns: Range<usize>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Shares along y and along x; the area's share is their product.
    Separable { y: Shares, x: Shares },
    /// Shares of each cell `[y * nx + x]`; a flux cell is (row * columns + column) within the window.
    Polygons { shape: (usize, usize), cells: Shares },
}

impl AreaWeights {
    /// Weights from the cells of a flux to those of a footprint grid.
    pub(crate) fn new(mesh: &LatLonMesh, grid: &Grid) -> Result<Self> {
        let axes = grid.axes()?;
        let (x_edges, y_edges) = (axes.x_edges(), axes.y_edges());
        if axes.crs.is_longlat() {
            return Ok(Self::separable(mesh, &y_edges, &x_edges));
        }
        let place = |x, y| {
            let (lon_deg, lat_deg) = axes.crs.inverse(x, y);
            LonLat { lon_deg, lat_deg }
        };
        Ok(Self::projected(
            mesh,
            &Outlines::new(&x_edges, &y_edges, place),
            (axes.ny, axes.nx),
        ))
    }

    fn projected(mesh: &LatLonMesh, outlines: &Outlines<LonLat>, shape: (usize, usize)) -> Self {
        let shares = outlines.shares(mesh);
        let used = |index: fn(&(usize, usize)) -> usize| {
            let indices = || shares.iter().flatten().map(|(cell, _)| index(cell));
            indices().min().unwrap_or(0)..indices().max().map_or(0, |last| last + 1)
        };
        let (rows, columns) = (used(|cell| cell.0), used(|cell| cell.1));
        let in_window = |&((row, column), share): &((usize, usize), f64)| {
            ((row - rows.start) * columns.len() + column - columns.start, share)
        };
        let cells = shares.iter().map(|cell| cell.iter().map(in_window).collect()).collect();
        let kind = Kind::Polygons { shape, cells };
        Self { rows, columns, kind }
    }

    fn separable(mesh: &LatLonMesh, lat_edges: &[f64], lon_edges: &[f64]) -> Self {
        let mut y: Shares = lat_edges
            .windows(2)
            .map(|t| latitude_shares([t[0], t[1]], mesh.lat_cells()))
            .collect();
        let mut x: Shares = lon_edges
            .windows(2)
            .map(|t| longitude_shares([t[0], t[1]], mesh.lon_cells()))
            .collect();
        let rows = rebase(&mut y);
        let columns = rebase(&mut x);
        Self {
            rows,
            columns,
            kind: Kind::Separable { y, x },
        }
    }

    /// Rows and columns of the flux that the grid touches; both empty if none.
    pub(crate) fn window(&self) -> (Range<usize>, Range<usize>) {
        (self.rows.clone(), self.columns.clone())
    }

    /// Number of cells of the grid, (y, x).
    pub(crate) fn shape(&self) -> (usize, usize) {
        match &self.kind {
            Kind::Separable { y, x } => (y.len(), x.len()),
            Kind::Polygons { shape, .. } => *shape,
        }
    }

    /// Regrids the window of one map; NaN is no data.
    pub(crate) fn apply(&self, window: ArrayView2<'_, f64>) -> GriddedMap {
        let values = window.mapv(|v| if v.is_nan() { 0.0 } else { v });
        let present = window.mapv(|v| if v.is_nan() { 0.0 } else { 1.0 });
        GriddedMap {
            flux: self.weigh(&values),
            covered: self.weigh(&present),
        }
    }

    fn weigh(&self, window: &Array2<f64>) -> Array2<f64> {
        match &self.kind {
            Kind::Separable { y, x } => {
                let along_x = Array2::from_shape_fn((window.nrows(), x.len()), |(row, i)| {
                    x[i].iter()
                        .map(|&(column, share)| share * window[[row, column]])
                        .sum::<f64>()
                });
                Array2::from_shape_fn((y.len(), x.len()), |(j, i)| {
                    y[j].iter().map(|&(row, share)| share * along_x[[row, i]]).sum::<f64>()
                })
            }
            Kind::Polygons { shape, cells } => Array2::from_shape_fn(*shape, |(j, i)| {
                let shares = cells[j * shape.1 + i].iter();
                let columns = window.ncols();
                shares
                    .map(|&(k, share)| share * window[[k / columns, k % columns]])
                    .sum::<f64>()
            }),
        }
    }
}

/// Cells and their shares of the area between two latitudes.
pub(super) fn latitude_shares(target: [f64; 2], cells: &[[f64; 2]]) -> Vec<(usize, f64)> {
    let height = |south: f64, north: f64| {
        // sin a − sin b without cancellation
        let (middle, half) = (
            (0.5 * (south + north)).to_radians(),
            (0.5 * (north - south)).to_radians(),
        );
        2.0 * middle.cos() * half.sin()
    };
    let whole = height(target[0], target[1]);
    let overlap = |cell: &[f64; 2]| (target[0].max(cell[0]), target[1].min(cell[1]));
    let shares = cells.iter().map(overlap).enumerate();
    shares
        .filter(|(_, (south, north))| north > south)
        .map(|(row, (south, north))| (row, height(south, north) / whole))
        .collect()
}

/// Cells and their shares of the width between two longitudes.
pub(super) fn longitude_shares(target: [f64; 2], cells: &[[f64; 2]]) -> Vec<(usize, f64)> {
    let width = target[1] - target[0];
    let overlap = |cell: &[f64; 2]| -> f64 {
        let first = ((target[0] - cell[1]) / 360.0).ceil() as i64;
        let last = ((target[1] - cell[0]) / 360.0).floor() as i64;
        let turns = (first..=last).map(|turn| 360.0 * turn as f64);
        turns
            .map(|shift| (target[1].min(cell[1] + shift) - target[0].max(cell[0] + shift)).max(0.0))
            .sum::<f64>()
    };
    let shares = cells.iter().map(overlap).enumerate();
    shares
        .filter(|(_, w)| *w > 0.0)
        .map(|(column, w)| (column, w / width))
        .collect()
}

/// Cells and their shares of the width between two places of a plane.
pub(super) fn plane_shares(target: [f64; 2], cells: &[[f64; 2]]) -> Vec<(usize, f64)> {
    let overlap = |cell: &[f64; 2]| target[1].min(cell[1]) - target[0].max(cell[0]);
    let widths = cells.iter().map(overlap).enumerate();
    widths
        .filter(|(_, width)| *width > 0.0)
        .map(|(index, width)| (index, width / (target[1] - target[0])))
        .collect()
}

/// Counts the flux cells from the first one used, and gives the range that is used.
fn rebase(shares: &mut Shares) -> Range<usize> {
    let used = || shares.iter().flatten().map(|&(index, _)| index);
    let first = used().min().unwrap_or(0);
    let end = used().max().map_or(first, |last| last + 1);
    for (index, _) in shares.iter_mut().flatten() {
        *index -= first;
    }
    first..end
}
