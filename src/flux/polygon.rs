//! Area shares for cells of a projected grid.
//!
//! On the cylinder (λ, sin φ) equal areas of the sphere are equal areas of the plane and flux cells are rectangles. A
//! grid cell is a polygon there; what a rectangle clips from it (Sutherland & Hodgman 1974) is their overlap.
//! Neighbours share the points of their common edge, so nothing is lost or counted twice between them.

use crate::geo::{LonLat, wrap_longitude_deg};

use super::mesh::LatLonMesh;

/// Straight pieces along each edge of a cell.
const PIECES: usize = 4;
/// A point this close to a pole [degrees] is the pole.
const POLE_DEG: f64 = 1e-9;

/// Longitude in degrees, without jumps along a polygon, and sine of latitude; or a point of another plane.
type Point = [f64; 2];

/// Places on the edges of all cells of a grid.
pub(super) struct Outlines<Place> {
    nx: usize,
    ny: usize,
    /// Along x, at each edge in y: `[edge][i * PIECES + piece]`.
    rows: Vec<Vec<Place>>,
    /// Along y, at each edge in x.
    columns: Vec<Vec<Place>>,
}

impl<Place: Copy> Outlines<Place> {
    /// `place` gives the place of (x, y); NaN where there is none.
    pub(super) fn new(x_edges: &[f64], y_edges: &[f64], place: impl Fn(f64, f64) -> Place) -> Self {
        let (fine_x, fine_y) = (refined(x_edges), refined(y_edges));
        let row = |&y: &f64| fine_x.iter().map(|&x| place(x, y)).collect();
        let column = |&x: &f64| fine_y.iter().map(|&y| place(x, y)).collect();
        Self {
            nx: x_edges.len() - 1,
            ny: y_edges.len() - 1,
            rows: y_edges.iter().map(row).collect(),
            columns: x_edges.iter().map(column).collect(),
        }
    }

    /// Counter-clockwise, without repeating the first point.
    fn outline(&self, j: usize, i: usize) -> Vec<Place> {
        let along = |index: usize| index * PIECES..(index + 1) * PIECES;
        let back = |index: usize| (index * PIECES + 1..=(index + 1) * PIECES).rev();
        let south = self.rows[j][along(i)].iter().copied();
        let east = self.columns[i + 1][along(j)].iter().copied();
        let north = back(i).map(|k| self.rows[j + 1][k]);
        let west = back(j).map(|k| self.columns[i][k]);
        south.chain(east).chain(north).chain(west).collect()
    }

    /// Outlines of all cells in the order of y, x.
    fn each(&self) -> impl Iterator<Item = Vec<Place>> {
        (0..self.ny * self.nx).map(|cell| self.outline(cell / self.nx, cell % self.nx))
    }
}

impl Outlines<LonLat> {
    /// Flux cells (row, column) and their shares of the area of cell (j, i), for all cells in the order of y, x.
    pub(super) fn shares(&self, mesh: &LatLonMesh) -> Vec<Vec<((usize, usize), f64)>> {
        let boxes = Boxes::new(mesh);
        self.each().map(|outline| boxes.shares(&polygon(&outline))).collect()
    }

    /// Area of each cell, in the unit of [`sphere_area`].
    pub(super) fn areas(&self) -> Vec<f64> {
        self.each().map(|outline| area(&polygon(&outline))).collect()
    }
}

/// Area between two longitudes and two latitudes in degrees, on the cylinder of (degrees, sine).
pub(super) fn sphere_area(lon: [f64; 2], lat: [f64; 2]) -> f64 {
    let [south, north] = lat.map(|edge| edge.to_radians().sin());
    (lon[1] - lon[0]) * (north - south)
}

impl Outlines<Point> {
    /// For each cell the cells (row · columns + column) between edges of the plane and their shares of its area. A cell
    /// that is torn apart where the plane ends lies in none.
    pub(super) fn plane_shares(&self, x_edges: &[f64], y_edges: &[f64]) -> Vec<Vec<(usize, f64)>> {
        const TORN: f64 = 30.0;
        let columns = x_edges.len() - 1;
        let boxes = Boxes::of_plane(x_edges, y_edges);
        let mut areas: Vec<f64> = self.each().map(|outline| area(&outline)).collect();
        areas.sort_by(f64::total_cmp);
        let usual = areas[areas.len() / 2];
        let flat = |((row, column), share)| (row * columns + column, share);
        self.each()
            .map(|outline| match area(&outline) <= TORN * usual {
                true => boxes.shares(&outline).into_iter().map(flat).collect(),
                false => Vec::new(),
            })
            .collect()
    }
}

