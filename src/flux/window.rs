//! The cells of a mesh that touch a region, and which of them a place lies in.

use std::ops::Range;

#[cfg(any(feature = "netcdf", test))]
use super::mesh::LatLonMesh;

/// A window of rows and columns, in the order of the mesh.
#[derive(Clone, Debug)]
pub(crate) struct MeshWindow {
    lat: Axis,
    lon: Axis,
}

#[derive(Clone, Debug)]
struct Axis {
    /// Those that touch the region, ascending.
    cells: Vec<[f64; 2]>,
    /// Which of the mesh's, in its order, hold them.
    range: Range<usize>,
    /// Where each lies within the range.
    places: Vec<usize>,
}

impl Axis {
    #[cfg(any(feature = "netcdf", test))]
    fn of(cells: &[[f64; 2]], touches: impl Fn(&[f64; 2]) -> bool) -> Self {
        let mut found: Vec<usize> = (0..cells.len()).filter(|&i| touches(&cells[i])).collect();
        let first = found.iter().copied().min().unwrap_or(0);
        let end = found.iter().copied().max().map_or(first, |last| last + 1);
        found.sort_by(|&a, &b| cells[a][0].total_cmp(&cells[b][0]));
        Self {
            cells: found.iter().map(|&i| cells[i]).collect(),
            range: first..end,
            places: found.iter().map(|&i| i - first).collect(),
        }
    }

    #[inline]
    fn place(&self, coordinate: f64) -> Option<usize> {
        let after = self.cells.partition_point(|cell| cell[0] <= coordinate);
        let cell = after.checked_sub(1)?;
        (coordinate < self.cells[cell][1]).then(|| self.places[cell])
    }
}

impl MeshWindow {
    #[cfg(any(feature = "netcdf", test))]
    /// Of a region `[west, east, south, north]` in degrees, any convention of longitude; of the whole mesh without one.
    pub(crate) fn new(mesh: &LatLonMesh, region: Option<[f64; 4]>) -> Self {
        let Some([west, east, south, north]) = region else {
            return Self {
                lat: Axis::of(mesh.lat_cells(), |_| true),
                lon: Axis::of(mesh.lon_cells(), |_| true),
            };
        };
        let lon_touches = |cell: &[f64; 2]| {
            let turns = ((west - cell[1]) / 360.0).floor() as i64..=((east - cell[0]) / 360.0).ceil() as i64;
            let mut shifts = turns.map(|turn| 360.0 * turn as f64);
            shifts.any(|shift| cell[1] + shift > west && cell[0] + shift < east)
        };
        Self {
            lat: Axis::of(mesh.lat_cells(), |cell| cell[1] > south && cell[0] < north),
            lon: Axis::of(mesh.lon_cells(), lon_touches),
        }
    }

    #[cfg(any(feature = "netcdf", test))]
    /// Rows and columns of the mesh; empty if no cell touches the region.
    pub(crate) fn ranges(&self) -> (Range<usize>, Range<usize>) {
        (self.lat.range.clone(), self.lon.range.clone())
    }

    /// Number of rows and columns.
    pub(crate) fn shape(&self) -> (usize, usize) {
        (self.lat.range.len(), self.lon.range.len())
    }

    /// Row and column, counted in the window, of the cell that a place lies in.
    #[inline]
    pub(crate) fn cell(&self, lon_deg: f64, lat_deg: f64) -> Option<(usize, usize)> {
        let west = self.lon.cells.first()?[0];
        let lon_deg = lon_deg - 360.0 * ((lon_deg - west) / 360.0).floor();
        Some((self.lat.place(lat_deg)?, self.lon.place(lon_deg)?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_finds_its_cell_whatever_the_order_and_the_meridian() {
        let lon = [0.0, 90.0, 180.0, 270.0];
        for (lat, row) in [([10.0, 20.0, 30.0], 1), ([30.0, 20.0, 10.0], 0)] {
            let mesh = LatLonMesh::from_centres(&lat, &lon).unwrap();
            let window = MeshWindow::new(&mesh, Some([-100.0, 20.0, 16.0, 40.0]));
            assert_eq!(window.shape(), (2, 4));
            assert_eq!(window.cell(-89.0, 34.9), Some((row, 3)));
            assert_eq!(window.cell(271.0, 34.9), Some((row, 3)));
            assert_eq!(window.cell(-1.0, 34.9), Some((row, 0)));
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
}
