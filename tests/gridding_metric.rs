//! Gridding with kernels in metres, by its claims.

#![allow(clippy::unwrap_used)]

use airshed::footprint::{Footprint, Gridder, grid_particles};
use airshed::geo::{LonLat, SpherePoint, distance_m, wrap_longitude_deg};
use airshed::grid::Grid;
use airshed::gridding::{Gridding, GriddingMode};
use airshed::receptor::Receptor;
use airshed::rng::Noise;
use airshed::time::UtcTime;
use airshed::trajectory::Trajectories;

fn grid(west: f64, east: f64, south: f64, north: f64, (dx, dy): (f64, f64)) -> Grid {
    Grid {
        name: "default".into(),
        west,
        east,
        south,
        north,
        dx,
        dy,
        crs: "+proj=longlat".into(),
        time_integrate: true,
        smooth_factor: 1.0,
        gridding: Gridding {
            mode: Some(GriddingMode::Metric),
            ..Gridding::default()
        },
    }
}

/// A cloud of a normal distribution about a place, `along` and `across` metres wide, long towards `angle` from east.
fn cloud(middle: LonLat, [along, across]: [f64; 2], angle: f64, particles: usize, minutes: usize) -> Trajectories {
    let receptor = Receptor::new(UtcTime::parse("2010-02-12T18:00").unwrap(), 5.0, 52.0, 100.0).unwrap();
    let mut t = Trajectories::new(receptor, particles, (1..=minutes).map(|k| -(k as f64)).collect());
    for p in 0..particles {
        let mut noise = Noise::new([1, 2], p as u32, 0);
        let (u, v) = (along * noise.normal(), across * noise.normal());
        let (east, north) = (u * angle.cos() - v * angle.sin(), u * angle.sin() + v * angle.cos());
        let place = SpherePoint::from(middle).moved(east, north).place();
        for k in 0..minutes {
            t.lon_deg[[p, k]] = place.lon_deg;
            t.lat_deg[[p, k]] = place.lat_deg;
            t.foot[[p, k]] = 1e-3;
        }
    }
    t
}

fn place(lon_deg: f64, lat_deg: f64) -> LonLat {
    LonLat { lon_deg, lat_deg }
}

fn closes(footprint: &Footprint) {
    let b = footprint.budget;
    assert!(
        (b.inside + b.smeared_out + b.outside - b.total).abs() < 1e-12 * b.total,
        "{b:?}"
    );
    approx::assert_relative_eq!(b.inside, footprint.foot.sum(), max_relative = 1e-12);
}

/// Covariance of a footprint about a place, m², in the plane that touches the sphere there: [xx, xy, yy].
fn moments(footprint: &Footprint, middle: LonLat) -> [f64; 3] {
    let axes = footprint.grid.axes().unwrap();
    let (x, y) = (axes.x_centres(), axes.y_centres());
    let (mut sum, mut squares) = (0.0, [0.0; 3]);
    for ((_, j, i), foot) in footprint.foot.indexed_iter().filter(|(_, foot)| **foot > 0.0) {
        let (lon, lat) = axes.crs.inverse(x[i], y[j]);
        let there = place(wrap_longitude_deg(lon), lat);
        let metres = distance_m(middle, there);
        // direction of the great circle at the middle
        let (d, a, b) = (
            (lon - middle.lon_deg).to_radians(),
            middle.lat_deg.to_radians(),
            lat.to_radians(),
        );
        let (east, north) = (b.cos() * d.sin(), a.cos() * b.sin() - a.sin() * b.cos() * d.cos());
        let length = east.hypot(north).max(1e-300);
        let (east, north) = (metres * east / length, metres * north / length);
        sum += foot;
        squares = [
            squares[0] + foot * east * east,
            squares[1] + foot * east * north,
            squares[2] + foot * north * north,
        ];
    }
    squares.map(|s| s / sum)
}

/// Covariance of the kernel, m²: what smoothing adds to that of the particles.
fn kernel_moments(grid: &Grid, t: &Trajectories, middle: LonLat) -> [f64; 3] {
    let (with, mut bare) = (grid.clone(), grid.clone());
    bare.smooth_factor = 0.0;
    let [smooth, raw] = [with, bare].map(|grid| {
        let footprint = grid_particles(t, &grid).unwrap();
        closes(&footprint);
        assert!(
            footprint.budget.inside > 0.999_999 * footprint.budget.total,
            "{:?}",
            footprint.budget
        );
        moments(&footprint, middle)
    });
    [0, 1, 2].map(|i| smooth[i] - raw[i])
}

