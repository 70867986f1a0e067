//! The turbulence of physics mode disperses as theory says it must.
#![allow(clippy::unwrap_used)]

use airshed::rng::{Noise, key_of};
use airshed::turbulence::boundary_layer::{BoundaryLayer, SurfaceLayer};
use airshed::turbulence::langevin::{Flight, OPTICAL_STEP, VerticalState};
use airshed::turbulence::structure::{Local, VerticalStructure};
use airshed::turbulence::updrafts::Updrafts;
use rayon::prelude::*;

/// The same turbulence at all heights.
#[derive(Clone, Copy)]
struct Homogeneous {
    sigma_w_m_s: f64,
    time_s: f64,
    top_m: f64,
}

impl VerticalStructure for Homogeneous {
    fn at(&self, _: f64) -> Local {
        Local {
            sigma_w_m_s: self.sigma_w_m_s,
            sigma_w_slope_s: 0.0,
            time_s: self.time_s,
            log_density: 0.0,
            log_density_slope_m: 0.0,
            skew: 0.0,
            skew_slope_m: 0.0,
        }
    }

    fn top_m(&self) -> f64 {
        self.top_m
    }
}

/// Heights of `particles` released at `z_m`, after each of `times_s`; steps of a minute as in a run.
fn heights(column: Homogeneous, z_m: f64, particles: u32, times_s: &[f64]) -> Vec<Vec<f64>> {
    let key = key_of(3, &[1]);
    (0..particles)
        .into_par_iter()
        .map(|particle| {
            let mut noise = Noise::new(key, particle, 0);
            let mut flight = Flight::new(&column, VerticalState::released(z_m, &mut noise));
            let mut now_s = 0.0;
            let mut at = |until_s: f64| {
                while now_s < until_s {
                    now_s += flight.leg((until_s - now_s).min(60.0), &mut noise);
                }
                flight.state().z_m
            };
            times_s.iter().map(|&time_s| at(time_s)).collect()
        })
        .collect()
}

#[test]
fn homogeneous_turbulence_spreads_as_taylor_1921() {
    // N = 100,000: one standard error of a variance is √(2/N) = 0.45 %; linear interpolation of the correlation
    // between exchanges adds at most 0.9 % near t = T_L/3. Bound on the variance: 3 standard errors + 0.9 %
    let (sigma, time) = (0.5, 100.0);
    let middle = 1e6;
    let column = Homogeneous {
        sigma_w_m_s: sigma,
        time_s: time,
        top_m: 2.0 * middle,
    };
    let times: Vec<f64> = [0.1, 0.3, 1.0, 10.0, 30.0].iter().map(|t| t * time).collect();
    let spread = heights(column, middle, 100_000, &times);
    for (k, t) in times.iter().enumerate() {
        let variance = spread.iter().map(|z| (z[k] - middle).powi(2)).sum::<f64>() / spread.len() as f64;
        let relative = t / time;
        let taylor = 2.0 * (sigma * time).powi(2) * (relative - 1.0 + (-relative).exp());
        let deviation = variance / taylor - 1.0;
        println!("Taylor, t = {relative} T_L: variance {:+.2} %", 100.0 * deviation);
        assert!(deviation.abs() < 0.0225, "t = {relative} T_L: {deviation:+.4}");
        let kurtosis =
            spread.iter().map(|z| (z[k] - middle).powi(4)).sum::<f64>() / spread.len() as f64 / variance.powi(2);
        // standard error √(24/N) = 0.015
        assert!(
            (kurtosis - 3.0).abs() < 0.06,
            "t = {relative} T_L: kurtosis {kurtosis:.3}"
        );
    }
}

/// Density of a Gaussian cloud and its images in the ground and a lid, m⁻¹.
fn image_sum(z_m: f64, source_m: f64, sigma_m: f64, lid_m: f64) -> f64 {
    let gauss = |d: f64| (-0.5 * (d / sigma_m).powi(2)).exp() / (sigma_m * std::f64::consts::TAU.sqrt());
    let pair = |shift: f64| gauss(z_m - source_m - shift) + gauss(z_m + source_m - shift);
    (-6..=6).map(|k| pair(2.0 * lid_m * f64::from(k))).sum()
}

