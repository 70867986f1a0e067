//! How much a flux emits in a part of the world.

use std::fmt;

use ndarray::{Array2, Axis};

use super::region::Region;
use super::{Flux, FluxTimes};
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Days in a year for totals per year that are means over other spans (Julian).
const YEAR_S: f64 = 3.155_76e7;
/// Of the share of a region.
const ROUNDING: f64 = 1e-9;
/// Cells that are read at once.
const READ_CELLS: usize = 4 << 20;

/// What a flux emits in a region, a mean over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FluxTotal {
    /// mol s⁻¹, positive upward.
    pub mol_s: f64,
    /// The same in kg per year of 365.25 days, or of the map's own year where the flux is of one; `None` without a known gas.
    pub kg_yr: Option<f64>,
    /// Area with data, m².
    pub area_m2: f64,
    /// Share of the region that has no data, 0…1, also where it lies beyond the flux's cells; there the flux counts as zero.
    pub uncovered_share: f64,
}

impl Flux {
    /// Area integral over a region, with the cells' areas on the sphere; a mean over a span, or over all maps.
    ///
    /// ```
    /// use airshed::Flux;
    /// use airshed::flux::Region;
    /// let total = Flux::uniform(1.0).total(&Region::Globe, None)?;
    /// // 1 µmol m⁻² s⁻¹ on a sphere of 6371.2 km
    /// assert!((total.mol_s / 5.101e8 - 1.0).abs() < 1e-4);
    /// # Ok::<(), airshed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if the flux does not cover the span or no cell lies in the region; reading errors as
    /// [`Flux::values`].
    pub fn total(&self, region: &Region, span: Option<(UtcTime, UtcTime)>) -> Result<FluxTotal> {
        let shares = region.shares(self.mesh())?;
        let areas = &shares * &self.mesh().cell_areas_m2();
        if areas.sum() <= 0.0 {
            let allowed = format!("no cell of the flux {self} lies in it");
            return Err(Error::config("region", region, allowed));
        }
        let weights = match span {
            Some((start, end)) => self.times().shares(start, end)?,
            None => all_maps(self.times()),
        };
        let (mut umol_s, mut area_m2) = (0.0, 0.0);
        for (map, weight) in weights {
            let (sum, area) = self.map_total(map, &areas)?;
            umol_s += weight * sum;
            area_m2 += weight * area;
        }
        let mol_s = 1e-6 * umol_s;
        Ok(FluxTotal {
            mol_s,
            kg_yr: self
                .molar_mass_g_mol()
                .map(|g_mol| mol_s * 1e-3 * g_mol * self.year_s()),
            area_m2,
            uncovered_share: uncovered(area_m2 / region.area_m2()),
        })
    }

    /// µmol s⁻¹ of a map, and the area with data, m².
    fn map_total(&self, map: usize, areas: &Array2<f64>) -> Result<(f64, f64)> {
        let (row_count, column_count) = self.mesh().shape();
        let at_once = (READ_CELLS / column_count.max(1)).max(1);
        let (mut umol_s, mut area_m2) = (0.0, 0.0);
        for first in (0..row_count).step_by(at_once) {
            let rows = first..(first + at_once).min(row_count);
            let window = areas.slice_axis(Axis(0), rows.clone().into());
            if window.iter().all(|area| *area == 0.0) {
                continue;
            }
            let values = self.values(map..map + 1, rows, 0..column_count)?;
            for (value, area) in values.iter().zip(window).filter(|(value, _)| !value.is_nan()) {
                umol_s += value * area;
                area_m2 += area;
            }
        }
        Ok((umol_s, area_m2))
    }

    fn year_s(&self) -> f64 {
        let span = self.year().and_then(super::FluxYear::span);
        span.map_or(YEAR_S, |(start, end)| (end.seconds() - start.seconds()) as f64)
    }
}

/// Less than a rounding of areas is nothing.
fn uncovered(covered_share: f64) -> f64 {
    let share = 1.0 - covered_share;
    if share < ROUNDING { 0.0 } else { share }
}

/// All maps, each with its share of their time.
fn all_maps(times: &FluxTimes) -> Vec<(usize, f64)> {
    let Some(intervals) = times.as_intervals() else {
        return vec![(0, 1.0)];
    };
    let seconds: Vec<f64> = intervals
        .iter()
        .map(|(start, end)| (end.seconds() - start.seconds()) as f64)
        .collect();
    let whole: f64 = seconds.iter().sum();
    seconds.iter().map(|s| s / whole).enumerate().collect()
}

impl fmt::Display for FluxTotal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6e} mol s-1", self.mol_s)?;
        match self.kg_yr {
            Some(kg_yr) => write!(f, " ({kg_yr:.6e} kg yr-1)"),
            None => Ok(()),
        }
    }
}
