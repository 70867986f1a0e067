//! One particle and one step of it. This is the kernel: it allocates nothing, fails nowhere and draws its noise from
//! (particle, step) alone.
//!
//! A step of 1 min follows HYSPLIT-STILT (Lin et al. 2003): predictor–corrector mean motion; horizontal turbulence as one
//! AR(1) draw per component; vertical turbulence in sub-steps of `tlfrac`·T_L, half of the step with the conditions at its
//! start and half with those at its end, the horizontal wind taken at every sub-step's height.

use super::TransportOptions;
use super::column::{Bracket, Column, Layer, Lifted, Spot};
use super::convection;
use super::error_fields::{Half, StepErrors};
use crate::constants::STILT_PARTICLE_MOLAR_MASS_KG;
use crate::near_field::surface_layer_m;
use crate::rng::Noise;
use crate::trajectory::Status;
use crate::turbulence::convection::CloudMixing;
use crate::turbulence::elementary::exp;

/// Length of a step, s; fixed, as in the reference's STILT mode.
pub(super) const STEP_S: f64 = 60.0;
/// The surface layer never reaches higher than this part of the model's depth.
const MAX_SURFACE_LAYER: f64 = 0.9;
/// No half step takes more sub-steps than this; only σw or T_L of absurd meteorology could ask for it.
const MAX_SUBSTEPS: usize = 20_000;
/// What is left of a half step when it counts as done, s.
const SPENT_S: f64 = 1e-9;

/// State of a particle between steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Particle {
    /// Nest in which x and y count.
    pub nest: usize,
    /// Fractional 0-based grid indices.
    pub x: f64,
    /// Fractional 0-based grid indices.
    pub y: f64,
    /// Height over sea-level terrain, m.
    pub height: f64,
    /// w′/σw.
    pub vertical: f64,
    /// u′, v′ along the grid's axes, m s⁻¹.
    pub horizontal_m_s: [f64; 2],
    /// Mass that it stands for, 1 at release.
    pub mass: f64,
    pub status: Status,
}

/// What a particle reports after a step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Report {
    pub foot: f64,
    pub below_min: f64,
    pub height_agl_m: f64,
    pub mixing_height_m: f64,
    pub density_kg_m3: f64,
    pub pressure_hpa: f64,
    pub sigma_w_m_s: f64,
    pub time_s: f64,
    pub terrain_m: f64,
    pub mass_weight: f64,
}

/// Constants of a run, worked out once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scheme {
    /// +1 forward, −1 backward.
    direction: f64,
    turbulence: bool,
    convection: Option<CloudMixing>,
    tlfrac: f64,
    veght: f64,
    /// exp(−tlfrac) and √(1 − exp(−2 tlfrac)): memory and renewal of a full sub-step.
    full_memory: f64,
    full_renewal: f64,
    /// The same of the horizontal components over a step.
    horizontal_memory: f64,
    horizontal_renewal: f64,
}

/// What surrounds a particle between two steps: the end of one is the start of the next.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub nest: usize,
    column: Column<'a>,
    spot: Spot,
    layer: Layer,
}

/// A particle on its way through half a step.
#[derive(Clone, Copy)]
struct Flight {
    height: f64,
    /// w′/σw.
    velocity: f64,
    left_s: f64,
    /// Since it came into its layer.
    lifted: Lifted,
    /// Time in the surface layer.
    below_s: f64,
}

/// What one half step adds up.
struct HalfStep {
    displacement: [f64; 2],
    foot: f64,
    below_s: f64,
}

impl<'a> Surroundings<'a> {
    /// Those of a particle at a weight of the later snapshot; `None` outside the grid.
    pub fn new(particle: &Particle, bracket: Bracket<'a>, weight: f64) -> Option<Self> {
        let column = bracket.column(particle.x, particle.y, weight)?;
        let spot = column.spot(particle.height);
        let layer = column.layer_around(&spot, particle.height);
        Some(Self {
            nest: particle.nest,
            column,
            spot,
            layer,
        })
    }

