//! Stores of a run: the same footprints and ppm as from files, also when a run is resumed.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod demo_case;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use airshed::output::read_footprint;
use airshed::store::Store;
use demo_case::demo;
use tempfile::TempDir;

const TIMES: [&str; 3] = ["2019-09-22T03:00", "2019-09-22T12:00", "2019-09-22T13:00"];
const STORE: &str = "4.927_51.971_207_2019_footprints_wide.nc";

struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, times: &[&str], footprints: &str, out: &str, more: &[&str]) -> Output {
        succeeded(self.started(times, footprints, out, more))
    }

    fn started(&self, times: &[&str], footprints: &str, out: &str, more: &[&str]) -> Output {
        let config = format!(
            "[met]\nfiles = [{:?}]\n[run]\nhours = -4\nparticles = 60\nreceptors = \"receptors.csv\"\n\
             [grid.wide]\nwest = -2\neast = 10\nsouth = 48\nnorth = 55\ndx = 0.25\n\
             [grid.near]\nwest = 4\neast = 6\nsouth = 51\nnorth = 53\ndx = 0.05\ntime_integrate = true\n\
             [footprints]\n{footprints}\n[flux.co2]\nfile = {:?}\nvariable = \"emi_co2\"\n",
            demo().met,
            demo().flux
        );
        std::fs::write(self.path("config.toml"), config).unwrap();
        let rows = times.iter().enumerate();
        let rows: String = rows.map(|(i, t)| format!("tower{i},{t},4.927,51.971,207\n")).collect();
        let table = format!("id,time,lon_deg,lat_deg,height_agl_m\n{rows}");
        std::fs::write(self.path("receptors.csv"), table).unwrap();
        let (config, out) = (self.path("config.toml"), self.path(out));
        let mut arguments = vec!["run", config.to_str().unwrap(), "--out", out.to_str().unwrap()];
        arguments.extend(more);
        command(&arguments)
    }
}

fn command(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airshed"))
        .args(arguments)
        .env("AIRSHED_CACHE_DIR", std::env::temp_dir().join("airshed-test-index"))
        .output()
        .unwrap()
}

fn succeeded(output: Output) -> Output {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn airshed(arguments: &[&str]) -> Output {
    succeeded(command(arguments))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn bytes(path: PathBuf) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn a_run_into_stores_gives_what_a_run_into_files_gives_also_when_resumed() {
    let case = Case::new();
    case.run(&TIMES, "store = true", "both", &[]);
    case.run(
        &TIMES[..2],
        "files = false\nstore = true",
        "stores",
        &["--threads", "1"],
    );
    let is_file = |name: &String| name.contains("_foot_");
    assert!(!names(&case.path("stores")).iter().any(is_file));
    assert_eq!(
        Store::open(case.path("stores").join(STORE)).unwrap().receptors().len(),
        2
    );

    let resumed = case.run(&TIMES, "files = false\nstore = true", "stores", &["--resume"]);
    let manifest = std::fs::read_to_string(case.path("stores/run.json")).unwrap();
    assert!(String::from_utf8_lossy(&resumed.stdout).contains("3 complete"));
    assert_eq!(manifest.matches(STORE).count(), 3);
    let in_both: Vec<String> = names(&case.path("both")).into_iter().filter(|n| !is_file(n)).collect();
    assert_eq!(names(&case.path("stores")), in_both);
    for name in in_both.iter().filter(|name| *name != "run.json") {
        let [a, b] = ["stores", "both"].map(|out| bytes(case.path(out).join(name)));
        assert!(a == b, "{name} differs");
    }

    let store = Store::open(case.path("stores").join(STORE)).unwrap();
    for (footprint, k) in store.footprints().zip(0..) {
        let (footprint, file) = (
            footprint.unwrap(),
            case.path("both").join(format!("tower{k}_foot_wide.nc")),
        );
        let file = read_footprint(file).unwrap();
        assert_eq!((&footprint.receptor, &footprint.grid), (&file.receptor, &file.grid));
        assert_eq!((&footprint.foot, &footprint.stderr), (&file.foot, &file.stderr));
        assert_eq!((&footprint.sampling, footprint.budget), (&file.sampling, file.budget));
    }

    let before = case.path("stores").join(STORE).metadata().unwrap().modified().unwrap();
    case.run(&TIMES, "files = false\nstore = true", "stores", &["--resume"]);
    let after = case.path("stores").join(STORE).metadata().unwrap().modified().unwrap();
    assert_eq!(before, after, "a store with nothing new was written again");
}

#[test]
fn a_store_keeps_the_receptors_of_earlier_runs_into_its_folder() {
    let case = Case::new();
    case.run(&TIMES[..1], "files = false\nstore = true", "out", &[]);
    let rows = std::fs::read_to_string(case.path("receptors.csv")).unwrap();
    std::fs::write(case.path("first.csv"), &rows).unwrap();
    // another list: the second time under an id of its own
    let config = std::fs::read_to_string(case.path("config.toml")).unwrap();
    std::fs::write(
        case.path("receptors.csv"),
        rows.replace("tower0,2019-09-22T03", "later,2019-09-22T12"),
    )
    .unwrap();
    std::fs::write(case.path("config.toml"), config).unwrap();
    let (config, out) = (case.path("config.toml"), case.path("out"));
    airshed(&["run", config.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let store = Store::open(out.join(STORE)).unwrap();
    let ids: Vec<&str> = store.receptors().iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["tower0", "later"]);
}

#[test]
fn files_packed_by_hand_convolve_to_the_same_table() {
    let case = Case::new();
    case.run(&TIMES[..2], "", "out", &[]);
    let [first, second] = [0, 1].map(|k| case.path("out").join(format!("tower{k}_foot_wide.nc")));
    let store = case.path("packed.nc");
    let [first, second, store] = [&first, &second, &store].map(|path| path.to_str().unwrap());
    airshed(&["store", first, "--out", store]);
    let grown = airshed(&["store", second, "--out", store]);
    assert!(String::from_utf8_lossy(&grown.stdout).contains("2 receptors"));
    let flux = demo().flux.to_str().unwrap();
    let from = |paths: &[&str]| airshed(&[&["convolve"], paths, &["--flux", flux, "--variable", "emi_co2"]].concat());
    let table = from(&[store]).stdout;
    assert_eq!(table, from(&[first, second]).stdout);
    let table = String::from_utf8(table).unwrap();
    assert!(table.lines().next().unwrap().ends_with(",ppm_stderr"));
    let last = table.lines().last().unwrap().rsplit(',').next().unwrap();
    assert!(last.parse::<f64>().unwrap() > 0.0, "{table}");
}

#[test]
fn a_failed_receptor_is_in_no_store() {
    let case = Case::new();
    let store_only = "files = false\nstore = true";
    // long after the end of the weather
    let times = ["2019-11-01T00:00", TIMES[0]];
    assert_eq!(case.started(&times, store_only, "out", &[]).status.code(), Some(1));
    let store = Store::open(case.path("out").join(STORE)).unwrap();
    let ids: Vec<&str> = store.receptors().iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["tower1"]);
    assert_eq!(
        case.started(&times[..1], store_only, "none", &[]).status.code(),
        Some(1)
    );
    assert_eq!(names(&case.path("none")), ["enhancements.csv", "run.json"]);
}