#[test]
fn the_kernel_is_an_ellipse_like_the_ensemble_on_any_cells_and_at_any_latitude() {
    // 400 particles, 20 km x 8 km: the footprint has (1 + h²) times their covariance and dx²/12 of the cells. Bound: 1 % of
    // the trace, for kernels cut at 4 σ (0.1 %) and for means over cells that are wider than the kernel
    let (along, across, angle) = (20e3, 8e3, 0.6);
    for lat in [0.0, 45.0, -65.0] {
        for (dx, dy) in [(0.01, 0.01), (0.02, 0.05), (0.1, 0.1), (0.3, 0.1)] {
            let middle = place(5.013, lat + 0.017);
            let t = cloud(middle, [along, across], angle, 400, 1);
            let grid = grid(0.0, 12.0, lat - 3.0, lat + 3.0, (dx, dy));
            let footprint = grid_particles(&t, &grid).unwrap();
            closes(&footprint);
            let [xx, xy, yy] = moments(&footprint, middle);
            let (kx, ky) = (111.2e3 * lat.to_radians().cos(), 111.2e3);
            let (xx, yy) = (xx - (dx * kx).powi(2) / 12.0, yy - (dy * ky).powi(2) / 12.0);
            let particles = covariance(&t, middle);
            let trace = particles[0] + particles[2];
            let h2 = (xx + yy) / trace - 1.0;
            // h of n = 400 lies between the n^(-1/3) of wide cells and Scott's n^(-1/6), which is the limit of many particles
            let (wide, narrow) = (400_f64.powf(-2.0 / 3.0), 400_f64.powf(-1.0 / 3.0));
            assert!(
                h2 > 0.5 * wide && h2 < 1.2 * narrow,
                "h² = {h2} on {dx} x {dy} at {lat}"
            );
            for (got, particles) in [xx, xy, yy].iter().zip(particles) {
                let want = (1.0 + h2) * particles;
                assert!(
                    (got - want).abs() < 0.01 * trace,
                    "{dx} x {dy} at {lat}: {got} and {want}"
                );
            }
        }
    }
}

/// Covariance of the particles, m².
fn covariance(t: &Trajectories, middle: LonLat) -> [f64; 3] {
    let (mut sums, mut mean) = ([0.0; 3], [0.0; 2]);
    let n = t.particle_count() as f64;
    for p in 0..t.particle_count() {
        let there = place(t.lon_deg[[p, 0]], t.lat_deg[[p, 0]]);
        let metres = distance_m(middle, there);
        let (d, a, b) = (
            (there.lon_deg - middle.lon_deg).to_radians(),
            middle.lat_deg.to_radians(),
            there.lat_deg.to_radians(),
        );
        let (east, north) = (b.cos() * d.sin(), a.cos() * b.sin() - a.sin() * b.cos() * d.cos());
        let length = east.hypot(north).max(1e-300);
        let (x, y) = (metres * east / length, metres * north / length);
        mean = [mean[0] + x / n, mean[1] + y / n];
        sums = [sums[0] + x * x / n, sums[1] + x * y / n, sums[2] + y * y / n];
    }
    [
        sums[0] - mean[0] * mean[0],
        sums[1] - mean[0] * mean[1],
        sums[2] - mean[1] * mean[1],
    ]
}

/// Both the sum of squares and each value of two footprints, the second shifted by so many columns.
fn same_shifted(a: &Footprint, b: &Footprint, columns: usize, bound: f64) {
    let peak = a.foot.iter().copied().fold(0.0, f64::max);
    let nx = a.foot.dim().2;
    for ((k, j, i), value) in a.foot.indexed_iter() {
        let other = b.foot[[k, j, (i + columns) % nx]];
        assert!(
            (value - other).abs() <= bound * peak,
            "{k} {j} {i}: {value} and {other}"
        );
    }
}

