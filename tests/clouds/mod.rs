//! Particle tables made by hand, and what every footprint of them must hold.

use airshed::footprint::Footprint;
use airshed::grid::Grid;
use airshed::receptor::Receptor;
use airshed::time::UtcTime;
use airshed::trajectory::Trajectories;

pub fn receptor() -> Receptor {
    Receptor::new(UtcTime::parse("2010-02-12T18:00").unwrap(), 5.0, 52.0, 100.0).unwrap()
}

pub fn grid() -> Grid {
    Grid {
        name: "default".into(),
        west: 0.0,
        east: 10.0,
        south: 48.0,
        north: 56.0,
        dx: 0.1,
        dy: 0.1,
        crs: "+proj=longlat".into(),
        time_integrate: true,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

/// A number in [0, 1) that looks random (Weyl sequence of two indices).
fn weyl(a: usize, b: usize) -> f64 {
    (a as f64 * 0.754_877_666_246_693 + b as f64 * 0.569_840_290_998_053).fract()
}

/// A cloud around (`lon`, `lat`) that drifts west and spreads; half of the records carry influence.
pub fn cloud(lon: f64, lat: f64, particles: usize, minutes: usize) -> Trajectories {
    let mut t = Trajectories::new(receptor(), particles, (1..=minutes).map(|k| -(k as f64)).collect());
    for p in 0..particles {
        for k in 0..minutes {
            let spread = 0.004 * k as f64;
            t.lon_deg[[p, k]] = airshed::geo::wrap_longitude_deg(lon - 0.004 * k as f64 + spread * (weyl(p, k) - 0.5));
            t.lat_deg[[p, k]] = lat + spread * (weyl(7 * p, k + 3) - 0.5);
            let value = weyl(p, 5 * k);
            t.foot[[p, k]] = if value > 0.5 { 1e-3 * value as f32 } else { 0.0 };
        }
    }
    t
}

pub fn mean_foot(t: &Trajectories) -> f64 {
    let sum: f64 = t.foot.iter().filter(|v| v.is_finite()).map(|&v| f64::from(v)).sum();
    sum / t.particle_count() as f64
}

pub fn budget_closes(footprint: &Footprint) {
    let b = footprint.budget;
    approx::assert_relative_eq!(b.inside + b.smeared_out + b.outside, b.total, max_relative = 1e-9);
    approx::assert_relative_eq!(b.inside, footprint.foot.sum(), max_relative = 1e-12);
}
