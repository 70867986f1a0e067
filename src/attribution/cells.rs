//! Maps of sources that share cells and times, side by side: one look-up finds the fluxes of all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::flux::{Flux, FluxTimes, LatLonMesh, MeshWindow};
use crate::time::UtcTime;

/// Bytes of maps that are kept for the next receptor.
const KEPT_BYTES: usize = 256 << 20;

/// The largest map, bytes.
const MAP_BYTES: usize = 2 << 30;

/// Fluxes of several sources on the cells of a region.
#[derive(Debug)]
pub(super) struct SourceCells {
    fluxes: Vec<Flux>,
    times: FluxTimes,
    window: MeshWindow,
    maps: Mutex<BTreeMap<usize, Arc<Map>>>,
}

/// The fluxes that hold at some time.
#[derive(Debug)]
pub(super) struct Map {
    sources: usize,
    /// µmol m⁻² s⁻¹, `[cell][source]`; 0 where there is no data.
    fluxes: Vec<f32>,
    /// Where there is none, in the same layout; empty if there is all.
    missing: Vec<bool>,
}

impl Map {
    /// Of all sources in a cell.
    pub(super) fn fluxes(&self, cell: usize) -> &[f32] {
        &self.fluxes[cell * self.sources..(cell + 1) * self.sources]
    }

    /// Which sources have no data in a cell; empty if all have.
    pub(super) fn missing(&self, cell: usize) -> &[bool] {
        self.missing
            .get(cell * self.sources..(cell + 1) * self.sources)
            .unwrap_or_default()
    }
}

impl SourceCells {
    /// Of fluxes with the cells and times of the first, in a region `[west, east, south, north]`, degrees.
    pub(super) fn new(fluxes: Vec<Flux>, region: [f64; 4]) -> Self {
        Self {
            window: MeshWindow::new(fluxes[0].mesh(), Some(region)),
            times: fluxes[0].times().clone(),
            fluxes,
            maps: Mutex::default(),
        }
    }

    /// Whether a flux has the same cells and times.
    pub(super) fn fits(mesh: &LatLonMesh, times: &FluxTimes, flux: &Flux) -> bool {
        flux.mesh() == mesh && flux.times() == times
    }

    /// Number of sources.
    pub(super) const fn sources(&self) -> usize {
        self.fluxes.len()
    }

    /// The cell of a place; `None` outside.
    pub(super) fn cell(&self, lon_deg: f64, lat_deg: f64) -> Option<usize> {
        let (row, column) = self.window.cell(lon_deg, lat_deg)?;
        Some(row * self.window.shape().1 + column)
    }

    /// Which map holds at a time.
    ///
    /// # Errors
    /// [`Error::Config`] if none does.
    pub(super) fn map_at(&self, time: UtcTime) -> Result<usize> {
        let shares = self.times.shares(time, time.plus_seconds(1)).map_err(|e| match e {
            Error::Config { value, allowed, .. } => {
                Error::config(format!("time of flux {}", self.fluxes[0].name()), value, allowed)
            }
            other => other,
        })?;
        Ok(shares[0].0)
    }

    /// One of the maps.
    pub(super) fn map(&self, index: usize) -> Result<Arc<Map>> {
        let kept = || self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(map) = kept().get(&index) {
            return Ok(Arc::clone(map));
        }
        let map = Arc::new(self.read(index)?);
        let mut maps = kept();
        let bytes = 4 * map.fluxes.len().max(1);
        while !maps.is_empty() && (maps.len() + 1) * bytes > KEPT_BYTES {
            maps.pop_last();
        }
        maps.insert(index, Arc::clone(&map));
        Ok(map)
    }

    fn read(&self, index: usize) -> Result<Map> {
        let (count, (rows, columns)) = (self.fluxes.len(), self.window.shape());
        let bytes = 4 * count * rows * columns;
        if bytes > MAP_BYTES {
            let found = format!("{rows} x {columns} cells x {count} sources");
            let allowed = format!(
                "{} MB at once are too many: give the region in which particles fly",
                bytes >> 20
            );
            return Err(Error::config("attribution region", found, allowed));
        }
        let mut fluxes = vec![0.0; rows * columns * count];
        for (source, flux) in self.fluxes.iter().enumerate() {
            let values = self
                .window
                .read(1, 0..rows, |rows, columns| flux.values(index..index + 1, rows, columns))?;
            for (cell, value) in values.iter().enumerate() {
                fluxes[cell * count + source] = *value as f32;
            }
        }
        let mut missing: Vec<bool> = fluxes.iter().map(|flux| flux.is_nan()).collect();
        if missing.iter().all(|missing| !missing) {
            missing = Vec::new();
        }
        fluxes
            .iter_mut()
            .filter(|flux| flux.is_nan())
            .for_each(|flux| *flux = 0.0);
        Ok(Map {
            sources: count,
            fluxes,
            missing,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn numbered(lat: &[f64], lon: &[f64]) -> Flux {
        let mesh = LatLonMesh::from_centres(lat, lon).unwrap();
        let values = ndarray::Array3::from_shape_fn((1, lat.len(), lon.len()), |(_, j, i)| lat[j] * 1000.0 + lon[i]);
        Flux::from_array("numbered", mesh, FluxTimes::constant(), values).unwrap()
    }

    #[test]
    fn a_place_finds_the_flux_of_its_cell_whatever_the_order_and_the_meridian() {
        let (north_up, east) = ([10.0, 20.0, 30.0], [0.0, 90.0, 180.0, 270.0]);
        let south_up = [30.0, 20.0, 10.0];
        for lat in [north_up, south_up] {
            let cells = SourceCells::new(vec![numbered(&lat, &east)], [-100.0, 20.0, 12.0, 40.0]);
            let map = cells.map(0).unwrap();
            let at = |lon, lat| cells.cell(lon, lat).map(|cell| map.fluxes(cell)[0]);
            assert_eq!(at(-89.0, 22.0), Some(20_270.0));
            assert_eq!(at(271.0, 22.0), Some(20_270.0));
            assert_eq!(at(3.0, 34.9), Some(30_000.0));
            assert_eq!(at(-1.0, 14.0), Some(10_000.0));
            assert_eq!(at(3.0, 36.0), None);
            assert_eq!(at(100.0, 22.0), None, "outside the region");
        }
    }

    #[test]
    fn sources_lie_side_by_side() {
        let first = numbered(&[10.0, 20.0], &[0.0, 10.0]);
        let second = Flux::from_array(
            "two",
            first.mesh().clone(),
            FluxTimes::constant(),
            ndarray::Array3::from_elem((1, 2, 2), 2.0),
        );
        let cells = SourceCells::new(vec![first, second.unwrap()], [-5.0, 15.0, 5.0, 25.0]);
        let cell = cells.cell(9.0, 19.0).unwrap();
        assert_eq!(cells.map(0).unwrap().fluxes(cell), [20_010.0, 2.0]);
    }
}
