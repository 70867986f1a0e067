//! Books the records of an ensemble, block by block.

use std::sync::Arc;

use super::batch::Batch;
use super::cells::{Map, SourceCells};
use super::contributions::{Contributions, Label, Tally};
use super::factors::Factors;
use super::ledger::Ledger;
use super::losses::Remaining;
use super::meadow::{Meadow, SurfaceAir};
use super::{Attribution, GROUPS};
use crate::countries::{Countries, CountryId};
use crate::error::{Error, Result};
use crate::inventory::{Inventory, Loss};
use crate::receptor::Receptor;
use crate::time::UtcTime;
use crate::trajectory::Trajectories;

/// Takes the blocks of an ensemble in the order of their times, outward from the receptor.
pub struct Recorder<'a> {
    attribution: &'a Attribution,
    receptor: Receptor,
    desks: Vec<Desk<'a>>,
    vegetation: Option<Meadow<'a>>,
    remaining: Vec<Remaining>,
    particles: usize,
    last_min: f64,
    foot: f64,
}

/// One batch, and what is booked there.
struct Desk<'a> {
    batch: &'a Batch,
    sources: Vec<(&'a Inventory, usize)>,
    factors: Factors,
    ledger: Ledger,
    held: Option<Held>,
    /// Which of the losses.
    loss: usize,
    outside_foot: f64,
}

/// The map that holds at a time.
struct Held {
    time: UtcTime,
    index: usize,
    map: Arc<Map>,
}

/// A record of a particle.
pub(super) struct Record {
    pub time: UtcTime,
    pub lon_deg: f64,
    pub lat_deg: f64,
    pub foot: f64,
    pub country: CountryId,
    pub age: usize,
    pub group: usize,
}

impl<'a> Recorder<'a> {
    /// For the ensemble of a receptor with so many particles.
    pub fn new(attribution: &'a Attribution, receptor: &Receptor, particles: usize) -> Self {
        let mut losses: Vec<Loss> = Vec::new();
        let ages = attribution.options.age_edges_h.len().max(2) - 1;
        let desks = attribution.batches.iter().map(|batch| {
            let known = losses.iter().position(|loss| *loss == batch.loss);
            let loss = known.unwrap_or_else(|| {
                losses.push(batch.loss);
                losses.len() - 1
            });
            let inventories = &attribution.inventories;
            Desk {
                batch,
                sources: batch.sources.iter().map(|&(i, s)| (&inventories[i], s)).collect(),
                factors: Factors::new(),
                ledger: Ledger::new(batch.cells.sources(), ages),
                held: None,
                loss,
                outside_foot: 0.0,
            }
        });
        Self {
            desks: desks.collect(),
            vegetation: attribution
                .vegetation
                .as_ref()
                .map(|(name, vprm)| Meadow::new(name, vprm, ages)),
            attribution,
            receptor: receptor.clone(),
            remaining: losses.into_iter().map(|loss| Remaining::new(loss, particles)).collect(),
            particles,
            last_min: 0.0,
            foot: 0.0,
        }
    }

