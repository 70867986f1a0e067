//! The way of a particle through a step, and what it reports at the marks on it.
//!
//! Legs of turbulence follow one another through the whole step; the mean vertical motion acts on both sides of them, half
//! of it before and half after (Strang 1968), so that each leaves well-mixed air as it is. Marks cut no leg: the particle
//! stands there where its leg takes it at even speed.

use super::step::{Middle, Particle, Scheme};
use crate::rng::Noise;
use crate::trajectory::Status;
use crate::transport::particle::Report;
use crate::transport::record::Record;
use crate::turbulence::gusts::{GustStep, Gustiness};
use crate::turbulence::langevin::Flight;
use crate::turbulence::structure::VerticalStructure;

/// Most marks of a step.
const MAX_MARKS: usize = 60;
/// What is left of a stretch of time when it counts as done, s.
const SPENT_S: f64 = 1e-6;
/// No step takes more legs than this; only turbulence of absurd meteorology could ask for it.
const MAX_LEGS: usize = 200_000;

/// What a particle adds up between two records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    foot: f64,
    below_s: f64,
}

/// The marks of a step, one at the end of every so many seconds.
pub(super) struct Marks<'r> {
    pub records: &'r mut [Record],
    pub spacing_s: f64,
    /// What counts for the next mark.
    pub tally: Tally,
}

/// A particle on its way.
struct Course<'c, 'a> {
    scheme: &'c Scheme,
    particle: &'c mut Particle,
    middle: &'c mut Middle<'a>,
    noise: &'c mut Noise,
    seconds: f64,
    /// Where it was last, and the wind there along the grid's axes.
    z_m: f64,
    wind: [f64; 2],
    displacement_m: [f64; 2],
    /// Displacement per second by gusts, and by motion that the meteorology does not resolve.
    gust_m_s: [f64; 2],
    meander_m_s: [f64; 2],
    gustiness: Gustiness,
    gust_steps: [GustStep; 2],
    sigmas_m_s: [f64; 2],
}

impl Scheme {
    /// Moves a particle through a step and fills the records at its marks; gives how many it reached before it ended.
    pub fn travel(
        &self,
        particle: &mut Particle,
        middle: &mut Middle<'_>,
        marks: &mut Marks<'_>,
        noise: &mut Noise,
    ) -> usize {
        let mut course = Course {
            scheme: self,
            z_m: particle.vertical.z_m,
            particle,
            middle,
            noise,
            seconds: marks.spacing_s * marks.records.len() as f64,
            wind: [0.0; 2],
            displacement_m: [0.0; 2],
            gust_m_s: [0.0; 2],
            meander_m_s: [0.0; 2],
            gustiness: Gustiness::Varied,
            gust_steps: [self.free_step; 2],
            sigmas_m_s: [0.0; 2],
        };
        let mut displacements_m = [[0.0; 2]; MAX_MARKS];
        let reached = if self.turbulence {
            course.fly(marks, &mut displacements_m)
        } else {
            course.glide(marks, &mut displacements_m)
        };
        particle.plane = middle.locate(&displacements_m[..reached], &mut marks.records[..reached]);
        reached
    }
}

