//! The cells of a file as one of our grids, and its values in the order of that grid.

use ndarray::{Array2, ArrayD, Axis, Ix3, IxDyn};
use netcdf::Extent;

use super::axis::{CellAnchor, Coordinates, RegularAxis};
use super::source::Source;
use crate::error::{Error, Result};
use crate::grid::Grid;

/// Names of the plane's coordinates in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PlaneNames {
    pub y: &'static str,
    pub x: &'static str,
}

/// The cells of a file.
pub(super) struct Plane {
    pub names: PlaneNames,
    /// Not time integrated, of smooth factor 1.
    pub grid: Grid,
    rows: RegularAxis,
    columns: RegularAxis,
    /// The column of the file with which the grid begins.
    turn: usize,
}

impl Plane {
    /// Reads the coordinates; `anchor` counts where they have no bounds.
    pub fn read(source: &Source<'_>, names: PlaneNames, crs: &str, anchor: CellAnchor) -> Result<Self> {
        let rows = source.coordinates(names.y)?;
        let rows = regular(source, names.y, rows, anchor)?;
        let mut columns = source.coordinates(names.x)?;
        let is_longlat = names.x.starts_with("lon");
        let begin = if is_longlat { columns.unwrap_turns() } else { 0 };
        let mut columns = regular(source, names.x, columns, anchor)?;
        let turn = match is_longlat {
            true => turn_to_dateline(&mut columns)
                .ok_or_else(|| source.bad(format!("{} round the globe, but no cell begins at 180", names.x)))?,
            false => 0,
        };
        let grid = Grid {
            name: source.format.name().to_owned(),
            west: columns.lower,
            east: columns.lower + columns.count as f64 * columns.size,
            south: rows.lower,
            north: rows.lower + rows.count as f64 * rows.size,
            dx: columns.size,
            dy: rows.size,
            crs: crs.to_owned(),
            time_integrate: false,
            smooth_factor: 1.0,
            gridding: Default::default(),
        };
        grid.axes()
            .map_err(|e| Error::format(source.path(), format!("its cells make no grid: {e}")))?;
        Ok(Self {
            names,
            grid,
            rows,
            columns,
            turn: begin + turn,
        })
    }

    pub fn shape(&self) -> [usize; 2] {
        [self.rows.count, self.columns.count]
    }

    /// The map of a variable at one place of `time`, `[y][x]`, without a gap.
    pub fn map(&self, source: &Source<'_>, variable: &str, time: usize) -> Result<Array2<f64>> {
        let [ny, nx] = self.shape();
        let window = [("time", time..time + 1), (self.names.y, 0..ny), (self.names.x, 0..nx)];
        let values = source.window::<Ix3>(variable, &window)?;
        let values = self.in_order(values.index_axis_move(Axis(0), 0));
        match values.iter().filter(|v| !v.is_finite()).count() {
            0 => Ok(values),
            gaps => Err(source.bad(format!(
                "{variable} has no value in {gaps} of {} cells; a footprint needs one in each, 0 where nothing came from",
                values.len()
            ))),
        }
    }

    /// Values of the file, `[y][x]`, in the order of the grid.
    pub fn in_order(&self, mut values: Array2<f64>) -> Array2<f64> {
        if self.rows.descends {
            values.invert_axis(Axis(0));
        }
        if self.columns.descends {
            values.invert_axis(Axis(1));
        }
        let columns = self.columns.count;
        let from = |i: usize| (i + self.turn) % columns;
        Array2::from_shape_fn(values.raw_dim(), |(row, column)| values[[row, from(column)]])
    }

    /// Values along one side, `[height][x or y]`, in the order of the grid.
    pub fn along(&self, values: Array2<f64>, is_row: bool) -> Array2<f64> {
        let axis = if is_row { &self.columns } else { &self.rows };
        let turn = if is_row { self.turn } else { 0 };
        let place = |i: usize| {
            let turned = (i + turn) % axis.count;
            if axis.descends { axis.count - 1 - turned } else { turned }
        };
        Array2::from_shape_fn(values.raw_dim(), |(height, i)| values[[height, place(i)]])
    }
}

fn regular(source: &Source<'_>, name: &str, coordinates: Coordinates, anchor: CellAnchor) -> Result<RegularAxis> {
    coordinates
        .regular(anchor)
        .map_err(|problem| source.bad(format!("{name}: {problem}")))
}

/// Shifts an axis round the whole globe to −180…180; by how many columns, or `None` if no cell begins there.
fn turn_to_dateline(columns: &mut RegularAxis) -> Option<usize> {
    let turns = columns.count as f64 * columns.size / 360.0;
    if (turns - 1.0).abs() > 1e-6 {
        return Some(0);
    }
    let cells = (-180.0 - columns.lower).rem_euclid(360.0) / columns.size;
    let whole = cells.round();
    if (cells - whole).abs() > 1e-3 {
        return None;
    }
    columns.size = 360.0 / columns.count as f64;
    columns.lower = -180.0;
    Some(whole as usize % columns.count)
}

/// Brings the axes of `values`, which are named `found`, into the order `wanted`; `None` if the names differ.
pub(super) fn reorder(values: ArrayD<f64>, found: &[String], wanted: &[&str]) -> Option<ArrayD<f64>> {
    let order: Option<Vec<usize>> = wanted.iter().map(|w| found.iter().position(|f| f == w)).collect();
    let order = order.filter(|o| o.len() == found.len())?;
    Some(values.permuted_axes(IxDyn(&order)).as_standard_layout().into_owned())
}

/// The part of each dimension to read.
pub(super) fn extents(ranges: &[std::ops::Range<usize>]) -> Vec<Extent> {
    ranges.iter().cloned().map(Extent::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_round_the_globe_is_turned_to_begin_at_the_dateline() {
        let mut axis = RegularAxis {
            lower: 0.0,
            size: 90.0,
            count: 4,
            descends: false,
        };
        assert_eq!(turn_to_dateline(&mut axis), Some(2));
        assert_eq!(axis.lower, -180.0);
        axis.lower = 10.0;
        assert_eq!(turn_to_dateline(&mut axis), None);
    }
}
