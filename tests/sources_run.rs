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
fn tables_of_tracers_that_are_no_more_go_and_rivals_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let with_radon = "[background.222Rn]\nconstant = 1e-15\n[background.CO2]\nconstant = 400\n[inventory.rival]\nfile = \"inventory.toml\"\n";
    let config = case(folder.path(), with_radon);
    let told = std::sync::Mutex::new(String::new());
    let watch = |event: airshed::run::Event<'_>| {
        if let airshed::run::Event::Warning(text) = event {
            told.lock().unwrap().push_str(text);
        }
        ControlFlow::Continue(())
    };
    let results = run(&config, &RunOptions::default(), &watch).unwrap();
    assert!(
        told.lock().unwrap().contains("sum of the inventories invented, rival"),
        "{told:?}"
    );
    assert_eq!(
        results.manifest.tables,
        ["contributions.csv", "series_CO2.csv", "series_Rn.csv"]
    );
    let out = folder.path().join("out");
    let rows = read_contributions(out.join("noon_contributions.csv")).unwrap();
    let radon = rows.iter().find(|row| row.tracer == "Rn").unwrap();
    assert!(
        radon.ppm < 1e-15 && radon.ppm > 0.95e-15,
        "decays for less than 6 h: {}",
        radon.ppm
    );
    go(&case(folder.path(), ""), false);
    assert!(out.join("series_CO2.csv").exists() && !out.join("series_Rn.csv").exists());
}

#[test]
fn a_course_over_time_is_not_applied_twice() {
    use airshed::inventory::Inventory;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("months.nc");
    let mut file = netcdf::create(&path).unwrap();
    for (name, units, values) in [
        ("time", "days since 2019-01-01", vec![0.0, 31.0]),
        ("lat", "degrees_north", vec![50.0, 51.0]),
        ("lon", "degrees_east", vec![4.0, 5.0]),
    ] {
        file.add_dimension(name, 2).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_values(&values, ..).unwrap();
        axis.put_attribute("units", units).unwrap();
    }
    let mut emission = file.add_variable::<f64>("emission", &["time", "lat", "lon"]).unwrap();
    emission.put_values(&[1.0; 8], ..).unwrap();
    emission.put_attribute("units", "mol m-2 s-1").unwrap();
    drop(file);
    std::fs::write(
        folder.path().join("profiles.toml"),
        "source = \"x\"\n[[profile]]\nmonth = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("scaling.csv"), "year,value\n2018,1\n2019,2\n").unwrap();
    let refused = |keys: &str| {
        let text = format!("tracer = \"CO2\"\n{keys}\n[[source]]\nfile = \"months.nc\"\nvariable = \"emission\"\n");
        let path = folder.path().join("inventory.toml");
        std::fs::write(&path, text).unwrap();
        Inventory::open(&path).map(|_| ()).map_err(|e| e.to_string())
    };
    assert!(refused("").is_ok() && refused("scaling = \"scaling.csv\"\nscaling_base_year = 2019").is_ok());
    assert!(
        refused("profiles = \"profiles.toml\"")
            .unwrap_err()
            .contains("seasons of their own")
    );
    let scaled = refused("scaling = \"scaling.csv\"\nscaling_base_year = 2018").unwrap_err();
    assert!(scaled.contains("other years"), "{scaled}");
    std::fs::write(
        folder.path().join("slash.toml"),
        "tracer = \"CO2/soil\"\n[[source]]\nfile = \"months.nc\"\nvariable = \"emission\"\n",
    )
    .unwrap();
    assert!(
        Inventory::open(folder.path().join("slash.toml"))
            .unwrap_err()
            .to_string()
            .contains("CO2/soil")
    );
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
    assert!(refused("[background.CO2]\ngrid = \"a\"\nconstant = 1\nvariable = \"v\"\n").contains("leave it out"));
    assert!(refused("[background.CO2]\ngrid = \"a\"\nconstant = 1\n[run]\nhours = 3\n").contains("negative"));
    assert!(refused("[inventory.a]\nfil = \"x\"\n").contains("fil"));
}