    /// Books the records of some consecutive times.
    ///
    /// # Errors
    /// [`Error::Config`] if the block is of another number of particles, a source does not cover a time at which particles
    /// are near the ground, or the yearly scaling does not; reading errors as [`Flux::values`](crate::Flux::values).
    pub fn add(&mut self, block: &Trajectories) -> Result<()> {
        if block.particle_count() != self.particles {
            let allowed = format!("{}, as in the other blocks", self.particles);
            return Err(Error::config("particles", block.particle_count(), allowed));
        }
        let by_country = self.attribution.options.by_country || self.desks.iter().any(|desk| desk.batch.by_country);
        let mut shares = vec![1.0; self.remaining.len()];
        let weather = self.vegetation.as_ref().map(|_| SurfaceAir::of(block)).transpose()?;
        for (k, &time_min) in block.time_min.iter().enumerate() {
            let middle_min = 0.5 * (self.last_min + time_min);
            let seconds = 60.0 * (time_min - self.last_min).abs();
            self.last_min = time_min;
            let time = self.receptor.time.plus_seconds((60.0 * middle_min).round() as i64);
            for p in 0..self.particles {
                let (lon_deg, lat_deg) = (block.lon_deg[[p, k]], block.lat_deg[[p, k]]);
                if lon_deg.is_nan() {
                    continue;
                }
                for (share, remaining) in shares.iter_mut().zip(&mut self.remaining) {
                    *share = remaining.through(p, seconds, block, k);
                }
                let foot = f64::from(block.foot[[p, k]]) * block.weight[p];
                if foot.is_nan() || foot <= 0.0 {
                    continue;
                }
                self.foot += foot;
                let record = Record {
                    time,
                    lon_deg,
                    lat_deg,
                    foot,
                    country: match by_country {
                        true => Countries::world().at(lon_deg, lat_deg),
                        false => CountryId::SEA,
                    },
                    age: self.age((middle_min - block.release_min[p]).abs() / 60.0),
                    group: p % GROUPS,
                };
                self.book(&record, &shares)?;
                if let (Some(meadow), Some(air)) = (&mut self.vegetation, &weather) {
                    meadow.book(&record, self.attribution.options.by_country, air.at([p, k]));
                }
            }
        }
        Ok(())
    }

    fn book(&mut self, record: &Record, shares: &[f64]) -> Result<()> {
        let told = match self.attribution.options.by_country {
            true => record.country,
            false => CountryId::SEA,
        };
        for desk in &mut self.desks {
            desk.book(record, told, shares[desk.loss])?;
        }
        Ok(())
    }

    fn age(&self, age_h: f64) -> usize {
        let edges = &self.attribution.options.age_edges_h;
        let after = edges.partition_point(|edge| *edge <= age_h);
        after.clamp(1, edges.len().max(2) - 1) - 1
    }

    /// What was booked.
    pub fn finish(self) -> Contributions {
        let of_desk = |desk: Desk<'a>| Tally {
            labels: desk
                .sources
                .iter()
                .map(|(inventory, source)| Label::of_source(inventory, *source))
                .collect(),
            ledger: desk.ledger,
            outside_foot: desk.outside_foot,
        };
        Contributions::new(
            self.receptor,
            self.attribution.options.clone(),
            (self.particles, self.foot),
            self.desks
                .into_iter()
                .map(of_desk)
                .chain(self.vegetation.map(Meadow::tally))
                .collect(),
        )
    }
}

impl Desk<'_> {
    fn book(&mut self, record: &Record, told: CountryId, remaining: f64) -> Result<()> {
        let cells = &self.batch.cells;
        let Some(cell) = cells.cell(record.lon_deg, record.lat_deg) else {
            self.outside_foot += record.foot;
            return Ok(());
        };
        let held = held_at(&mut self.held, cells, record.time)?;
        let flux = held.fluxes(cell);
        self.ledger.miss(record.foot, held.missing(cell));
        let factors = match self.batch.in_time {
            true => {
                let place = (record.lon_deg, record.lat_deg < 0.0, record.country);
                Some(self.factors.at(&self.sources, record.time, place)?)
            }
            false => None,
        };
        let foot = (record.foot * remaining) as f32;
        self.ledger.book((told, record.age, record.group), foot, flux, factors);
        Ok(())
    }
}

/// The map of a time, looked for once for all records of that time.
fn held_at<'h>(held: &'h mut Option<Held>, cells: &SourceCells, time: UtcTime) -> Result<&'h Map> {
    let now = match held.take() {
        Some(held) if held.time == time => held,
        before => {
            let index = cells.map_at(time)?;
            let map = match before {
                Some(before) if before.index == index => before.map,
                _ => cells.map(index)?,
            };
            Held { time, index, map }
        }
    };
    Ok(&held.insert(now).map)
}

impl Trajectories {
    /// Who emitted what the sample holds, from records that were kept; as many as fly give the same numbers.
    ///
    /// # Errors
    /// Those of [`Recorder::add`].
    pub fn attribute(&self, attribution: &Attribution) -> Result<Contributions> {
        let mut recorder = Recorder::new(attribution, &self.receptor, self.particle_count());
        recorder.add(self)?;
        Ok(recorder.finish())
    }
}
