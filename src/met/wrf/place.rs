//! Where the points of a WRF grid lie, and which of them are wanted at each time.

use std::ops::Range;

use super::file::{Part, Points, WrfFile};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::projection::{Cone, MapAnchor, MetGrid, StatedMap};

/// Radius of WRF's Earth, m.
const WRF_RADIUS_M: f64 = 6_370_000.0;
/// XLAT and XLONG may differ from the map by this, cells.
const LARGEST_MISS_CELLS: f64 = 0.2;
/// A nest moves by whole cells; single precision leaves this, cells.
const LARGEST_FRACTION: f64 = 0.1;

/// The grid that all times of a file share.
#[derive(Debug)]
pub(super) struct Place {
    pub grid: MetGrid,
    /// What to read at each time of the file, in its order.
    pub parts: Vec<Part>,
    /// Whether the nest follows the weather: only the points that it holds at all times are used.
    pub moves: bool,
}

impl Place {
    /// # Errors
    /// [`Error::Format`] if the map is not understood, disagrees with XLAT and XLONG, or if a moving nest has left its
    /// first place.
    pub fn of(file: &WrfFile<'_>, times: usize) -> Result<Self> {
        let (nx, ny) = (file.length("west_east")?, file.length("south_north")?);
        if nx < 2 || ny < 2 {
            return file.fail(format!("{nx} x {ny} points: at least 2 x 2 are needed"));
        }
        let whole = |time| Part {
            time,
            x: 0..nx,
            y: 0..ny,
        };
        let points = Places::read(file, &whole(0))?;
        let grid = grid(file, &points, (nx, ny))?;
        for (x, y) in [(0, 0), (nx - 1, 0), (0, ny - 1), (nx - 1, ny - 1), (nx / 2, ny / 2)] {
            let (found_x, found_y) = grid.index_of(points.at(x, y));
            let miss = (found_x - x as f64).hypot(found_y - y as f64);
            let miss = grid
                .period_x()
                .map_or(miss, |period| miss.min((period as f64 - miss).abs()));
            if miss.is_nan() || miss > LARGEST_MISS_CELLS {
                return file.fail(format!(
                    "XLAT and XLONG put point ({x}, {y}) {miss:.2} cells from where MAP_PROJ, DX, TRUELAT1, TRUELAT2 and \
                     STAND_LON put it: the attributes are not this grid's (thinned or regridded?)"
                ));
            }
        }
        let mut shifts = vec![(0, 0)];
        for time in 1..times {
            shifts.push(match grid.is_cyclic() {
                true => (0, 0),
                false => shift(file, &grid, time, (nx, ny))?,
            });
        }
        let common_x = common(shifts.iter().map(|shift| shift.0), nx);
        let common_y = common(shifts.iter().map(|shift| shift.1), ny);
        let (Some(x), Some(y)) = (common_x, common_y) else {
            return file.fail(
                "the nest moves so far that no cell is held at all times; split the file into shorter spans \
                 (ncks -d Time,first,last)",
            );
        };
        let moves = shifts.iter().any(|shift| *shift != (0, 0));
        let parts = shifts.iter().enumerate().map(|(time, &(shift_x, shift_y))| {
            let along = |range: &Range<i64>, shift: i64| (range.start - shift) as usize..(range.end - shift) as usize;
            Part {
                time,
                x: along(&x, shift_x),
                y: along(&y, shift_y),
            }
        });
        let parts = parts.collect();
        let grid = match moves {
            false => grid,
            true => {
                let first = grid.place_at(x.start as f64, y.start as f64);
                map(file, &points, (nx, ny))?.grid(
                    file,
                    first,
                    ((x.end - x.start) as usize, (y.end - y.start) as usize),
                )?
            }
        };
        Ok(Self { grid, parts, moves })
    }
}

/// Indices, in those of the first time, of the points that all times hold.
fn common(shifts: impl Iterator<Item = i64> + Clone, count: usize) -> Option<Range<i64>> {
    let first = shifts.clone().max()?;
    let last = shifts.min()?.checked_add(i64::try_from(count).ok()?)?;
    (last - first >= 2).then_some(first..last)
}

/// How many cells the grid lies east and north of where it was at the first time.
fn shift(file: &WrfFile<'_>, grid: &MetGrid, time: usize, (nx, ny): (usize, usize)) -> Result<(i64, i64)> {
    let mut shifts = [(0, 0); 2];
    for (shift, (x, y)) in shifts.iter_mut().zip([(0, 0), (nx - 1, ny - 1)]) {
        let part = Part {
            time,
            x: x..x + 1,
            y: y..y + 1,
        };
        let (found_x, found_y) = grid.index_of(Places::read(file, &part)?.at(0, 0));
        let moved = [found_x - x as f64, found_y - y as f64];
        if !moved
            .iter()
            .all(|cells| (cells - cells.round()).abs() < LARGEST_FRACTION && cells.abs() < 1e6)
        {
            return file.fail(format!(
                "at time {time} the grid lies {:.2} by {:.2} cells from where it was: expected whole cells, as a moving \
                 nest takes",
                moved[0], moved[1]
            ));
        }
        *shift = (moved[0].round() as i64, moved[1].round() as i64);
    }
    match shifts[0] == shifts[1] {
        true => Ok(shifts[0]),
        false => file.fail(format!("at time {time} the grid has another shape than at the first")),
    }
}

