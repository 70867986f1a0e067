//! Hyper-near-field dilution: close to the receptor the plume has not yet filled the surface layer (Fasoli et al. 2018).

use serde::{Deserialize, Serialize};

use crate::constants::{DRY_AIR_MOLAR_MASS_KG, STILT_NEAR_FIELD_MOLAR_MASS_KG};
use crate::trajectory::Trajectories;

/// Largest `veght` that is a fraction of the mixing height; above it is a height in m.
const LARGEST_FRACTION: f64 = 9.0;

/// Quirks of STILT v2's plume depth; the default is what STILT v2 and PYSTILT have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// What is taken off under the root.
    pub root: Root,
    /// The record from which the depth adds up.
    pub order: Order,
    /// What follows a record whose growth is not a number.
    pub undefined: Undefined,
}

/// What is taken off under the root of the plume's growth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    /// 1, as STILT v2 has it.
    #[default]
    One,
    /// T_L², as Taylor (1921) has it.
    TimeScaleSquared,
}

/// The record from which the plume's depth adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The latest in time: outward backward, towards the receptor in a forward run (STILT v2).
    #[default]
    LatestFirst,
    /// The one next to the receptor.
    Outward,
}

/// What follows a record whose growth is not a number: the root is negative for T_L below 0.02 s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undefined {
    /// It keeps its raw influence and adds nothing (PYSTILT).
    #[default]
    Skipped,
    /// It and all records that follow have no influence (STILT v2).
    EndsInfluence,
}

/// Recomputes `foot` from `foot_raw` with the plume depth of STILT v2, literally (definitions: STILT-R `calc_plume_dilution`).
///
/// The depth is the particle's release height (`xhgt`) plus the sum of s = samt·√2·σw·√(TL·t + TL²·e^(−t/TL) − 1), t = |time| in s and samt
/// in min, over a particle's records. The sum runs from the latest record to the earliest, as in STILT v2: outward from
/// the receptor backward in time, towards it in a forward run. While the depth is below `veght`·mixing height, the
/// influence is 0.02897 · 60 · samt / (depth · density). A record whose s is not a number keeps its raw value and adds
/// nothing. `quirks` may choose otherwise.
///
/// `veght` as in [`TransportOptions`](crate::transport::TransportOptions). The table must hold every step (1 min).
pub fn dilute(trajectories: &mut Trajectories, veght: f64, quirks: Quirks) {
    PlumeDepth::at_release(trajectories.particle_count(), quirks).dilute(trajectories, veght);
}

/// Depth of the plume around each particle, for tables that come in blocks: [`dilute()`] on each, in the order of the
/// records, does what it would on the whole.
pub struct PlumeDepth {
    quirks: Quirks,
    /// m; NaN before the particle's release.
    depths_m: Vec<f64>,
}

impl PlumeDepth {
    /// Before the release of so many particles.
    pub fn at_release(particles: usize, quirks: Quirks) -> Self {
        Self {
            quirks,
            depths_m: vec![f64::NAN; particles],
        }
    }

    /// As [`dilute()`], from the depth that the blocks before have reached.
    pub fn dilute(&mut self, block: &mut Trajectories, veght: f64) {
        let mut inward_out: Vec<usize> = (0..block.time_min.len()).collect();
        if self.quirks.order == Order::LatestFirst {
            inward_out.sort_by(|&a, &b| block.time_min[b].total_cmp(&block.time_min[a]));
        }
        for (particle, depth_m) in self.depths_m.iter_mut().enumerate() {
            if depth_m.is_nan() {
                *depth_m = block.release_height_agl_m[particle];
            }
            for &k in &inward_out {
                let at = [particle, k];
                block.foot[at] = block.foot_raw[at];
                let growth_m = plume_growth_m(block, at, self.quirks.root);
                match self.quirks.undefined {
                    Undefined::EndsInfluence if depth_m.is_infinite() || is_undefined(block, at, growth_m) => {
                        (*depth_m, block.foot[at]) = (f64::INFINITY, 0.0);
                        continue;
                    }
                    _ if growth_m.is_nan() => continue,
                    _ => {}
                }
                *depth_m += growth_m;
                if *depth_m < surface_layer_m(veght, f64::from(block.mixing_height_m[at])) {
                    block.foot[at] = diluted_foot(block, at, *depth_m) as f32;
                }
            }
        }
    }
}

