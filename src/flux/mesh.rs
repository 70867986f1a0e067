//! The cells of a latitude-longitude flux: any spacing, either direction, any longitude convention.

use crate::error::{Error, Result};

/// A gap at the seam or a pole narrower than this share of a cell is rounding of stored coordinates.
const ROUNDING_SHARE: f64 = 0.01;

/// Cells along latitude and along longitude, degrees, in the order of the data.
///
/// Each cell is `[lower edge, upper edge]`. Longitudes may follow any convention (−180…180, 0…360, or cross the
/// antimeridian); cells that close the circle to within a hundredth of a cell are made to close it exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct LatLonMesh {
    lat: Vec<[f64; 2]>,
    lon: Vec<[f64; 2]>,
}

impl LatLonMesh {
    /// Cells around the given centres (degrees, ascending or descending): an edge lies midway between two centres,
    /// the outer edges half a spacing beyond, but not beyond a pole nor more than once around the globe.
    ///
    /// # Errors
    /// [`Error::Config`] if there are fewer than two centres, or they are not monotonic or out of range.
    pub fn from_centres(lat_deg: &[f64], lon_deg: &[f64]) -> Result<Self> {
        Self::from_cells(Self::lat_cells_around(lat_deg)?, Self::lon_cells_around(lon_deg)?)
    }

    /// Latitude cells around centres, as in [`LatLonMesh::from_centres`].
    pub(super) fn lat_cells_around(lat_deg: &[f64]) -> Result<Vec<[f64; 2]>> {
        let edges = edges_around("flux latitudes", lat_deg)?;
        let edges: Vec<f64> = edges.into_iter().map(|edge| edge.clamp(-90.0, 90.0)).collect();
        Ok(cells_between(&edges))
    }

    /// Longitude cells around centres, as in [`LatLonMesh::from_centres`].
    pub(super) fn lon_cells_around(lon_deg: &[f64]) -> Result<Vec<[f64; 2]>> {
        let lon = unwrapped("flux longitudes", lon_deg)?;
        let mut edges = edges_around("flux longitudes", &lon)?;
        close_seam(&mut edges, &lon);
        Ok(cells_between(&edges))
    }

    /// Cells between the given edges (degrees, ascending or descending), one more than there are cells.
    ///
    /// # Errors
    /// [`Error::Config`] if there are fewer than two edges, or they are not monotonic or out of range.
    pub fn from_edges(lat_edges_deg: &[f64], lon_edges_deg: &[f64]) -> Result<Self> {
        for (axis, edges) in [
            ("flux latitude edges", lat_edges_deg),
            ("flux longitude edges", lon_edges_deg),
        ] {
            require_monotonic(axis, edges)?;
        }
        Self::from_cells(cells_between(lat_edges_deg), cells_between(lon_edges_deg))
    }

    /// Cells with their own bounds, degrees, as CF bounds variables give them; gaps are allowed, overlaps are not.
    ///
    /// # Errors
    /// [`Error::Config`] if a cell is empty, cells overlap, or they reach beyond a pole or more than once around.
    pub fn from_cells(lat: Vec<[f64; 2]>, lon: Vec<[f64; 2]>) -> Result<Self> {
        let mut lat = ordered("flux latitude bounds", lat)?;
        let mut lon = ordered("flux longitude bounds", across_seam(lon))?;
        for cell in &mut lat {
            let tolerance = ROUNDING_SHARE * (cell[1] - cell[0]);
            for edge in cell.iter_mut() {
                if (edge.abs() - 90.0).abs() <= tolerance {
                    *edge = 90_f64.copysign(*edge);
                }
            }
        }
        if let Some(cell) = lat.iter().find(|c| c[0] < -90.0 || c[1] > 90.0) {
            return Err(bad(
                "flux latitude bounds",
                cell,
                "cells must lie within -90 and 90 degrees",
            ));
        }
        snap_circle(&mut lon)?;
        Ok(Self { lat, lon })
    }

    /// One cell: the whole globe.
    pub(crate) fn globe() -> Self {
        Self {
            lat: vec![[-90.0, 90.0]],
            lon: vec![[-180.0, 180.0]],
        }
    }

    /// `[lower, upper]` latitude of each row, degrees.
    pub fn lat_cells(&self) -> &[[f64; 2]] {
        &self.lat
    }

