//! A run with inventories and a background: its tables, and what a resumed run makes of them.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;

use airshed::Config;
use airshed::output::contributions::{Kind, read_contributions};
use airshed::run::{RunOptions, State, run};

const PARTICLES: usize = 200;

fn case(folder: &Path, background: &str) -> Config {
    let demo = airshed::demo::write_case(&folder.join("demo")).unwrap();
    let flux = demo.flux.display();
    let inventory = format!(
        "tracer = \"CO2\"\n[[source]]\nfile = \"{flux}\"\nvariable = \"emi_co2\"\nsector = \"all\"\nfuel = \"mixed\"\n"
    );
    std::fs::write(folder.join("inventory.toml"), inventory).unwrap();
    let text = format!(
        r#"
[met]
files = ["{}"]
[run]
hours = -6
particles = {PARTICLES}
output = "out"
[grid.europe]
west = -2.0
east = 10.0
south = 49.0
north = 55.0
dx = 0.1
dy = 0.1
[flux.invented]
file = "{flux}"
variable = "emi_co2"
[inventory.invented]
file = "inventory.toml"
[attribution]
age_edges_h = [0, 2, 4]
{background}
[[receptor]]
id = "noon"
time = 2019-09-22T12:00
lon_deg = 4.927
lat_deg = 51.971
height_agl_m = 120
[[receptor]]
id = "night"
time = 2019-09-22T03:00
lon_deg = 4.927
lat_deg = 51.971
height_agl_m = 120
"#,
        demo.met.display()
    );
    Config::from_text(&text, folder).unwrap()
}

fn go(config: &Config, resume: bool) -> airshed::run::Results {
    let options = RunOptions {
        resume,
        ..RunOptions::default()
    };
    run(config, &options, &|_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn a_run_tells_who_emitted_what_and_a_resumed_one_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let config = case(folder.path(), "[background.CO2]\nconstant = 400000\nunits = \"ppb\"\n");
    let results = go(&config, false);
    assert_eq!(results.manifest.count(State::Complete), 2);
    let out = folder.path().join("out");
    let rows = read_contributions(out.join("contributions.csv")).unwrap();
    let sum = |receptor: &str, kind| -> f64 {
        rows.iter()
            .filter(|row| row.receptor == receptor && row.kind == kind)
            .map(|row| row.ppm)
            .sum()
    };
    for receptor in ["noon", "night"] {
        let (parts, enhancement) = (sum(receptor, Kind::Part), sum(receptor, Kind::Enhancement));
        approx::assert_relative_eq!(parts, enhancement, max_relative = 1e-12);
        assert_eq!(sum(receptor, Kind::Background), 400.0);
        // the same particles, once at their places and once smoothed over cells of 0.1 degree: sampling does not part them,
        // smoothing of invented cities 15 km wide does, by a few percent
        let total = results
            .enhancements
            .iter()
            .find(|row| row.receptor == receptor && row.layer_start.is_none())
            .unwrap();
        approx::assert_relative_eq!(enhancement, total.ppm, max_relative = 0.1);
        let own = rows
            .iter()
            .find(|row| row.receptor == receptor && row.kind == Kind::Enhancement)
            .unwrap();
        assert!(own.ppm_stderr > 0.0 && own.ppm_stderr < 0.3 * own.ppm);
    }
    let series = std::fs::read_to_string(out.join("series_CO2.csv")).unwrap();
    assert_eq!(series.lines().count(), 3, "{series}");
    let ages: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == Kind::Part)
        .filter_map(|row| row.age_to_h)
        .collect();
    assert!(ages.contains(&2.0) && ages.contains(&f64::INFINITY) && !ages.contains(&4.0));

    let table = std::fs::read(out.join("contributions.csv")).unwrap();
    std::fs::remove_file(out.join("night_contributions.csv")).unwrap();
    let again = go(&config, true);
    assert_eq!(std::fs::read(out.join("contributions.csv")).unwrap(), table);
    assert!(
        again
            .manifest
            .sources
            .iter()
            .any(|file| file.path.ends_with("inventory.toml"))
    );

    // another inventory under the same name: nothing of the earlier run is kept
    let toml = folder.path().join("inventory.toml");
    let halved = std::fs::read_to_string(&toml).unwrap() + "units = \"g m-2 s-1\"\n";
    std::fs::write(&toml, halved).unwrap();
    go(&config, true);
    let lower = read_contributions(out.join("noon_contributions.csv")).unwrap();
    let lower: f64 = lower
        .iter()
        .filter(|row| row.kind == Kind::Enhancement)
        .map(|row| row.ppm)
        .sum();
    approx::assert_relative_eq!(1000.0 * lower, sum("noon", Kind::Enhancement), max_relative = 1e-5);
}

#[test]
fn sources_that_cannot_be_are_refused_by_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |background: &str| {
        let text = format!(
            "[met]\nfiles = [\"a\"]\n[grid.a]\n[grid.b]\n{background}\n[[receptor]]\ntime = 2019-09-22T12:00\nlon_deg = 4.9\nlat_deg = 52\nheight_agl_m = 120\n"
        );
        Config::from_text(&text, folder.path()).unwrap_err().to_string()
    };
    let told = refused("[background.CO2]\nconstant = 400\n");
    assert!(
        told.contains("background.CO2.grid") && told.contains("several"),
        "{told}"
    );
    assert!(refused("[background.CO2]\ngrid = \"a\"\n").contains("one of constant, series"));
    assert!(refused("[background.CO2]\ngrid = \"c\"\nconstant = 1\n").contains("one of a, b"));
    assert!(refused("[background.CO2]\ngrid = \"a\"\nfield = \"f.nc\"\n").contains("background.CO2.variable"));
    assert!(refused("[inventory.a]\nfil = \"x\"\n").contains("fil"));
}
