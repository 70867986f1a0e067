//! The end of each particle: where and when it first leaves a domain.

use super::domain::{Domain, Face, Point, Side};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::receptor::Receptor;
use crate::trajectory::{Status, Trajectories};

/// How a particle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Left through a side.
    Left(Side),
    /// Left through the top of the domain or of the meteorology.
    Top,
    /// Followed to the end of the run, and still inside.
    Inside,
    /// Inside the domain when it left the meteorology, whose edge lies in the domain.
    LeftMeteorology,
    /// The meteorology ended, or held a value that is not finite.
    MetGap,
    /// Was never inside: it started beyond a side or the top.
    StartedOutside,
}

/// Where and when a particle ended: where it crossed the edge of the domain, else its last record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// How.
    pub fate: Fate,
    /// Longitude, degrees east in [−180, 180); NaN if the particle was never followed.
    pub lon_deg: f64,
    /// Latitude, degrees north.
    pub lat_deg: f64,
    /// Height above ground, m.
    pub height_agl_m: f64,
    /// Height above sea level, m; NaN without terrain.
    pub height_asl_m: f64,
    /// Pressure, hPa; NaN if the records have none.
    pub pressure_hpa: f64,
    /// Minutes since the receptor time, negative backward.
    pub time_min: f64,
    /// Minutes since the particle's release, 0 or greater.
    pub age_min: f64,
    /// The particle's weight ([`Trajectories::weight`]).
    pub weight: f64,
    /// Mass that the particle stands for there (`dmas`), 1 unless it is followed.
    pub mass_weight: f64,
}

/// Masses of particles that count; footprints drop the others too.
const MASSES: std::ops::RangeInclusive<f64> = 1e-3..=1e3;

impl End {
    /// How much of the air at its end the particle stands for: its weight times its mass; 0 if that has left 0.001 … 1000.
    pub fn share_of_air(&self) -> f64 {
        match MASSES.contains(&self.mass_weight) {
            true => self.weight * self.mass_weight,
            false => 0.0,
        }
    }
}

/// Follows an ensemble out of a domain, block by block.
///
/// Blocks come in the order of their times, outward from the receptor. Between two records a particle moves straight on
/// the plane of the grid and evenly in time.
pub struct EndTracker {
    domain: Domain,
    receptor: Receptor,
    particles: Vec<Particle>,
}

#[derive(Clone, Copy)]
struct Particle {
    last: Option<Seen>,
    end: Option<End>,
    status: Status,
    release_min: f64,
    weight: f64,
}

/// A record on the plane of the grid.
#[derive(Clone, Copy)]
struct Seen {
    point: Point,
    place: LonLat,
    terrain_m: f64,
    pressure_hpa: f64,
    mass: f64,
    time_min: f64,
}

impl EndTracker {
    /// For an ensemble of so many particles.
    pub fn new(domain: Domain, receptor: &Receptor, particles: usize) -> Self {
        let unseen = Particle {
            last: None,
            end: None,
            status: Status::Alive,
            release_min: 0.0,
            weight: 1.0,
        };
        Self {
            domain,
            receptor: receptor.clone(),
            particles: vec![unseen; particles],
        }
    }

    /// The domain.
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Adds the records of some consecutive times; each particle's status is taken from the last block.
    ///
    /// # Errors
    /// [`Error::Config`] if the block is of another number of particles.
    pub fn add(&mut self, block: &Trajectories) -> Result<()> {
        if block.particle_count() != self.particles.len() {
            let allowed = format!("{}, as in the other blocks", self.particles.len());
            return Err(Error::config("particles", block.particle_count(), allowed));
        }
        for p in 0..self.particles.len() {
            let mut particle = self.particles[p];
            particle.status = block.status[p];
            (particle.release_min, particle.weight) = (block.release_min[p], block.weight[p]);
            for k in 0..block.time_min.len() {
                if particle.end.is_some() {
                    break;
                }
                if !block.lon_deg[[p, k]].is_nan() {
                    self.follow(&mut particle, block, [p, k]);
                }
            }
            self.particles[p] = particle;
        }
        Ok(())
    }

    /// The end of each particle, and the domain.
    pub fn finish(self) -> (Domain, Vec<End>) {
        let ends = self.particles.iter().map(|particle| {
            particle.end.unwrap_or_else(|| {
                let fate = match particle.status {
                    Status::Alive => Fate::Inside,
                    Status::LeftDomain => Fate::LeftMeteorology,
                    Status::LeftTop => Fate::Top,
                    Status::MetGap => Fate::MetGap,
                };
                match particle.last {
                    Some(last) => self.end_at(particle, fate, &last),
                    None => nowhere(particle),
                }
            })
        });
        let ends = ends.collect();
        (self.domain, ends)
    }