    /// `[lower, upper]` longitude of each column, degrees.
    pub fn lon_cells(&self) -> &[[f64; 2]] {
        &self.lon
    }

    /// Number of cells, (latitude, longitude).
    pub fn shape(&self) -> (usize, usize) {
        (self.lat.len(), self.lon.len())
    }
}

fn bad(axis: &str, value: &[f64], allowed: &str) -> Error {
    Error::config(axis, format!("{value:?}"), allowed)
}

/// Longitudes without the jump of 360 degrees that some conventions have inside the domain.
fn unwrapped(axis: &str, lon_deg: &[f64]) -> Result<Vec<f64>> {
    if let Some(lon) = lon_deg.iter().find(|v| !(-360.0..=720.0).contains(*v)) {
        return Err(bad(
            axis,
            &[*lon],
            "longitudes are degrees east, -180 to 180 or 0 to 360",
        ));
    }
    let mut turn = 0.0;
    let mut unwrapped = Vec::with_capacity(lon_deg.len());
    for (i, &lon) in lon_deg.iter().enumerate() {
        let step = if i == 0 { 0.0 } else { lon - lon_deg[i - 1] };
        if step.abs() > 180.0 {
            turn -= 360_f64.copysign(step);
        }
        unwrapped.push(lon + turn);
    }
    Ok(unwrapped)
}

/// A cell such as [359.5, 0.5] is one degree wide, not 359.
fn across_seam(mut lon: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    if lon.len() > 2 {
        for [a, b] in &mut lon {
            if (*a - *b).abs() > 180.0 {
                *(if a < b { a } else { b }) += 360.0;
            }
        }
    }
    lon
}

fn require_monotonic(axis: &str, values: &[f64]) -> Result<()> {
    if values.len() < 2 {
        return Err(bad(
            axis,
            values,
            "at least two are needed to know the size of a cell; a single cell needs bounds",
        ));
    }
    let rises = values[1] > values[0];
    match values
        .windows(2)
        .find(|w| (w[1] > w[0]) != rises || w[1] == w[0] || !(w[1] - w[0]).is_finite())
    {
        Some(pair) => Err(bad(axis, pair, "must all rise or all fall")),
        None => Ok(()),
    }
}

fn edges_around(axis: &str, centres: &[f64]) -> Result<Vec<f64>> {
    require_monotonic(axis, centres)?;
    let n = centres.len();
    let mut edges = Vec::with_capacity(n + 1);
    edges.push(1.5 * centres[0] - 0.5 * centres[1]);
    edges.extend(centres.windows(2).map(|w| 0.5 * (w[0] + w[1])));
    edges.push(1.5 * centres[n - 1] - 0.5 * centres[n - 2]);
    Ok(edges)
}

/// Where first and last cell would overlap round the globe they meet midway, as any two neighbours do.
fn close_seam(edges: &mut [f64], centres: &[f64]) {
    let (first, last) = (centres[0], centres[centres.len() - 1]);
    let circle = 360_f64.copysign(last - first);
    let n = edges.len() - 1;
    let span = (edges[n] - edges[0]).abs();
    let cell = (edges[n] - edges[n - 1]).abs();
    if (last - first).abs() <= 360.0 && span > 360.0 - ROUNDING_SHARE * cell {
        edges[0] = 0.5 * (first + last - circle);
        edges[n] = edges[0] + circle;
    }
}

fn cells_between(edges: &[f64]) -> Vec<[f64; 2]> {
    edges.windows(2).map(|w| [w[0].min(w[1]), w[0].max(w[1])]).collect()
}

fn ordered(axis: &str, mut cells: Vec<[f64; 2]>) -> Result<Vec<[f64; 2]>> {
    for cell in &mut cells {
        if cell[0] > cell[1] {
            cell.swap(0, 1);
        }
        if !(cell[1] - cell[0] > 0.0 && cell[0] >= -720.0 && cell[1] <= 1080.0) {
            return Err(bad(axis, cell, "a cell needs two different edges, in degrees"));
        }
    }
    let mut sorted: Vec<_> = cells.iter().collect();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
    for pair in sorted.windows(2) {
        if pair[0][1] - pair[1][0] > ROUNDING_SHARE * (pair[0][1] - pair[0][0]) {
            return Err(bad(axis, &[pair[0][1], pair[1][0]], "cells overlap"));
        }
    }
    if cells.is_empty() {
        return Err(bad(axis, &[], "there are no cells"));
    }
    Ok(cells)
}

