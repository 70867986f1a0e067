//! Where, when and how particles start.

use std::ops::Range;

use super::column::Column;
use super::options::TransportOptions;
use super::particle::{Particle, STEP_S, Scheme};
use crate::constants::STILT_GRAVITY_M_S2;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::store::{MetWindow, NestWindow};
use crate::receptor::{Datum, EvenIn, Layout, MeanOver, Receptor, Shape, Site, Start};
use crate::rng::{Noise, key_of};
use crate::time::UtcTime;
use crate::trajectory::{Status, Trajectories};

/// Pieces in which the air along a path is weighed.
const PIECES: usize = 1000;

/// The same receptor draws the same noise, whatever its name.
pub(super) fn noise_key(seed: u64, receptor: &Receptor) -> [u32; 2] {
    let place = [receptor.lon_deg, receptor.lat_deg, receptor.height_m].map(f64::to_bits);
    key_of(seed, &[receptor.time.seconds() as u64, place[0], place[1], place[2]])
}

/// The starts of an ensemble.
pub(super) struct Release<'a> {
    receptor: &'a Receptor,
    options: &'a TransportOptions,
    starts: Vec<Start>,
    /// Height of each start above ground, m; NaN before it.
    heights_agl_m: Vec<f64>,
}

impl<'a> Release<'a> {
    /// Plans where and when each particle starts; `window` holds the receptor time.
    pub fn plan(window: &MetWindow, receptor: &'a Receptor, options: &'a TransportOptions) -> Result<Self> {
        let layout = Layout::new(receptor, options.particles, options.hours > 0, options.emisshrs);
        let mut starts: Vec<Start> = match &receptor.shape {
            Shape::Path {
                even_in: EvenIn::Pressure,
                mean_over,
                ..
            } => {
                let air = AirAlong::of(window, receptor, &layout)?;
                let share = match mean_over {
                    MeanOver::Release => 1.0,
                    MeanOver::Atmosphere => air.total() / air.atmosphere_kg_m2,
                };
                let fractions = (0..layout.count()).map(|index| air.fraction(layout.fraction(index)));
                let mut starts: Vec<_> = fractions.enumerate().map(|(i, f)| layout.start_at(i, f)).collect();
                starts.iter_mut().for_each(|start| start.site.weight *= share);
                starts
            }
            _ => (0..layout.count()).map(|index| layout.start(index)).collect(),
        };
        let end_s = 3600.0 * f64::from(options.hours.unsigned_abs());
        if let Some(late) = starts.iter().find(|start| start.delay_s >= end_s) {
            let hours = format!("{:.2} h", late.delay_s / 3600.0);
            let allowed = format!("particles must start within the run of {} h", options.hours.abs());
            return Err(Error::config("receptor release", hours, allowed));
        }
        // a step is the least unit of time
        starts
            .iter_mut()
            .for_each(|s| s.delay_s = (s.delay_s / STEP_S).floor() * STEP_S);
        Ok(Self {
            receptor,
            options,
            heights_agl_m: vec![f64::NAN; starts.len()],
            starts,
        })
    }

    /// The particles before they start.
    pub fn waiting(&self) -> Vec<Particle> {
        let waiting = Particle {
            nest: 0,
            x: f64::NAN,
            y: f64::NAN,
            height: f64::NAN,
            vertical: 0.0,
            horizontal_m_s: [0.0; 2],
            mass: 1.0,
            status: Status::Alive,
        };
        vec![waiting; self.starts.len()]
    }

    /// The step with which a particle starts.
    pub fn step(&self, index: usize) -> usize {
        (self.starts[index].delay_s / STEP_S) as usize
    }

    /// Puts the particles that start in these steps to their places in the window that holds them.
    pub fn begin(
        &mut self,
        window: &MetWindow,
        steps: Range<usize>,
        particles: &mut [Particle],
        scheme: &Scheme,
        key: [u32; 2],
    ) -> Result<()> {
        for (index, particle) in particles.iter_mut().enumerate() {
            if particle.status == Status::Alive && steps.contains(&self.step(index)) {
                let (placed, column) = self.place(window, index)?;
                *particle = placed;
                self.heights_agl_m[index] =
                    height_agl_m(&self.starts[index].site, self.receptor.datum, column.terrain_m());
                scheme.release(particle, &column, &mut Noise::new(key, index as u32, 0));
            }
        }
        Ok(())
    }

