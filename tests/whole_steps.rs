//! Steps through uniform air at once, without legs, in physics mode.

use airshed::rng::{Noise, key_of};
use airshed::turbulence::gusts::GustStep;
use airshed::turbulence::langevin::{Flight, VerticalState};
use airshed::turbulence::structure::{Local, VerticalStructure};
use rayon::prelude::*;

/// The same turbulence at all heights of air whose density falls by e in the scale height.
struct Uniform {
    sigma_w_m_s: f64,
    time_s: f64,
    scale_height_m: f64,
}

impl VerticalStructure for Uniform {
    fn at(&self, z_m: f64) -> Local {
        Local {
            sigma_w_m_s: self.sigma_w_m_s,
            sigma_w_slope_s: 0.0,
            time_s: self.time_s,
            log_density: -z_m / self.scale_height_m,
            log_density_slope_m: -1.0 / self.scale_height_m,
            skew: 0.0,
            skew_slope_m: 0.0,
        }
    }

    fn top_m(&self) -> f64 {
        2e6
    }

    fn uniform_above_m(&self) -> f64 {
        0.0
    }
}

#[test]
fn a_whole_step_through_uniform_air_is_the_exact_langevin_equation() {
    // dq = −q dt/T + σ s dt + √(2/T) dW with s = d ln ρ/dz: mean displacement σ²T s (t − T + T e^−t/T), variance of Taylor
    // (1921), mean velocity σ²T s (1 − e^−t/T), its variance that of the air. One, two and five steps, of 60 and 600 s.
    // N = 100,000: standard errors 0.45 % of a variance, its root over √N of a mean; bound 4 of them
    let (sigma, time, particles) = (0.5, 100.0, 100_000_u32);
    let column = Uniform {
        sigma_w_m_s: sigma,
        time_s: time,
        scale_height_m: 700.0,
    };
    for (seconds, steps) in [(60.0, 1_u32), (60.0, 5), (600.0, 1), (600.0, 2)] {
        let step = GustStep::new(time, seconds);
        let key = key_of(7, &[u64::from(steps), seconds as u64]);
        let fly = |particle: u32| {
            let mut noise = Noise::new(key, particle, 0);
            let mut flight = Flight::new(&column, VerticalState::released(1e6, &mut noise));
            for _ in 0..steps {
                assert!(flight.soar(&step, &mut noise));
            }
            [flight.state().z_m - 1e6, sigma * flight.state().q]
        };
        let ends: Vec<[f64; 2]> = (0..particles).into_par_iter().map(fly).collect();
        let n = f64::from(particles);
        let t = seconds * f64::from(steps) / time;
        let drift_m_s = -sigma * sigma * time / column.scale_height_m;
        let taylor = 2.0 * (sigma * time).powi(2) * (t - 1.0 + (-t).exp());
        for (c, mean, variance) in [
            (0, drift_m_s * time * (t - 1.0 + (-t).exp()), taylor),
            (1, -drift_m_s * (-t).exp_m1(), sigma * sigma),
        ] {
            let found = ends.iter().map(|end| end[c]).sum::<f64>() / n;
            let spread = ends.iter().map(|end| (end[c] - found).powi(2)).sum::<f64>() / n;
            let (of_mean, of_variance) = (
                (found - mean) / (variance / n).sqrt(),
                (spread / variance - 1.0) * (n / 2.0).sqrt(),
            );
            println!("{steps} × {seconds} s: mean {of_mean:+.1}, variance {of_variance:+.1} standard errors");
            assert!(of_mean.abs() < 4.0, "{steps} × {seconds} s: mean {found}, exact {mean}");
            assert!(
                of_variance.abs() < 4.0,
                "{steps} × {seconds} s: variance {spread}, exact {variance}"
            );
        }
    }
}