/// XLAT and XLONG.
struct Places {
    lat_deg: ndarray::Array2<f32>,
    lon_deg: ndarray::Array2<f32>,
}

impl Places {
    fn read(file: &WrfFile<'_>, part: &Part) -> Result<Self> {
        Ok(Self {
            lat_deg: file.plane("XLAT", Points::Mass, part)?,
            lon_deg: file.plane("XLONG", Points::Mass, part)?,
        })
    }

    fn at(&self, x: usize, y: usize) -> LonLat {
        LonLat {
            lon_deg: f64::from(self.lon_deg[(y, x)]),
            lat_deg: f64::from(self.lat_deg[(y, x)]),
        }
    }
}

/// The map of a grid, without the place of its first point.
enum Map {
    Conformal {
        cone: Cone,
        orientation_lon_deg: f64,
        spacing_m: f64,
    },
    LatLon {
        dlon_deg: f64,
        dlat_deg: f64,
    },
}

impl Map {
    fn grid(&self, file: &WrfFile<'_>, first: LonLat, (nx, ny): (usize, usize)) -> Result<MetGrid> {
        let grid = match *self {
            Self::Conformal {
                cone,
                orientation_lon_deg,
                spacing_m,
            } => StatedMap {
                cone,
                orientation_lon_deg,
                spacing_m,
                radius_m: WRF_RADIUS_M,
                anchor: MapAnchor {
                    x: 0.0,
                    y: 0.0,
                    place: first,
                },
            }
            .grid(nx, ny),
            Self::LatLon { dlon_deg, dlat_deg } => MetGrid::lat_lon(nx, ny, first, dlon_deg, dlat_deg),
        };
        grid.or_else(|wrong| match wrong {
            Error::Config { value, allowed, .. } => file.fail(format!("the grid: {value}: {allowed}")),
            other => Err(other),
        })
    }
}

fn grid(file: &WrfFile<'_>, points: &Places, size: (usize, usize)) -> Result<MetGrid> {
    map(file, points, size)?.grid(file, points.at(0, 0), size)
}

fn map(file: &WrfFile<'_>, points: &Places, (nx, ny): (usize, usize)) -> Result<Map> {
    let kind = file.required_number("MAP_PROJ")?;
    let number = |name| file.required_number(name);
    let cone = match kind as i64 {
        1 => {
            let first = number("TRUELAT1")?;
            // one parallel leaves the second out of range
            let second = file.number("TRUELAT2").filter(|lat| lat.abs() <= 90.0).unwrap_or(first);
            Cone::Lambert {
                parallels_deg: (first, second),
            }
        }
        2 => Cone::PolarStereographic {
            true_lat_deg: number("TRUELAT1")?,
        },
        3 => Cone::Mercator {
            true_lat_deg: number("TRUELAT1")?,
        },
        6 => return lat_lon(file, points, (nx, ny)),
        _ => {
            return file.fail(format!(
                "MAP_PROJ = {kind}: understood are 1 (Lambert), 2 (polar stereographic), 3 (Mercator), 6 (latitude-longitude)"
            ));
        }
    };
    let (dx_m, dy_m) = (number("DX")?, number("DY")?);
    if !(dx_m > 0.0 && (dx_m - dy_m).abs() <= 1e-4 * dx_m) {
        return file.fail(format!(
            "DX = {dx_m} m and DY = {dy_m} m: cells must be square on a conformal map"
        ));
    }
    // on Mercator's map any meridian points north; the middle one keeps the cut away from the grid
    let orientation_lon_deg = match cone {
        Cone::Mercator { .. } => points.at(nx / 2, ny / 2).lon_deg,
        _ => number("STAND_LON")?,
    };
    Ok(Map::Conformal {
        cone,
        orientation_lon_deg,
        spacing_m: dx_m,
    })
}

fn lat_lon(file: &WrfFile<'_>, points: &Places, (nx, ny): (usize, usize)) -> Result<Map> {
    let (pole_lat, pole_lon) = (
        file.number("POLE_LAT").unwrap_or(90.0),
        file.number("POLE_LON").unwrap_or(0.0),
    );
    if (pole_lat - 90.0).abs() > 1e-3 || pole_lon.abs() > 1e-3 {
        return file.fail(format!(
            "a rotated latitude-longitude grid (POLE_LAT = {pole_lat}, POLE_LON = {pole_lon}) is not understood; its winds \
             do not lie along meridians"
        ));
    }
    let (first, last) = (points.at(0, 0), points.at(nx - 1, ny - 1));
    let turn_deg = (last.lon_deg - first.lon_deg).rem_euclid(360.0);
    let round_deg = if turn_deg < 1e-3 { 360.0 } else { turn_deg };
    Ok(Map::LatLon {
        dlon_deg: round_deg / (nx - 1) as f64,
        dlat_deg: (last.lat_deg - first.lat_deg) / (ny - 1) as f64,
    })
}
