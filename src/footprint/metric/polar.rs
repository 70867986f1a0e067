//! Kernels near a pole, where rows are circles: the normal density of the distance along great circles, in the plane that
//! touches the sphere at the particle, at every cell within reach.

use super::ellipse::Ellipse;
use super::level::{Level, Levels};
use super::normal::CUT;
use crate::constants::EARTH_RADIUS_M;
use crate::footprint::map::Map;
use crate::geo::{LonLat, wrap_longitude_deg};

/// Rows whose circles are shorter than this beside the particle's call for the sphere.
const SHORTEST_CIRCLE: f64 = 0.6;
/// Most points along each side of a cell at which a narrow kernel is taken.
const MOST_POINTS: f64 = 16.0;

/// A kernel near a pole.
pub(super) struct PolarKernel<'a> {
    pub levels: &'a Levels,
    pub level: &'a Level,
    pub place: LonLat,
    /// Covariance, m² east and north.
    pub ellipse: Ellipse,
}

/// Whether a kernel that reaches so far, m, at a latitude comes near a pole.
pub(super) fn is_polar(lat_deg: f64, sigma_north_m: f64) -> bool {
    let edge = lat_deg.abs() + (CUT * sigma_north_m / EARTH_RADIUS_M).to_degrees();
    edge >= 90.0 || edge.to_radians().cos() < SHORTEST_CIRCLE * lat_deg.to_radians().cos()
}

/// Cells within reach.
struct Reach {
    rows: std::ops::Range<usize>,
    /// Cosine of the greatest distance.
    cos_distance: f64,
    /// Whether the map holds all of it.
    is_whole: bool,
}

impl PolarKernel<'_> {
    /// Adds the kernel times `foot`; whether any of it lies on the map.
    pub fn stamp(&self, map: &mut Map, foot: f64) -> bool {
        let reach = self.reach();
        let core = self.level.margin as usize..self.level.columns - self.level.margin as usize;
        let mut weights = vec![0.0; reach.rows.len() * self.level.columns];
        let middle = Middle::of(self.place, self.ellipse);
        let points = self.points_per_cell();
        let mut sum = 0.0;
        for (row, weights) in reach.rows.clone().zip(weights.chunks_exact_mut(self.level.columns)) {
            self.fill_row(row, points, (&middle, reach.cos_distance), weights);
            sum += weights[core.clone()].iter().sum::<f64>();
        }
        if sum <= 0.0 {
            return false;
        }
        let share = if reach.is_whole {
            1.0 / sum
        } else {
            self.share_per_weight()
        };
        for (row, weights) in reach.rows.zip(weights.chunks_exact(self.level.columns)) {
            if weights.iter().any(|weight| *weight > 0.0) {
                map.add_row(row, 0, weights, foot * share);
            }
        }
        true
    }

    fn reach(&self) -> Reach {
        let distance_deg = (CUT * self.ellipse.principal().variances[0].sqrt() / EARTH_RADIUS_M).to_degrees();
        let (south, north) = (self.place.lat_deg - distance_deg, self.place.lat_deg + distance_deg);
        let (margin, rows) = (self.level.margin, self.level.rows as i64);
        let height = self.row_height();
        let row = |lat: f64| ((lat - self.levels.corner[1]) / height).floor() as i64 + margin;
        let core = margin..rows - margin;
        let first = if south < -90.0 {
            core.start.max(row(-90.0))
        } else {
            row(south)
        };
        let last = if north > 90.0 { row(90.0 - 1e-9) } else { row(north) };
        let is_whole = self.levels.is_full_turn && core.contains(&first) && core.contains(&last);
        let first = first.clamp(0, rows) as usize;
        Reach {
            rows: first..((last + 1).clamp(0, rows) as usize).max(first),
            cos_distance: distance_deg.min(180.0).to_radians().cos(),
            is_whole,
        }
    }

    fn row_height(&self) -> f64 {
        self.level.factor[1] as f64 * self.levels.cell[1]
    }

    fn column_width(&self) -> f64 {
        self.level.factor[0] as f64 * self.levels.cell[0]
    }

    /// Points along x and y of a cell, about one standard deviation apart.
    fn points_per_cell(&self) -> [usize; 2] {
        let sigma_deg = (self.ellipse.least().sqrt() / EARTH_RADIUS_M).to_degrees();
        let points = |cell_deg: f64| (cell_deg / sigma_deg).ceil().clamp(1.0, MOST_POINTS) as usize;
        let widest = (self.place.lat_deg.abs() - 1.0).to_radians().cos();
        [points(self.column_width() * widest), points(self.row_height())]
    }

    /// Weights of a row: the density times the area, by cosine of the latitude and points per cell.
    fn fill_row(&self, row: usize, [nx, ny]: [usize; 2], within: (&Middle, f64), weights: &mut [f64]) {
        let margin = self.level.margin as f64;
        for j in 0..ny {
            let above = row as f64 - margin + (j as f64 + 0.5) / ny as f64;
            let lat_deg = self.levels.corner[1] + above * self.row_height();
            if lat_deg.abs() > 90.0 {
                continue;
            }
            let (sin, cos) = lat_deg.to_radians().sin_cos();
            let Some(reach_rad) = within.0.reach_along(sin, cos, within.1) else {
                continue;
            };
            for (column, weight) in weights.iter_mut().enumerate() {
                for i in 0..nx {
                    let right = column as f64 - margin + (i as f64 + 0.5) / nx as f64;
                    let lon = self.levels.corner[0] + right * self.column_width() - self.place.lon_deg;
                    let lon = wrap_longitude_deg(lon).to_radians();
                    if lon.abs() > reach_rad {
                        continue;
                    }
                    *weight += cos * within.0.density(lon, (sin, cos), within.1) / (nx * ny) as f64;
                }
            }
        }
    }

    /// The kernel's share in a cell per weight, where the map does not hold the whole kernel.
    fn share_per_weight(&self) -> f64 {
        let Ellipse { xx, xy, yy } = self.ellipse;
        let beyond = (-0.5 * CUT * CUT).exp();
        let area = EARTH_RADIUS_M.powi(2) * self.column_width().to_radians() * self.row_height().to_radians();
        area / (2.0 * std::f64::consts::PI * (xx * yy - xy * xy).sqrt() * (1.0 - beyond))
    }
}

