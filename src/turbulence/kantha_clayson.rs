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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turbulence::fixtures::{layer, scales};
    use approx::assert_relative_eq;

    #[test]
    fn the_published_samples_come_out() {
        let stable = variances(500.0, &layer(&scales(0.3, 100.0), 1000.0, 0.0));
        assert_relative_eq!(stable.w, 0.0541, epsilon = 5e-5);
        assert_relative_eq!(stable.u, 0.1273, epsilon = 5e-5);
        assert_relative_eq!(stable.v, 0.1591, epsilon = 5e-5);
        let convective = variances(300.0, &layer(&scales(0.4, -40.0), 1000.0, 2.0));
        // the sample has the exponent 2/3, HYSPLIT 0.67: 0.5 % at z/h = 0.3
        assert_relative_eq!(convective.w, 1.645, max_relative = 6e-3);
        assert_relative_eq!(convective.u, 1.44, max_relative = 1e-12);
        assert_relative_eq!(convective.v, 1.44, max_relative = 1e-12);
    }

    #[test]
    fn the_surface_layer_is_as_deep_as_its_share_of_a_deep_boundary_layer() {
        let scales = scales(0.4, -40.0);
        let deep = layer(&scales, 2000.0, 2.0);
        let surface = |z: f64| 1.74 * 0.16 * (1.0 + 3.0 * z / 40.0).powf(2.0 / 3.0);
        assert_relative_eq!(variances(190.0, &deep).w, surface(190.0), max_relative = 1e-12);
        assert!(variances(210.0, &deep).w < surface(210.0));
    }
}
