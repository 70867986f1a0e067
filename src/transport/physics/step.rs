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
use crate::geo::{Chart, LonLat, TangentPlane};
use crate::near_field::surface_layer_m;
use crate::trajectory::Status;
use crate::transport::TransportOptions;
use crate::transport::record::Record;
use crate::turbulence::boundary_layer::FREE_TROPOSPHERE_TIME_S;
use crate::turbulence::gusts::GustStep;
use crate::turbulence::langevin::VerticalState;
use crate::turbulence::structure::VerticalStructure;
use crate::turbulence::updrafts::Updrafts;

/// The surface layer never reaches higher than this part of the model's depth.
const MAX_SURFACE_LAYER: f64 = 0.9;
/// Longest step unless `delt` asks for another, min.
const LONGEST_STEP_MIN: f64 = 10.0;
/// Particles lower than this part of the model's depth do not feel how its top changes from step to step.
const FAR_BELOW: f64 = 0.5;
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
    pub meander: f64,
    veght: f64,
    delt_min: f64,
    tratio: f64,
    model_top_m: f64,
    /// What turbulence of the free troposphere does in the longest step.
    pub free_step: GustStep,
}

/// Conditions where a particle is.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub column: Column<'a>,
    pub layer: Layer,
    /// Top of the model, m above ground.
    top_m: f64,
}

/// Seconds of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum StepLength {
    /// So many minutes.
    Minutes(usize),
    /// A minute in so many parts.
    Parts(usize),
}

/// The middle of a step, whose conditions hold for all of it.
pub(super) struct Middle<'a> {
    start: TangentPlane,
    pivot: TangentPlane,
    /// Winds to the east and north that a wind along each axis of the grid is.
    axes: [[f64; 2]; 2],
    pub column: Column<'a>,
    pub air: TurbulentAir,
    pub layer: Layer,
    pub surface_layer_m: f64,
    /// Surface influence per second below it, M/∫ρ dz (Lin et al. 2003, eq. 7); worked out when first needed.
    influence_per_s: Option<f64>,
    /// Height in the middle by mean motion alone.
    pub mean_height_m: f64,
    pub met_interval_s: f64,
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
            free_step: GustStep::new(FREE_TROPOSPHERE_TIME_S, 60.0 * longest_min(options.delt_min)),
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
        let speed = (u * u + v * v).sqrt().max(1e-3);
        let allowed_min = longest_min(self.delt_min).min(self.tratio * here.column.scales.cell_m / (60.0 * speed));
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
        let top_m = if z_m < FAR_BELOW * here.top_m {
            here.top_m
        } else {
            self.top_m(&column)
        };
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
            column,
            layer,
            mean_height_m,
            met_interval_s: sky.interval_s(),
        })
    }
}

/// The longest step for a `delt`, min.
fn longest_min(delt_min: f64) -> f64 {
    if delt_min > 0.0 { delt_min } else { LONGEST_STEP_MIN }
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
    pub fn new(column: Column<'a>, top_m: f64, particle: &Particle) -> Self {
        Self {
            top_m,
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
            top_m: self.air.top_m(),
            column: self.column,
            layer: self.layer,
        }
    }

    /// Makes `layer` the one that holds a height.
    #[inline]
    pub fn seek(&mut self, z_m: f64) {
        if !self.layer.holds(z_m) {
            self.layer = self.column.layer_from(&self.layer, z_m);
        }
    }

    /// Surface influence per second in the surface layer.
    #[inline]
    pub fn influence_per_s(&mut self) -> f64 {
        let (column, depth_m, near) = (&self.column, self.surface_layer_m, self.layer.index);
        *self
            .influence_per_s
            .get_or_insert_with(|| DRY_AIR_MOLAR_MASS_KG / column.dry_mass_below(depth_m, near))
    }

    /// Puts the records at marks to the places after so many metres along the grid's axes, and gives that of the last.
    #[inline]
    pub fn locate(&self, displacements_m: &[[f64; 2]], records: &mut [Record]) -> TangentPlane {
        let to_earth = |[u, v]: [f64; 2]| [0, 1].map(|c| u * self.axes[0][c] + v * self.axes[1][c]);
        let turned = |[east_m, north_m]: [f64; 2]| self.pivot.turned(&self.start, east_m, north_m);
        let whole_m = displacements_m.last().map_or([0.0; 2], |last| to_earth(*last));
        let end = turned(whole_m);
        let chart = Chart::new(&self.pivot, [&self.start, &end], whole_m);
        let (last, count) = (records.len().wrapping_sub(1), records.len() as f64);
        for (k, record) in records.iter_mut().enumerate() {
            let moved_m = to_earth(displacements_m[k]);
            let place = match &chart {
                _ if k == last => end.place(),
                Some(chart) => chart.place(moved_m, (k + 1) as f64 / count),
                None => turned(moved_m).place(),
            };
            (record.lon_deg, record.lat_deg) = (place.lon_deg, place.lat_deg);
        }
        end
    }
}