/// Recomputes `foot` from `foot_raw` for a plume that grows as Taylor (1921) says, as physics mode does.
///
/// The depth t seconds after the release is D = release height + σw √(2 T_L² (t/T_L − 1 + e^(−t/T_L))), of each particle's
/// record alone. While D is below `veght`·mixing height, the influence is 0.0289647 · 60 · samt/(D · density).
pub fn dilute_by_taylor(trajectories: &mut Trajectories, veght: f64) {
    for ((particle, k), raw) in trajectories.foot_raw.indexed_iter() {
        let at = [particle, k];
        trajectories.foot[at] = *raw;
        let below_s = f64::from(trajectories.time_below_min[at]) * 60.0;
        if below_s > 0.0 {
            let depth_m = trajectories.release_height_agl_m[particle] + taylor_spread_m(trajectories, at);
            if depth_m < surface_layer_m(veght, f64::from(trajectories.mixing_height_m[at])) {
                let density = f64::from(trajectories.air_density_kg_m3[at]);
                trajectories.foot[at] = (DRY_AIR_MOLAR_MASS_KG / (depth_m * density) * below_s) as f32;
            }
        }
    }
}

/// Standard deviation of height in homogeneous turbulence (Taylor 1921), m.
fn taylor_spread_m(trajectories: &Trajectories, at: [usize; 2]) -> f64 {
    let time_s = f64::from(trajectories.lagrangian_time_s[at]);
    let since_release_min = trajectories.time_min[at[1]] - trajectories.release_min[at[0]];
    let t = (60.0 * since_release_min).abs() / time_s;
    f64::from(trajectories.sigma_w_m_s[at]) * time_s * (2.0 * (t - 1.0 + exp_of_minus(t))).max(0.0).sqrt()
}

/// Whether a record is there, and its plume's growth is not a number.
fn is_undefined(trajectories: &Trajectories, at: [usize; 2], growth_m: f64) -> bool {
    growth_m.is_nan() && trajectories.lon_deg[at].is_finite()
}

fn plume_growth_m(trajectories: &Trajectories, at: [usize; 2], root: Root) -> f64 {
    let t = (trajectories.time_min[at[1]] * 60.0).abs();
    let tl = f64::from(trajectories.lagrangian_time_s[at]);
    let sigma_w = f64::from(trajectories.sigma_w_m_s[at]);
    let below_min = f64::from(trajectories.time_below_min[at]);
    let root_is_a_number = root == Root::One && (1.0..1e30).contains(&(tl * t));
    if below_min == 0.0 && root_is_a_number && sigma_w.is_finite() {
        return 0.0;
    }
    let taken_off = match root {
        Root::One => 1.0,
        Root::TimeScaleSquared => tl * tl,
    };
    below_min * std::f64::consts::SQRT_2 * sigma_w * (tl * t + tl * tl * exp_of_minus(t / tl) - taken_off).sqrt()
}

/// e⁻ˣ, 0 where it changes no bit of x, to which it is added.
fn exp_of_minus(x: f64) -> f64 {
    if x > 40.0 { 0.0 } else { (-x).exp() }
}

/// Depth of the layer that feels the surface, m above ground: `veght` is a fraction of the mixing height up to 9, else m.
#[inline]
pub(crate) fn surface_layer_m(veght: f64, mixing_height_m: f64) -> f64 {
    if veght <= LARGEST_FRACTION {
        veght * mixing_height_m
    } else {
        veght
    }
}

