//! The command `airshed`, as users call it.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod demo_case;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use airshed::demo::write_case;
use demo_case::demo;
use serde_json::Value;
use tempfile::TempDir;

const TIMES: [&str; 3] = ["2019-09-22T03:00", "2019-09-22T12:00", "2019-09-22T13:00"];

/// A small case of its own on the demo's weather: 60 particles, 4 h, two grids.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let case = Self { folder };
        case.write(&case.config(-4, 60, 7), &TIMES);
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self, hours: i32, particles: usize, seed: u64) -> String {
        let demo = demo();
        format!(
            "[met]\nfiles = [{:?}]\n[run]\nhours = {hours}\nparticles = {particles}\nseed = {seed}\nreceptors = \"receptors.csv\"\n\
             [grid.wide]\nwest = -2\neast = 10\nsouth = 48\nnorth = 55\ndx = 0.25\n\
             [grid.near]\nwest = 4\neast = 6\nsouth = 51\nnorth = 53\ndx = 0.05\ntime_integrate = true\n\
             [trajectories]\nevery_min = 1\n\
             [flux.co2]\nfile = {:?}\nvariable = \"emi_co2\"\n",
            demo.met, demo.flux
        )
    }

    fn write(&self, config: &str, times: &[&str]) {
        std::fs::write(self.path("config.toml"), config).unwrap();
        let rows = times
            .iter()
            .enumerate()
            .map(|(i, time)| format!("tower{i},{time},4.927,51.971,207\n"));
        let table = format!("id,time,lon_deg,lat_deg,height_agl_m\n{}", rows.collect::<String>());
        std::fs::write(self.path("receptors.csv"), table).unwrap();
    }

    fn run(&self, more: &[&str]) -> Output {
        let config = self.path("config.toml");
        let mut arguments = vec!["run", config.to_str().unwrap()];
        arguments.extend(more);
        airshed(&arguments)
    }

    fn manifest(&self, output: &str) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.path(output).join("run.json")).unwrap()).unwrap()
    }
}

fn airshed(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airshed"));
    command
        .args(arguments)
        .env("AIRSHED_CACHE_DIR", std::env::temp_dir().join("airshed-test-index"));
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn assert_code(output: &Output, code: i32) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "\nstdout: {out}\nstderr: {err}");
}

