//! Vertical motion that keeps air on a surface instead of following the source's vertical wind (STILT's W_OPTION).
//!
//! Air that stays on the surfaces of Φ (pressure, potential temperature or density) moves with
//! w = −(∂ₜΦ + v·∇Φ)/(∂Φ/∂z), gradients taken along the internal levels, w relative to them.

use rayon::prelude::*;

use crate::met::differences::Neighbours;
use crate::met::levels::Levels;

/// Fastest motion, m s⁻¹: 125 m per minute, as in the reference.
const FASTEST_M_S: f32 = 125.0 / 60.0;

/// What moves air up and down (STILT's W_OPTION).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VerticalMotion {
    /// 0: the source's vertical wind.
    #[default]
    Data,
    /// 1: air stays on surfaces of constant pressure.
    Isobaric,
    /// 2: air stays on surfaces of constant potential temperature.
    Isentropic,
    /// 3: air stays on surfaces of constant density.
    ConstantDensity,
    /// 4: air stays on the terrain-following internal levels.
    ConstantSigma,
}

/// The surface Φ that air keeps to, at one level of one column.
#[derive(Clone, Copy, Debug, Default)]
pub struct FollowedSurface {
    /// Φ.
    pub value: f32,
    /// Change of Φ per cell along x and along y, on the level.
    pub per_cell: [f32; 2],
    /// Change of Φ per m of height over sea-level terrain.
    pub per_m: f32,
}

impl FollowedSurface {
    /// m s⁻¹ of height over sea-level terrain, where Φ changes by `change_per_s` at a fixed place and the wind is
    /// (cells s⁻¹, cells s⁻¹); zero where Φ does not change with height.
    #[inline]
    pub fn vertical_velocity(&self, change_per_s: f32, wind: [f32; 2]) -> f32 {
        let change = change_per_s + wind[0] * self.per_cell[0] + wind[1] * self.per_cell[1];
        if change == 0.0 || self.per_m == 0.0 {
            return 0.0;
        }
        (-change / self.per_m).clamp(-FASTEST_M_S, FASTEST_M_S)
    }
}

/// Gradients of `values`, `[column][level]`; empty if `values` is.
pub(crate) fn follow(values: &[f32], levels: &Levels, neighbours: Neighbours) -> Vec<FollowedSurface> {
    let nk = levels.count();
    let mut surfaces = vec![FollowedSurface::default(); values.len()];
    surfaces.par_chunks_mut(nk).enumerate().for_each(|(column, surfaces)| {
        let pairs = neighbours.pairs(column);
        for (k, surface) in surfaces.iter_mut().enumerate() {
            let (below, above) = (k.saturating_sub(1), (k + 1).min(nk - 1));
            let rise_m = (levels.heights_m[above] - levels.heights_m[below]) as f32;
            *surface = FollowedSurface {
                value: values[column * nk + k],
                per_cell: pairs.map(|pair| pair.slope(|c| values[c * nk + k])),
                per_m: (values[column * nk + above] - values[column * nk + below]) / rise_m,
            };
        }
    });
    surfaces
}