#[test]
fn a_plume_reflects_from_ground_and_lid_as_its_images() {
    // N = 40,000, layers of 15 m with 1000 … 4000 particles: standard errors 1.6 … 3.2 %. No lid, then one.
    // Bound 3 % (1 % of variance moves a Gaussian's flank by that) + 3 standard errors
    let (sigma, time, source) = (0.5, 40.0, 100.0);
    let times = [300.0, 900.0, 3000.0];
    let mut compared = 0;
    for lid in [1e6, 300.0] {
        let column = Homogeneous {
            sigma_w_m_s: sigma,
            time_s: time,
            top_m: lid,
        };
        let cloud = heights(column, source, 40_000, &times);
        for (k, t) in times.iter().enumerate() {
            let spread = sigma * time * (2.0 * (t / time - 1.0 + (-t / time).exp())).sqrt();
            let depth = 15.0;
            for bottom in [0.0, 0.5 * source, source, lid - depth] {
                let inside = cloud.iter().filter(|z| z[k] >= bottom && z[k] < bottom + depth).count() as f64;
                if inside < 1000.0 {
                    continue;
                }
                let slices = 20;
                let expected = (0..slices)
                    .map(|i| {
                        image_sum(
                            bottom + depth * (f64::from(i) + 0.5) / f64::from(slices),
                            source,
                            spread,
                            lid,
                        )
                    })
                    .sum::<f64>()
                    / f64::from(slices)
                    * depth
                    * cloud.len() as f64;
                let deviation = inside / expected - 1.0;
                let bound = 0.03 + 3.0 / expected.sqrt();
                compared += 1;
                assert!(
                    deviation.abs() < bound,
                    "lid {lid} m, {t} s, {bottom} m: {deviation:+.4}, {inside} particles"
                );
            }
        }
    }
    assert!(compared > 15, "only {compared} layers held 1000 particles");
}

/// A neutral surface layer: σw = 1.25 u*, σw²T_L = κ u* (z + z₀).
struct NeutralSurface {
    friction_velocity_m_s: f64,
    roughness_m: f64,
}

impl VerticalStructure for NeutralSurface {
    fn at(&self, z_m: f64) -> Local {
        let sigma_w_m_s = 1.25 * self.friction_velocity_m_s;
        Local {
            sigma_w_m_s,
            sigma_w_slope_s: 0.0,
            time_s: 0.4 * self.friction_velocity_m_s * (z_m + self.roughness_m) / sigma_w_m_s.powi(2),
            log_density: 0.0,
            log_density_slope_m: 0.0,
            skew: 0.0,
            skew_slope_m: 0.0,
        }
    }

    fn top_m(&self) -> f64 {
        1e5
    }
}

impl NeutralSurface {
    /// Log wind, m s⁻¹, the surface lying at z₀.
    fn wind_m_s(&self, z_m: f64) -> f64 {
        self.friction_velocity_m_s / 0.4 * (1.0 + z_m / self.roughness_m).ln()
    }

    /// Distance at which a leg from a to b passed, by Simpson's rule on the wind.
    fn run_m(&self, from_m: f64, to_m: f64, taken_s: f64) -> f64 {
        let middle = self.wind_m_s(0.5 * (from_m + to_m));
        taken_s * (self.wind_m_s(from_m) + 4.0 * middle + self.wind_m_s(to_m)) / 6.0
    }

    /// Time that particles of a column under this wind, from `z_m`, spent below `depth_m`, per interval of distance, s.
    fn residence(&self, column: &(impl VerticalStructure + Sync), step: f64, z_m: f64, edges_m: &[f64]) -> Vec<f64> {
        let key = key_of(4, &[z_m.to_bits()]);
        let depth_m = DEPTH * z_m;
        let far = edges_m[edges_m.len() - 1];
        let follow = |particle: u32| {
            let mut noise = Noise::new(key, particle, 0);
            let mut flight = Flight::with_step(column, VerticalState::released(z_m, &mut noise), step);
            let mut seconds = vec![0.0; edges_m.len() - 1];
            let mut x = 0.0;
            while x < far {
                let from = flight.state().z_m;
                let taken = flight.leg(60.0, &mut noise);
                let to = flight.state().z_m;
                let next = x + self.run_m(from, to, taken);
                let (low, high) = (from.min(to), from.max(to));
                let inside = ((depth_m - low) / (high - low).max(1e-9)).clamp(0.0, 1.0);
                let bin = edges_m.partition_point(|&edge| edge <= 0.5 * (x + next));
                if inside > 0.0 && bin > 0 && bin < edges_m.len() {
                    seconds[bin - 1] += inside * taken;
                }
                x = next;
            }
            seconds
        };
        let add = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(b).map(|(a, b)| a + b).collect();
        (0..PARTICLES)
            .into_par_iter()
            .map(follow)
            .reduce(|| vec![0.0; edges_m.len() - 1], add)
    }