fn states(manifest: &Value) -> Vec<&str> {
    manifest["receptors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["state"].as_str().unwrap())
        .collect()
}

/// Contents of all files but `run.json`, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    let named = entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()));
    named.filter(|(name, _)| name != "run.json").collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_any_number_of_threads_and_any_memory() {
    let case = Case::new();
    let mut results = Vec::new();
    // without memory for meteorology the receptors advance in step
    for (threads, memory) in [("1", "4"), ("2", "4"), ("4", "4"), ("1", "0"), ("2", "0")] {
        let out = case.path(&format!("{threads}_{memory}"));
        let limits = ["--threads", threads, "--met-memory", memory];
        assert_code(&case.run(&[&limits[..], &["--out", out.to_str().unwrap()]].concat()), 0);
        results.push(contents(&out));
    }
    // three receptors: two footprints and a trajectory each; the table
    assert_eq!(results[0].len(), 10, "{:?}", results[0].keys());
    for other in &results[1..] {
        assert_eq!(results[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (name, bytes) in &results[0] {
            assert!(*bytes == other[name], "{name} differs");
        }
    }
    case.write(&case.config(-4, 60, 8), &TIMES);
    assert_code(&case.run(&[]), 0);
    let other_seed = contents(&case.path("out"));
    assert!(results[0]["tower0_foot_wide.nc"] != other_seed["tower0_foot_wide.nc"]);
}

#[test]
fn a_failed_receptor_is_reported_and_does_not_stop_the_others() {
    let case = Case::new();
    assert_code(&case.run(&[]), 0);
    assert!(case.path("out/tower1_foot_near.nc").exists());
    case.write(&case.config(-4, 60, 7), &[TIMES[0], "2001-01-01T00:00", TIMES[1]]);
    let output = case.run(&[]);
    assert_code(&output, 1);
    assert!(text(&output.stderr).contains("tower1: failed: no meteorology at 2001-01-01T00:00Z"));
    let manifest = case.manifest("out");
    assert_eq!(states(&manifest), ["complete", "failed", "complete"]);
    assert!(
        manifest["receptors"][1]["reason"]
            .as_str()
            .unwrap()
            .contains("2019-09-20")
    );
    assert_eq!(manifest["receptors"][0]["particles"]["released"], 60);
    assert_eq!(manifest["seed"], 7);
    assert_eq!(manifest["met"][0]["crc32"].as_str().unwrap().len(), 8);
    assert!(case.path("out/tower2_foot_near.nc").exists());
    assert!(
        !case.path("out/tower1_foot_near.nc").exists(),
        "that of the earlier run is gone"
    );
    let table = std::fs::read_to_string(case.path("out/enhancements.csv")).unwrap();
    assert!(table.contains("tower0") && !table.contains("tower1"));
}

#[test]
fn a_memory_that_is_no_size_is_refused() {
    let case = Case::new();
    for memory in ["-1", "nan", "much"] {
        let refused = case.run(&[&format!("--met-memory={memory}")]);
        assert_code(&refused, 2);
        let text = String::from_utf8(refused.stderr).unwrap();
        assert!(text.contains("expected GB, a number from 0 on"), "{text}");
        assert!(!case.path("out").exists());
    }
}

#[test]
fn empty_and_truncated_receptors_are_results() {
    let case = Case::new();
    let far = "[grid.far]\nwest = 100\neast = 110\nsouth = -40\nnorth = -30\ndx = 1\n";
    let config = case.config(-8, 20, 1);
    let grids = config.find("[grid.wide]").unwrap()..config.find("[trajectories]").unwrap();
    let without_flux = &config[..config.find("[flux.co2]").unwrap()];
    case.write(&without_flux.replace(&config[grids], far), &[TIMES[0]]);
    assert_code(&case.run(&[]), 0);
    let manifest = case.manifest("out");
    assert_eq!(states(&manifest), ["empty"]);
    assert_eq!(manifest["receptors"][0]["reason"], "no influence inside any grid");
    assert!(!case.path("out/enhancements.csv").exists());

    case.write(&config, &["2019-09-20T05:00"]);
    let output = case.run(&[]);
    assert_code(&output, 0);
    let manifest = case.manifest("out");
    assert_eq!(states(&manifest), ["truncated"], "{manifest}");
    assert!(
        manifest["receptors"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("the meteorology ended after 5.0 h of 8 h")
    );
    assert_eq!(manifest["receptors"][0]["particles"]["alive"], 0);
}

#[test]
fn resume_keeps_what_is_complete_and_the_same_and_runs_the_rest() {
    let case = Case::new();
    assert_code(&case.run(&[]), 0);
    let out = case.path("out");
    let fresh = contents(&out);
    let written = |name: &str| out.join(name).metadata().unwrap().modified().unwrap();
    let kept_before = written("tower0_traj.nc");
    std::fs::remove_file(out.join("tower1_foot_wide.nc")).unwrap();
    std::fs::write(out.join("tower2_traj.nc"), "cut short").unwrap();
    let output = case.run(&["--resume"]);
    assert_code(&output, 0);
    assert!(
        text(&output.stderr).contains("kept from an earlier run: 1"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(written("tower0_traj.nc"), kept_before);
    assert!(contents(&out) == fresh, "a resumed run gives what a fresh one gives");

    let all_kept = case.run(&["--resume"]);
    assert!(text(&all_kept.stderr).contains("kept from an earlier run: 3"));
    assert!(contents(&out) == fresh);

    case.write(&case.config(-4, 61, 7), &TIMES);
    let changed = case.run(&["--resume"]);
    assert_code(&changed, 0);
    assert!(
        !text(&changed.stderr).contains("kept"),
        "another number of particles is another run"
    );
    assert!(written("tower0_traj.nc") > kept_before);

    let without_resume = case.run(&[]);
    assert!(!text(&without_resume.stderr).contains("kept"));
}

#[test]
fn transport_errors_give_a_second_trajectory_file_and_leave_the_others_as_they_are() {
    let case = Case::new();
    assert_code(&case.run(&["--out", case.path("plain").to_str().unwrap()]), 0);
    let config = case.config(-4, 60, 7).replace(
        "[grid.wide]",
        "[transport]\nsiguverr = 2\ntluverr = 60\nzcoruverr = 700\nhorcoruverr = 97\n[grid.wide]",
    );
    case.write(&config, &TIMES);
    assert_code(&case.run(&[]), 0);
    let (plain, mut with) = (contents(&case.path("plain")), contents(&case.path("out")));
    let perturbed = with.remove("tower1_traj_error.nc").unwrap();
    with.retain(|name, _| !name.ends_with("_traj_error.nc"));
    assert!(plain == with, "the first ensemble does not feel the errors");
    assert_ne!(perturbed, plain["tower1_traj.nc"]);
    let says_so = |name: &str| {
        airshed::output::read_run_attributes(case.path("out").join(name))
            .unwrap()
            .perturbed
    };
    assert!(says_so("tower1_traj_error.nc") && !says_so("tower1_traj.nc"));
    let manifest = case.manifest("out");
    let files = manifest["receptors"][1]["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["name"] == "tower1_traj_error.nc"));

    std::fs::remove_file(case.path("out").join("tower1_traj_error.nc")).unwrap();
    let resumed = case.run(&["--resume"]);
    assert_code(&resumed, 0);
    assert!(
        text(&resumed.stderr).contains("kept from an earlier run: 2"),
        "{}",
        text(&resumed.stderr)
    );
    assert_eq!(contents(&case.path("out"))["tower1_traj_error.nc"], perturbed);
}

#[test]
fn stored_trajectories_give_the_same_footprints_again_and_the_same_ppm() {
    let case = Case::new();
    assert_code(&case.run(&[]), 0);
    let again = case.path("again");
    let (config, trajectories) = (case.path("config.toml"), case.path("out/tower0_traj.nc"));
    let arguments = [
        "footprint",
        config.to_str().unwrap(),
        trajectories.to_str().unwrap(),
        "--out",
        again.to_str().unwrap(),
    ];
    assert_code(&airshed(&arguments), 0);
    let (first, second) = (contents(&case.path("out")), contents(&again));
    assert_eq!(second.len(), 2);
    for (name, bytes) in &second {
        assert!(*bytes == first[name], "{name} differs");
    }
    let footprint = again.join("tower0_foot_wide.nc");
    let flux = demo().flux.to_str().unwrap();
    let convolved = airshed(&[
        "convolve",
        footprint.to_str().unwrap(),
        "--flux",
        flux,
        "--variable",
        "emi_co2",
    ]);
    assert_code(&convolved, 0);
    let ppm = |table: &str| {
        let total = table
            .lines()
            .find(|l| l.starts_with("tower0") && l.contains(",wide,") && l.contains(",total,"))
            .unwrap();
        total.split(',').nth(9).unwrap().to_string()
    };
    let from_run = ppm(&std::fs::read_to_string(case.path("out/enhancements.csv")).unwrap());
    assert_eq!(ppm(&text(&convolved.stdout)), from_run);
    assert!(from_run.parse::<f64>().unwrap() > 0.0);
}

#[test]
fn met_says_what_a_file_holds_and_what_is_derived() {
    let output = airshed(&["met", demo().met.to_str().unwrap()]);
    assert_code(&output, 0);
    let said = text(&output.stdout);
    for expected in [
        "latitude-longitude",
        "2019-09-20T00:00Z to 2019-09-24T00:00Z, every 3 h",
        "pressure",
        "UWND",
        "derived",
    ] {
        assert!(said.contains(expected), "{expected} not in:\n{said}");
    }
    assert_code(&airshed(&["met", "/nowhere/*.arl"]), 2);
}

#[test]
fn config_prints_the_defaults() {
    let output = airshed(&["config", "--defaults"]);
    assert_code(&output, 0);
    assert_eq!(
        text(&output.stdout).trim_end(),
        airshed::config::Config::defaults_text().trim_end()
    );
}

#[test]
fn a_wrong_request_ends_with_status_2_and_one_message() {
    let case = Case::new();
    let config = case.config(-4, 60, 7);
    for (changed, expected) in [
        (config.replace("seed = 7", "sede = 7"), "unknown field `sede`"),
        (config.replace("emi_co2", "emi_ch4"), "emi_ch4"),
        (config.replace("receptors.csv", "towers.csv"), "towers.csv: cannot read"),
        (config.replace("idealised_201909.arl", "*.nothing"), "nothing"),
    ] {
        std::fs::write(case.path("config.toml"), changed).unwrap();
        let output = case.run(&[]);
        assert_code(&output, 2);
        let said = text(&output.stderr);
        assert!(
            said.starts_with("airshed: ") && said.contains(expected),
            "{expected} not in: {said}"
        );
        assert!(!case.path("out").exists(), "nothing is written for a wrong request");
    }
    for arguments in [
        &["compare", "a.csv", "b.csv"][..],
        &["run"],
        &["fly"],
        &["run", "/nowhere.toml"],
    ] {
        assert_code(&airshed(arguments), 2);
    }
    let refusal = airshed(&["compare", "a.csv", "b.csv"]);
    assert!(text(&refusal.stderr).contains("b.csv: cannot open"));
}

#[test]
fn demo_refuses_a_folder_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
    let output = airshed(&["demo", folder.path().to_str().unwrap()]);
    assert_code(&output, 2);
    assert!(text(&output.stderr).contains("holds something else"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let own = demo().config.parent().unwrap();
    assert!(write_case(own).is_ok(), "an earlier demo may be written over");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing_half_written() {
    let case = Case::new();
    case.write(&case.config(-24, 20_000, 7), &TIMES);
    let mut child = Command::new(env!("CARGO_BIN_EXE_airshed"))
        .args(["run", case.path("config.toml").to_str().unwrap()])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !case.path("out").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for entry in std::fs::read_dir(case.path("out")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with(".airshed-"), "{name} was left behind");
    }
    let results = contents(&case.path("out"));
    assert!(results.is_empty(), "{:?}", results.keys());
}