/// The particle's place, with its longitude as origin.
struct Middle {
    sin: f64,
    cos: f64,
    /// Inverse of the covariance, rad⁻².
    inverse: Ellipse,
}

impl Middle {
    fn of(place: LonLat, Ellipse { xx, xy, yy }: Ellipse) -> Self {
        let (sin, cos) = place.lat_deg.to_radians().sin_cos();
        let scale = EARTH_RADIUS_M.powi(2) / (xx * yy - xy * xy);
        Self {
            sin,
            cos,
            inverse: Ellipse {
                xx: yy * scale,
                xy: -xy * scale,
                yy: xx * scale,
            },
        }
    }

    /// Farthest longitude within reach on a parallel, rad; `None` if there is none.
    fn reach_along(&self, sin: f64, cos: f64, cos_distance: f64) -> Option<f64> {
        let (behind, needed) = (self.cos * cos, cos_distance - self.sin * sin);
        if needed > behind {
            None
        } else if needed <= -behind {
            Some(std::f64::consts::PI)
        } else {
            Some((needed / behind).acos())
        }
    }

    /// exp(−d²/2) θ/sin θ, d the distance in units of the ellipse and θ in radians; 0 beyond reach.
    fn density(&self, lon: f64, (sin, cos): (f64, f64), cos_distance: f64) -> f64 {
        let (sin_lon, cos_lon) = lon.sin_cos();
        let along = self.sin * sin + self.cos * cos * cos_lon;
        if along < cos_distance {
            return 0.0;
        }
        let (east, north) = (cos * sin_lon, self.cos * sin - self.sin * cos * cos_lon);
        let sine = east.hypot(north);
        let jacobian = if sine > 0.0 { sine.atan2(along) / sine } else { 1.0 };
        let (x, y) = (east * jacobian, north * jacobian);
        let Ellipse { xx, xy, yy } = self.inverse;
        let square = xx * x * x + 2.0 * xy * x * y + yy * y * y;
        if square > CUT * CUT {
            return 0.0;
        }
        (-0.5 * square).exp() * jacobian
    }
}