    /// Looks at another height.
    #[inline]
    fn look_at(&mut self, height: f64) {
        self.spot = self.column.spot(height);
        self.layer = self.column.layer_around(&self.spot, height);
    }
}

impl Scheme {
    pub fn new(options: &TransportOptions) -> Self {
        let renewal = |memory: f64| (1.0 - memory * memory).sqrt();
        let full_memory = (-options.tlfrac).exp();
        let horizontal_memory = (-STEP_S / options.hscale_s).exp();
        Self {
            direction: if options.hours < 0 { -1.0 } else { 1.0 },
            turbulence: options.turbulence,
            convection: options.convection,
            tlfrac: options.tlfrac,
            veght: options.veght,
            full_memory,
            full_renewal: renewal(full_memory),
            horizontal_memory,
            horizontal_renewal: renewal(horizontal_memory),
        }
    }

    /// Draws the turbulent velocities that a particle starts with.
    pub fn release(&self, particle: &mut Particle, column: &Column<'_>, noise: &mut Noise) {
        particle.vertical = noise.normal();
        particle.horizontal_m_s = column.spot(particle.height).gust().map(|sigma| sigma * noise.normal());
    }

    /// Moves a particle by one step, and its surroundings with it, to the weight of the later snapshot at its end.
    #[inline]
    pub fn step(
        &self,
        particle: &mut Particle,
        around: &mut Surroundings<'_>,
        weight: f64,
        noise: &mut Noise,
        errors: &mut impl StepErrors,
    ) -> Report {
        self.step_inside(particle, around, weight, noise, errors)
            .unwrap_or_else(|| {
                particle.status = Status::LeftDomain;
                Report::default()
            })
    }

    /// The step, `None` if it leads out of the grid.
    #[inline]
    fn step_inside(
        &self,
        particle: &mut Particle,
        around: &mut Surroundings<'_>,
        weight: f64,
        noise: &mut Noise,
        errors: &mut impl StepErrors,
    ) -> Option<Report> {
        let (x, y, rise) = self.mean_motion(particle, around, weight)?;
        errors.draw_next(STEP_S, around.column.distance_km(x - particle.x, y - particle.y));
        let source_per_s = around.column.mass_source_per_s(&around.spot);
        let zi_start_m = around.column.mixing_height_m;
        let (mut foot, mut below_s) = (0.0, 0.0);
        if self.turbulence {
            let [gust_x, gust_y] = self.horizontal_turbulence(particle, around, noise);
            let start = (&around.column, around.layer);
            let first = self.half_step(particle, start, noise, (errors, Half::First));
            particle.height = (particle.height + rise).abs();
            around.column.move_to(x, y, weight)?;
            let end = (&around.column, around.column.layer_at(particle.height));
            let second = self.half_step(particle, end, noise, (errors, Half::Second));
            particle.x += gust_x + self.direction * (first.displacement[0] + second.displacement[0]);
            particle.y += gust_y + self.direction * (first.displacement[1] + second.displacement[1]);
            foot = errors.scaled(first.foot + second.foot);
            below_s = first.below_s + second.below_s;
        } else {
            (particle.x, particle.y) = (x, y);
            particle.height = (particle.height + rise).abs();
        }
        around.column.move_to(particle.x, particle.y, weight)?;
        around.look_at(particle.height);
        if let Some(source_per_s) = source_per_s {
            let source_end_per_s = around.column.mass_source_per_s(&around.spot).unwrap_or(source_per_s);
            particle.mass *= (0.5 * (source_per_s + source_end_per_s) * self.direction * STEP_S).exp();
        }
        let mut report = self.report(particle, around, zi_start_m, foot, below_s);
        if let Some(mixing) = &self.convection {
            report = convection::stir(mixing, particle, &around.column, noise, report);
            around.look_at(particle.height);
        }
        Some(report)
    }

