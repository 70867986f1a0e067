//! The vertical Langevin equation in legs that keep air well mixed at a third of the Lagrangian time.
//!
//! In the coordinate s = ∫dz/σw the well-mixed Gaussian model (Thomson 1987) for q = w/σw,
//!
//! ds = q dt,  dq = −q dt/T_L + d ln(ρσw)/ds dt + √(2/T_L) dξ,
//!
//! is the Langevin equation of a unit mass in the potential −ln(ρσw). It is split, as in molecular dynamics
//! (Leimkuhler and Matthews 2013), into flights at constant energy q²/2 − ln(ρσw) and exchanges of momentum
//! q ← R q + √(1−R²) N(0,1). The exchanges stand a fixed optical depth ∫dt/T_L apart, not a fixed time: exchanges leave
//! the Gaussian as it is wherever they happen, exact flights leave ρ as it is, and a clock that runs through optical depth
//! at a rate that depends on the place alone stays uniform, so the three together leave well-mixed air well mixed
//! without an error of the step, where a step that is a fraction of T_L at its start does not. The rate need not be 1/T_L,
//! nor the memory R of an exchange the same everywhere: next to the ground the clock goes slower than T_L would have it.
//! A flight itself is approximate: a time-reversible leapfrog that uses the profiles at both its ends, which must be
//! continuous. It is accepted with probability min(1, exp(−ΔH)), one refused being a bounce (Horowitz 1991): one in
//! 5,000 in a convective layer.

use super::elementary::exp;
use super::gusts::GustStep;
use super::structure::{Local, VerticalStructure};
use crate::rng::Noise;

/// Optical depth ∫dt/T_L between two exchanges. Taylor's (1921) variance is met within 0.9 % at all times; at 1
/// air gathers in the lowest metres under Hanna's profile.
pub const OPTICAL_STEP: f64 = 0.35;
/// Least time in which the clock between exchanges shows an optical depth of 1, s: within metres of the ground, where T_L is
/// less, exchanges stand further apart than [`OPTICAL_STEP`] and keep less, so that ∫R(t) dt is T_L all the same.
const LEAST_CLOCK_S: f64 = 2.0;
/// A flight's length is found by iteration, to this part of it, in no more than so many passes.
const TOLERANCE: f64 = 0.002;
const MAX_PASSES: usize = 6;
/// Energy that counts as none gained.
const ROUND_OFF: f64 = 1e-9;
/// Largest relative change of speed along a flight that a guess of its end believes.
const MAX_CHANGE: f64 = 2.0;
/// Distance from the ends of uniform air over the bound on the spread, beyond which they count as out of reach: they are
/// 4.6 standard deviations off after six T_L, and 3 at least.
const CLEARANCE: f64 = 3.0;

/// Vertical state of a particle, kept from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerticalState {
    /// Height above ground, m.
    pub z_m: f64,
    /// w/σw.
    pub q: f64,
    /// What the clock shows until the next exchange, 0 … [`OPTICAL_STEP`].
    pub clock: f64,
}

/// A particle on its way through a column that stands still meanwhile.
#[derive(Clone, Debug)]
pub struct Flight<'a, S> {
    column: &'a S,
    step: f64,
    /// R and √(1 − R²) of an exchange.
    shares: [f64; 2],
    state: VerticalState,
    here: Local,
    /// dℓ/dz of the mixing length here.
    length_slope: f64,
    last: Way,
}

/// The way of a leg.
#[derive(Clone, Copy, Debug)]
struct Way {
    from_m: f64,
    /// As if there were neither ground nor lid.
    rise_m: f64,
    sigma_w_m_s: f64,
    time_s: f64,
}

/// Where a flight would end.
struct Landing {
    z_m: f64,
    /// As if there were neither ground nor lid.
    rise_m: f64,
    q: f64,
    there: Local,
    length_slope: f64,
    /// Mean along the flight of σw times its extent, m.
    reach_m: f64,
    /// Energy gained, which an exact flight would not.
    energy: f64,
}

impl VerticalState {
    /// A particle released at `z_m` with a velocity of the air there.
    pub fn released(z_m: f64, noise: &mut Noise) -> Self {
        Self {
            z_m,
            q: noise.normal(),
            clock: OPTICAL_STEP * noise.uniform(),
        }
    }
}

impl<'a, S: VerticalStructure> Flight<'a, S> {
    /// Enters a column; a particle above its lid comes down to it.
    pub fn new(column: &'a S, state: VerticalState) -> Self {
        Self::with_step(column, state, OPTICAL_STEP)
    }

    /// The same with another optical depth between exchanges, to see what the step does.
    pub fn with_step(column: &'a S, state: VerticalState, step: f64) -> Self {
        let state = VerticalState {
            z_m: state.z_m.clamp(0.0, column.top_m()),
            ..state
        };
        let (here, length_slope) = column.sounding(state.z_m);
        Self {
            column,
            step,
            shares: shares(step),
            state,
            last: Way::from(state.z_m, &here),
            here,
            length_slope,
        }
    }

