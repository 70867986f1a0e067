//! Biospheric CO₂: the Vegetation Photosynthesis and Respiration Model (Mahadevan et al. 2008, doi:10.1029/2006GB002735).
//!
//! Satellites give each cell's vegetation classes and two indices of greenness and water every few days; temperature and
//! short-wave radiation, from the driving meteorology or given, make them photosynthesis and respiration, hour by hour.

mod exchange;
#[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
mod parameters;
#[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
mod seasons;

#[cfg(feature = "netcdf")]
mod fields;
#[cfg(feature = "netcdf")]
mod files;
#[cfg(feature = "netcdf")]
mod maps;
#[cfg(feature = "netcdf")]
mod names;
#[cfg(feature = "netcdf")]
mod weather;

pub use exchange::{Exchange, Index};
#[cfg(feature = "netcdf")]
pub use names::{VprmNames, VprmOptions};
pub use parameters::{ClassParameters, Phenology, Radiation, VprmParameters, Water};
pub use seasons::Course;
#[cfg(feature = "netcdf")]
pub use weather::SurfaceField;

use std::fmt;

use crate::flux::{LatLonMesh, MeshWindow};
use crate::time::UtcTime;
use seasons::{Composites, Years};

/// The vegetation of a region, in memory, with a parameter set.
#[derive(Clone, Debug)]
pub struct Vprm {
    parameters: VprmParameters,
    /// Cells of the window.
    mesh: LatLonMesh,
    window: MeshWindow,
    composites: Composites,
    /// Where the plants of each cell start, `[row * columns + column]`, and the end of the last.
    starts: Vec<u32>,
    /// Whether a cell has data.
    known: Vec<bool>,
    plants: Vec<Plant>,
    /// EVI and LSWI, `[plant][composite]`.
    series: Vec<[f32; 2]>,
    /// Least and greatest EVI and LSWI, `[plant][year]`.
    ranges: Vec<[[f32; 2]; 2]>,
    years: Years,
}

/// One class in one cell.
#[derive(Clone, Copy, Debug)]
struct Plant {
    class: u8,
    fraction: f32,
}

impl Vprm {
    /// Names of the classes, in the order in which exchanges are booked.
    pub fn classes(&self) -> Vec<&str> {
        self.parameters
            .classes
            .iter()
            .map(|class| class.name.as_str())
            .collect()
    }

    /// Number of classes.
    pub fn class_count(&self) -> usize {
        self.parameters.classes.len()
    }

    /// The parameter set.
    pub const fn parameters(&self) -> &VprmParameters {
        &self.parameters
    }

    /// Its cells.
    pub const fn mesh(&self) -> &LatLonMesh {
        &self.mesh
    }

    /// First time and end of the satellite's composites; they hold in any year if asked for.
    pub fn span(&self) -> (UtcTime, UtcTime) {
        self.composites.span()
    }

    /// Exchange at a place and time, µmol m⁻² s⁻¹ of ground, positive upward: that of each class times the share of the cell
    /// that it covers. `by_class` takes as many as [`Vprm::class_count`]; others stay zero.
    ///
    /// False, with zeros, where there is no vegetation map, no composite of the time, or no number of temperature (°C) or
    /// short-wave radiation (W m⁻²). Allocates nothing.
    pub fn book(
        &self,
        [lon_deg, lat_deg]: [f64; 2],
        time: UtcTime,
        temperature_c: f64,
        shortwave_w_m2: f64,
        by_class: &mut [Exchange],
    ) -> bool {
        by_class.fill(Exchange::default());
        let covered = self.add(
            self.window.cell(lon_deg, lat_deg),
            time,
            [temperature_c, shortwave_w_m2],
            by_class,
        );
        if covered.is_none() {
            by_class.fill(Exchange::default());
        }
        covered.is_some()
    }

    fn add(
        &self,
        cell: Option<(usize, usize)>,
        time: UtcTime,
        [temperature_c, shortwave_w_m2]: [f64; 2],
        by_class: &mut [Exchange],
    ) -> Option<()> {
        let (row, column) = cell?;
        let cell = row * self.window.shape().1 + column;
        if !(self.known[cell] && temperature_c.is_finite() && shortwave_w_m2.is_finite()) {
            return None;
        }
        let (now, next, weight) = self.composites.around(time)?;
        let count = self.composites.count();
        for plant in self.starts[cell] as usize..self.starts[cell + 1] as usize {
            let held = &self.plants[plant];
            let class = &self.parameters.classes[usize::from(held.class)];
            if class.bare {
                continue;
            }
            let series = &self.series[plant * count..(plant + 1) * count];
            let ranges = &self.ranges[plant * self.years.count + self.years.of_map[now]];
            let index = |index: usize| Index {
                value: between(series[now][index], series[next][index], weight),
                min: f64::from(ranges[index][0]),
                max: f64::from(ranges[index][1]),
            };
            let (evi, lswi) = (index(0), index(1));
            if evi.has_gap() || lswi.has_gap() {
                return None;
            }
            let whole = class.exchange(self.parameters.radiation, evi, lswi, temperature_c, shortwave_w_m2);
            if let Some(booked) = by_class.get_mut(usize::from(held.class)) {
                booked.gee += held.fraction * whole.gee;
                booked.resp += held.fraction * whole.resp;
            }
        }
        Some(())
    }
}

/// On the straight line from one composite to the next; a gap in the next is none at the first.
fn between(now: f32, next: f32, weight: f64) -> f64 {
    match weight > 0.0 {
        true => f64::from(now) * (1.0 - weight) + f64::from(next) * weight,
        false => f64::from(now),
    }
}

impl fmt::Display for Vprm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = self.window.shape();
        let classes = self.class_count();
        write!(
            f,
            "VPRM: {rows} x {columns} cells, {classes} classes, {}",
            self.composites
        )
    }
}
