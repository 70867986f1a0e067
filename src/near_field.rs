//! Hyper-near-field dilution: close to the receptor the plume has not yet filled the surface layer (Fasoli et al. 2018).

use crate::constants::STILT_NEAR_FIELD_MOLAR_MASS_KG;
use crate::trajectory::Trajectories;

/// Largest `veght` that is a fraction of the mixing height; above it is a height in m.
const LARGEST_FRACTION: f64 = 9.0;

/// Recomputes `foot` from `foot_raw` with the plume depth of STILT v2, literally (definitions: STILT-R `calc_plume_dilution`).
///
/// The depth is the release height plus the sum of s = samt·√2·σw·√(TL·t + TL²·e^(−t/TL) − 1), t = |time| in s and samt
/// in min, over a particle's records. The sum runs from the latest record to the earliest, as in STILT v2: outward from
/// the receptor backward in time, towards it in a forward run. While the depth is below `veght`·mixing height, the
/// influence is 0.02897 · 60 · samt / (depth · density). A record whose s is not a number keeps its raw value and adds
/// nothing.
///
/// `veght` as in [`TransportOptions`](crate::transport::TransportOptions). The table must hold every step (1 min).
pub fn dilute(trajectories: &mut Trajectories, veght: f64) {
    let release_height_m = trajectories.receptor.height_agl_m;
    let mut latest_first: Vec<usize> = (0..trajectories.time_min.len()).collect();
    latest_first.sort_by(|&a, &b| trajectories.time_min[b].total_cmp(&trajectories.time_min[a]));
    for particle in 0..trajectories.particle_count() {
        let mut depth_m = release_height_m;
        for &k in &latest_first {
            let at = [particle, k];
            trajectories.foot[at] = trajectories.foot_raw[at];
            let growth_m = plume_growth_m(trajectories, at);
            if growth_m.is_nan() {
                continue;
            }
            depth_m += growth_m;
            if depth_m < surface_layer_m(veght, f64::from(trajectories.mixing_height_m[at])) {
                trajectories.foot[at] = diluted_foot(trajectories, at, depth_m) as f32;
            }
        }
    }
}

fn plume_growth_m(trajectories: &Trajectories, at: [usize; 2]) -> f64 {
    let t = (trajectories.time_min[at[1]] * 60.0).abs();
    let tl = f64::from(trajectories.lagrangian_time_s[at]);
    let sigma_w = f64::from(trajectories.sigma_w_m_s[at]);
    let below_min = f64::from(trajectories.time_below_min[at]);
    below_min * std::f64::consts::SQRT_2 * sigma_w * (tl * t + tl * tl * (-t / tl).exp() - 1.0).sqrt()
}

fn surface_layer_m(veght: f64, mixing_height_m: f64) -> f64 {
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