    /// Crosswind-integrated concentration at a height from a line of unit surface emission `x` upwind, s m⁻²
    /// (Horst and Weil 1992: van Ulden's plume with r = 1.5, p = 1.55).
    fn horst_weil(&self, receptor_m: f64, edges_m: &[f64]) -> Vec<f64> {
        let (shape, p) = (1.5, 1.55);
        let (gamma_two, gamma_one) = (gamma_four_thirds(), gamma_two_thirds());
        let (a, b) = (shape * gamma_two / gamma_one.powi(2), gamma_two / gamma_one);
        let mut mean_height = self.roughness_m;
        let mut x = 0.0;
        edges_m
            .windows(2)
            .map(|bin| {
                let middle = (bin[0] * bin[1]).sqrt();
                while x < middle {
                    let slope = 0.16 / (p * mean_height / self.roughness_m).ln();
                    let dx = (0.01 * mean_height / slope).min(middle - x);
                    mean_height += slope * dx;
                    x += dx;
                }
                let profile = |z_m: f64| a / mean_height * (-(b * z_m / mean_height).powf(shape)).exp();
                let dz = 0.01 * mean_height;
                let heights = (0..500).map(|i| dz * (f64::from(i) + 0.5));
                let speed: f64 = heights.map(|z_m| profile(z_m) * self.wind_m_s(z_m) * dz).sum();
                profile(receptor_m) / speed
            })
            .collect()
    }
}

fn gamma_two_thirds() -> f64 {
    1.354_117_939_426_400_4
}

fn gamma_four_thirds() -> f64 {
    0.892_979_511_569_249_2
}

/// Distance of the peak of f, from the parabola in ln x through what is above 60 % of the largest, and that within which
/// 80 % of f dx lies.
fn peak_and_most(f: &[f64], edges_m: &[f64]) -> (f64, f64) {
    let width = |k: usize| edges_m[k + 1] - edges_m[k];
    let smooth = |k: usize| (f[k - 2] + f[k - 1] + f[k] + f[k + 1] + f[k + 2]) / 5.0;
    let largest = (2..f.len() - 2).map(smooth).fold(0.0, f64::max);
    let high = (2..f.len() - 2).filter(|&k| smooth(k) > 0.6 * largest);
    let points: Vec<_> = high
        .map(|k| ((edges_m[k] * edges_m[k + 1]).sqrt().ln(), f[k]))
        .collect();
    let peak = vertex(&points).exp();
    let total: f64 = (0..f.len()).map(|k| f[k] * width(k)).sum();
    let mut sum = 0.0;
    let most = (0..f.len()).find(|&k| {
        sum += f[k] * width(k);
        sum >= 0.8 * total
    });
    (peak, edges_m[most.unwrap()])
}

/// Vertex of the parabola of least squares through evenly spaced points.
fn vertex(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let centre = points.iter().map(|(x, _)| x).sum::<f64>() / n;
    let moment = |order: i32| points.iter().map(|(x, _)| (x - centre).powi(order)).sum::<f64>() / n;
    let product = |order: i32| points.iter().map(|(x, y)| (x - centre).powi(order) * y).sum::<f64>() / n;
    let (second, fourth) = (moment(2), moment(4));
    let curvature = (product(2) - second * product(0)) / (fourth - second * second);
    centre - 0.5 * product(1) / second / curvature
}

/// Particles of a footprint, and the part of the receptor's height below which they feel the surface.
const PARTICLES: u32 = 20_000;
const DEPTH: f64 = 0.1;
const SURFACE: NeutralSurface = NeutralSurface {
    friction_velocity_m_s: 0.4,
    roughness_m: 0.05,
};

/// Peak distance, distance of 80 %, and their analytic counterparts, m.
fn footprint(column: &(impl VerticalStructure + Sync), step: f64, receptor_m: f64) -> [(f64, f64); 2] {
    let edges: Vec<f64> = (0..=110).map(|k| receptor_m * 1.06_f64.powi(k)).collect();
    let seconds = SURFACE.residence(column, step, receptor_m, &edges);
    let width = edges.windows(2).map(|bin| bin[1] - bin[0]);
    let density: Vec<f64> = seconds.iter().zip(width).map(|(s, width)| s / width).collect();
    [density, SURFACE.horst_weil(receptor_m, &edges)].map(|f| peak_and_most(&f, &edges))
}