impl Course<'_, '_> {
    /// With turbulence.
    #[inline]
    fn fly(&mut self, marks: &mut Marks<'_>, displacements_m: &mut [[f64; 2]]) -> usize {
        let half_s = 0.5 * self.seconds;
        self.lift(half_s);
        let air = self.middle.air;
        let mut flight = Flight::new(&air, self.particle.vertical);
        self.enter(flight.state().z_m);
        let soars = self.soar(&mut flight);
        self.blow(if soars { self.seconds } else { marks.spacing_s });
        self.meander();
        let (mut now_s, mut passed_s, mut reached) = (0.0, 0.0, 0);
        for _ in 0..MAX_LEGS {
            let left_s = self.seconds - now_s;
            let taken_s = if soars { left_s } else { flight.leg(left_s, self.noise) };
            let until_s = now_s + taken_s;
            while reached < marks.records.len() {
                let mark_s = marks.spacing_s * (reached + 1) as f64;
                if mark_s > until_s + SPENT_S {
                    break;
                }
                let (z_m, turbulence) = flight.within(((mark_s - now_s) / taken_s).min(1.0));
                self.pass(z_m, mark_s - passed_s, &mut marks.tally);
                let shifted_m = z_m + self.middle.layer.rise(z_m) * self.scheme.direction * (mark_s - half_s);
                if !self.mark(shifted_m.abs(), turbulence, (marks, reached)) {
                    return reached;
                }
                displacements_m[reached] = self.displacement_m;
                (passed_s, reached) = (mark_s, reached + 1);
                if !soars && reached < marks.records.len() {
                    self.blow(marks.spacing_s);
                }
            }
            if self.seconds - until_s <= SPENT_S {
                break;
            }
            self.pass(flight.state().z_m, until_s - passed_s, &mut marks.tally);
            (now_s, passed_s) = (until_s, until_s);
        }
        self.particle.vertical = flight.state();
        self.lift(half_s);
        reached
    }

    /// Without turbulence, by the wind in the middle.
    fn glide(&mut self, marks: &mut Marks<'_>, displacements_m: &mut [[f64; 2]]) -> usize {
        let height_m = self.middle.mean_height_m;
        let (wind, rise_m_s) = (self.middle.layer.wind(height_m), self.middle.layer.rise(height_m));
        for (k, displacement_m) in displacements_m.iter_mut().enumerate().take(marks.records.len()) {
            let seconds = self.scheme.direction * marks.spacing_s * (k + 1) as f64;
            let z_m = (self.z_m + rise_m_s * seconds).abs();
            let air = self.middle.air.at(z_m);
            if !self.mark(z_m, [air.sigma_w_m_s, air.time_s], (marks, k)) {
                return k;
            }
            self.particle.vertical.z_m = z_m;
            *displacement_m = wind.map(|component| component * seconds);
        }
        marks.records.len()
    }

    /// Moves it by the mean vertical motion.
    #[inline]
    fn lift(&mut self, seconds: f64) {
        let z_m = self.particle.vertical.z_m;
        self.middle.seek(z_m);
        let rise_m = self.middle.layer.rise(z_m) * self.scheme.direction * seconds;
        self.particle.vertical.z_m = (z_m + rise_m).abs();
    }

    /// Flies through the whole step at once where that is exact.
    #[inline]
    fn soar(&mut self, flight: &mut Flight<'_, impl VerticalStructure>) -> bool {
        let z_m = flight.state().z_m;
        let is_free = z_m >= self.middle.air.uniform_above_m();
        is_free && {
            let step = self.scheme.free_step.of(flight.here().time_s, self.seconds);
            flight.soar(&step, self.noise)
        }
    }

    #[inline]
    fn enter(&mut self, z_m: f64) {
        self.z_m = z_m;
        self.middle.seek(z_m);
        self.wind = self.middle.layer.wind(z_m);
    }

    /// Goes on to a height with the mean of the winds there and where it was.
    #[inline]
    fn pass(&mut self, z_m: f64, seconds: f64, tally: &mut Tally) {
        let (from_m, from_wind) = (self.z_m, self.wind);
        self.enter(z_m);
        for (c, displacement) in self.displacement_m.iter_mut().enumerate() {
            let mean = self.scheme.direction * 0.5 * (from_wind[c] + self.wind[c]);
            *displacement += (mean + self.gust_m_s[c] + self.meander_m_s[c]) * seconds;
        }
        tally.add(self.middle, from_m, z_m, seconds);
    }

