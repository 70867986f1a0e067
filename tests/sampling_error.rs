//! The sampling error in files and in ppm.
#![allow(clippy::unwrap_used)]

mod footprints;
#[path = "footprints/sampled.rs"]
mod sampled;

use airshed::convolve::convolve;
use airshed::decay::Decay;
use airshed::flux::{Flux, FluxTimes, LatLonMesh};
use airshed::footprint::{grid_particles, standard_error};
use airshed::gridding::Measure;
use airshed::rng::{Noise, key_of};
use airshed::{Receptor, Trajectories};
use approx::assert_relative_eq;
use footprints::{DEGREES, areas, grid, start};
use ndarray::Array3;
use sampled::{GROUPS, sampled};

#[test]
fn under_a_uniform_flux_the_error_of_ppm_is_that_of_the_sum() {
    let footprint = sampled(3);
    let sampling = footprint.sampling.as_ref().unwrap();
    let added = convolve(&footprint, &Flux::uniform(2.0)).unwrap();
    // sums of a hundred products
    assert_relative_eq!(
        added.stderr_ppm.unwrap(),
        2.0 * sampling.total_stderr(),
        max_relative = 1e-12
    );
    for (ppm, foot) in added.layer_stderr_ppm.unwrap().iter().zip(sampling.layer_stderr()) {
        assert_relative_eq!(*ppm, 2.0 * foot, max_relative = 1e-12);
    }
}

#[test]
fn each_groups_deposits_meet_the_flux_of_their_cell_and_hour_and_decay_on_the_way() {
    let footprint = sampled(2);
    let lat: Vec<f64> = (0..=6).map(|j| 48.0 + f64::from(j)).collect();
    let lon: Vec<f64> = (0..=10).map(f64::from).collect();
    let flux_of = |hour: usize, cell: usize| (1 + hour) as f64 * (cell as f64 - 20.0);
    let values = Array3::from_shape_fn((2, 6, 10), |(t, j, i)| flux_of(t, 10 * j + i));
    let mesh = LatLonMesh::from_edges(&lat, &lon).unwrap();
    let flux = Flux::from_array(
        "test",
        mesh,
        FluxTimes::from_starts(&footprint.layer_start).unwrap(),
        values,
    )
    .unwrap();
    let decay = Decay::of_half_life_h(1.0).unwrap();
    for decay in [None, Some(decay)] {
        let mut groups = [0.0; GROUPS];
        for d in &footprint.sampling.as_ref().unwrap().deposits {
            let age_h = 2.0 - f64::from(d.layer);
            let left = decay.map_or(1.0, |d| d.mean_remaining(3600.0 * (age_h - 1.0), 3600.0 * age_h));
            groups[d.group as usize] += left * f64::from(d.foot) * flux_of(d.layer as usize, d.cell as usize);
        }
        let gridded = flux.on_grid(&footprint.grid).unwrap().decaying(decay);
        let added = gridded.convolve(&footprint).unwrap();
        assert_relative_eq!(
            added.stderr_ppm.unwrap(),
            standard_error(groups.into_iter()),
            max_relative = 1e-10
        );
    }
}

#[test]
fn without_groups_there_is_no_error_and_with_wrong_ones_no_ppm() {
    let mut footprint = sampled(2);
    let flux = Flux::uniform(1.0);
    footprint.sampling.as_mut().unwrap().deposits[7].cell = 60;
    let text = convolve(&footprint, &flux).unwrap_err().to_string();
    assert!(text.contains("60 cells"), "{text}");
    footprint.sampling.as_mut().unwrap().deposits.clear();
    assert_eq!(convolve(&footprint, &flux).unwrap().stderr_ppm, None);
    footprint.sampling = None;
    assert_eq!(convolve(&footprint, &flux).unwrap().layer_stderr_ppm, None);
}

#[test]
fn residence_time_takes_no_flux() {
    let mut footprint = areas(grid([0.0, 10.0, 48.0, 54.0], 1.0, DEGREES));
    footprint.grid.gridding.measure = Measure::Residence {
        bottom_agl_m: 0.0,
        top_agl_m: 100.0,
    };
    let text = convolve(&footprint, &Flux::uniform(1.0)).unwrap_err().to_string();
    assert!(text.contains("grid.test.measure = residence"), "{text}");
}

/// Particles that walk at random from the receptor and are near the ground for spells of about half an hour.
fn ensemble(seed: u64) -> Trajectories {
    let (particles, minutes) = (100, 120);
    let receptor = Receptor::new(start(), 5.0, 51.0, 100.0).unwrap();
    let mut t = Trajectories::new(receptor, particles, (1..=minutes).map(|k| -f64::from(k)).collect());
    for particle in 0..particles {
        let mut noise = Noise::new(key_of(seed, &[]), particle as u32, 0);
        let (mut lon, mut lat, mut near) = (5.0, 51.0, noise.uniform() < 0.5);
        let drift = 0.01 * noise.normal();
        for k in 0..minutes as usize {
            lon += drift - 0.008 + 0.01 * noise.normal();
            lat += 0.01 * noise.normal();
            near ^= noise.uniform() < 1.0 / 30.0;
            (t.lon_deg[[particle, k]], t.lat_deg[[particle, k]]) = (lon, lat);
            t.foot[[particle, k]] = if near { 1e-3 } else { 0.0 };
        }
    }
    t
}

