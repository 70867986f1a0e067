//! The cells of a mesh that touch a region, and which of them a place lies in.

use std::ops::Range;

use ndarray::Array3;

use super::mesh::LatLonMesh;
use crate::error::Result;

/// The rows and columns that touch a region and no others, from south to north and from the region's west to its east.
#[derive(Clone, Debug)]
pub(crate) struct MeshWindow {
    lat: Axis,
    lon: Axis,
}

#[derive(Clone, Debug)]
struct Axis {
    /// Those that touch the region, ascending.
    cells: Vec<[f64; 2]>,
    /// Where each lies in the mesh.
    places: Vec<usize>,
}

impl Axis {
    fn of(found: impl Iterator<Item = (usize, [f64; 2])>) -> Self {
        let mut found: Vec<_> = found.collect();
        found.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
        let (places, cells) = found.into_iter().unzip();
        Self { cells, places }
    }

    #[inline]
    fn index(&self, coordinate: f64) -> Option<usize> {
        let after = self.cells.partition_point(|cell| cell[0] <= coordinate);
        let cell = after.checked_sub(1)?;
        (coordinate < self.cells[cell][1]).then_some(cell)
    }
}

impl MeshWindow {
    /// Of a region `[west, east, south, north]` in degrees, any convention of longitude; of the whole mesh without one.
    pub(crate) fn new(mesh: &LatLonMesh, region: Option<[f64; 4]>) -> Self {
        let rows = mesh.lat_cells().iter().copied().enumerate();
        let columns = mesh.lon_cells().iter().copied().enumerate();
        let Some([west, east, south, north]) = region else {
            return Self {
                lat: Axis::of(rows),
                lon: Axis::of(columns),
            };
        };
        // turned so that its east edge lies less than once round beyond the region's west
        let turned = |(place, cell): (usize, [f64; 2])| {
            let shift = 360.0 * (((west - cell[1]) / 360.0).floor() + 1.0);
            (place, cell.map(|edge| edge + shift))
        };
        Self {
            lat: Axis::of(rows.filter(|(_, cell)| cell[1] > south && cell[0] < north)),
            lon: Axis::of(columns.map(turned).filter(|(_, cell)| cell[0] < east)),
        }
    }

    /// Its cells, ascending: latitudes and longitudes, degrees.
    pub(crate) fn cells(&self) -> [&[[f64; 2]]; 2] {
        [&self.lat.cells, &self.lon.cells]
    }

    /// Number of rows and columns.
    pub(crate) fn shape(&self) -> (usize, usize) {
        (self.lat.cells.len(), self.lon.cells.len())
    }

    /// Row and column, counted in the window, of the cell that a place lies in.
    #[inline]
    pub(crate) fn cell(&self, lon_deg: f64, lat_deg: f64) -> Option<(usize, usize)> {
        let west = self.lon.cells.first()?[0];
        let lon_deg = lon_deg - 360.0 * ((lon_deg - west) / 360.0).floor();
        Some((self.lat.index(lat_deg)?, self.lon.index(lon_deg)?))
    }

    /// Values of some of its rows and all of its columns, `[map][row][column]` as counted in the window; `read` gives those
    /// of rows and columns of the mesh, as many maps at a time.
    pub(crate) fn read(
        &self,
        maps: usize,
        rows: Range<usize>,
        mut read: impl FnMut(Range<usize>, Range<usize>) -> Result<Array3<f64>>,
    ) -> Result<Array3<f64>> {
        let rows = &self.lat.places[rows];
        let mut values = Array3::from_elem((maps, rows.len(), self.lon.places.len()), f64::NAN);
        let (Some(&first), Some(&last)) = (rows.iter().min(), rows.iter().max()) else {
            return Ok(values);
        };
        let mut columns: Vec<_> = self.lon.places.iter().copied().zip(0..).collect();
        columns.sort_unstable();
        for run in columns.chunk_by(|west, east| west.0 + 1 == east.0) {
            let start = run[0].0;
            let held = read(first..last + 1, start..start + run.len())?;
            for (row, place) in rows.iter().enumerate() {
                let from = held.index_axis(ndarray::Axis(1), place - first);
                let mut to = values.index_axis_mut(ndarray::Axis(1), row);
                for &(place, column) in run {
                    to.column_mut(column).assign(&from.column(place - start));
                }
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_finds_its_cell_whatever_the_order_and_the_meridian() {
        let lon = [0.0, 90.0, 180.0, 270.0];
        for lat in [[10.0, 20.0, 30.0], [30.0, 20.0, 10.0]] {
            let mesh = LatLonMesh::from_centres(&lat, &lon).unwrap();
            let window = MeshWindow::new(&mesh, Some([-100.0, 20.0, 16.0, 40.0]));
            assert_eq!(window.shape(), (2, 2));
            assert_eq!(window.cells()[1], [[-135.0, -45.0], [-45.0, 45.0]]);
            assert_eq!(window.cell(-89.0, 34.9), Some((1, 0)));
            assert_eq!(window.cell(271.0, 34.9), Some((1, 0)));
            assert_eq!(window.cell(-1.0, 34.9), Some((1, 1)));
            assert_eq!(window.cell(359.0, 24.9), Some((0, 1)));
            assert_eq!(window.cell(3.0, 36.0), None);
            assert_eq!(window.cell(100.0, 22.0), None, "outside the region");
            assert_eq!(window.cell(f64::NAN, 22.0), None);
            assert!(
                MeshWindow::new(&mesh, Some([0.0, 10.0, 50.0, 60.0]))
                    .cell(1.0, 55.0)
                    .is_none()
            );
        }
    }

    #[test]
    fn across_greenwich_only_the_cells_that_touch_are_read_and_in_order() {
        let lon: Vec<f64> = (0..36).map(|i| 5.0 + 10.0 * f64::from(i)).collect();
        let mesh = LatLonMesh::from_centres(&[30.0, 20.0, 10.0], &lon).unwrap();
        let window = MeshWindow::new(&mesh, Some([-20.0, 20.0, 11.0, 24.0]));
        assert_eq!(window.shape(), (2, 4));
        let mut read_cells = 0;
        let values = window.read(1, 0..2, |rows, columns| {
            read_cells += rows.len() * columns.len();
            let value = |(_, j, i)| (100 * (rows.start + j) + columns.start + i) as f64;
            Ok(Array3::from_shape_fn((1, rows.len(), columns.len()), value))
        });
        let expected = [[234.0, 235.0, 200.0, 201.0], [134.0, 135.0, 100.0, 101.0]];
        assert_eq!(values.unwrap(), ndarray::arr3(&[expected]));
        assert_eq!(read_cells, 8);
    }
}
