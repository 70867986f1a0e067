//! Kantha and Clayson (2000) as HYSPLIT uses them since 2006 (KBLT = 2): variances from similarity, u′ and v′ along the
//! axes of the grid.

use super::{BoundaryLayer, Variances, surface_layer_m};

/// Variances at height `z` < zi.
pub fn variances(z: f64, layer: &BoundaryLayer<'_>) -> Variances {
    let zeta = z / layer.mixing_height_m;
    let ustar2 = layer.scales.friction_velocity_m_s.powi(2);
    let near_surface = z <= surface_layer_m(layer.mixing_height_m);
    if layer.scales.obukhov_length_m >= 0.0 {
        let shape = if near_surface {
            1.0
        } else {
            (1.0 - zeta).max(0.0).powf(1.5)
        };
        return Variances {
            u: 4.0 * ustar2 * shape,
            v: 5.0 * ustar2 * shape,
            w: 1.7 * ustar2 * shape,
        };
    }
    let wstar2 = layer.convective_velocity_m_s.powi(2);
    Variances {
        u: 0.36 * wstar2,
        v: 0.36 * wstar2,
        w: if near_surface {
            1.74 * ustar2 * (1.0 - 3.0 * z / layer.scales.obukhov_length_m).powf(2.0 / 3.0)
        } else {
            1.17 * wstar2 * (zeta * (1.0 - zeta)).max(0.0).powf(0.67)
        },
    }
}