    fn place<'w>(&self, window: &'w MetWindow, index: usize) -> Result<(Particle, Column<'w>)> {
        let start = &self.starts[index];
        let sign = self.options.hours.signum();
        let time = self.receptor.time.plus_seconds(i64::from(sign) * start.delay_s as i64);
        let (nest, x, y, column) = covered(window, &start.site, time)?;
        let height = height_agl_m(&start.site, self.receptor.datum, column.terrain_m()) / column.compression;
        if height >= column.top() {
            let allowed = format!("below the model top, {} m", self.options.derive.model_top_m);
            return Err(Error::config(self.receptor.datum.key(), start.site.height_m, allowed));
        }
        let placed = Particle {
            nest,
            x,
            y,
            height,
            vertical: 0.0,
            horizontal_m_s: [0.0; 2],
            mass: 1.0,
            status: Status::Alive,
        };
        Ok((placed, column))
    }

    /// Where particle `index` starts.
    pub fn site(&self, index: usize) -> &Site {
        &self.starts[index].site
    }

    /// Enters the height above ground at which particle `index` starts over terrain of `terrain_m`, and gives it.
    pub fn enter_height(&mut self, index: usize, terrain_m: f64) -> f64 {
        let height_m = height_agl_m(&self.starts[index].site, self.receptor.datum, terrain_m);
        self.heights_agl_m[index] = height_m;
        height_m
    }

    /// Particles of the ensemble.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Enters the starts in the particle table.
    pub fn record(&self, trajectories: &mut Trajectories) {
        let sign = f64::from(self.options.hours.signum());
        let minutes = self.starts.iter().map(|start| sign * start.delay_s / 60.0);
        trajectories.release_min = minutes.collect();
        trajectories.release_height_agl_m.clone_from(&self.heights_agl_m);
        trajectories.weight = self.starts.iter().map(|start| start.site.weight).collect();
    }
}

/// As in the reference (KMSL = 1) the terrain is that of the meteorology, and what lies below it starts at the ground.
fn height_agl_m(site: &Site, datum: Datum, terrain_m: f64) -> f64 {
    match datum {
        Datum::Ground => site.height_m,
        Datum::SeaLevel => (site.height_m - terrain_m).max(0.0),
    }
}

fn covered<'w>(window: &'w MetWindow, site: &Site, time: UtcTime) -> Result<(usize, f64, f64, Column<'w>)> {
    window
        .column_at(site.place(), time)
        .ok_or_else(|| window.no_place(site.place()))
}

/// What a release must know of the air over a place, in either mode.
pub(super) trait AirOverPlace {
    /// Terrain above sea level, m.
    fn terrain_m(&self) -> f64;
    /// Density of dry air, kg m⁻³.
    fn dry_density_kg_m3(&self, height_agl_m: f64) -> f64;
    /// Dry air between the ground and space, kg m⁻².
    fn atmosphere_kg_m2(&self) -> f64;
}

impl AirOverPlace for Column<'_> {
    fn terrain_m(&self) -> f64 {
        Column::terrain_m(self)
    }

    fn dry_density_kg_m3(&self, height_agl_m: f64) -> f64 {
        self.spot(height_agl_m / self.compression).air().0
    }

    fn atmosphere_kg_m2(&self) -> f64 {
        atmosphere_kg_m2(self)
    }
}

fn air_over<'w>(window: &'w MetWindow, site: &Site, time: UtcTime) -> Result<Box<dyn AirOverPlace + 'w>> {
    if window.is_native() {
        return super::physics::air_over(window, site.place(), time);
    }
    Ok(Box::new(covered(window, site, time)?.3))
}

/// Dry air along a path: how much of it lies before each of its points.
struct AirAlong {
    /// Fractions of the path's length, ascending, and the air before them, kg m⁻².
    fractions: Vec<f64>,
    before_kg_m2: Vec<f64>,
    /// Of the whole column at the start of the path.
    atmosphere_kg_m2: f64,
}