fn snap_circle(lon: &mut [[f64; 2]]) -> Result<()> {
    let west = lon.iter().map(|c| c[0]).fold(f64::INFINITY, f64::min);
    let (outer, east) = lon
        .iter()
        .enumerate()
        .map(|(i, c)| (i, c[1]))
        .fold((0, f64::NEG_INFINITY), |a, b| if b.1 > a.1 { b } else { a });
    let excess = east - west - 360.0;
    let tolerance = ROUNDING_SHARE * (lon[outer][1] - lon[outer][0]);
    if excess > tolerance {
        return Err(bad(
            "flux longitude bounds",
            &[west, east],
            "cells overlap round the globe",
        ));
    }
    if excess.abs() <= tolerance {
        lon[outer][1] = west + 360.0;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn outer_cells_stop_at_the_poles_and_meet_at_the_seam() {
        // centres of a coarse EDGAR map: half a spacing beyond them is past the poles and overlaps round the globe
        let lat: Vec<f64> = (0..35).map(|i| -89.95 + f64::from(i) * 179.9 / 34.0).collect();
        let lon: Vec<f64> = (0..71).map(|i| 0.05 + f64::from(i) * 359.9 / 70.0).collect();
        let mesh = LatLonMesh::from_centres(&lat, &lon).unwrap();
        assert_eq!(mesh.lat_cells()[0][0], -90.0);
        assert_eq!(mesh.lat_cells()[34][1], 90.0);
        let (west, east) = (mesh.lon_cells()[0][0], mesh.lon_cells()[70][1]);
        assert!(west.abs() < 1e-12 && (east - west - 360.0).abs() < 1e-12);
    }

    #[test]
    fn a_single_precision_global_axis_closes_the_circle_exactly() {
        let lat: Vec<f64> = (0..1800).map(|i| f64::from(-89.95_f32 + 0.1 * i as f32)).collect();
        let lon: Vec<f64> = (0..3600).map(|i| f64::from(-179.95_f32 + 0.1 * i as f32)).collect();
        let mesh = LatLonMesh::from_centres(&lat, &lon).unwrap();
        let span = mesh.lon_cells()[3599][1] - mesh.lon_cells()[0][0];
        assert!((span - 360.0).abs() < 1e-12, "{span}");
        assert_eq!((mesh.lat_cells()[0][0], mesh.lat_cells()[1799][1]), (-90.0, 90.0));
    }

    #[test]
    fn a_jump_of_longitude_inside_the_domain_is_the_antimeridian() {
        let mesh = LatLonMesh::from_centres(&[1.0, 0.0], &[178.0, 179.0, -180.0, -179.0]).unwrap();
        assert_eq!(mesh.lon_cells()[3], [180.5, 181.5]);
        assert_eq!(mesh.lat_cells()[0], [0.5, 1.5]);
    }

    #[test]
    fn bounds_that_jump_at_the_seam_make_narrow_cells() {
        let lon = vec![[358.5, 359.5], [359.5, 0.5], [0.5, 1.5]];
        let mesh = LatLonMesh::from_cells(vec![[0.0, 1.0]], lon).unwrap();
        assert_eq!(mesh.lon_cells()[1], [359.5, 360.5]);
    }

    #[test]
    fn impossible_axes_are_refused_with_the_values() {
        let refused = |lat: &[f64], lon: &[f64]| LatLonMesh::from_centres(lat, lon).unwrap_err().to_string();
        assert!(refused(&[0.0, 1.0, 0.5], &[0.0, 1.0]).contains("[1.0, 0.5]: must all rise or all fall"));
        assert!(refused(&[0.0], &[0.0, 1.0]).contains("a single cell needs bounds"));
        assert!(refused(&[0.0, f64::NAN], &[0.0, 1.0]).contains("must all rise"));
        assert!(refused(&[0.0, 1.0], &[500_000.0, 501_000.0]).contains("degrees east"));
        assert!(LatLonMesh::from_edges(&[-91.0, 0.0], &[0.0, 1.0]).is_err());
        assert!(LatLonMesh::from_edges(&[0.0, 1.0], &[0.0, 180.0, 370.0]).is_err());
        assert!(LatLonMesh::from_cells(vec![[0.0, 1.0], [0.5, 1.5]], vec![[0.0, 1.0]]).is_err());
    }
}