fn refined(edges: &[f64]) -> Vec<f64> {
    let pieces = edges.windows(2).flat_map(|w| {
        let step = (w[1] - w[0]) / PIECES as f64;
        (0..PIECES).map(move |piece| w[0] + step * piece as f64)
    });
    pieces.chain(edges.last().copied()).collect()
}

/// The outline on the cylinder, closed along the pole where it encloses or touches one.
fn polygon(outline: &[LonLat]) -> Vec<Point> {
    let is_pole = |place: &LonLat| place.lat_deg.abs() > 90.0 - POLE_DEG;
    let Some(start) = outline.iter().position(|place| !is_pole(place)) else {
        return Vec::new();
    };
    let mut lon = outline[start].lon_deg;
    let mut points = vec![[lon, outline[start].lat_deg.to_radians().sin()]];
    let mut pole: Option<f64> = None;
    for place in outline.iter().cycle().skip(start + 1).take(outline.len()) {
        if is_pole(place) {
            pole = Some(1_f64.copysign(place.lat_deg));
            continue;
        }
        let mut turn = wrap_longitude_deg(place.lon_deg - lon);
        if let Some(sign) = pole.take() {
            if turn.abs() > 180.0 - 1e-6 {
                // straight over the pole: the inside, on the left, is west of a path to the north pole
                turn = -180.0 * sign;
            }
            points.extend([[lon, sign], [lon + turn, sign]]);
        }
        lon += turn;
        points.push([lon, place.lat_deg.to_radians().sin()]);
    }
    let first = points[0][0];
    if (lon - first).abs() > 180.0 {
        let mean = points.iter().map(|p| p[1]).sum::<f64>() / points.len() as f64;
        points.extend([[lon, 1_f64.copysign(mean)], [first, 1_f64.copysign(mean)]]);
    }
    points
}

/// Cells on the cylinder or on a plane, sorted along each axis.
struct Boxes {
    rows: Vec<(usize, [f64; 2])>,
    columns: Vec<(usize, [f64; 2])>,
    /// After this x the columns come again.
    turn: Option<f64>,
}

impl Boxes {
    fn new(mesh: &LatLonMesh) -> Self {
        let sorted = |cells: Vec<[f64; 2]>| {
            let mut cells: Vec<(usize, [f64; 2])> = cells.into_iter().enumerate().collect();
            cells.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
            cells
        };
        let sines = mesh
            .lat_cells()
            .iter()
            .map(|cell| cell.map(|lat| lat.to_radians().sin()));
        Self {
            rows: sorted(sines.collect()),
            columns: sorted(mesh.lon_cells().to_vec()),
            turn: Some(360.0),
        }
    }

    fn of_plane(x_edges: &[f64], y_edges: &[f64]) -> Self {
        let cells = |edges: &[f64]| edges.windows(2).map(|w| [w[0], w[1]]).enumerate().collect();
        Self {
            rows: cells(y_edges),
            columns: cells(x_edges),
            turn: None,
        }
    }

    fn shares(&self, polygon: &[Point]) -> Vec<((usize, usize), f64)> {
        let whole = area(polygon);
        let [west, east] = extent(polygon, 0);
        let (Some(first), Some(last)) = (self.columns.first(), self.columns.last()) else {
            return Vec::new();
        };
        let turns = self.turn.map_or(0..=0, |turn| {
            ((west - last.1[1]) / turn).ceil() as i64..=((east - first.1[0]) / turn).floor() as i64
        });
        let mut shares = Vec::new();
        for shift in turns.map(|turns| self.turn.unwrap_or_default() * turns as f64) {
            for &(column, [low, high]) in between(&self.columns, west - shift, east - shift) {
                let strip = clipped(&clipped(polygon, 0, low + shift, 1.0), 0, high + shift, -1.0);
                let [south, north] = extent(&strip, 1);
                for &(row, [low, high]) in between(&self.rows, south, north) {
                    let overlap = area(&clipped(&clipped(&strip, 1, low, 1.0), 1, high, -1.0));
                    if overlap > 0.0 && whole > 0.0 {
                        shares.push(((row, column), overlap / whole));
                    }
                }
            }
        }
        shares
    }
}