    /// State now.
    pub fn state(&self) -> VerticalState {
        self.state
    }

    /// The air where the particle is now.
    pub fn here(&self) -> &Local {
        &self.here
    }

    /// Height at a part of the last leg, along its way up and down at even speed, and σw and T_L between its ends.
    #[inline]
    pub fn within(&self, part: f64) -> (f64, [f64; 2]) {
        let Way { from_m, rise_m, .. } = self.last;
        let sigma_w_m_s = self.last.sigma_w_m_s + part * (self.here.sigma_w_m_s - self.last.sigma_w_m_s);
        let time_s = self.last.time_s + part * (self.here.time_s - self.last.time_s);
        (self.fold(from_m + part * rise_m).0, [sigma_w_m_s, time_s])
    }

    /// All of a stretch of time in one leg if the particle is so far inside uniform air that it does not leave it; else
    /// does nothing and gives false. There q is an Ornstein–Uhlenbeck process about σw T_L d ln ρ/dz, the drift that keeps
    /// an exponential density, and `step` what such a process does in the time (Gillespie 1996): exact for any time.
    #[inline]
    pub fn soar(&mut self, step: &GustStep, noise: &mut Noise) -> bool {
        let here = &self.here;
        let length_m = here.length_m();
        let drift = length_m * here.log_density_slope_m;
        let room_m = CLEARANCE * length_m * (step.reach() + (drift * step.lengths()).abs());
        let (lowest, top) = (self.column.uniform_above_m(), self.column.top_m());
        if self.state.z_m - room_m < lowest || self.state.z_m + room_m > top {
            return false;
        }
        let mut about = self.state.q - drift;
        let rise_m = step.blow(&mut about, here.sigma_w_m_s, noise) + length_m * drift * step.lengths();
        self.last = Way {
            rise_m,
            ..Way::from(self.state.z_m, here)
        };
        self.here.log_density += here.log_density_slope_m * rise_m;
        self.state.z_m += rise_m;
        self.state.q = about + drift;
        true
    }

    /// One leg: to the next exchange or to the end of `remaining_s`, whichever comes first. Gives the time it took, s.
    #[inline]
    pub fn leg(&mut self, remaining_s: f64, noise: &mut Noise) -> f64 {
        self.last = Way::from(self.state.z_m, &self.here);
        let waiting_s = self.state.clock * clock_s(&self.here);
        if self.drift_uniformly(waiting_s.min(remaining_s)) {
            if waiting_s <= remaining_s {
                self.exchange(noise);
                return waiting_s;
            }
            self.state.clock -= remaining_s / clock_s(&self.here);
            return remaining_s;
        }
        if waiting_s > remaining_s {
            let landing = self.fly_for(remaining_s);
            if self.depth_passed(&landing) < self.state.clock {
                return self.end(landing, remaining_s, noise);
            }
        }
        let landing = self.fly_through(self.state.clock);
        let taken_s = landing.reach_m / path_mean(self.here.sigma_w_m_s, landing.there.sigma_w_m_s);
        if taken_s > remaining_s && waiting_s <= remaining_s {
            let landing = self.fly_for(remaining_s);
            return self.end(landing, remaining_s, noise);
        }
        let taken_s = if self.accept(landing, noise) {
            taken_s
        } else {
            waiting_s
        };
        self.exchange(noise);
        taken_s.min(remaining_s)
    }

    /// A flight through air that is the same on all its way, which is exact; false if it is not.
    #[inline]
    fn drift_uniformly(&mut self, seconds: f64) -> bool {
        let lowest = self.column.uniform_above_m();
        if self.state.z_m < lowest {
            return false;
        }
        let half_kick = 0.5 * seconds * self.here.sigma_w_m_s * self.here.log_density_slope_m;
        let rise = self.here.sigma_w_m_s * (self.state.q + half_kick) * seconds;
        let z_m = self.state.z_m + rise;
        if !(lowest..=self.column.top_m()).contains(&z_m) {
            return false;
        }
        self.here.log_density += self.here.log_density_slope_m * rise;
        self.last.rise_m = rise;
        self.state.z_m = z_m;
        self.state.q += 2.0 * half_kick;
        true
    }

    /// Ends the time to spend before the next exchange.
    #[inline]
    fn end(&mut self, landing: Landing, remaining_s: f64, noise: &mut Noise) -> f64 {
        let flown = self.depth_passed(&landing);
        let waited = remaining_s / clock_s(&self.here);
        let passed = if self.accept(landing, noise) { flown } else { waited };
        self.state.clock = (self.state.clock - passed).max(0.0);
        remaining_s
    }

    /// What the clock shows of a flight, ∫dz over σw times its time.
    #[inline]
    fn depth_passed(&self, landing: &Landing) -> f64 {
        let length_m = |air: &Local| air.sigma_w_m_s * clock_s(air);
        landing.reach_m / path_mean(length_m(&self.here), length_m(&landing.there))
    }

