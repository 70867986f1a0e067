//! Ends of particles and the influence of a domain's sides, by their claims.

#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with other tests")]
mod footprints;

use airshed::boundary::{BoundaryInfluence, Domain, End, EndTracker, Fate, Side, Sides};
use airshed::trajectory::Status;
use airshed::{Error, Grid, Receptor, Trajectories, UtcTime};
use approx::assert_relative_eq;
use footprints::DEGREES;
use ndarray::Array2;

fn grid(bounds: [f64; 4], cell: f64) -> Grid {
    footprints::grid(bounds, cell, DEGREES)
}

/// An ensemble whose particle p moves by `step(p)` (degrees east, degrees north, m up) each minute.
fn moving(from: [f64; 3], particles: usize, minutes: usize, step: impl Fn(usize) -> [f64; 3]) -> Trajectories {
    let time = UtcTime::parse("2020-01-01T12:00").unwrap();
    let receptor = Receptor::new(time, from[0], from[1], from[2]).unwrap();
    let mut t = Trajectories::new(receptor, particles, (1..=minutes).map(|k| -(k as f64)).collect());
    for p in 0..particles {
        let [east, north, up] = step(p);
        for k in 0..minutes {
            let after = (k + 1) as f64;
            t.lon_deg[[p, k]] = airshed::geo::wrap_longitude_deg(from[0] + after * east);
            t.lat_deg[[p, k]] = from[1] + after * north;
            t.height_agl_m[[p, k]] = (from[2] + after * up) as f32;
            t.terrain_m[[p, k]] = 100.0 + 10.0 * k as f32;
            t.pressure_hpa[[p, k]] = 1000.0 - 0.5 * k as f32;
        }
    }
    t
}

fn ends(grid: &Grid, trajectories: &Trajectories) -> (Domain, Vec<End>) {
    let domain = Domain::of(grid).unwrap();
    let mut tracker = EndTracker::new(domain, &trajectories.receptor, trajectories.particle_count());
    tracker.add(trajectories).unwrap();
    tracker.finish()
}

fn whole(influence: &BoundaryInfluence) -> f64 {
    influence.through_sides()
        + influence.top
        + influence.inside
        + influence.left_meteorology
        + influence.met_gap
        + influence.started_outside
}

#[test]
fn a_particle_leaves_where_its_way_between_two_records_crosses_the_edge() {
    let t = moving([5.0, 52.0, 100.0], 1, 10, |_| [0.3, 0.05, 20.0]);
    let (_, ends) = ends(&grid([4.0, 6.0, 51.0, 53.0], 0.5), &t);
    let end = ends[0];
    assert_eq!(end.fate, Fate::Left(Side::East));
    // 1 degree at 0.3 a minute
    let minutes = 1.0 / 0.3;
    assert_relative_eq!(end.age_min, minutes, max_relative = 1e-12);
    assert_relative_eq!(end.time_min, -minutes, max_relative = 1e-12);
    assert_relative_eq!(end.lon_deg, 6.0, max_relative = 1e-12);
    assert_relative_eq!(end.lat_deg, 52.0 + 0.05 * minutes, max_relative = 1e-12);
    assert_relative_eq!(end.height_agl_m, 100.0 + 20.0 * minutes, max_relative = 1e-6);
    // terrain of minutes 3 and 4 is 120 and 130 m
    assert_relative_eq!(
        end.height_asl_m,
        end.height_agl_m + 100.0 + 10.0 * (minutes - 1.0),
        max_relative = 1e-6
    );
    // half a hectopascal less with each
    assert_relative_eq!(end.pressure_hpa, 1000.0 - 0.5 * (minutes - 1.0), max_relative = 1e-6);
}

#[test]
fn past_a_corner_the_side_crossed_first_counts() {
    let g = grid([4.0, 6.0, 51.0, 53.0], 0.5);
    // both edges lie between the same two records; the northern one is nearer
    let north_first = moving([5.9, 52.9, 100.0], 1, 3, |_| [0.5, 0.8, 0.0]);
    assert_eq!(ends(&g, &north_first).1[0].fate, Fate::Left(Side::North));
    let east_first = moving([5.9, 52.9, 100.0], 1, 3, |_| [0.8, 0.5, 0.0]);
    assert_eq!(ends(&g, &east_first).1[0].fate, Fate::Left(Side::East));
}

