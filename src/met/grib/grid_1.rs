//! The grid description of edition 1: section 2, code table 6.

use super::grid::{self, GridMap, StatedGrid};
use super::octets::{Octets, Parsed};
use super::order::Order;
use super::parameters::NCEP;
use crate::geo::LonLat;
use crate::met::projection::Cone;

/// The sphere of the manual, m.
const SPHERE_M: f64 = 6_367_470.0;
/// The sphere on which NCEP's models are run, whatever their messages of edition 1 say, m.
const NCEP_SPHERE_M: f64 = 6_371_200.0;
const DEGREE: f64 = 1e-3;

/// What kinds of grids that are not read are called.
fn name_of_grid(kind: u8) -> &'static str {
    match kind {
        4 => "a Gaussian grid",
        10 | 20 | 30 => "a rotated or stretched grid",
        50 | 60 | 70 | 80 => "a field of spherical harmonics",
        _ => "a grid of this kind",
    }
}

/// The grid of a message of `centre`.
///
/// # Errors
/// Why it is not read.
pub(super) fn stated_grid(centre: u16, octets: Octets<'_>) -> Parsed<StatedGrid> {
    let kind = octets.u8(6)?;
    if !matches!(kind, 0 | 1 | 3 | 5) {
        return Err(grid::refused(&format!("{} (code table 6: {kind})", name_of_grid(kind))));
    }
    let (nx, ny) = (octets.u16(7)?, octets.u16(9)?);
    if nx == u16::MAX || ny == u16::MAX {
        return Err(grid::refused("a grid with fewer points in some rows"));
    }
    let order = Order::new(nx.into(), ny.into(), octets.u8(28)?)?;
    let first = place(octets, 11)?;
    let map = match kind {
        0 => lat_lon(octets)?,
        _ => conformal(octets, kind, centre, first)?,
    };
    Ok(StatedGrid {
        order,
        first,
        map,
        axes: grid::wind_axes(octets.u8(17)?),
        warning: None,
    })
}

fn angle(octets: Octets<'_>, first: usize) -> Parsed<f64> {
    octets.signed(first, 3).map(|value| value as f64 * DEGREE)
}

fn place(octets: Octets<'_>, first: usize) -> Parsed<LonLat> {
    Ok(LonLat {
        lat_deg: angle(octets, first)?,
        lon_deg: angle(octets, first + 3)?,
    })
}

fn lat_lon(octets: Octets<'_>) -> Parsed<GridMap> {
    let (x_given, y_given) = grid::spacings_given(1, octets.u8(17)?);
    let spacing = |given: bool, first: usize| -> Parsed<Option<f64>> {
        let value = octets.u16(first)?;
        Ok((given && value != u16::MAX).then_some(f64::from(value) * DEGREE))
    };
    Ok(GridMap::LatLon {
        last: place(octets, 18)?,
        spacing_deg: (spacing(x_given, 24)?, spacing(y_given, 26)?),
        resolution_deg: DEGREE,
    })
}

fn conformal(octets: Octets<'_>, kind: u8, centre: u16, first: LonLat) -> Parsed<GridMap> {
    let metres = |first: usize| octets.unsigned(first, 3).map(|value| value as f64);
    let (cone, orientation_lon_deg, spacing) = match kind {
        1 => {
            let true_lat_deg = angle(octets, 24)?;
            (Cone::Mercator { true_lat_deg }, first.lon_deg, 29)
        }
        3 => {
            let parallels_deg = (angle(octets, 29)?, angle(octets, 32)?);
            let cone = grid::lambert(parallels_deg, parallels_deg.0, octets.u8(27)?)?;
            (cone, angle(octets, 18)?, 21)
        }
        _ => {
            let cone = grid::polar_stereographic(60.0, octets.u8(27)?)?;
            (cone, angle(octets, 18)?, 21)
        }
    };
    Ok(GridMap::Conformal {
        cone,
        orientation_lon_deg,
        spacing_m: (metres(spacing)?, metres(spacing + 3)?),
        radius_m: if centre == NCEP { NCEP_SPHERE_M } else { SPHERE_M },
    })
}
