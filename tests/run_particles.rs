//! What a run keeps of its particles changes no footprint; how many there are is counted and told.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod demo_case;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use airshed::Config;
use airshed::output::read_trajectories;
use airshed::run::{Event, Manifest, RunOptions, State, run};
use airshed::thinning::thin;
use demo_case::demo;

/// Runs a tower for 4 h on two grids; gives the manifest and what was said.
fn run_tower(output: &Path, in_run: &str, kept: &str) -> (Manifest, Vec<String>) {
    let text = format!(
        "[met]\nfiles = [{:?}]\n[run]\nhours = -4\n{in_run}\n[trajectories]\n{kept}\n\
         [[receptor]]\nid = \"tower\"\ntime = \"2019-09-22T12:00\"\nlon_deg = 4.927\nlat_deg = 51.971\nheight_agl_m = 207\n\
         [grid.wide]\nwest = -2\neast = 10\nsouth = 48\nnorth = 55\ndx = 0.25\n\
         [grid.near]\nwest = 4\neast = 6\nsouth = 51\nnorth = 53\ndx = 0.05\ntime_integrate = true\n",
        demo().met
    );
    let config = Config::from_text(&text, output).unwrap();
    let options = RunOptions {
        output: Some(output.to_path_buf()),
        ..RunOptions::default()
    };
    let said = Mutex::new(Vec::new());
    let results = run(&config, &options, &|event| {
        if let Event::Warning(text) = event {
            said.lock().unwrap().push(text.to_owned());
        }
        ControlFlow::Continue(())
    });
    (results.unwrap().manifest, said.into_inner().unwrap())
}

/// Contents of all files but `run.json`, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    let named = entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()));
    named.filter(|(name, _)| name != "run.json").collect()
}

#[test]
fn footprints_are_the_same_bytes_whatever_is_kept_of_the_particles() {
    let folder = tempfile::tempdir().unwrap();
    for mode in ["parity", "physics"] {
        let in_run = format!("particles = 60\nmode = {mode:?}");
        let made = |name: &str, kept: &str| {
            let output = folder.path().join(mode).join(name);
            let (manifest, _) = run_tower(&output, &in_run, kept);
            assert_eq!(manifest.receptors[0].particles.released, 60);
            (contents(&output), manifest.receptors[0].particles, output)
        };
        let (all, particles, all_folder) = made("all", "every_min = 1");
        let (few, same_particles, few_folder) = made("few", "every_min = 35");
        let (none, still_the_same, _) = made("none", "keep = false");
        assert_eq!([particles; 2], [same_particles, still_the_same]);
        assert_eq!(
            none.keys().collect::<Vec<_>>(),
            ["tower_foot_near.nc", "tower_foot_wide.nc"]
        );
        for (name, bytes) in &none {
            assert!(*bytes == all[name] && *bytes == few[name], "{mode}: {name} differs");
        }
        let stored = read_trajectories(few_folder.join("tower_traj.nc")).unwrap();
        let whole = read_trajectories(all_folder.join("tower_traj.nc")).unwrap();
        let thinned = thin(&whole, 35).unwrap();
        assert_eq!(stored.time_min, [-35.0, -70.0, -105.0, -140.0, -175.0, -210.0, -240.0]);
        let bits = |table: &ndarray::Array2<f32>| table.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&stored.foot), bits(&thinned.foot));
        assert_eq!(bits(&stored.height_agl_m), bits(&thinned.height_agl_m));
    }
}

#[test]
fn particles_on_demand_are_counted_and_a_target_out_of_reach_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let receptor = |keys: &str| {
        let in_run = format!("particles = \"auto\"\n{keys}");
        run_tower(folder.path(), &in_run, "keep = false").0.receptors[0].clone()
    };
    let easy = receptor("target_error = 0.5");
    assert_eq!((easy.particles.released, &easy.reason), (500, &None));
    assert!(easy.sampling_error.unwrap() < 0.5);
    let capped = receptor("target_error = 0.001\nmax_particles = 700");
    assert_eq!((capped.particles.released, capped.state), (700, State::Complete));
    let reason = capped.reason.unwrap();
    let expected = "with run.max_particles = 700, not run.target_error = 0.001";
    assert!(reason.contains(expected), "{reason}");
    let foot = airshed::output::read_footprint(folder.path().join("tower_foot_wide.nc")).unwrap();
    assert!(foot.budget.inside > 0.0);
}

#[test]
fn transport_errors_without_a_particle_file_are_told_to_be_without_effect() {
    let folder = tempfile::tempdir().unwrap();
    let errors = "particles = 60\n[transport]\nsigzierr = 20\ntlzierr = 60\nhorcorzierr = 100";
    let (manifest, said) = run_tower(folder.path(), errors, "keep = false");
    assert_eq!(manifest.receptors[0].files.len(), 2);
    assert!(
        said.iter().any(|text| text.contains("transport errors have no effect")),
        "{said:?}"
    );
    let (manifest, said) = run_tower(folder.path(), errors, "keep = true");
    assert_eq!(manifest.receptors[0].files.len(), 4);
    assert!(said.is_empty(), "{said:?}");
}
