//! Horizontal turbulence from the deformation of the wind (STILT's KDEF = 1).
//!
//! K = 0.014 Δx Δy ½ √((δ_y u + δ_x v)² + (δ_x u − δ_y v)²), with δ the change of the wind, in cells s⁻¹, over two cells
//! (Smagorinsky 1963; Draxler and Hess 1997). The variance K/10,800 s is shared between u′ and v′ as the squares of the
//! wind's components in cells s⁻¹ are, as in the reference.

use rayon::prelude::*;

use crate::met::differences::Neighbours;
use crate::met::snapshot::{ColumnSurface, GUST_U, GUST_V, LevelFields, U, V};

const DEFORMATION_COEFFICIENT: f32 = 0.014;
/// Range of K, m² s⁻¹.
const DIFFUSIVITY_RANGE: (f32, f32) = (432.0, 43_200.0);
/// Lagrangian time that turns K into a variance, s; it does not follow HSCALE.
const VARIANCE_TIME_S: f32 = 10_800.0;

/// Where horizontal turbulence comes from (STILT's KDEF).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HorizontalTurbulence {
    /// 0: half the vertical variance for each component.
    #[default]
    Vertical,
    /// 1: the deformation of the horizontal wind.
    Deformation,
}

/// Sets the variances of u′ and v′ at all levels.
pub(crate) fn set_gusts(fields: &mut [LevelFields], surface: &[ColumnSurface], neighbours: Neighbours) {
    let nk = fields.len() / neighbours.count();
    let mut variances = vec![[0.0; 2]; fields.len()];
    variances.par_chunks_mut(nk).enumerate().for_each(|(column, out)| {
        let [along_x, along_y] = neighbours.pairs(column);
        let cell_m2 = 1.0 / (surface[column].cells_per_m_x * surface[column].cells_per_m_y);
        for (k, variance) in out.iter_mut().enumerate() {
            let over_two_cells = |wind: usize| [along_x, along_y].map(|p| 2.0 * p.slope(|c| fields[c * nk + k][wind]));
            let ([u_x, u_y], [v_x, v_y]) = (over_two_cells(U), over_two_cells(V));
            let deformation = (u_y + v_x).hypot(u_x - v_y);
            let diffusivity = 0.5 * DEFORMATION_COEFFICIENT * cell_m2 * deformation;
            let here = &fields[column * nk + k];
            *variance = shared(diffusivity, [here[U], here[V]]);
        }
    });
    for (fields, [u, v]) in fields.iter_mut().zip(variances) {
        (fields[GUST_U], fields[GUST_V]) = (u, v);
    }
}

fn shared(diffusivity_m2_s: f32, wind: [f32; 2]) -> [f32; 2] {
    let variance = diffusivity_m2_s.clamp(DIFFUSIVITY_RANGE.0, DIFFUSIVITY_RANGE.1) / VARIANCE_TIME_S;
    let squares = wind.map(|w| w * w);
    let sum = squares[0] + squares[1];
    if sum == 0.0 {
        return [0.5 * variance; 2];
    }
    squares.map(|square| variance * square / sum)
}
