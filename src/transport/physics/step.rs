//! One particle and one step of it in physics mode. This is the kernel: it allocates nothing, fails nowhere and draws its
//! noise from (particle, step) alone.
//!
//! A step takes the wind at its start to the place in its middle; the column there, at the middle of its time, moves the
//! particle: its mean vertical motion, its turbulence, and the horizontal wind at every height that it passes. The sum of
//! the horizontal motion is one rotation of the sphere about the axis that belongs to the middle, which is the midpoint
//! rule on the sphere, of second order.

use super::column::{Column, TurbulentAir};
use super::ensemble::Sky;
use super::layer::Layer;
use crate::constants::DRY_AIR_MOLAR_MASS_KG;
use crate::geo::{LonLat, TangentPlane};
use crate::near_field::surface_layer_m;
use crate::rng::Noise;
use crate::trajectory::Status;
use crate::transport::TransportOptions;
use crate::transport::particle::Report;
use crate::turbulence::boundary_layer::FREE_TROPOSPHERE_TIME_S;
use crate::turbulence::gusts::GustStep;
use crate::turbulence::langevin::{Flight, VerticalState};
use crate::turbulence::structure::{Local, VerticalStructure};
use crate::turbulence::updrafts::Updrafts;

/// The surface layer never reaches higher than this part of the model's depth.
const MAX_SURFACE_LAYER: f64 = 0.9;
/// Longest step unless `delt` asks for another, min.
const LONGEST_STEP_MIN: f64 = 10.0;
/// What is left of a stretch of time when it counts as done, s.
const SPENT_S: f64 = 1e-6;
/// No minute takes more legs than this; only turbulence of absurd meteorology could ask for it.
const MAX_LEGS: usize = 20_000;

/// The largest divisor of 60 that is no larger than the index.
const DIVISORS_UP_TO: [usize; 61] = {
    let mut largest = [0; 61];
    let mut n = 1;
    while n <= 60 {
        largest[n] = if 60 % n == 0 { n } else { largest[n - 1] };
        n += 1;
    }
    largest
};

/// State of a particle between steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Particle {
    pub plane: TangentPlane,
    pub vertical: VerticalState,
    /// u′/σu along and v′/σv across the mean wind.
    pub gusts: [f64; 2],
    /// Meandering wind along the grid's axes over its standard deviation.
    pub meander: [f64; 2],
    /// Layer where it was last, to seek from.
    pub layer: usize,
    pub status: Status,
}

/// Constants of a run, worked out once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scheme {
    /// +1 forward, −1 backward.
    pub direction: f64,
    pub turbulence: bool,
    updrafts: Updrafts,
    meander: f64,
    veght: f64,
    delt_min: f64,
    tratio: f64,
    model_top_m: f64,
    /// What a gust of the free troposphere does in a minute.
    free_gust: GustStep,
}

/// Conditions where a particle is.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub column: Column<'a>,
    pub layer: Layer,
}

/// Seconds of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum StepLength {
    /// So many minutes.
    Minutes(usize),
    /// A minute in so many parts.
    Parts(usize),
}

/// What a particle adds up between two records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    foot: f64,
    below_s: f64,
}

/// The middle of a step, whose conditions hold for all of it.
pub(super) struct Middle<'a> {
    start: TangentPlane,
    pivot: TangentPlane,
    /// Winds to the east and north that a wind along each axis of the grid is.
    axes: [[f64; 2]; 2],
    column: Column<'a>,
    air: TurbulentAir,
    /// What the gusts along and across the wind did last.
    gust_steps: [GustStep; 2],
    layer: Layer,
    surface_layer_m: f64,
    /// Surface influence per second below it, M/∫ρ dz (Lin et al. 2003, eq. 7); worked out when first needed.
    influence_per_s: Option<f64>,
    /// Height in the middle by mean motion alone.
    mean_height_m: f64,
    displacement_m: [f64; 2],
    met_interval_s: f64,
}

impl Scheme {
    pub fn new(options: &TransportOptions) -> Self {
        Self {
            direction: if options.hours < 0 { -1.0 } else { 1.0 },
            turbulence: options.turbulence,
            updrafts: match (options.skewed_updrafts, options.hours > 0) {
                (false, _) => Updrafts::Gaussian,
                (true, true) => Updrafts::Skewed,
                (true, false) => Updrafts::SkewedBackward,
            },
            meander: options.meander,
            veght: options.veght,
            delt_min: options.delt_min,
            tratio: options.tratio,
            model_top_m: options.derive.model_top_m,
            free_gust: GustStep::new(FREE_TROPOSPHERE_TIME_S, 60.0),
        }
    }

    /// Top of the model over a column, m above ground.
    pub fn top_m(&self, column: &Column<'_>) -> f64 {
        column.top_m().min(self.model_top_m)
    }