    /// The rise in scaled height that the mean motion gives over a step from here.
    pub fn mean_rise(&self, particle: &Particle, bracket: Bracket<'_>, weights: [f64; 2]) -> Option<f64> {
        let around = Surroundings::new(particle, bracket, weights[0])?;
        let (_, _, rise) = self.mean_motion(particle, &around, weights[1])?;
        Some(rise)
    }

    /// Petterssen's predictor–corrector: provisional x and y and the rise in scaled height.
    #[inline]
    fn mean_motion(&self, p: &Particle, around: &Surroundings<'_>, weight: f64) -> Option<(f64, f64, f64)> {
        let dt = self.direction * STEP_S;
        let [u0, v0, w0] = around.spot.wind();
        let height = (p.height + w0 * dt).max(0.0);
        let [u1, v1, w1] = around.column.wind_at(p.x + u0 * dt, p.y + v0 * dt, weight, height)?;
        Some((
            p.x + 0.5 * (u0 + u1) * dt,
            p.y + 0.5 * (v0 + v1) * dt,
            0.5 * (w0 + w1) * dt,
        ))
    }

    /// AR(1) of u′ and v′ over the step; the displacement in grid cells.
    #[inline]
    fn horizontal_turbulence(&self, particle: &mut Particle, around: &Surroundings<'_>, noise: &mut Noise) -> [f64; 2] {
        for (component, sigma) in particle.horizontal_m_s.iter_mut().zip(around.spot.gust()) {
            *component = self.horizontal_memory * *component + self.horizontal_renewal * sigma * noise.normal();
        }
        let surface = around.column.nearest();
        let [u, v] = particle.horizontal_m_s;
        [
            u * f64::from(surface.cells_per_m_x) * STEP_S,
            v * f64::from(surface.cells_per_m_y) * STEP_S,
        ]
    }

    /// Vertical turbulence through layers of constant σw and T_L, in sub-steps that end early at an interface.
    #[inline]
    fn half_step<E: StepErrors>(
        &self,
        particle: &mut Particle,
        (column, mut layer): (&Column<'_>, Layer),
        noise: &mut Noise,
        (errors, half_of_step): (&E, Half),
    ) -> HalfStep {
        let surface_layer = self.surface_layer(column);
        let mut displacement = [0.0; 2];
        let mut flight = Flight::of(particle);
        errors.perturb(&mut layer, half_of_step, column);
        for _ in 0..MAX_SUBSTEPS {
            let (dt, memory, renewal) = self.substep(&layer, flight.left_s);
            flight.velocity = memory * flight.velocity + renewal * noise.normal();
            let target = flight.height + flight.velocity * layer.sigma_w * dt;
            if target >= layer.top || target < layer.bottom {
                let (there, next) = flight.cross(&layer, (target, dt), (column, surface_layer), noise);
                flight = there;
                if let Some(next) = next {
                    add(&mut displacement, layer.way(std::mem::take(&mut flight.lifted)));
                    layer = next;
                    errors.perturb(&mut layer, half_of_step, column);
                }
            } else {
                flight.reach(target, dt, &layer, surface_layer);
            }
            if flight.left_s <= SPENT_S {
                break;
            }
        }
        add(&mut displacement, layer.way(flight.lifted));
        particle.height = flight.height;
        particle.vertical = flight.velocity;
        HalfStep {
            displacement,
            foot: influence(flight.below_s, surface_layer, column),
            below_s: flight.below_s,
        }
    }

    /// Length of a sub-step, and the memory and renewal of w′/σw over it.
    #[inline]
    fn substep(&self, layer: &Layer, left_s: f64) -> (f64, f64, f64) {
        let full_s = self.tlfrac * layer.time_s;
        if full_s <= left_s {
            return (full_s, self.full_memory, self.full_renewal);
        }
        let (memory, renewal) = last_substep(left_s / layer.time_s);
        (left_s, memory, renewal)
    }

    /// Depth of the layer that feels the surface, veght·zi, scaled height.
    #[inline]
    fn surface_layer(&self, column: &Column<'_>) -> f64 {
        let depth_agl_m = surface_layer_m(self.veght, column.mixing_height_m);
        (depth_agl_m / column.compression).min(MAX_SURFACE_LAYER * column.top())
    }

    /// Status and record at the end of the step.
    #[inline]
    fn report(&self, p: &mut Particle, around: &Surroundings<'_>, zi_start: f64, foot: f64, below_s: f64) -> Report {
        let (column, layer) = (&around.column, &around.layer);
        if !p.height.is_finite() {
            p.status = Status::MetGap;
            return Report::default();
        }
        if p.height >= column.top() {
            p.status = Status::LeftTop;
            return Report::default();
        }
        let (density_kg_m3, pressure_hpa) = around.spot.air();
        Report {
            foot,
            below_min: below_s / 60.0,
            height_agl_m: p.height * column.compression,
            mixing_height_m: 0.5 * (zi_start + column.mixing_height_m),
            density_kg_m3,
            pressure_hpa,
            sigma_w_m_s: layer.sigma_w_m_s,
            time_s: layer.time_s,
            terrain_m: column.terrain_m(),
            mass_weight: p.mass,
        }
    }
}

/// Memory and renewal over a part of T_L.
#[inline]
fn last_substep(part: f64) -> (f64, f64) {
    let memory = exp(-part);
    (memory, (1.0 - memory * memory).sqrt())
}

#[inline]
fn add(sum: &mut [f64; 2], more: [f64; 2]) {
    sum[0] += more[0];
    sum[1] += more[1];
}

impl Flight {
    #[inline]
    fn of(particle: &Particle) -> Self {
        Self {
            height: particle.height,
            velocity: particle.vertical,
            left_s: 0.5 * STEP_S,
            lifted: Lifted::default(),
            below_s: 0.0,
        }
    }