    /// Draws the horizontal turbulence along and across the wind in the time to come: velocity and displacement of the
    /// Ornstein–Uhlenbeck process, together from their exact joint distribution.
    #[inline]
    fn blow(&mut self, seconds: f64) {
        let layer = self.middle.air.boundary_layer();
        let gustiness = layer.gustiness(self.z_m);
        if gustiness == Gustiness::Varied || gustiness != self.gustiness {
            self.gustiness = gustiness;
            let gusts = layer.horizontal(self.z_m);
            self.sigmas_m_s = gusts.map(|gust| gust.sigma_m_s);
            self.gust_steps[0] = self.gust_steps[0].of(gusts[0].time_s, seconds);
            self.gust_steps[1] = self.gust_steps[0].of(gusts[1].time_s, seconds);
        }
        let [along, across] = match gustiness {
            Gustiness::Varied => axes_of(self.wind),
            Gustiness::Mixed | Gustiness::Free => [[1.0, 0.0], [0.0, 1.0]],
        };
        let per_s = 1.0 / seconds;
        let [first, second] = [0, 1].map(|c| {
            let velocity = &mut self.particle.gusts[c];
            self.gust_steps[c].blow(velocity, self.sigmas_m_s[c], self.noise) * per_s
        });
        self.gust_m_s = [0, 1].map(|c| along[c] * first + across[c] * second);
    }

    /// Motion on scales that the meteorology does not resolve (Maryon 1998; Stohl et al. 2005): `meander` times the spread
    /// of the wind around, with half the interval of the meteorology as its Lagrangian time.
    #[inline]
    fn meander(&mut self) {
        if self.scheme.meander == 0.0 {
            return;
        }
        let spread = self.middle.column.wind_spread(self.middle.layer.index);
        let step = GustStep::new(0.5 * self.middle.met_interval_s, self.seconds);
        self.meander_m_s = [0, 1].map(|c| {
            let sigma_m_s = self.scheme.meander * spread[c];
            step.blow(&mut self.particle.meander[c], sigma_m_s, self.noise) / self.seconds
        });
    }

    /// What the particle reports at a mark, in the column of the middle of the step; false if it has ended.
    #[inline]
    fn mark(&mut self, z_m: f64, [sigma_w_m_s, time_s]: [f64; 2], (marks, k): (&mut Marks<'_>, usize)) -> bool {
        if !z_m.is_finite() {
            self.particle.status = Status::MetGap;
            return false;
        }
        if z_m >= self.middle.air.top_m() {
            self.particle.status = Status::LeftTop;
            return false;
        }
        self.middle.seek(z_m);
        let (density_kg_m3, pressure_hpa) = self.middle.layer.air(z_m);
        let tally = marks.tally;
        if k + 1 < marks.records.len() {
            marks.tally = Tally::default();
        }
        let scales = &self.middle.column.scales;
        let report = Report {
            foot: tally.foot,
            below_min: tally.below_s / 60.0,
            height_agl_m: z_m,
            mixing_height_m: scales.mixing_height_m,
            density_kg_m3,
            pressure_hpa,
            sigma_w_m_s,
            time_s,
            terrain_m: scales.terrain_m,
            mass_weight: 1.0,
        };
        marks.records[k].report = report.to_f32();
        true
    }
}

/// Unit vectors along and across a wind.
#[inline]
fn axes_of([u, v]: [f64; 2]) -> [[f64; 2]; 2] {
    let speed = (u * u + v * v).sqrt();
    if speed > 0.0 {
        let [along, across] = [u / speed, v / speed];
        [[along, across], [-across, along]]
    } else {
        [[1.0, 0.0], [0.0, 1.0]]
    }
}

impl Tally {
    /// Adds the time below the surface layer's top on the way between two heights.
    #[inline]
    fn add(&mut self, middle: &mut Middle<'_>, from_m: f64, to_m: f64, seconds: f64) {
        let depth_m = middle.surface_layer_m;
        let (low, high) = (from_m.min(to_m), from_m.max(to_m));
        let below_s = if high < depth_m {
            seconds
        } else if low < depth_m {
            seconds * (depth_m - low) / (high - low)
        } else {
            return;
        };
        self.below_s += below_s;
        self.foot += below_s * middle.influence_per_s();
    }
}