#[test]
fn the_footprint_of_a_neutral_surface_layer_is_that_of_horst_and_weil() {
    // N = 20,000: 100 and more particles in each of the 20 to 25 bins about the peak place it within 5 %, one bin is 6 %.
    // Agreement asked for: peak within 15 %, distance of 80 % (of what lies within 600 heights) within 20 %
    for receptor in [5.0, 20.0] {
        let [ours, theirs] = footprint(&SURFACE, OPTICAL_STEP, receptor);
        println!("footprint from {receptor} m: peak and 80 % at {ours:.0?} m, analytic {theirs:.0?} m");
        assert!(
            (ours.0 / theirs.0 - 1.0).abs() < 0.15,
            "peak at {} m, analytic {}",
            ours.0,
            theirs.0
        );
        assert!(
            (ours.1 / theirs.1 - 1.0).abs() < 0.20,
            "80 % within {} m, analytic {}",
            ours.1,
            theirs.1
        );
    }
}

#[test]
#[ignore = "prints figures of PARITY.md; minutes"]
fn table_of_footprints_by_step_and_surface_layer() {
    for step in [0.05, 0.1, 0.2, 0.35, 0.5, 1.0] {
        println!("step {step}: {:.0?} m", footprint(&SURFACE, step, 10.0));
    }
    for surface_layer in [SurfaceLayer::Similarity, SurfaceLayer::Hanna] {
        let column = Open(BoundaryLayer {
            mixing_height_m: 2000.0,
            friction_velocity_m_s: SURFACE.friction_velocity_m_s,
            convective_velocity_m_s: 0.0,
            obukhov_length_m: f64::INFINITY,
            roughness_m: SURFACE.roughness_m,
            free_sigma_w_m_s: 0.1,
            surface_layer,
            updrafts: Updrafts::Gaussian,
        });
        println!("{surface_layer:?}: {:.0?} m", footprint(&column, OPTICAL_STEP, 10.0));
    }
}

/// A boundary layer and as much again above it, in air of constant density.
struct Open(BoundaryLayer);

impl VerticalStructure for Open {
    fn at(&self, z_m: f64) -> Local {
        self.0.at(z_m, 0.0, 0.0)
    }

    fn top_m(&self) -> f64 {
        2.0 * self.0.mixing_height_m
    }
}

#[test]
fn a_uniform_flux_fills_a_convective_layer_in_proportion_to_time() {
    // backward particles from mid-layer: time spent below a tenth of zi per hour, against zi/10 · t/zi.
    // N = 20,000 over hours 2 … 6: each visits often, so the standard error of the slope is 0.3 %; bound 2 %
    let layer = BoundaryLayer {
        mixing_height_m: 1000.0,
        friction_velocity_m_s: 0.4,
        convective_velocity_m_s: 2.0,
        obukhov_length_m: -40.0,
        roughness_m: 0.1,
        free_sigma_w_m_s: 0.1,
        surface_layer: SurfaceLayer::Similarity,
        updrafts: Updrafts::Gaussian,
    };
    struct Closed(BoundaryLayer);
    impl VerticalStructure for Closed {
        fn at(&self, z_m: f64) -> Local {
            self.0.at(z_m, 0.0, 0.0)
        }
        fn top_m(&self) -> f64 {
            self.0.mixing_height_m
        }
    }
    let column = Closed(layer);
    let key = key_of(6, &[]);
    let (from_s, to_s, depth): (f64, f64, f64) = (3600.0, 4.0 * 3600.0, 100.0);
    let particles = 10_000;
    let below = |particle: u32| {
        let mut noise = Noise::new(key, particle, 0);
        let mut flight = Flight::new(&column, VerticalState::released(300.0, &mut noise));
        let (mut now, mut below_s) = (0.0, 0.0);
        while now < to_s {
            let from = flight.state().z_m;
            let taken = flight.leg((to_s - now).min(60.0), &mut noise);
            let to = flight.state().z_m;
            now += taken;
            let (low, high) = (from.min(to), from.max(to));
            if now > from_s {
                below_s += taken * ((depth - low) / (high - low).max(1e-9)).clamp(0.0, 1.0);
            }
        }
        below_s
    };
    let total: f64 = (0..particles).into_par_iter().map(below).sum();
    let slope = total / f64::from(particles) / (to_s - from_s) / (depth / layer.mixing_height_m);
    println!("uniform flux: slope {slope:.4} of F t/zi");
    assert!((slope - 1.0).abs() < 0.02, "slope {slope:.4}");
}