/// 400 ensembles of 100 particles in 20 groups. The variance over the ensembles is known to √(2/399) = 7 %, the mean of
/// their estimates to √(2/19/400) = 1.6 %, together 7.2 %; the bound is four of these.
/// Groups count before smoothing: where the kernel levels the patches of a flux, that errs on the safe side.
#[test]
fn the_error_of_ppm_is_the_spread_over_independent_ensembles() {
    let cells = 40;
    let grid = grid([3.0, 7.0, 49.0, 53.0], 0.1, DEGREES);
    let edges = |from: f64| -> Vec<f64> { (0..=cells).map(|i| from + 0.1 * i as f64).collect() };
    let mesh = LatLonMesh::from_edges(&edges(49.0), &edges(3.0)).unwrap();
    let flux = |value: fn(usize, usize) -> f64| {
        let values = Array3::from_shape_fn((1, cells, cells), |(_, j, i)| value(j, i));
        let flux = Flux::from_array("test", mesh.clone(), FluxTimes::constant(), values).unwrap();
        flux.on_grid(&grid).unwrap()
    };
    let even = flux(|_, _| 1.0);
    let gradient = flux(|j, i| i as f64 - 12.0 + 0.5 * j as f64);
    let patches = flux(|j, i| ((j / 2 + i / 2) % 2) as f64);
    let footprints: Vec<_> = (0..400).map(|k| grid_particles(&ensemble(k), &grid).unwrap()).collect();
    for gridded in [even, gradient, patches] {
        let added: Vec<_> = footprints.iter().map(|f| gridded.convolve(f).unwrap()).collect();
        let spread = standard_error(added.iter().map(|a| a.total_ppm)).powi(2) * added.len() as f64;
        let squares = added.iter().map(|a| a.stderr_ppm.unwrap().powi(2));
        let ratio = squares.sum::<f64>() / added.len() as f64 / spread;
        eprintln!("{ratio}");
        assert!(
            (0.71..1.29).contains(&ratio),
            "variance estimated {ratio} times the spread"
        );
    }
}

#[cfg(feature = "netcdf")]
mod files {
    use airshed::footprint::Footprint;
    use airshed::gridding::{EarlySteps, GriddingMode, LoneParticle, Quirks};
    use airshed::output::{RunAttributes, as_stored, read_footprint, write_footprint};

    use super::*;

    fn through_a_file(footprint: &Footprint) -> Footprint {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("foot.nc");
        let run = RunAttributes {
            mode: "physics".into(),
            seed: 1,
            perturbed: false,
        };
        write_footprint(&path, footprint, &run).unwrap();
        let again = folder.path().join("again.nc");
        write_footprint(&again, footprint, &run).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap());
        read_footprint(&path).unwrap()
    }

    #[test]
    fn a_footprint_comes_back_with_its_error_its_groups_and_its_choices() {
        let mut footprint = sampled(3);
        let heights = (50.0, 333.3);
        let measures = [
            Measure::Surface,
            Measure::Residence {
                bottom_agl_m: heights.0,
                top_agl_m: heights.1,
            },
            Measure::Elevated {
                bottom_agl_m: heights.0,
                top_agl_m: heights.1,
            },
        ];
        for measure in measures {
            let gridding = &mut footprint.grid.gridding;
            gridding.measure = measure;
            gridding.mode = Some(GriddingMode::Metric);
            gridding.layer_min = 20;
            gridding.error_groups = GROUPS;
            gridding.nested_in = Some("continent".into());
            gridding.compat = Quirks {
                early_steps: EarlySteps::Split,
                lone_particle: LoneParticle::Unsmoothed,
                ..Quirks::default()
            };
            let stored = as_stored(footprint.clone());
            let read = through_a_file(&footprint);
            assert_eq!(read.grid, footprint.grid);
            assert_eq!(read.foot, stored.foot);
            assert_eq!(read.stderr, stored.stderr);
            assert_eq!(read.sampling, stored.sampling);
            assert_eq!(read.sampling, footprint.sampling);
        }
        footprint.grid.gridding = Default::default();
        assert_eq!(through_a_file(&footprint).grid, footprint.grid);
    }

    #[test]
    fn ppm_and_their_error_are_the_same_to_the_bit_from_a_file() {
        let mut footprint = sampled(3);
        for d in &mut footprint.sampling.as_mut().unwrap().deposits {
            d.foot *= 0.123_456_7;
        }
        let flux = Flux::uniform(0.7);
        let in_memory = convolve(&as_stored(footprint.clone()), &flux).unwrap();
        assert_eq!(convolve(&through_a_file(&footprint), &flux).unwrap(), in_memory);
        // half a unit of the twelfth bit
        let exact = convolve(&footprint, &flux).unwrap().stderr_ppm.unwrap();
        assert_relative_eq!(in_memory.stderr_ppm.unwrap(), exact, max_relative = 2e-4);
    }

    #[test]
    fn a_footprint_without_influence_or_without_groups_comes_back_as_it_was() {
        let mut footprint = sampled(2);
        footprint.foot.fill(0.0);
        footprint.stderr = Some(footprint.foot.clone());
        let sampling = footprint.sampling.as_mut().unwrap();
        sampling.deposits.clear();
        sampling.layer_foot.fill(0.0);
        let read = through_a_file(&footprint);
        assert_eq!(read.sampling, footprint.sampling);
        assert_eq!(convolve(&read, &Flux::uniform(1.0)).unwrap().stderr_ppm, Some(0.0));
        (footprint.stderr, footprint.sampling) = (None, None);
        let read = through_a_file(&footprint);
        assert!(read.stderr.is_none() && read.sampling.is_none());
    }
}
