//! Horizontal part of the mass that interpolated winds create: (1/ρ)∇·(ρv) on the internal levels.
//!
//! With ρ̃ = ρ × layer thickness and the wind in cells s⁻¹, a cell of area A gains mass at the rate
//! (1/(ρ̃A))(∂ᵢ(ρ̃A u) + ∂ⱼ(ρ̃A v)), which holds on any map. The rest, the change in time and the vertical part, is added
//! where a particle is.

use rayon::prelude::*;

use crate::met::differences::Neighbours;
use crate::met::levels::Levels;
use crate::met::snapshot::{ColumnSurface, DENSITY, LevelFields, U, V};

/// s⁻¹, `[column][level]`.
pub(crate) fn horizontal(
    fields: &[LevelFields],
    surface: &[ColumnSurface],
    levels: &Levels,
    neighbours: Neighbours,
) -> Vec<f32> {
    let nk = levels.count();
    let air = |column: usize, k: usize| {
        let ColumnSurface {
            cells_per_m_x,
            cells_per_m_y,
            terrain_m,
            ..
        } = surface[column];
        let thickness = levels.compression(f64::from(terrain_m)) as f32;
        fields[column * nk + k][DENSITY] * thickness / (cells_per_m_x * cells_per_m_y)
    };
    let mut divergence = vec![0.0; fields.len()];
    divergence.par_chunks_mut(nk).enumerate().for_each(|(column, out)| {
        let [along_x, along_y] = neighbours.pairs(column);
        for (k, divergence) in out.iter_mut().enumerate() {
            let flux = |wind: usize| move |c: usize| air(c, k) * fields[c * nk + k][wind];
            *divergence = (along_x.slope(flux(U)) + along_y.slope(flux(V))) / air(column, k);
        }
    });
    divergence
}
