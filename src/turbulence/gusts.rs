//! Horizontal turbulence of a boundary layer (Hanna 1982), and what a gust does in a stretch of time.

use super::boundary_layer::{
    BoundaryLayer, CORIOLIS_S, ENTRAINED_DEPTH, FREE_TROPOSPHERE_TIME_S, Gusts, MIN_SIGMA_M_S, Regime, entrainment_kept,
};
use super::elementary::{exp, inverse_cbrt};
use crate::rng::Noise;

/// Horizontal gusts of the free troposphere, m s⁻¹: K = σ²T_L = 50 m² s⁻¹ (Stohl et al. 2005).
const FREE_HORIZONTAL_SIGMA_M_S: f64 = 0.707;
/// Least Lagrangian time of horizontal gusts, s.
pub(super) const MIN_TIME_S: f64 = 10.0;
/// Gusts along and across the mean wind of the free troposphere.
const FREE: [Gusts; 2] = [Gusts {
    sigma_m_s: FREE_HORIZONTAL_SIGMA_M_S,
    time_s: FREE_TROPOSPHERE_TIME_S,
}; 2];

/// Where the gusts of a column are the same at all heights and in all directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gustiness {
    /// In a convective layer.
    Mixed,
    /// In the free troposphere.
    Free,
    /// They are not.
    Varied,
}

impl BoundaryLayer {
    /// Which gusts there are at a height.
    #[inline]
    pub fn gustiness(&self, z_m: f64) -> Gustiness {
        if z_m < self.mixing_height_m {
            match self.regime() {
                Regime::Unstable => Gustiness::Mixed,
                Regime::Neutral | Regime::Stable => Gustiness::Varied,
            }
        } else if z_m < ENTRAINED_DEPTH * self.mixing_height_m {
            Gustiness::Varied
        } else {
            Gustiness::Free
        }
    }

    /// Horizontal turbulence along and across the mean wind at height `z_m` above ground (Hanna 1982).
    #[inline]
    pub fn horizontal(&self, z_m: f64) -> [Gusts; 2] {
        let kept = if z_m < self.mixing_height_m {
            1.0
        } else {
            entrainment_kept(z_m / self.mixing_height_m)
        };
        if kept == 0.0 {
            return FREE;
        }
        self.horizontal_below(z_m.min(self.mixing_height_m)).map(|gusts| Gusts {
            sigma_m_s: blend(FREE_HORIZONTAL_SIGMA_M_S, gusts.sigma_m_s.max(MIN_SIGMA_M_S), kept),
            time_s: blend(FREE_TROPOSPHERE_TIME_S, gusts.time_s.max(MIN_TIME_S), kept),
        })
    }

    fn horizontal_below(&self, z_m: f64) -> [Gusts; 2] {
        let (h, ustar) = (self.mixing_height_m, self.friction_velocity_m_s);
        let zeta = z_m / h;
        match self.regime() {
            Regime::Unstable => {
                let cube = 12.0 + 0.5 * h / self.obukhov_length_m.abs();
                let root = inverse_cbrt(cube);
                let sigma_m_s = ustar * cube * root * root;
                [Gusts {
                    sigma_m_s,
                    time_s: 0.15 * h / sigma_m_s,
                }; 2]
            }
            Regime::Neutral => {
                let decay = CORIOLIS_S * z_m / ustar;
                let sigma_w = (1.3 * ustar * exp(-2.0 * decay)).max(MIN_SIGMA_M_S);
                let time_s = 0.5 * z_m / sigma_w / (1.0 + 15.0 * decay);
                [(2.0, 3.0), (1.3, 2.0)].map(|(ground, rate)| Gusts {
                    sigma_m_s: ground * ustar * exp(-rate * decay),
                    time_s,
                })
            }
            Regime::Stable => [(2.0, 0.15), (1.3, 0.07)].map(|(ground, share)| {
                let sigma_m_s = (ground * ustar * (1.0 - zeta)).max(MIN_SIGMA_M_S);
                Gusts {
                    sigma_m_s,
                    time_s: share * h / sigma_m_s * zeta.sqrt(),
                }
            }),
        }
    }
}

/// What an Ornstein–Uhlenbeck process does in a stretch of time: velocity and displacement by their exact joint
/// distribution.
#[derive(Clone, Copy, Debug)]
pub struct GustStep {
    time_s: f64,
    seconds: f64,
    /// Stretch of time over T_L.
    lengths: f64,
    /// Of the velocity over σ: what is kept, what is new.
    kept: f64,
    renewal: f64,
    /// Of the displacement over σT_L: what the first of two normals adds and what the second adds.
    shared: f64,
    own: f64,
}

impl GustStep {
    /// A stretch of `seconds` with a Lagrangian time.
    pub fn new(time_s: f64, seconds: f64) -> Self {
        let a = seconds / time_s;
        let kept = exp(-a);
        let lost = 1.0 - kept;
        let renewal = (lost * (1.0 + kept)).sqrt();
        let shared = if renewal > 0.0 { lost * lost / renewal } else { 0.0 };
        // the exact form 2a − 3 + 4 e^−a − e^−2a cancels when a is small
        let variance = if a < SHORT {
            a * a * a * (2.0 / 3.0 - a * (0.5 - a * (7.0 / 30.0)))
        } else {
            2.0 * a - lost * (2.0 + lost)
        };
        Self {
            time_s,
            seconds,
            lengths: a,
            kept,
            renewal,
            shared,
            own: (variance - shared * shared).max(0.0).sqrt(),
        }
    }

    /// This one, or another if the Lagrangian time or the stretch of time is another.
    #[inline]
    pub fn of(&self, time_s: f64, seconds: f64) -> Self {
        if time_s == self.time_s && seconds == self.seconds {
            *self
        } else {
            Self::new(time_s, seconds)
        }
    }

    /// The stretch of time over T_L.
    #[inline]
    pub fn lengths(&self) -> f64 {
        self.lengths
    }

    /// Bound on the standard deviation of the displacement over σT_L: 1 to 1.6 of it.
    #[inline]
    pub fn reach(&self) -> f64 {
        (1.0 - self.kept) + self.shared + self.own
    }

    /// Moves a velocity over σ and gives the displacement, m.
    #[inline]
    pub fn blow(&self, velocity: &mut f64, sigma_m_s: f64, noise: &mut Noise) -> f64 {
        let (first, second) = (noise.normal(), noise.normal());
        let displacement = (1.0 - self.kept) * *velocity + self.shared * first + self.own * second;
        *velocity = self.kept * *velocity + self.renewal * first;
        sigma_m_s * self.time_s * displacement
    }
}

/// Stretch of time over T_L below which a series gives the variance of the displacement, within 1e-6 of itself.
const SHORT: f64 = 0.02;

#[inline]
fn blend(none: f64, all: f64, part: f64) -> f64 {
    none + (all - none) * part
}
