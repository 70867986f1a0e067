//! Turbulent kinetic energy of the data, shared out between the components (KBLT = 3).

use super::{BoundaryLayer, Variances, surface_layer_m};

/// w′²/(u′² + v′²) above the mixing height where none is prescribed.
const FREE_RATIO: f64 = 0.5;
/// Factor on all variances in stable air where the ratio by night is the larger one (cities).
const URBAN_FACTOR: f64 = 1.4;

/// Prescribed w′²/(u′² + v′²) (TKERD, TKERN); 0: from similarity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyRatios {
    /// Where heat goes up.
    pub unstable: f64,
    /// Where heat goes down.
    pub stable: f64,
}

/// Variances at height `z` from the energy `e`, m² s⁻².
pub fn variances(z: f64, e: f64, layer: &BoundaryLayer<'_>, ratios: EnergyRatios) -> Variances {
    let stable = layer.scales.obukhov_length_m >= 0.0;
    let prescribed = if stable { ratios.stable } else { ratios.unstable };
    let urban = if stable && ratios.stable > ratios.unstable {
        URBAN_FACTOR
    } else {
        1.0
    };
    let shared = if prescribed > 0.0 {
        by_ratio(e, prescribed)
    } else if z >= layer.mixing_height_m {
        by_ratio(e, FREE_RATIO)
    } else if stable {
        Variances {
            u: 0.74 * e,
            v: 0.85 * e,
            w: 0.32 * e,
        }
    } else {
        by_ratio(e, 1.0 / convective_ratio(z, layer))
    };
    Variances {
        u: urban * shared.u,
        v: urban * shared.v,
        w: urban * shared.w,
    }
}

fn by_ratio(e: f64, ratio: f64) -> Variances {
    let w = 2.0 * e / (1.0 + 1.0 / ratio);
    Variances {
        u: 0.5 * w / ratio,
        v: 0.5 * w / ratio,
        w,
    }
}

/// (u′² + v′²)/w′² of convective air.
fn convective_ratio(z: f64, layer: &BoundaryLayer<'_>) -> f64 {
    let zeta = z / layer.mixing_height_m;
    if z <= surface_layer_m(layer.mixing_height_m) {
        let scales = layer.scales;
        let squared = (layer.convective_velocity_m_s / scales.friction_velocity_m_s).powi(2);
        0.41 * squared / (1.0 - 3.0 * z / scales.obukhov_length_m).powf(2.0 / 3.0)
    } else {
        0.61 * (zeta * (1.0 - zeta)).powf(-2.0 / 3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turbulence::fixtures::{layer, scales};
    use approx::assert_relative_eq;

    const NONE: EnergyRatios = EnergyRatios {
        unstable: 0.0,
        stable: 0.0,
    };

    /// w′² + u′² + v′² = 2 E wherever a ratio shares the energy out.
    #[test]
    fn the_shares_add_up_to_the_energy() {
        let scales = scales(0.4, -40.0);
        let layer = layer(&scales, 1000.0, 2.0);
        let prescribed = EnergyRatios {
            unstable: 0.18,
            stable: 0.18,
        };
        for (z, ratios) in [
            (20.0, prescribed),
            (1500.0, prescribed),
            (20.0, NONE),
            (500.0, NONE),
            (1500.0, NONE),
        ] {
            let v = variances(z, 1.5, &layer, ratios);
            assert_relative_eq!(v.u + v.v + v.w, 3.0, max_relative = 1e-12);
        }
        let v = variances(20.0, 1.5, &layer, prescribed);
        assert_relative_eq!(v.w / (v.u + v.v), 0.18, max_relative = 1e-12);
    }

    #[test]
    fn stable_air_over_a_city_is_shaken_by_two_fifths_more() {
        let scales = scales(0.2, 50.0);
        let layer = layer(&scales, 200.0, 0.0);
        let rural = variances(
            20.0,
            0.5,
            &layer,
            EnergyRatios {
                unstable: 0.5,
                stable: 0.5,
            },
        );
        let city = variances(
            20.0,
            0.5,
            &layer,
            EnergyRatios {
                unstable: 0.3,
                stable: 0.5,
            },
        );
        assert_relative_eq!(city.w, 1.4 * rural.w, max_relative = 1e-12);
        let similarity = variances(20.0, 0.5, &layer, NONE);
        assert_relative_eq!(similarity.w, 0.16, max_relative = 1e-12);
    }
}