    /// The longest step that `delt` allows and that crosses no more than `tratio` of a cell: a divisor of the hour or of
    /// the minute, so that steps end on whole minutes; of whole minutes no more than `left`.
    pub fn step_length(&self, here: &Here<'_>, z_m: f64, left: usize) -> StepLength {
        let [u, v] = here.layer.wind(z_m);
        let longest = if self.delt_min > 0.0 {
            self.delt_min
        } else {
            LONGEST_STEP_MIN
        };
        let speed = (u * u + v * v).sqrt().max(1e-3);
        let allowed_min = longest.min(self.tratio * here.column.scales.cell_m / (60.0 * speed));
        match DIVISORS_UP_TO[(allowed_min as usize).min(left).min(60)] {
            0 => {
                let fits = |parts: &usize| 1.0 / *parts as f64 <= allowed_min;
                StepLength::Parts((2..60).filter(|&n| DIVISORS_UP_TO[n] == n).find(fits).unwrap_or(60))
            }
            minutes => StepLength::Minutes(minutes),
        }
    }

    /// Conditions in the middle of a step of `seconds` that starts `at_s`; `None` if it lies outside the meteorology.
    pub fn middle<'a>(
        &self,
        particle: &Particle,
        here: &Here<'a>,
        sky: &Sky<'a>,
        at_s: f64,
        seconds: f64,
    ) -> Option<Middle<'a>> {
        let half = 0.5 * self.direction * seconds;
        let z_m = particle.vertical.z_m;
        let [east, north] = here.column.earth_wind(here.layer.wind(z_m));
        let pivot = particle.plane.moved(east * half, north * half);
        let column = sky.column(pivot.place(), at_s + half)?;
        let top_m = self.top_m(&column);
        let mean_height_m = (z_m + here.layer.rise(z_m) * half).abs();
        let layer = column.layer_at(mean_height_m, here.layer.index);
        let depth_m = surface_layer_m(self.veght, column.scales.mixing_height_m);
        Some(Middle {
            start: particle.plane,
            pivot,
            axes: [[1.0, 0.0], [0.0, 1.0]].map(|axis| column.earth_wind(axis)),
            air: TurbulentAir::new(&column, &layer, top_m, self.updrafts),
            surface_layer_m: depth_m.min(MAX_SURFACE_LAYER * top_m),
            influence_per_s: None,
            gust_steps: [self.free_gust; 2],
            column,
            layer,
            mean_height_m,
            displacement_m: [0.0; 2],
            met_interval_s: sky.interval_s(),
        })
    }

    /// Moves a particle through `seconds` of a step and gives the air where it is then.
    #[inline]
    pub fn advance(
        &self,
        particle: &mut Particle,
        middle: &mut Middle<'_>,
        seconds: f64,
        tally: &mut Tally,
        noise: &mut Noise,
    ) -> Local {
        let air = if self.turbulence {
            self.blow(particle, middle, seconds, noise);
            if self.meander > 0.0 {
                self.meander(particle, middle, seconds, noise);
            }
            let z_m = particle.vertical.z_m;
            middle.seek(z_m);
            particle.vertical.z_m = (z_m + middle.layer.rise(z_m) * self.direction * seconds).abs();
            self.mix(particle, middle, seconds, tally, noise)
        } else {
            let height_m = middle.mean_height_m;
            middle.carry(middle.layer.wind(height_m), self.direction * seconds);
            let rise_m = middle.layer.rise(height_m) * self.direction * seconds;
            particle.vertical.z_m = (particle.vertical.z_m + rise_m).abs();
            middle.air.at(particle.vertical.z_m)
        };
        let [u, v] = middle.displacement_m;
        let [east_m, north_m] = [0, 1].map(|c| u * middle.axes[0][c] + v * middle.axes[1][c]);
        particle.plane = middle.pivot.turned(&middle.start, east_m, north_m);
        air
    }

    /// Vertical turbulence in legs, each with the wind between its ends, and the time below the surface layer's top.
    #[inline]
    fn mix(
        &self,
        particle: &mut Particle,
        middle: &mut Middle<'_>,
        seconds: f64,
        tally: &mut Tally,
        noise: &mut Noise,
    ) -> Local {
        let air = middle.air;
        let mut flight = Flight::new(&air, particle.vertical);
        let mut z_m = flight.state().z_m;
        middle.seek(z_m);
        let mut wind = middle.layer.wind(z_m);
        let mut left_s = seconds;
        for _ in 0..MAX_LEGS {
            let taken_s = flight.leg(left_s, noise);
            let reached_m = flight.state().z_m;
            middle.seek(reached_m);
            let wind_there = middle.layer.wind(reached_m);
            let mean = [0, 1].map(|c| 0.5 * (wind[c] + wind_there[c]));
            middle.carry(mean, self.direction * taken_s);
            tally.add(middle, z_m, reached_m, taken_s);
            (z_m, wind) = (reached_m, wind_there);
            left_s -= taken_s;
            if left_s <= SPENT_S {
                break;
            }
        }
        particle.vertical = flight.state();
        *flight.here()
    }

    /// Horizontal turbulence along and across the wind: velocity and displacement of the Ornstein–Uhlenbeck process, drawn
    /// together from their exact joint distribution.
    #[inline]
    fn blow(&self, particle: &mut Particle, middle: &mut Middle<'_>, seconds: f64, noise: &mut Noise) {
        let z_m = particle.vertical.z_m;
        middle.seek(z_m);
        let [u, v] = middle.layer.wind(z_m);
        let speed = (u * u + v * v).sqrt();
        let (along, across) = if speed > 0.0 {
            ([u / speed, v / speed], [-v / speed, u / speed])
        } else {
            ([1.0, 0.0], [0.0, 1.0])
        };
        let gusts = middle.air.boundary_layer().horizontal(z_m);
        for (c, axis) in [along, across].into_iter().enumerate() {
            middle.gust_steps[c] = middle.gust_steps[c].of(gusts[c], seconds);
            let moved_m = middle.gust_steps[c].blow(&mut particle.gusts[c], gusts[c].sigma_m_s, noise);
            middle.displacement_m[0] += axis[0] * moved_m;
            middle.displacement_m[1] += axis[1] * moved_m;
        }
    }

    /// Motion on scales that the meteorology does not resolve (Maryon 1998; Stohl et al. 2005): `meander` times the spread
    /// of the wind around, with half the interval of the meteorology as its Lagrangian time.
    #[inline]
    fn meander(&self, particle: &mut Particle, middle: &mut Middle<'_>, seconds: f64, noise: &mut Noise) {
        let spread = middle.column.wind_spread(middle.layer.index);
        let step = GustStep::new(0.5 * middle.met_interval_s, seconds);
        for ((velocity, spread), displacement) in
            particle.meander.iter_mut().zip(spread).zip(&mut middle.displacement_m)
        {
            *displacement += step.blow(velocity, self.meander * spread, noise);
        }
    }

    /// What the particle reports where it is now, in the column of the middle of the step.
    #[inline]
    pub fn report(&self, particle: &mut Particle, middle: &mut Middle<'_>, air: &Local, tally: Tally) -> Report {
        let z_m = particle.vertical.z_m;
        if !z_m.is_finite() {
            particle.status = Status::MetGap;
        } else if z_m >= middle.air.top_m() {
            particle.status = Status::LeftTop;
        }
        middle.seek(z_m);
        let (density_kg_m3, pressure_hpa) = middle.layer.air(z_m);
        Report {
            foot: tally.foot,
            below_min: tally.below_s / 60.0,
            height_agl_m: z_m,
            mixing_height_m: middle.column.scales.mixing_height_m,
            density_kg_m3,
            pressure_hpa,
            sigma_w_m_s: air.sigma_w_m_s,
            time_s: air.time_s,
            terrain_m: middle.column.scales.terrain_m,
            mass_weight: 1.0,
        }
    }
}