impl AirAlong {
    fn of(window: &MetWindow, receptor: &Receptor, layout: &Layout) -> Result<Self> {
        let mut fractions: Vec<f64> = (0..=PIECES).map(|k| k as f64 / PIECES as f64).collect();
        fractions.extend(layout.bends());
        fractions.sort_by(f64::total_cmp);
        let mut before_kg_m2 = Vec::with_capacity(fractions.len());
        let (mut sum, mut last) = (0.0, None);
        for &fraction in &fractions {
            let site = layout.site(fraction);
            let air = air_over(window, &site, receptor.time)?;
            let height_m = height_agl_m(&site, receptor.datum, air.terrain_m());
            let density = air.dry_density_kg_m3(height_m);
            if let Some((below_m, density_below)) = last.replace((height_m, density)) {
                sum += f64::midpoint(density_below, density) * f64::abs(height_m - below_m);
            }
            before_kg_m2.push(sum);
        }
        if sum <= 0.0 {
            return Err(Error::config("even_in", "pressure", "the path must leave the ground"));
        }
        let air = air_over(window, &layout.site(0.0), receptor.time)?;
        Ok(Self {
            fractions,
            before_kg_m2,
            atmosphere_kg_m2: air.atmosphere_kg_m2(),
        })
    }

    fn total(&self) -> f64 {
        self.before_kg_m2[self.before_kg_m2.len() - 1]
    }

    /// The fraction of the length before which a share of the air lies.
    fn fraction(&self, share: f64) -> f64 {
        let air = share * self.total();
        let k = self
            .before_kg_m2
            .partition_point(|before| *before <= air)
            .clamp(1, self.fractions.len() - 1)
            - 1;
        let step = self.before_kg_m2[k + 1] - self.before_kg_m2[k];
        let part = if step > 0.0 {
            (air - self.before_kg_m2[k]) / step
        } else {
            0.0
        };
        self.fractions[k] + part * (self.fractions[k + 1] - self.fractions[k])
    }
}

/// Dry air between the ground and space: up to the model top by its density, above it by the pressure there.
fn atmosphere_kg_m2(column: &Column<'_>) -> f64 {
    let piece_m = column.top() / PIECES as f64;
    let density = |k: usize| column.spot(piece_m * (k as f64 + 0.5)).air().0;
    let below: f64 = (0..PIECES).map(density).sum::<f64>() * piece_m * column.compression;
    let (_, top_hpa) = column.spot(column.top()).air();
    below + 100.0 * top_hpa / STILT_GRAVITY_M_S2
}

impl MetWindow {
    /// The finest nest that holds a place, the place's indices in it, and the column there.
    pub(super) fn column_at(&self, place: LonLat, time: UtcTime) -> Option<(usize, f64, f64, Column<'_>)> {
        self.nests.iter().enumerate().find_map(|(nest, met)| {
            let (x, y) = met.grid.index_of(place);
            Some((nest, x, y, met.bracket().column(x, y, met.weight(time))?))
        })
    }

    /// No nest holds the place.
    pub(super) fn no_place(&self, place: LonLat) -> Error {
        Error::MetPlace {
            lon_deg: place.lon_deg,
            lat_deg: place.lat_deg,
            covered: self.describe(),
        }
    }

    /// Whether the snapshots are those of physics mode.
    pub(super) fn is_native(&self) -> bool {
        self.nests.iter().any(|nest| nest.before.native.level_count > 0)
    }

    fn describe(&self) -> String {
        let corners = |met: &NestWindow| {
            let southwest = met.grid.place_at(0.0, 0.0);
            let northeast = met.grid.place_at((met.grid.nx - 1) as f64, (met.grid.ny - 1) as f64);
            format!(
                "{:.2} … {:.2} E, {:.2} … {:.2} N (corners)",
                southwest.lon_deg, northeast.lon_deg, southwest.lat_deg, northeast.lat_deg
            )
        };
        let covered: Vec<_> = self.nests.iter().map(corners).collect();
        format!(
            "the files cover {}; move the receptor or add meteorology",
            covered.join("; ")
        )
    }
}
