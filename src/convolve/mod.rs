//! Footprint × flux = the mole fraction that the flux adds at the receptor.
//!
//! ΔC(t) = Σ f(x, y, t) · F(x, y, t), f in ppm / (µmol m⁻² s⁻¹) and F in µmol m⁻² s⁻¹, averaged over each cell's area.

mod group_sums;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::{ArrayView2, Axis};

use group_sums::{GroupSums, Samples};

use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::flux::{AreaWeights, Flux, GriddedMap};
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::time::UtcTime;

/// Bytes of gridded maps that are kept for the next receptor.
const KEPT_BYTES: usize = 256 << 20;
/// Bytes of flux that are read at once.
const READ_BYTES: usize = 32 << 20;

/// What a flux adds at a receptor, by the hour in which the air picked it up.
#[derive(Clone, Debug, PartialEq)]
pub struct Enhancement {
    /// Id of the receptor.
    pub receptor_id: String,
    /// Start of each layer of the footprint, UTC, and the enhancement picked up in it, ppm.
    pub layers: Vec<(UtcTime, f64)>,
    /// Sampling error of each layer's enhancement, ppm; `None` for a footprint without groups of particles.
    pub layer_stderr_ppm: Option<Vec<f64>>,
    /// Share of each layer's footprint that lies where the flux has no data, 0…1; 0 for an empty layer.
    pub layer_uncovered_share: Vec<f64>,
    /// Sum over all layers, ppm.
    pub total_ppm: f64,
    /// Sampling error of the sum, ppm: from the spread of what groups of particles say alone.
    pub stderr_ppm: Option<f64>,
    /// Share of the footprint that lies where the flux has no data, 0…1; there the flux counts as zero.
    pub uncovered_share: f64,
}

/// Convolves one footprint with a flux; for many footprints on one grid, [`Flux::on_grid`] regrids only once.
///
/// # Errors
/// As [`Flux::on_grid`] and [`GriddedFlux::convolve`].
pub fn convolve(footprint: &Footprint, flux: &Flux) -> Result<Enhancement> {
    flux.on_grid(&footprint.grid)?.convolve(footprint)
}

/// A flux with its area weights for one grid: maps are read and regridded when a footprint needs them, and kept for
/// the next one as far as memory is bounded. Threads may share it.
#[derive(Debug)]
pub struct GriddedFlux {
    flux: Flux,
    grid: Grid,
    weights: AreaWeights,
    decay: Option<Decay>,
    maps: Mutex<BTreeMap<usize, Arc<GriddedMap>>>,
}

impl Flux {
    /// Prepares conservative regridding onto the cells of a grid.
    ///
    /// # Errors
    /// [`Error::Config`] if the flux has no cell inside the grid, or the grid's crs is not understood.
    pub fn on_grid(&self, grid: &Grid) -> Result<GriddedFlux> {
        let weights = AreaWeights::new(self.mesh(), grid)?;
        let (rows, columns) = weights.window();
        if rows.is_empty() || columns.is_empty() {
            return Err(Error::config(
                "grid",
                &grid.name,
                format!("lies wholly outside the flux {self}; take a flux of that region"),
            ));
        }
        Ok(GriddedFlux {
            flux: self.clone(),
            grid: grid.clone(),
            weights,
            decay: None,
            maps: Mutex::default(),
        })
    }
}

impl GriddedFlux {
    /// The flux.
    pub const fn flux(&self) -> &Flux {
        &self.flux
    }

    /// The same for a tracer that decays on its way from the ground to the receptor, if it does: each layer counts with
    /// the mean of what is left over its hour: exact where the influence is even over the hour, off by no more than half
    /// an hour of decay (²²²Rn: 0.4 %) elsewhere. [`Trajectories::decayed`](crate::Trajectories::decayed) is exact.
    #[must_use]
    pub fn decaying(mut self, decay: Option<Decay>) -> Self {
        self.decay = decay;
        self
    }