impl Particle {
    /// A particle before its start.
    pub fn waiting() -> Self {
        let place = LonLat {
            lon_deg: 0.0,
            lat_deg: 0.0,
        };
        Self {
            plane: place.into(),
            vertical: VerticalState {
                z_m: f64::NAN,
                q: 0.0,
                clock: 0.0,
            },
            gusts: [0.0; 2],
            meander: [0.0; 2],
            layer: 0,
            status: Status::Alive,
        }
    }
}

impl<'a> Here<'a> {
    pub fn new(column: Column<'a>, particle: &Particle) -> Self {
        Self {
            layer: column.layer_at(particle.vertical.z_m, particle.layer),
            column,
        }
    }
}

impl<'a> Middle<'a> {
    /// Its column, as the particle leaves it.
    #[inline]
    pub fn left_at(mut self, particle: &Particle) -> Here<'a> {
        self.seek(particle.vertical.z_m);
        Here {
            column: self.column,
            layer: self.layer,
        }
    }

    /// Makes `layer` the one that holds a height.
    #[inline]
    fn seek(&mut self, z_m: f64) {
        if !self.layer.holds(z_m) {
            self.layer = self.column.layer_from(&self.layer, z_m);
        }
    }

    #[inline]
    fn carry(&mut self, wind: [f64; 2], seconds: f64) {
        self.displacement_m[0] += wind[0] * seconds;
        self.displacement_m[1] += wind[1] * seconds;
    }
}

impl Tally {
    /// Adds a leg between two heights.
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
        let (column, near) = (&middle.column, middle.layer.index);
        let per_second = *middle
            .influence_per_s
            .get_or_insert_with(|| DRY_AIR_MOLAR_MASS_KG / column.dry_mass_below(depth_m, near));
        self.below_s += below_s;
        self.foot += below_s * per_second;
    }
}