#[test]
fn across_the_dateline_and_over_the_pole_a_cloud_is_gridded_as_elsewhere() {
    // a turn by 170 degrees moves the cloud by 340 columns; rounding of sines and cosines. At 89.5 degrees the kernel of
    // 0.3 x 0.1 degrees lies over the pole.
    for lat in [-35.0, 60.0, 89.5] {
        let grid = grid(-180.0, 180.0, -90.0, 90.0, (0.5, 0.5));
        let [here, there] = [10.0, 180.0].map(|lon| {
            let t = cloud(place(lon, lat), [90e3, 30e3], 0.4, 200, 1);
            let footprint = grid_particles(&t, &grid).unwrap();
            closes(&footprint);
            assert!(footprint.budget.smeared_out.abs() < 1e-12, "{:?}", footprint.budget);
            footprint
        });
        same_shifted(&here, &there, 340, 1e-9);
    }
}

#[test]
fn over_the_pole_the_kernel_has_the_moments_it_has_elsewhere() {
    // the ellipse of 60 degrees south on the same cells, there of 0.5 degrees of longitude; 3 % for cells
    let middle = place(20.0, 89.6);
    let t = cloud(middle, [120e3, 50e3], 0.0, 300, 1);
    let grid = grid(-180.0, 180.0, 60.0, 90.0, (0.5, 0.1));
    let [xx, xy, yy] = kernel_moments(&grid, &t, middle);
    let sample = covariance(&t, middle);
    let h2 = (xx + yy) / (sample[0] + sample[2]);
    for (got, want) in [xx, xy, yy].iter().zip(sample) {
        assert!(
            (got - h2 * want).abs() < 0.03 * h2 * (sample[0] + sample[2]),
            "{got} and {}",
            h2 * want
        );
    }
    // narrow cells: Scott's h² = n^(-1/3), somewhat more for few particles
    assert!((h2 / 300_f64.powf(-1.0 / 3.0) - 1.1).abs() < 0.1, "h² = {h2}");
}

#[test]
fn a_hundred_times_the_particles_have_narrower_kernels_and_smooth_factor_scales_them() {
    let middle = place(5.0, 50.0);
    let fine = grid(0.0, 10.0, 47.0, 53.0, (0.02, 0.02));
    let width = |particles: usize, smooth_factor: f64| {
        let mut grid = fine.clone();
        grid.smooth_factor = smooth_factor;
        let t = cloud(middle, [25e3, 25e3], 0.0, particles, 1);
        let [xx, _, yy] = kernel_moments(&grid, &t, middle);
        let [sample_x, _, sample_y] = covariance(&t, middle);
        ((xx + yy) / (sample_x + sample_y)).sqrt()
    };
    let (few, many) = (width(100, 1.0), width(10_000, 1.0));
    // Scott: 100^(-1/6) = 0.464 for many particles; at 100 the width of least error is some 8 % above it
    assert!(
        (many / few / 100_f64.powf(-1.0 / 6.0) - 1.0).abs() < 0.1,
        "{}",
        many / few
    );
    assert!((width(100, 2.0) / few - 2.0).abs() < 0.02);
}

#[test]
fn blocks_threads_and_layers_do_not_change_the_footprint() {
    let t = cloud(place(5.0, 50.0), [40e3, 9e3], 1.0, 60, 130);
    let mut hourly = grid(4.0, 7.0, 49.0, 51.0, (0.05, 0.02));
    hourly.time_integrate = false;
    let whole = grid_particles(&t, &hourly).unwrap();
    closes(&whole);
    assert_eq!(whole.foot.dim().0, 3);
    assert!(whole.budget.smeared_out > 0.0);
    let pool = rayon_pool(1);
    let alone = pool.install(|| grid_particles(&t, &hourly).unwrap());
    assert_eq!(whole.foot, alone.foot);
    assert_eq!(whole.stderr, alone.stderr);
    let mut gridder = Gridder::new(&hourly, &t.receptor, t.particle_count()).unwrap();
    for first in (0..130).step_by(7) {
        gridder.add(&block(&t, first..(first + 7).min(130))).unwrap();
    }
    assert_eq!(whole.foot, gridder.finish().unwrap().foot);
}

fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn block(t: &Trajectories, times: std::ops::Range<usize>) -> Trajectories {
    let mut block = Trajectories::new(
        t.receptor.clone(),
        t.particle_count(),
        t.time_min[times.clone()].to_vec(),
    );
    for p in 0..t.particle_count() {
        for (k, time) in times.clone().enumerate() {
            block.lon_deg[[p, k]] = t.lon_deg[[p, time]];
            block.lat_deg[[p, k]] = t.lat_deg[[p, time]];
            block.foot[[p, k]] = t.foot[[p, time]];
        }
    }
    block
}

#[test]
fn the_groups_sums_and_the_error_agree_with_the_footprint() {
    let t = cloud(place(5.0, 50.0), [60e3, 30e3], 1.0, 200, 60);
    let footprint = grid_particles(&t, &grid(4.6, 5.4, 49.8, 50.2, (0.01, 0.01))).unwrap();
    closes(&footprint);
    let sampling = footprint.sampling.as_ref().unwrap();
    let mean = sampling.layer_foot.sum() / sampling.groups() as f64;
    approx::assert_relative_eq!(mean, footprint.foot.sum(), max_relative = 1e-12);
    let stderr = footprint.stderr.as_ref().unwrap();
    // a tenth of the cloud's 200 particles reaches a cell here: each value is known to some 20 %
    let relative = stderr.sum() / footprint.foot.sum();
    assert!((0.02..0.6).contains(&relative), "{relative}");
}

#[test]
fn one_particle_and_none_give_a_cell_and_an_empty_grid() {
    let one = cloud(place(5.05, 50.05), [0.0, 0.0], 0.0, 1, 1);
    let here = grid_particles(&one, &grid(4.0, 6.0, 49.0, 51.0, (0.1, 0.1))).unwrap();
    assert_eq!(here.foot.iter().filter(|v| **v > 0.0).count(), 1);
    closes(&here);
    let elsewhere = grid_particles(&one, &grid(14.0, 16.0, 49.0, 51.0, (0.1, 0.1))).unwrap();
    closes(&elsewhere);
    assert_eq!(elsewhere.budget.outside, elsewhere.budget.total);
}

#[test]
fn a_cloud_without_width_is_gridded_as_points() {
    // all in one place, and all on one line: covariances without an inverse
    for spread in [[0.0, 0.0], [30e3, 0.0], [1e-9, 1e-9]] {
        let t = cloud(place(5.05, 50.05), spread, 0.3, 50, 3);
        let footprint = grid_particles(&t, &grid(2.0, 8.0, 49.0, 51.0, (0.1, 0.1))).unwrap();
        closes(&footprint);
        approx::assert_relative_eq!(footprint.budget.inside, footprint.budget.total, max_relative = 1e-9);
    }
}

#[cfg(feature = "proj")]
#[test]
fn a_projected_grid_has_the_same_ellipse_in_metres() {
    // Lambert's azimuthal equal-area map 30 degrees off its centre stretches by 3 % and turns; feet are 0.3048 m
    let middle = place(40.0, 60.0);
    let t = cloud(middle, [30e3, 10e3], 0.7, 300, 1);
    for (crs, size) in [
        ("+proj=laea +lat_0=52 +lon_0=10 +R=6371200", 2e3),
        ("+proj=laea +lat_0=52 +lon_0=10 +R=6371200 +units=ft", 2e3 / 0.3048),
        ("+proj=stere +lat_0=90 +lon_0=0 +R=6371200", 3e3),
    ] {
        let mut metres = grid(0.0, 1.0, 0.0, 1.0, (size, 1.5 * size));
        metres.crs = crs.into();
        let axes = metres.axes().err();
        let parsed = airshed::crs::Crs::parse(crs).unwrap();
        let (x, y) = parsed.forward(middle.lon_deg, middle.lat_deg);
        (metres.west, metres.east) = (x - 120.0 * size, x + 120.0 * size);
        (metres.south, metres.north) = (y - 120.0 * size, y + 120.0 * size);
        assert!(axes.is_some(), "the first bounds are no whole cells");
        let [xx, xy, yy] = kernel_moments(&metres, &t, middle);
        let sample = covariance(&t, middle);
        let h2 = (xx + yy) / (sample[0] + sample[2]);
        for (got, want) in [xx, xy, yy].iter().zip(sample) {
            assert!(
                (got - h2 * want).abs() < 0.02 * h2 * (sample[0] + sample[2]),
                "{crs}: {got} and {}",
                h2 * want
            );
        }
    }
}