#[test]
fn each_way_out_has_its_name() {
    let steps = [
        [-0.5, 0.0, 0.0],
        [0.0, -0.5, 0.0],
        [0.0, 0.0, 5000.0],
        [0.0, 0.0, 0.0],
        [0.1, 0.0, 0.0],
        [0.1, 0.0, 0.0],
        [0.1, 0.0, 0.0],
        [0.1, 0.0, 0.0],
    ];
    let mut t = moving([5.0, 52.0, 100.0], 8, 6, |p| steps[p]);
    for (p, status) in [
        (4, Status::LeftDomain),
        (5, Status::MetGap),
        (6, Status::LeftTop),
        (7, Status::MetGap),
    ] {
        t.status[p] = status;
        let ended_at = if p == 7 { 0 } else { 3 };
        for k in ended_at..6 {
            t.lon_deg[[p, k]] = f64::NAN;
        }
    }
    let (domain, ends) = ends(&grid([4.0, 6.0, 51.0, 53.0], 0.5), &t);
    let fates: Vec<Fate> = ends.iter().map(|end| end.fate).collect();
    assert_eq!(
        fates,
        [
            Fate::Left(Side::West),
            Fate::Left(Side::South),
            Fate::Top,
            Fate::Inside,
            Fate::LeftMeteorology,
            Fate::MetGap,
            Fate::Top,
            Fate::MetGap,
        ]
    );
    // 100 m and 5000 m a minute to 20 km
    assert_relative_eq!(ends[2].age_min, 19_900.0 / 5000.0, max_relative = 1e-6);
    assert_relative_eq!(ends[4].lon_deg, 5.3, max_relative = 1e-12);
    assert_eq!(ends[3].age_min, 6.0);
    assert!(ends[7].lon_deg.is_nan());
    let influence = BoundaryInfluence::of(&domain, &ends);
    assert_eq!((influence.top, influence.inside), (0.25, 0.125));
    assert_eq!((influence.left_meteorology, influence.met_gap), (0.125, 0.25));
    assert_relative_eq!(whole(&influence), 1.0, max_relative = 1e-15);
}

#[test]
fn a_receptor_beyond_the_edge_starts_outside_even_if_its_air_was_inside() {
    let t = moving([3.9, 52.0, 100.0], 2, 10, |_| [0.2, 0.0, 0.0]);
    let (domain, ends) = ends(&grid([4.0, 6.0, 51.0, 53.0], 0.5), &t);
    assert_eq!(ends[0].fate, Fate::StartedOutside);
    // wrapped to ±180: rounding
    assert_relative_eq!(ends[0].lon_deg, 3.9, max_relative = 1e-14);
    assert_eq!(ends[0].age_min, 0.0);
    assert_eq!(BoundaryInfluence::of(&domain, &ends).started_outside, 1.0);
}

#[test]
fn a_domain_across_the_antimeridian_has_its_sides_where_they_are() {
    let pacific = grid([170.0, -170.0, -10.0, 10.0], 1.0);
    let east = moving([179.5, 0.0, 100.0], 1, 30, |_| [0.4, 0.0, 0.0]);
    let (domain, found) = ends(&pacific, &east);
    assert_eq!(found[0].fate, Fate::Left(Side::East));
    assert_relative_eq!(found[0].lon_deg, -170.0, max_relative = 1e-12);
    assert_relative_eq!(found[0].age_min, 10.5 / 0.4, max_relative = 1e-12);
    // latitude 0 is the lower edge of row 10
    assert_eq!(BoundaryInfluence::of(&domain, &found).fraction.east[[0, 10]], 1.0);
    let north = moving([179.5, 0.0, 100.0], 1, 30, |_| [0.1, 0.5, 0.0]);
    let (domain, found) = ends(&pacific, &north);
    // 20 minutes to 10 N; by then at 181.5 E, in column 11 from 170 E
    assert_eq!(BoundaryInfluence::of(&domain, &found).fraction.north[[0, 11]], 1.0);
}

#[test]
fn a_ring_round_the_globe_has_no_east_and_no_west() {
    let ring = grid([-180.0, 180.0, -60.0, 60.0], 2.0);
    let round = moving([100.0, 0.0, 100.0], 1, 500, |_| [1.5, 0.1, 0.0]);
    assert_eq!(ends(&ring, &round).1[0].fate, Fate::Inside);
    let out = moving([100.0, 0.0, 100.0], 1, 700, |_| [1.5, 0.1, 0.0]);
    let (domain, found) = ends(&ring, &out);
    assert_eq!(found[0].fate, Fate::Left(Side::North));
    // 600 minutes at 1.5 degrees: 1000 E is 80 W, the lower edge of column 50
    let influence = BoundaryInfluence::of(&domain, &found);
    let row: Vec<usize> = (0..180).filter(|&i| influence.fraction.north[[0, i]] > 0.0).collect();
    // one of the two cells at the edge, by rounding of 600 steps
    assert!(row == [50] || row == [49], "{row:?}");
}