    /// What the flux adds at the footprint's receptor.
    ///
    /// A layer takes the mean flux over its span (for an hour within one map, that map; for a time-integrated
    /// footprint, the mean over the whole run). Layers without any footprint need no flux.
    ///
    /// The sampling error comes from the same sum for each group of particles, over its influence before smoothing.
    ///
    /// # Errors
    /// [`Error::Config`] if the footprint lies on another grid or counts time in place of influence, the flux does not
    /// cover the time of a layer, or decays and the footprint has no hours;
    /// reading errors as [`Flux::values`].
    pub fn convolve(&self, footprint: &Footprint) -> Result<Enhancement> {
        footprint.grid.require_influence()?;
        self.require_same_grid(footprint)?;
        let mut groups = GroupSums::of(footprint)?;
        let mut layers = Vec::with_capacity(footprint.layer_start.len());
        let mut layer_uncovered_share = Vec::with_capacity(layers.capacity());
        let (mut covered_foot, mut whole_foot) = (0.0, 0.0);
        for (k, (foot, &start)) in footprint.foot.outer_iter().zip(&footprint.layer_start).enumerate() {
            let whole = foot.sum();
            let picked_up = match foot.iter().all(|f| *f == 0.0) {
                true => PickedUp::default(),
                false => self.layer(
                    foot,
                    (start, start.plus_seconds(footprint.layer_seconds)),
                    groups.of_layer(k),
                )?,
            };
            let remaining = self.remaining(footprint, start)?;
            groups.enter(picked_up.group_ppm.iter().map(|ppm| ppm * remaining).collect());
            layers.push((start, picked_up.ppm * remaining));
            layer_uncovered_share.push(uncovered_share(picked_up.covered_foot, whole));
            covered_foot += picked_up.covered_foot;
            whole_foot += whole;
        }
        Ok(Enhancement {
            receptor_id: footprint.receptor.id.clone(),
            total_ppm: layers.iter().map(|(_, ppm)| ppm).sum(),
            layers,
            layer_stderr_ppm: groups.layer_stderr_ppm(),
            stderr_ppm: groups.stderr_ppm(),
            layer_uncovered_share,
            uncovered_share: uncovered_share(covered_foot, whole_foot),
        })
    }

    /// What is left at the receptor of what the air picked up in a layer.
    fn remaining(&self, footprint: &Footprint, start: UtcTime) -> Result<f64> {
        let Some(decay) = self.decay else {
            return Ok(1.0);
        };
        if footprint.grid.time_integrate {
            return Err(Error::config(
                format!("grid.{}.time_integrate", footprint.grid.name),
                true,
                "the flux decays on its way, which needs hourly layers: use false",
            ));
        }
        let age_s = |time: UtcTime| (time.seconds() - footprint.receptor.time.seconds()).abs() as f64;
        Ok(decay.mean_remaining(age_s(start), age_s(start.plus_seconds(footprint.layer_seconds))))
    }

    fn require_same_grid(&self, footprint: &Footprint) -> Result<()> {
        let shape = self.weights.shape();
        if self.grid.has_cells_of(&footprint.grid)
            && footprint.foot.dim() == (footprint.layer_start.len(), shape.0, shape.1)
        {
            return Ok(());
        }
        Err(Error::config(
            "grid",
            &footprint.grid.name,
            format!(
                "the flux was prepared for the cells of grid {} ({} x {}, y x x): prepare it for this footprint's grid",
                self.grid.name, shape.0, shape.1
            ),
        ))
    }

    fn layer(
        &self,
        foot: ArrayView2<'_, f64>,
        (start, end): (UtcTime, UtcTime),
        samples: Samples<'_>,
    ) -> Result<PickedUp> {
        let mut sum = PickedUp {
            group_ppm: vec![0.0; samples.groups],
            ..PickedUp::default()
        };
        let columns = foot.ncols();
        let shares = self.flux.times().shares(start, end)?;
        let last = shares.last().map_or(0, |(map, _)| map + 1);
        for (map, share) in shares {
            let gridded = self.map(map, last)?;
            for ((f, flux), covered) in foot.iter().zip(&gridded.flux).zip(gridded.covered.iter()) {
                sum.ppm += share * f * flux;
                sum.covered_foot += share * f * covered;
            }
            for d in samples.deposits {
                let cell = d.cell as usize;
                let flux = gridded.flux[[cell / columns, cell % columns]];
                sum.group_ppm[d.group as usize] += share * f64::from(d.foot) * flux;
            }
        }
        Ok(sum)
    }

    /// One gridded map; if it must be read, those up to `end` are read with it.
    fn map(&self, map: usize, end: usize) -> Result<Arc<GriddedMap>> {
        let mut kept = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gridded) = kept.get(&map) {
            return Ok(Arc::clone(gridded));
        }
        let (rows, columns) = self.weights.window();
        let at_once = (READ_BYTES / (8 * rows.len() * columns.len())).max(1);
        let wanted: Range<usize> = map..end.clamp(map + 1, map + at_once);
        let values = self.flux.values(wanted.clone(), rows, columns)?;
        for (window, index) in values.axis_iter(Axis(0)).zip(wanted) {
            kept.insert(index, Arc::new(self.weights.apply(window)));
        }
        let gridded = Arc::clone(&kept[&map]);
        let room = (KEPT_BYTES / (16 * gridded.flux.len().max(1))).max(1);
        while kept.len() > room {
            let far_first = kept.keys().next().is_some_and(|&first| first < map);
            if far_first {
                kept.pop_first()
            } else {
                kept.pop_last()
            };
        }
        Ok(gridded)
    }
}

#[derive(Clone, Debug, Default)]
struct PickedUp {
    ppm: f64,
    /// Footprint where the flux has data.
    covered_foot: f64,
    /// What each group of particles picked up.
    group_ppm: Vec<f64>,
}

fn uncovered_share(covered: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (1.0 - covered / whole).clamp(0.0, 1.0)
    } else {
        0.0
    }
}