    fn follow(&self, particle: &mut Particle, block: &Trajectories, at: [usize; 2]) {
        if particle.last.is_none() {
            let start = self.start(block, at);
            if !self.domain.holds(start.point) {
                particle.end = Some(self.end_at(particle, Fate::StartedOutside, &start));
                return;
            }
            particle.last = Some(start);
        }
        let Some(last) = particle.last else { return };
        let place = LonLat {
            lon_deg: block.lon_deg[at],
            lat_deg: block.lat_deg[at],
        };
        let now = self.seen(place, f64::from(block.height_agl_m[at]), block, at, Some(last.point[0]));
        match self.domain.crossing(last.point, now.point) {
            None => particle.last = Some(now),
            Some((face, fraction)) => {
                let fate = match face {
                    Face::Lateral(side) => Fate::Left(side),
                    Face::Top => Fate::Top,
                };
                particle.end = Some(self.end_at(particle, fate, &self.on_the_way(&last, &now, fraction)));
            }
        }
    }

    /// Where a particle is before its first record: at the receptor if that is a point, else at the record.
    fn start(&self, block: &Trajectories, at: [usize; 2]) -> Seen {
        let receptor = &self.receptor;
        let release_m = block.release_height_agl_m[at[0]];
        if receptor.is_plain_point() && release_m.is_finite() {
            let place = LonLat {
                lon_deg: receptor.lon_deg,
                lat_deg: receptor.lat_deg,
            };
            let start = self.seen(place, release_m, block, at, None);
            return Seen {
                time_min: block.release_min[at[0]],
                ..start
            };
        }
        let place = LonLat {
            lon_deg: block.lon_deg[at],
            lat_deg: block.lat_deg[at],
        };
        self.seen(place, f64::from(block.height_agl_m[at]), block, at, None)
    }

    fn seen(&self, place: LonLat, height_m: f64, block: &Trajectories, at: [usize; 2], near: Option<f64>) -> Seen {
        let (x, y) = self.domain.plane(place.lon_deg, place.lat_deg, near);
        Seen {
            point: [x, y, height_m],
            place,
            terrain_m: f64::from(block.terrain_m[at]),
            pressure_hpa: f64::from(block.pressure_hpa[at]),
            mass: f64::from(block.mass_weight[at]),
            time_min: block.time_min[at[1]],
        }
    }

    fn on_the_way(&self, from: &Seen, to: &Seen, fraction: f64) -> Seen {
        let mix = |a: f64, b: f64| if fraction == 0.0 { a } else { a + (b - a) * fraction };
        let point = [0, 1, 2].map(|axis| mix(from.point[axis], to.point[axis]));
        let (lon_deg, lat_deg) = self.domain.place(point);
        Seen {
            point,
            place: LonLat { lon_deg, lat_deg },
            terrain_m: mix(from.terrain_m, to.terrain_m),
            pressure_hpa: mix(from.pressure_hpa, to.pressure_hpa),
            mass: mix(from.mass, to.mass),
            time_min: mix(from.time_min, to.time_min),
        }
    }

    fn end_at(&self, particle: &Particle, fate: Fate, seen: &Seen) -> End {
        End {
            fate,
            lon_deg: crate::geo::wrap_longitude_deg(seen.place.lon_deg),
            lat_deg: seen.place.lat_deg,
            height_agl_m: seen.point[2],
            height_asl_m: seen.point[2] + seen.terrain_m,
            pressure_hpa: seen.pressure_hpa,
            time_min: seen.time_min,
            age_min: (seen.time_min - particle.release_min).abs(),
            weight: particle.weight,
            mass_weight: if seen.mass.is_nan() { 1.0 } else { seen.mass },
        }
    }
}

/// Of a particle that has no record, since the meteorology ended before its start.
fn nowhere(particle: &Particle) -> End {
    End {
        fate: Fate::MetGap,
        lon_deg: f64::NAN,
        lat_deg: f64::NAN,
        height_agl_m: f64::NAN,
        height_asl_m: f64::NAN,
        pressure_hpa: f64::NAN,
        time_min: particle.release_min,
        age_min: 0.0,
        weight: particle.weight,
        mass_weight: 1.0,
    }
}
