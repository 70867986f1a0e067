//! A run that nests its grids and keeps the ends of its particles: what the files hold.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;

use airshed::demo::write_case;
use airshed::output::{read_footprint, read_trajectories};
use airshed::run::{RunOptions, State, run};
use airshed::trajectory::Trajectories;
use airshed::{Config, Error};
use approx::assert_relative_eq;

const GRIDS: &str = "[grid.wide]\nwest = -2\neast = 10\nsouth = 48\nnorth = 55\ndx = 0.25\nends = true\n\
     [grid.near]\nwest = 4\neast = 6\nsouth = 51\nnorth = 53\ndx = 0.05\nends = true\nheight_edges_m = [0, 200, 5000]\n";

fn text(met: &str, mode: &str, grids: &str) -> String {
    format!(
        "[met]\nfiles = [{met:?}]\n[run]\nhours = -8\nparticles = 100\nmode = {mode:?}\n[[receptor]]\nid = \"tower\"\n\
         time = \"2019-09-22T12:00\"\nlon_deg = 4.927\nlat_deg = 51.971\nheight_agl_m = 207\n{grids}"
    )
}

fn numbers(path: &Path, name: &str) -> Vec<f64> {
    let file = netcdf::open(path).unwrap();
    file.variable(name).unwrap().get_values::<f64, _>(..).unwrap()
}

fn share(path: &Path, name: &str) -> f64 {
    let file = netcdf::open(path).unwrap();
    f64::try_from(file.attribute(name).unwrap().value().unwrap()).unwrap()
}

/// Sides and the rest add up; a particle that left is outside a minute later, one that did not is inside at the end.
fn ends_are_right(path: &Path, particles: &Trajectories, bounds: [f64; 4]) {
    let sides: f64 = ["n", "e", "s", "w"]
        .map(|side| numbers(path, &format!("particle_locations_{side}")).iter().sum::<f64>())
        .iter()
        .sum();
    assert_relative_eq!(sides, share(path, "share_through_sides"), max_relative = 1e-12);
    let rest = ["top", "inside", "left_meteorology", "met_gap", "started_outside"];
    let names = rest.map(|name| format!("share_{}{name}", if name == "top" { "through_" } else { "" }));
    let whole = sides + names.iter().map(|name| share(path, name)).sum::<f64>();
    assert_relative_eq!(whole, 1.0, max_relative = 1e-12);
    let (fate, time) = (numbers(path, "end_fate"), numbers(path, "end_time"));
    let [west, east, south, north] = bounds;
    for (p, fate) in fate
        .iter()
        .enumerate()
        .filter(|(_, fate)| **fate < 4.0 || **fate == 5.0)
    {
        let last = if *fate == 5.0 { -480.0 } else { time[p].floor() };
        let k = particles.time_min.iter().position(|t| *t == last).unwrap();
        let (x, y) = (particles.lon_deg[[p, k]], particles.lat_deg[[p, k]]);
        let inside = (west..east).contains(&x) && (south..north).contains(&y);
        assert_eq!(inside, *fate == 5.0, "particle {p}: fate {fate}, {x} {y}");
    }
}

#[test]
fn a_run_writes_ends_for_the_grids_that_ask_and_nests_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let case = write_case(&folder.path().join("demo")).unwrap();
    for mode in ["parity", "physics"] {
        let made = |name: &str, grids: &str| {
            let output = folder.path().join(mode).join(name);
            std::fs::create_dir_all(&output).unwrap();
            let met = case.met.to_str().unwrap();
            let config = Config::from_text(&text(met, mode, grids), &output).unwrap();
            let options = RunOptions {
                output: Some(output.clone()),
                ..RunOptions::default()
            };
            let results = run(&config, &options, &|_| ControlFlow::Continue(())).unwrap();
            assert_eq!(results.manifest.receptors[0].state, State::Complete);
            (output, results.manifest.receptors[0].files.clone())
        };
        let (alone, files) = made("alone", GRIDS);
        assert!(files.iter().any(|file| file.name == "tower_ends_wide.nc"));
        let particles = read_trajectories(alone.join("tower_traj.nc")).unwrap();
        ends_are_right(&alone.join("tower_ends_wide.nc"), &particles, [-2.0, 10.0, 48.0, 55.0]);
        // 8 h of wind: out of 2 degrees, not of 12
        assert!(share(&alone.join("tower_ends_near.nc"), "share_through_sides") > 0.5);
        ends_are_right(&alone.join("tower_ends_near.nc"), &particles, [4.0, 6.0, 51.0, 53.0]);
        assert_eq!(numbers(&alone.join("tower_ends_near.nc"), "height"), [100.0, 2600.0]);

        let (nested, _) = made("nested", &format!("{GRIDS}nested_in = \"wide\"\n"));
        let sum = |folder: &Path, grid: &str| {
            read_footprint(folder.join(format!("tower_foot_{grid}.nc")))
                .unwrap()
                .foot
                .sum()
        };
        assert!(sum(&nested, "near") > 0.0);
        // values of files are f32
        let both = sum(&nested, "wide") + sum(&nested, "near");
        assert_relative_eq!(both, sum(&alone, "wide"), max_relative = 1e-6);
    }
}

#[test]
fn impossible_keys_of_ends_and_nests_are_refused_by_name() {
    let refused = |grids: &str, key: &str| match Config::from_text(&text("x.arl", "parity", grids), ".").unwrap_err() {
        Error::Config { key: found, .. } => assert_eq!(found, key),
        other => panic!("{other}"),
    };
    let near = "[grid.near]\nwest = 4\neast = 6\nsouth = 51\nnorth = 53\ndx = 0.05\n";
    refused(&format!("{near}nested_in = \"wide\"\n"), "grid.near.nested_in");
    refused(
        &format!("{near}height_edges_m = [0, 100]\n"),
        "grid.near.height_edges_m",
    );
    refused(
        &format!("{near}ends = true\nheight_edges_m = [100, 0]\n"),
        "grid.near.height_edges_m",
    );
}
