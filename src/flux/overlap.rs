//! How the cells of one grid overlap those of another: what each cell holds is shared out by area.
//!
//! Areas are those of the sphere as long as one of the grids is in degrees, else those of the plane of the target.

use ndarray::{Array2, ArrayView2};

use super::mesh::LatLonMesh;
use super::polygon::{Outlines, sphere_area};
use super::regrid::{Shares, latitude_shares, longitude_shares, plane_shares};
use crate::error::Result;
use crate::geo::LonLat;
use crate::grid::{Axes, Grid};

/// Cells that overlap by less than this share only touch.
const ROUNDING: f64 = 1e-9;

/// The share of each cell of a grid that lies in each cell of another.
#[derive(Clone, Debug)]
pub(crate) struct CellShares {
    /// Cells of the target, (y, x).
    shape: (usize, usize),
    /// Columns of the source.
    columns: usize,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Shares along y and along x, of rows and columns of the source.
    Separable { y: Shares, x: Shares },
    /// Shares of each cell of the source, `[y * nx + x]`, in cells of the target counted likewise.
    Cells(Shares),
}

impl CellShares {
    /// Shares of the cells of `from` in those of `to`.
    pub(crate) fn new(from: &Grid, to: &Grid) -> Result<Self> {
        let (source, target) = (from.axes()?, to.axes()?);
        let kind = match (source.crs.is_longlat(), target.crs.is_longlat()) {
            (true, true) => separable(&source, &target, latitude_shares, longitude_shares),
            (false, true) => Kind::Cells(on_sphere(&source, &target)?),
            (true, false) => Kind::Cells(transposed(&on_sphere(&target, &source)?, &target, &source)),
            (false, false) if from.crs == to.crs => separable(&source, &target, plane_shares, plane_shares),
            (false, false) => Kind::Cells(on_plane(&source, &target)),
        };
        Ok(Self {
            shape: (target.ny, target.nx),
            columns: source.nx,
            kind,
        })
    }

    /// Cells of the target and what share of a source cell, `y * nx + x`, lies in each.
    pub(crate) fn of(&self, cell: usize) -> Vec<(usize, f64)> {
        match &self.kind {
            Kind::Cells(cells) => cells[cell].clone(),
            Kind::Separable { y, x } => {
                let along_x = &x[cell % self.columns];
                let rows = y[cell / self.columns].iter();
                rows.flat_map(|&(row, share)| {
                    along_x
                        .iter()
                        .map(move |&(column, part)| (row * self.shape.1 + column, share * part))
                })
                .collect()
            }
        }
    }

    /// Cells of the target, (y, x).
    pub(crate) fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// Whether no cell of the target takes from more than one cell of the source.
    pub(crate) fn each_from_one(&self) -> bool {
        let single = |shares: &Shares, targets: usize| {
            let mut sources = vec![0_u8; targets];
            for &(cell, _) in shares.iter().flatten().filter(|(_, share)| *share > ROUNDING) {
                sources[cell] = sources[cell].saturating_add(1);
            }
            sources.iter().all(|&count| count < 2)
        };
        match &self.kind {
            Kind::Cells(cells) => single(cells, self.shape.0 * self.shape.1),
            Kind::Separable { y, x } => single(y, self.shape.0) && single(x, self.shape.1),
        }
    }

    /// Shares what the cells of the source hold out among those of the target.
    pub(crate) fn spread(&self, values: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut spread = Array2::zeros(self.shape);
        match &self.kind {
            Kind::Cells(cells) => {
                for (value, shares) in values.iter().zip(cells) {
                    for &(cell, share) in shares {
                        spread[[cell / self.shape.1, cell % self.shape.1]] += share * value;
                    }
                }
            }
            Kind::Separable { y, x } => {
                for (row, rows) in values.outer_iter().zip(y).filter(|(_, rows)| !rows.is_empty()) {
                    let mut along_x = vec![0.0; self.shape.1];
                    for (value, columns) in row.iter().zip(x) {
                        columns.iter().for_each(|&(i, share)| along_x[i] += share * value);
                    }
                    for &(j, share) in rows {
                        let mut target = spread.row_mut(j);
                        target
                            .iter_mut()
                            .zip(&along_x)
                            .for_each(|(to, value)| *to += share * value);
                    }
                }
            }
        }
        spread
    }
}

type AxisShares = fn([f64; 2], &[[f64; 2]]) -> Vec<(usize, f64)>;

fn separable(source: &Axes, target: &Axes, of_y: AxisShares, of_x: AxisShares) -> Kind {
    let along = |from: Vec<f64>, to: Vec<f64>, shares: AxisShares| {
        let cells: Vec<[f64; 2]> = to.windows(2).map(|edge| [edge[0], edge[1]]).collect();
        from.windows(2).map(|edge| shares([edge[0], edge[1]], &cells)).collect()
    };
    Kind::Separable {
        y: along(source.y_edges(), target.y_edges(), of_y),
        x: along(source.x_edges(), target.x_edges(), of_x),
    }
}

fn mesh(axes: &Axes) -> Result<LatLonMesh> {
    LatLonMesh::from_edges(&axes.y_edges(), &axes.x_edges())
}

fn outlines(axes: &Axes) -> Outlines<LonLat> {
    Outlines::new(&axes.x_edges(), &axes.y_edges(), |x, y| {
        let (lon_deg, lat_deg) = axes.crs.inverse(x, y);
        LonLat { lon_deg, lat_deg }
    })
}

/// Shares of the cells of a projected grid in those of one in degrees.
fn on_sphere(source: &Axes, target: &Axes) -> Result<Shares> {
    let flat = |((row, column), share)| (row * target.nx + column, share);
    let shares = outlines(source).shares(&mesh(target)?);
    Ok(shares
        .into_iter()
        .map(|cell| cell.into_iter().map(flat).collect())
        .collect())
}

/// From the shares of projected cells in cells of degrees to those of cells of degrees in projected cells.
fn transposed(shares: &Shares, projected: &Axes, degrees: &Axes) -> Shares {
    let (rows, columns) = (degrees.y_edges(), degrees.x_edges());
    let areas = outlines(projected).areas();
    let mut turned = vec![Vec::new(); degrees.nx * degrees.ny];
    for ((target, cells), area) in shares.iter().enumerate().zip(areas) {
        for &(source, share) in cells {
            let (j, i) = (source / degrees.nx, source % degrees.nx);
            let whole = sphere_area([columns[i], columns[i + 1]], [rows[j], rows[j + 1]]);
            turned[source].push((target, share * area / whole));
        }
    }
    turned
}

/// Shares of the cells of one projected grid in those of another, by area in the plane of the target.
fn on_plane(source: &Axes, target: &Axes) -> Shares {
    let outlines = Outlines::new(&source.x_edges(), &source.y_edges(), |x, y| {
        let (lon_deg, lat_deg) = source.crs.inverse(x, y);
        let (x, y) = target.crs.forward(lon_deg, lat_deg);
        [x, y]
    });
    outlines.plane_shares(&target.x_edges(), &target.y_edges())
}
