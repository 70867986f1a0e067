//! Horizontal turbulence of a boundary layer (Hanna 1982), and what a gust does in a stretch of time.

use super::boundary_layer::{
    BoundaryLayer, CORIOLIS_S, FREE_TROPOSPHERE_TIME_S, Gusts, MIN_SIGMA_M_S, Regime, entrainment_kept,
};
use super::elementary::{exp, inverse_cbrt};

/// Horizontal gusts of the free troposphere, m s⁻¹: K = σ²T_L = 50 m² s⁻¹ (Stohl et al. 2005).
const FREE_HORIZONTAL_SIGMA_M_S: f64 = 0.707;
/// Least Lagrangian time of horizontal gusts, s.
pub(super) const MIN_TIME_S: f64 = 10.0;
/// Gusts along and across the mean wind of the free troposphere.
const FREE: [Gusts; 2] = [Gusts {
    sigma_m_s: FREE_HORIZONTAL_SIGMA_M_S,
    time_s: FREE_TROPOSPHERE_TIME_S,
}; 2];

impl BoundaryLayer {
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

#[inline]
fn blend(none: f64, all: f64, part: f64) -> f64 {
    none + (all - none) * part
}