    /// A flight through an optical depth.
    #[inline]
    fn fly_through(&self, depth: f64) -> Landing {
        let slope = if self.here.time_s < LEAST_CLOCK_S {
            self.here.sigma_w_slope_s * LEAST_CLOCK_S
        } else {
            self.length_slope
        };
        self.fly(depth, slope, clock_s)
    }

    /// A flight of so many seconds.
    #[inline]
    fn fly_for(&self, seconds: f64) -> Landing {
        self.fly(seconds, self.here.sigma_w_slope_s, |_| 1.0)
    }

    /// A flight of `extent` in the time whose pace is given in seconds per unit; `slope` is that of pace times σw.
    #[inline]
    fn fly(&self, extent: f64, slope: f64, pace: impl Fn(&Local) -> f64) -> Landing {
        let half_s = |air: &Local| 0.5 * extent * pace(air);
        let reach = |air: &Local| extent * pace(air) * air.sigma_w_m_s;
        let q = self.here.accelerated(self.state.q, half_s(&self.here));
        let (reach_here, velocity_here) = (reach(&self.here), self.here.velocity(q));
        // the way through air whose pace times σw is linear, (e^y − 1)/y times that at the start
        let y = (extent * slope * velocity_here).clamp(-MAX_CHANGE, MAX_CHANGE);
        let mut rise = reach_here * velocity_here * (1.0 + 0.5 * y * (1.0 + y * (1.0 / 3.0) * (1.0 + 0.25 * y)));
        let (mut z_m, mut sign) = self.fold(self.state.z_m + rise);
        let (mut there, mut length_slope) = self.column.sounding(z_m);
        let mut reach_m = path_mean(reach_here, reach(&there));
        for _ in 0..MAX_PASSES {
            let better = reach_m * 0.5 * (velocity_here + there.velocity(q));
            if (better - rise).abs() <= TOLERANCE * reach_m * (q.abs() + 0.01) {
                break;
            }
            rise = better;
            (z_m, sign) = self.fold(self.state.z_m + rise);
            (there, length_slope) = self.column.sounding(z_m);
            reach_m = path_mean(reach_here, reach(&there));
        }
        let q = there.accelerated(sign * q, half_s(&there));
        Landing {
            z_m,
            rise_m: rise,
            q,
            energy: self.here.energy_gain(self.state.q, &there, q),
            there,
            length_slope,
            reach_m,
        }
    }

    /// Ends a flight, or turns round where it began. True if it ended.
    #[inline]
    fn accept(&mut self, landing: Landing, noise: &mut Noise) -> bool {
        let accepted = landing.energy <= ROUND_OFF || is_likely(landing.energy, noise.uniform());
        if accepted {
            self.last.rise_m = landing.rise_m;
            self.state.z_m = landing.z_m;
            self.state.q = landing.q;
            self.here = landing.there;
            self.length_slope = landing.length_slope;
        } else {
            self.state.q = -self.state.q;
        }
        accepted
    }

    #[inline]
    fn exchange(&mut self, noise: &mut Noise) {
        let time_s = self.here.time_s;
        let [kept, renewed] = if time_s < LEAST_CLOCK_S {
            shares(self.step * LEAST_CLOCK_S / time_s)
        } else {
            self.shares
        };
        self.state.q = kept * self.state.q + renewed * noise.normal();
        self.state.clock = self.step;
    }

    /// Height after elastic reflection at ground and lid, and the sign of the velocity.
    #[inline]
    fn fold(&self, z_m: f64) -> (f64, f64) {
        let top = self.column.top_m();
        if (0.0..=top).contains(&z_m) {
            return (z_m, 1.0);
        }
        let within = z_m.rem_euclid(2.0 * top);
        if within <= top {
            (within, 1.0)
        } else {
            (2.0 * top - within, -1.0)
        }
    }
}

impl Way {
    #[inline]
    fn from(z_m: f64, air: &Local) -> Self {
        Self {
            from_m: z_m,
            rise_m: 0.0,
            sigma_w_m_s: air.sigma_w_m_s,
            time_s: air.time_s,
        }
    }
}

/// Time in which the clock shows 1, s.
#[inline]
fn clock_s(air: &Local) -> f64 {
    air.time_s.max(LEAST_CLOCK_S)
}

/// R and √(1 − R²) of exchanges an optical depth apart, such that ∫R(t) dt is T_L.
#[inline]
fn shares(depth: f64) -> [f64; 2] {
    let kept = (1.0 - 0.5 * depth) / (1.0 + 0.5 * depth);
    [kept, (1.0 - kept * kept).sqrt()]
}

/// Mean along a path of a quantity whose inverse is integrated: the logarithmic mean of its ends, exact for a
/// linear one (by Simpson's rule in the logarithm, error below 4e-4 for ends up to e apart).
#[inline]
fn path_mean(start: f64, end: f64) -> f64 {
    (start + 4.0 * (start * end).sqrt() + end) * (1.0 / 6.0)
}

/// Whether a uniform draw lies below e^−energy, of which 1 − energy is the least it can be.
#[inline]
fn is_likely(energy: f64, uniform: f64) -> bool {
    uniform < 1.0 - energy || uniform < exp(-energy)
}
