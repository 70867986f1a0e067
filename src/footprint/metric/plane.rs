//! From metres on the ground to the plane of a grid.

use std::collections::BTreeMap;

use super::ellipse::Ellipse;
use crate::constants::EARTH_RADIUS_M;
use crate::crs::Crs;
use crate::footprint::gridder::Deposit;
use crate::geo::LonLat;
use crate::grid::Axes;

/// Derivatives of a projection are taken on a mesh of this width, degrees.
const MESH_DEG: f64 = 0.25;
const STEP_DEG: f64 = 0.01;
const NEAREST_TO_POLE_DEG: f64 = 89.99;

/// Columns and rows per metre east and north.
type Scale = [[f64; 2]; 2];

/// Scales of a grid at the places of some deposits.
pub(super) enum Plane {
    /// Longitude and latitude: columns and rows per degree.
    LonLat { per_degree: [f64; 2] },
    /// A map projection: its derivatives at the nodes around the deposits.
    Projected(BTreeMap<(i32, i32), Scale>),
}

impl Plane {
    pub fn of(axes: &Axes, deposits: &[Deposit]) -> Self {
        if axes.crs.is_longlat() {
            return Self::LonLat {
                per_degree: [1.0 / axes.dx, 1.0 / axes.dy],
            };
        }
        let mut nodes = BTreeMap::new();
        for deposit in deposits {
            let node = node_of(deposit.place);
            nodes.entry(node).or_insert_with(|| derivatives(&axes.crs, node, axes));
        }
        Self::Projected(nodes)
    }

    /// A covariance in m² as one in columns and rows of the grid; `None` where the projection has no derivative.
    pub fn in_cells(&self, ellipse: Ellipse, place: LonLat) -> Option<Ellipse> {
        match self {
            Self::LonLat { per_degree } => {
                let (along_x, along_y) = lon_lat_scale(*per_degree, place);
                Some(ellipse.stretched(along_x, along_y))
            }
            Self::Projected(nodes) => {
                let scale = nodes.get(&node_of(place))?;
                scale
                    .iter()
                    .flatten()
                    .all(|s| s.is_finite())
                    .then(|| ellipse.mapped(*scale))
            }
        }
    }

    /// Extent of a cell along two directions (unit vectors east and north) at a place, m: that of its diagonal matrix of
    /// squares, exact for directions along its sides.
    pub fn cell_m(&self, directions: [[f64; 2]; 2], place: LonLat) -> [f64; 2] {
        let scale = match self {
            Self::LonLat { per_degree } => {
                let (along_x, along_y) = lon_lat_scale(*per_degree, place);
                [[along_x, 0.0], [0.0, along_y]]
            }
            Self::Projected(nodes) => nearest(nodes, node_of(place)),
        };
        let [[a, b], [c, d]] = scale;
        let determinant = a * d - b * c;
        directions.map(|[east, north]| {
            let (x, y) = (d * east - c * north, a * north - b * east);
            (x.hypot(y) / determinant.abs()).max(0.0)
        })
    }
}

fn lon_lat_scale([per_lon, per_lat]: [f64; 2], place: LonLat) -> (f64, f64) {
    let degrees_per_m = 1.0_f64.to_degrees() / EARTH_RADIUS_M;
    let cos = place
        .lat_deg
        .clamp(-NEAREST_TO_POLE_DEG, NEAREST_TO_POLE_DEG)
        .to_radians()
        .cos();
    (per_lon * degrees_per_m / cos, per_lat * degrees_per_m)
}

/// The scale at the node that is nearest: a mean of places may have none of its own.
fn nearest(nodes: &BTreeMap<(i32, i32), Scale>, (i, j): (i32, i32)) -> Scale {
    let usable = nodes
        .iter()
        .filter(|(_, scale)| scale.iter().flatten().all(|s| s.is_finite()));
    let distance = |(k, l): (i32, i32)| (k - i).abs() + (l - j).abs();
    let found = usable.min_by_key(|(node, _)| distance(**node));
    found.map_or([[f64::INFINITY; 2]; 2], |(_, scale)| *scale)
}

fn node_of(place: LonLat) -> (i32, i32) {
    let index = |degrees: f64| (degrees / MESH_DEG).round() as i32;
    (index(place.lon_deg), index(place.lat_deg))
}

/// Central differences of columns and rows at a node.
fn derivatives(crs: &Crs, (i, j): (i32, i32), axes: &Axes) -> Scale {
    let lon = f64::from(i) * MESH_DEG;
    let lat = (f64::from(j) * MESH_DEG).clamp(-NEAREST_TO_POLE_DEG + STEP_DEG, NEAREST_TO_POLE_DEG - STEP_DEG);
    let (metres_lat, metres_lon) = {
        let metres = 2.0 * STEP_DEG.to_radians() * EARTH_RADIUS_M;
        (metres, metres * lat.to_radians().cos())
    };
    let (east, west) = (crs.forward(lon + STEP_DEG, lat), crs.forward(lon - STEP_DEG, lat));
    let (north, south) = (crs.forward(lon, lat + STEP_DEG), crs.forward(lon, lat - STEP_DEG));
    [
        [
            (east.0 - west.0) / metres_lon / axes.dx,
            (north.0 - south.0) / metres_lat / axes.dx,
        ],
        [
            (east.1 - west.1) / metres_lon / axes.dy,
            (north.1 - south.1) / metres_lat / axes.dy,
        ],
    ]
}