#[test]
fn how_records_are_cut_into_blocks_does_not_matter() {
    let t = moving([5.0, 52.0, 100.0], 50, 60, |p| {
        let angle = 0.7 * p as f64;
        [0.05 * angle.cos(), 0.03 * angle.sin(), p as f64]
    });
    let g = grid([4.0, 6.0, 51.0, 53.0], 0.5);
    let (domain, at_once) = ends(&g, &t);
    let mut tracker = EndTracker::new(Domain::of(&g).unwrap(), &t.receptor, 50);
    for minutes in [0..7, 7..8, 8..60] {
        let cut = |table: &Array2<f32>| table.slice_axis(ndarray::Axis(1), minutes.clone().into()).to_owned();
        let cut_f64 = |table: &Array2<f64>| table.slice_axis(ndarray::Axis(1), minutes.clone().into()).to_owned();
        let mut block = t.clone();
        block.time_min = t.time_min[minutes.clone()].to_vec();
        (block.lon_deg, block.lat_deg) = (cut_f64(&t.lon_deg), cut_f64(&t.lat_deg));
        (block.height_agl_m, block.terrain_m) = (cut(&t.height_agl_m), cut(&t.terrain_m));
        block.pressure_hpa = cut(&t.pressure_hpa);
        tracker.add(&block).unwrap();
    }
    assert_eq!(tracker.finish().1, at_once);
    let influence = BoundaryInfluence::of(&domain, &at_once);
    assert_relative_eq!(whole(&influence), 1.0, max_relative = 1e-12);
    assert!(influence.through_sides() > 0.5);
}

#[test]
fn fractions_and_mean_ages_are_by_side_place_and_height() {
    // westward at four speeds and two heights from the middle of row 2
    let t = moving([5.0, 52.25, 900.0], 4, 60, |p| {
        [-0.1 - 0.1 * p as f64, 0.0, if p < 2 { 0.0 } else { 500.0 }]
    });
    let (domain, ends) = ends(&grid([4.0, 6.0, 51.0, 53.0], 0.5), &t);
    let influence = BoundaryInfluence::of(&domain, &ends);
    assert_eq!(influence.fraction.west.dim(), (20, 4));
    assert_eq!(influence.fraction.north.dim(), (20, 4));
    assert_eq!(influence.fraction.west[[0, 2]], 0.5);
    // 10 and 5 minutes
    assert_relative_eq!(influence.mean_age_h.west[[0, 2]], 7.5 / 60.0, max_relative = 1e-12);
    // 900 m + 500 m a minute for 10/3 and 2.5 minutes: both in 2000 to 3000 m
    assert_eq!(influence.fraction.west[[2, 2]], 0.5);
    assert_eq!(influence.mean_age_h.east.sum(), 0.0);
    assert_eq!(influence.height_centres_m()[..2], [500.0, 1500.0]);
}

#[test]
fn a_curtain_that_rises_with_height_gives_the_mean_height_of_leaving() {
    let t = moving([5.0, 52.25, 900.0], 100, 60, |p| [-0.1, 0.0, 10.0 * p as f64]);
    let (domain, ends) = ends(&grid([4.0, 6.0, 51.0, 53.0], 0.5), &t);
    let influence = BoundaryInfluence::of(&domain, &ends);
    let heights = influence.height_centres_m();
    let curtain = Array2::from_shape_fn((20, 4), |(k, _)| 400.0 + heights[k] / 1000.0);
    let curtains = Sides {
        north: curtain.clone(),
        east: curtain.clone(),
        south: curtain.clone(),
        west: curtain,
    };
    let background = influence.background(&curtains).unwrap();
    let mean_km = ends.iter().map(|end| end.height_agl_m).sum::<f64>() / 100.0 / 1000.0;
    // a layer's centre stands for heights up to 0.5 km off, at random: 0.5/√3/√100 km
    assert!(
        (background.sum - 400.0 - mean_km).abs() < 3.0 * 0.03,
        "{} {mean_km}",
        background.sum
    );
    assert_relative_eq!(background.share, 1.0, max_relative = 1e-12);
    let short = Sides {
        west: Array2::zeros((19, 4)),
        ..curtains
    };
    assert!(matches!(influence.background(&short), Err(Error::Config { key, .. }) if key == "curtain west"));
}