/// Sorted cells that reach into a range.
fn between(cells: &[(usize, [f64; 2])], low: f64, high: f64) -> &[(usize, [f64; 2])] {
    let first = cells.partition_point(|(_, cell)| cell[1] <= low);
    let end = cells.partition_point(|(_, cell)| cell[0] < high);
    &cells[first..end.max(first)]
}

fn extent(polygon: &[Point], axis: usize) -> [f64; 2] {
    let along = polygon.iter().map(|point| point[axis]);
    along.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| {
        [low.min(v), high.max(v)]
    })
}

/// The part of a polygon where `side * (coordinate − limit) ≥ 0`.
fn clipped(polygon: &[Point], axis: usize, limit: f64, side: f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(polygon.len() + 2);
    for (k, &to) in polygon.iter().enumerate() {
        let from = polygon[(k + polygon.len() - 1) % polygon.len()];
        let (before, after) = (side * (from[axis] - limit), side * (to[axis] - limit));
        if (before < 0.0) != (after < 0.0) {
            let t = before / (before - after);
            let mut crossing = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
            crossing[axis] = limit;
            kept.push(crossing);
        }
        if after >= 0.0 {
            kept.push(to);
        }
    }
    kept
}

fn area(polygon: &[Point]) -> f64 {
    let Some(origin) = polygon.first() else { return 0.0 };
    let relative = |point: &Point| [point[0] - origin[0], point[1] - origin[1]];
    let triangles = polygon.windows(2).map(|w| {
        let (a, b) = (relative(&w[0]), relative(&w[1]));
        a[0] * b[1] - a[1] * b[0]
    });
    0.5 * triangles.sum::<f64>().abs()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// North polar equal-area map (Lambert azimuthal) of the unit sphere.
    fn polar(x: f64, y: f64) -> LonLat {
        let lon_deg = x.atan2(-y).to_degrees();
        let lat_deg = 90.0 - 2.0 * (0.5 * x.hypot(y)).asin().to_degrees();
        LonLat { lon_deg, lat_deg }
    }

    fn edges(from: f64, to: f64, count: usize) -> Vec<f64> {
        (0..=count)
            .map(|i| from + (to - from) * i as f64 / count as f64)
            .collect()
    }

    #[test]
    fn cells_of_a_projected_grid_are_shared_out_whole_even_at_the_pole() {
        let mesh = LatLonMesh::from_edges(&edges(90.0, -90.0, 90), &edges(0.0, 360.0, 120)).unwrap();
        // pole at a corner, inside a cell, and on an edge
        for (nx, ny) in [(6, 6), (5, 5), (5, 6), (6, 5)] {
            let (x, y) = (edges(-0.3, 0.3, nx), edges(-0.3, 0.3, ny));
            let outlines = Outlines::new(&x, &y, polar);
            for (cell, shares) in outlines.shares(&mesh).iter().enumerate() {
                let sum: f64 = shares.iter().map(|(_, share)| share).sum();
                assert!((sum - 1.0).abs() < 1e-12, "{nx} x {ny}, cell {cell}: {sum}");
            }
            let total: f64 = (0..nx * ny)
                .map(|k| area(&polygon(&outlines.outline(k / nx, k % nx))))
                .sum();
            // the square's edges bend over 0.3 Earth radii; straight pieces between the points lose this little
            let true_area = 0.36_f64;
            assert!(
                (total.to_radians() / true_area - 1.0).abs() < 2e-3,
                "{nx} x {ny}: {}",
                total.to_radians()
            );
        }
    }

    #[test]
    fn a_rotated_cell_has_the_share_that_geometry_gives() {
        // a diamond around (180 E, 0 N) on the cylinder, half of it north, a quarter in each quadrant
        let diamond = [[179.0, 0.0], [180.0, -0.1], [181.0, 0.0], [180.0, 0.1]];
        let mesh = LatLonMesh::from_edges(&[-90.0, 0.0, 90.0], &[-180.0, 0.0, 180.0]).unwrap();
        let shares = Boxes::new(&mesh).shares(&diamond);
        assert_eq!(shares.len(), 4);
        for (_, share) in shares {
            assert!((share - 0.25).abs() < 1e-12, "{share}");
        }
    }
}