fn diluted_foot(trajectories: &Trajectories, at: [usize; 2], depth_m: f64) -> f64 {
    let density = f64::from(trajectories.air_density_kg_m3[at]);
    let below_s = f64::from(trajectories.time_below_min[at]) * 60.0;
    STILT_NEAR_FIELD_MOLAR_MASS_KG / (depth_m * density) * below_s
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::receptor::Receptor;
    use crate::time::UtcTime;

    fn three_steps(time_min: [f64; 3]) -> Trajectories {
        let receptor = Receptor::new(UtcTime::from_seconds(0), 5.0, 52.0, 10.0).unwrap();
        let mut t = Trajectories::new(receptor, 1, time_min.to_vec());
        t.foot_raw.fill(1e-3);
        t.time_below_min.fill(1.0);
        t.sigma_w_m_s.fill(0.5);
        t.lagrangian_time_s.fill(100.0);
        t.mixing_height_m.fill(2000.0);
        t.air_density_kg_m3.fill(1.2);
        t
    }

    /// Depth of the plume that a diluted influence stands for; the store in f32 costs 1e-7.
    fn depth_m(t: &Trajectories, k: usize) -> f64 {
        0.02897 * 60.0 / (1.2 * f64::from(t.foot[[0, k]]))
    }

    #[test]
    fn the_plume_grows_outward_backward_in_time_and_inward_in_a_forward_run() {
        let growth = |t: f64| 2.0_f64.sqrt() * 0.5 * (100.0 * t + 1e4 * (-t / 100.0).exp() - 1.0).sqrt();
        let mut backward = three_steps([-1.0, -2.0, -3.0]);
        dilute(&mut backward, 0.5, Quirks::default());
        let mut forward = three_steps([1.0, 2.0, 3.0]);
        dilute(&mut forward, 0.5, Quirks::default());
        let (one, all) = (10.0 + growth(60.0), 10.0 + growth(60.0) + growth(120.0) + growth(180.0));
        // 1.2 as f32 is 4e-8 off
        approx::assert_relative_eq!(depth_m(&backward, 0), one, max_relative = 1e-6);
        approx::assert_relative_eq!(depth_m(&backward, 2), all, max_relative = 1e-6);
        approx::assert_relative_eq!(depth_m(&forward, 0), all, max_relative = 1e-6);
        approx::assert_relative_eq!(depth_m(&forward, 2), 10.0 + growth(180.0), max_relative = 1e-6);
    }

    #[test]
    fn a_plume_deeper_than_the_surface_layer_keeps_the_raw_influence() {
        for veght in [0.01, 20.0] {
            let mut t = three_steps([-1.0, -2.0, -3.0]);
            dilute(&mut t, veght, Quirks::default());
            assert_eq!(t.foot, t.foot_raw, "veght {veght}: 20 m either way");
        }
        let mut deep = three_steps([-1.0, -2.0, -3.0]);
        dilute(&mut deep, 1000.0, Quirks::default());
        assert!(deep.foot.iter().zip(&deep.foot_raw).all(|(a, b)| a > b));
    }

    #[test]
    fn the_plume_of_a_column_grows_from_each_particles_own_height() {
        let mut t = three_steps([-1.0, -2.0, -3.0]);
        dilute(&mut t, 0.5, Quirks::default());
        let from_ten = depth_m(&t, 0);
        t.release_height_agl_m = vec![310.0];
        dilute(&mut t, 0.5, Quirks::default());
        approx::assert_relative_eq!(depth_m(&t, 0), from_ten + 300.0, max_relative = 1e-6);
    }

    #[test]
    fn each_quirk_can_be_turned_off() {
        let taylor = |t: f64| 2.0_f64.sqrt() * 0.5 * (100.0 * t + 1e4 * ((-t / 100.0).exp() - 1.0)).sqrt();
        let mut forward = three_steps([1.0, 2.0, 3.0]);
        let quirks = Quirks {
            root: Root::TimeScaleSquared,
            order: Order::Outward,
            ..Quirks::default()
        };
        dilute(&mut forward, 0.5, quirks);
        approx::assert_relative_eq!(depth_m(&forward, 0), 10.0 + taylor(60.0), max_relative = 1e-6);
        approx::assert_relative_eq!(
            depth_m(&forward, 1),
            10.0 + taylor(60.0) + taylor(120.0),
            max_relative = 1e-6
        );

        let mut poisoned = three_steps([-1.0, -2.0, -3.0]);
        poisoned.lon_deg.fill(5.0);
        // 0.01 · 120 + 0.0001 − 1 is positive, with 0.008 s it is negative
        poisoned.lagrangian_time_s[[0, 1]] = 0.008;
        let mut skipped = poisoned.clone();
        dilute(&mut skipped, 0.5, Quirks::default());
        assert_eq!(skipped.foot[[0, 1]], skipped.foot_raw[[0, 1]]);
        assert!(skipped.foot[[0, 2]] > 0.0);
        let ends = Quirks {
            undefined: Undefined::EndsInfluence,
            ..Quirks::default()
        };
        dilute(&mut poisoned, 0.5, ends);
        assert_eq!(poisoned.foot[[0, 0]], skipped.foot[[0, 0]]);
        assert_eq!((poisoned.foot[[0, 1]], poisoned.foot[[0, 2]]), (0.0, 0.0));
    }
}