#[test]
fn heights_must_ascend_from_the_ground() {
    let g = grid([4.0, 6.0, 51.0, 53.0], 0.5);
    for edges in [
        vec![],
        vec![0.0],
        vec![10.0, 20.0],
        vec![0.0, 20.0, 20.0],
        vec![0.0, f64::INFINITY],
    ] {
        assert!(matches!(Domain::new(&g, edges), Err(Error::Config { key, .. }) if key == "grid.test.height_edges_m"));
    }
}

#[cfg(feature = "proj")]
#[test]
fn the_sides_of_a_map_are_its_own_edges() {
    let map = Grid {
        crs: "+proj=laea +lat_0=52 +lon_0=5 +R=6371200 +units=m".into(),
        ..grid([-100e3, 100e3, -50e3, 50e3], 10e3)
    };
    let t = moving([5.0, 52.0, 100.0], 1, 100, |_| [0.0, 0.02, 0.0]);
    let (domain, found) = ends(&map, &t);
    assert_eq!(found[0].fate, Fate::Left(Side::North));
    // equal-area azimuthal map: y = 2R sin(Δφ/2) along the middle meridian
    let degrees = 2.0 * (50e3 / (2.0 * 6_371_200.0_f64)).asin().to_degrees();
    // straight between two records a minute apart on the plane, where Δφ bends by 1e-9
    assert_relative_eq!(found[0].lat_deg, 52.0 + degrees, max_relative = 1e-8);
    assert_relative_eq!(found[0].age_min, degrees / 0.02, max_relative = 1e-5);
    let influence = BoundaryInfluence::of(&domain, &found);
    assert_relative_eq!(influence.fraction.north.sum(), 1.0);
    assert!(influence.fraction.north[[0, 9]] + influence.fraction.north[[0, 10]] == 1.0);
}

/// Curtains of the real file and the grid that its coordinates are the centres of.
#[cfg(feature = "netcdf")]
fn real_curtains(path: &std::path::Path) -> (Grid, Sides<Array2<f64>>) {
    let file = netcdf::open(path).unwrap();
    let axis = |name: &str| file.variable(name).unwrap().get_values::<f64, _>(..).unwrap();
    let curtain = |name: &str| {
        let variable = file.variable(name).unwrap();
        let shape = variable.dimensions().iter().map(|d| d.len()).collect::<Vec<_>>();
        let values = variable.get_values::<f64, _>(..).unwrap();
        Array2::from_shape_vec((shape[0], shape[1]), values).unwrap()
    };
    let edges = |centres: Vec<f64>| {
        let n = centres.len();
        let cell = ((centres[n - 1] - centres[0]) / (n - 1) as f64 * 1e3).round() / 1e3;
        let first = ((centres[0] - cell / 2.0) * 1e3).round() / 1e3;
        [first, first + cell * n as f64, cell]
    };
    let ([west, east, dx], [south, north, dy]) = (edges(axis("lon")), edges(axis("lat")));
    let europe = Grid {
        dx,
        dy,
        ..grid([west, east, south, north], 1.0)
    };
    let sides = Sides {
        north: curtain("vmr_n"),
        east: curtain("vmr_e"),
        south: curtain("vmr_s"),
        west: curtain("vmr_w"),
    };
    (europe, sides)
}

#[cfg(feature = "netcdf")]
#[test]
fn real_boundary_curtains_lie_on_the_same_cells() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/boundary");
    let path = shared.join("openghg_co2_EUROPE_201407.nc");
    if !path.exists() {
        eprintln!("skipped: no {}", path.display());
        return;
    }
    let (europe, curtains) = real_curtains(&path);
    // west at 1.2 degrees a minute from the Netherlands, a fan of heights
    let t = moving([4.9, 52.0, 100.0], 20, 300, |p| {
        [-1.2, 0.05 * (p as f64 - 10.0) / 10.0, 5.0 * p as f64]
    });
    let (domain, ends) = ends(&europe, &t);
    let influence = BoundaryInfluence::of(&domain, &ends);
    let background = influence.background(&curtains).unwrap();
    assert_relative_eq!(background.share, 1.0, max_relative = 1e-12);
    assert_relative_eq!(influence.fraction.west.sum(), 1.0, max_relative = 1e-12);
    // CO2 in the summer of 2014: 380 to 410 ppm
    assert!((380e-6..410e-6).contains(&background.sum), "{}", background.sum);
}