    /// Spends some seconds on the way to a height.
    #[inline]
    fn reach(&mut self, height: f64, seconds: f64, layer: &Layer, surface_layer: f64) {
        self.height = height;
        self.lifted.add(layer, height, seconds);
        self.below_s += if height < surface_layer { seconds } else { 0.0 };
        self.left_s -= seconds;
    }

    /// Ends a sub-step towards `target` at the interface on the way: there the particle goes through, into the layer that
    /// is given, or turns back. By value and out of line, so that the loop over sub-steps keeps its registers.
    #[cold]
    #[inline(never)]
    fn cross(
        mut self,
        layer: &Layer,
        (target, dt): (f64, f64),
        (column, surface_layer): (&Column<'_>, f64),
        noise: &mut Noise,
    ) -> (Self, Option<Layer>) {
        let speed = self.velocity * layer.sigma_w;
        let (interface, seconds) = layer.exit(self.height, target, speed, dt);
        self.reach(interface, seconds, layer, surface_layer);
        let next = beyond(layer, speed, column, noise);
        if next.is_none() {
            self.velocity = -self.velocity;
        }
        (self, next)
    }
}

/// The layer beyond the interface that a particle has reached, if it goes through: with probability min(1, ρ₂σ₂/ρ₁σ₁)
/// (Thomson, Physick and Maryon 1997), never through the ground or the top.
#[inline]
fn beyond(layer: &Layer, speed: f64, column: &Column<'_>, noise: &mut Noise) -> Option<Layer> {
    let next = match speed > 0.0 {
        true if layer.index < column.highest_layer() => layer.index + 1,
        false if layer.index > 0 => layer.index - 1,
        _ => return None,
    };
    let next = column.layer(next);
    let passes = next.momentum >= layer.momentum || noise.uniform() * layer.momentum < next.momentum;
    passes.then_some(next)
}

/// Surface influence of so many seconds below the surface layer's top, M/∫ρ dz a second (Lin et al. 2003, eq. 7).
#[inline]
fn influence(below_s: f64, surface_layer: f64, column: &Column<'_>) -> f64 {
    match below_s > 0.0 {
        true => below_s * (STILT_PARTICLE_MOLAR_MASS_KG / column.dry_mass_below(surface_layer)),
        false => 0.0,
    }
}
