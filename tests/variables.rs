//! Particle variables on request: each is the field that the meteorology holds at the particle, and asking changes
//! nothing else.
#![allow(clippy::unwrap_used)]

mod linear_weather;

use std::ops::ControlFlow;

use airshed::config::Config;
use airshed::met::MetReader;
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::{Error, MetStore, Receptor, Result, Trajectories, TransportOptions, Variable, VariableSet, simulate};
use linear_weather::{Linear, SOUTH_DEG, STEP_DEG, WEST_DEG, start, store, surface, temperature_k};
use ndarray::Array2;

const X: f64 = 6.7;
const Y: f64 = 5.4;

fn receptor(hour: i64) -> Receptor {
    let (lon, lat) = (WEST_DEG + STEP_DEG * X, SOUTH_DEG + STEP_DEG * Y);
    Receptor::new(start().plus_hours(hour), lon, lat, 500.0).unwrap()
}

const ON_REQUEST: [&str; 14] = [
    "temp", "temz", "sphu", "rhfr", "wout", "shtf", "whtf", "dswf", "tcld", "lcld", "rain", "crai", "solw", "cape",
];

fn options(hours: i32, variables: &[&str]) -> TransportOptions {
    TransportOptions {
        hours,
        particles: 1,
        turbulence: false,
        variables: VariableSet::from_names(variables).unwrap(),
        ..Default::default()
    }
}

fn follow(met: &MetStore, receptor: &Receptor, options: &TransportOptions) -> Result<Trajectories> {
    simulate(met, receptor, options, &|_| ControlFlow::Continue(()))
}

#[test]
fn fields_at_the_ground_are_those_of_the_place_and_the_minute() {
    let met = store(vec![Linear::new(0..=24, &[])]);
    for (at_hour, hours) in [(20, -6), (7, 6)] {
        let t = follow(&met, &receptor(at_hour), &options(hours, &ON_REQUEST)).unwrap();
        for (k, &minute) in t.time_min.iter().enumerate() {
            let hour = at_hour as f64 + minute / 60.0;
            let value = |variable| f64::from(t.table(variable).unwrap()[[0, k]]);
            for (variable, field) in [
                (Variable::Shtf, "SHTF"),
                (Variable::Whtf, "LHTF"),
                (Variable::Dswf, "DSWF"),
                (Variable::Lcld, "LCLD"),
                (Variable::Solw, "SOLM"),
                (Variable::Cape, "CAPE"),
            ] {
                // weights and fields in f32
                approx::assert_relative_eq!(value(variable), surface(field, X, Y, hour), max_relative = 2e-6);
            }
            // the nearest column, as a fraction
            approx::assert_relative_eq!(
                value(Variable::Tcld),
                0.01 * surface("TCLD", 7.0, 5.0, hour),
                max_relative = 2e-6
            );
            approx::assert_relative_eq!(value(Variable::Rain), 1e-3 / 180.0, max_relative = 1e-5);
            approx::assert_relative_eq!(value(Variable::Crai), (4e-4 + 1e-4 * X) / 180.0, max_relative = 1e-5);
        }
    }
}

#[test]
fn temperature_humidity_and_vertical_motion_are_those_of_the_particle() {
    let met = store(vec![Linear::new(0..=24, &[])]);
    for (at_hour, hours) in [(20, -6), (7, 6)] {
        let t = follow(
            &met,
            &receptor(at_hour),
            &options(hours, &[&ON_REQUEST[..], &["zagl", "pres"]].concat()),
        )
        .unwrap();
        let mut below_m = 500.0;
        for (k, &minute) in t.time_min.iter().enumerate() {
            let hour = at_hour as f64 + minute / 60.0;
            let value = |variable| f64::from(t.table(variable).unwrap()[[0, k]]);
            let height_m = value(Variable::Zagl);
            // a lapse rate of 0.0065 K/m times the rounding of heights and temperatures in f32
            let temperature = temperature_k(height_m, hour);
            approx::assert_abs_diff_eq!(value(Variable::Temz), temperature, epsilon = 1e-4);
            approx::assert_abs_diff_eq!(value(Variable::Temp), temperature_k(10.0, hour), epsilon = 1e-4);
            approx::assert_abs_diff_eq!(value(Variable::Rhfr), 0.6, epsilon = 1e-6);
            let vapour_hpa = 0.6 * (21.4 - 5351.0 / temperature).exp();
            let humidity = 0.622 * vapour_hpa / (value(Variable::Pres) - 0.378 * vapour_hpa);
            // between levels 245 m apart its curve lies up to 0.2 % below the straight line
            approx::assert_relative_eq!(value(Variable::Sphu), humidity, max_relative = 3e-3);
            // heights are written in f32, to 3e-5 m
            approx::assert_abs_diff_eq!(60.0 * value(Variable::Wout), height_m - below_m, epsilon = 1e-4);
            assert_eq!(
                value(Variable::Wout) > 0.0,
                hours > 0,
                "the air rises; backward the particle sinks"
            );
            below_m = height_m;
        }
    }
}

fn weather() -> (MetStore, Receptor) {
    let weather = SyntheticWeather::new(WeatherOptions::default()).unwrap();
    let receptor = Receptor::new(weather.description().times[6], 4.927, 51.971, 120.0).unwrap();
    (MetStore::from_readers(vec![Box::new(weather)]).unwrap(), receptor)
}

#[test]
fn asking_for_more_changes_no_bit_of_the_rest() {
    let held = ["temp", "temz", "sphu", "rhfr", "wout", "shtf", "whtf", "dswf"];
    let (met, receptor) = weather();
    let plain = TransportOptions {
        hours: -5,
        particles: 30,
        ..Default::default()
    };
    let usual: Vec<&str> = plain.variables.iter().map(Variable::name).collect();
    let more = TransportOptions {
        variables: VariableSet::from_names([usual.as_slice(), &held].concat()).unwrap(),
        ..plain.clone()
    };
    let threads = |count: usize, options: &TransportOptions| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| follow(&met, &receptor, options).unwrap())
    };
    let (a, b, c) = (threads(2, &plain), threads(2, &more), threads(1, &more));
    let bits = |table: &Array2<f32>| table.map(|v| v.to_bits());
    for variable in plain.variables.iter().filter(|v| a.table(*v).is_some()) {
        assert_eq!(
            bits(a.table(variable).unwrap()),
            bits(b.table(variable).unwrap()),
            "{variable:?}"
        );
    }
    assert_eq!(a.lon_deg, b.lon_deg);
    assert_eq!(a.lat_deg, b.lat_deg);
    for (variable, table) in &b.extra {
        assert_eq!(
            bits(table),
            bits(c.table(*variable).unwrap()),
            "{variable:?} with one thread"
        );
        assert!(table.iter().all(|v| v.is_finite()), "{variable:?}");
    }
    assert_eq!(b.extra.len(), held.len());
    assert!(a.extra.is_empty() && a.table(Variable::Temz).is_none());
}

#[test]
fn the_mass_of_particles_is_told_without_weighting_their_influence() {
    let (met, receptor) = weather();
    let options = TransportOptions {
        turbulence: true,
        ..options(-5, &["dens", "dmas"])
    };
    let told = follow(&met, &receptor, &options).unwrap();
    let mut weighted = options.clone();
    (weighted.derive.mass_weight, weighted.variables) = (true, VariableSet::default());
    let weighted = follow(&met, &receptor, &weighted).unwrap();
    assert_eq!(told.table(Variable::Dmas), weighted.table(Variable::Dmas));
    assert!(told.mass_weight.iter().any(|mass| (mass - 1.0).abs() > 1e-4));
    assert_eq!(told.air_density_kg_m3, weighted.air_density_kg_m3);
    let plain = TransportOptions {
        variables: VariableSet::default(),
        ..options
    };
    let plain = follow(&met, &receptor, &plain).unwrap();
    assert_eq!(plain.foot, told.foot);
    assert!(plain.table(Variable::Dmas).is_none());
}

#[test]
fn a_field_that_the_meteorology_lacks_is_named_before_the_first_step() {
    let told = |met: &MetStore, receptor: &Receptor, hours, name: &str| {
        let error = follow(met, receptor, &options(hours, &[name])).unwrap_err();
        assert!(matches!(&error, Error::MetField { .. }), "{error}");
        error.to_string()
    };
    for (name, field) in [
        ("shtf", "SHTF"),
        ("whtf", "LHTF"),
        ("dswf", "DSWF"),
        ("tcld", "TCLD"),
        ("lcld", "LCLD"),
        ("rain", "TPP6"),
        ("crai", "CPP6"),
        ("solw", "SOLM"),
        ("cape", "CAPE"),
        ("rhfr", "RELH"),
        ("sphu", "RELH"),
    ] {
        let met = store(vec![Linear::new(0..=12, &[field])]);
        let message = told(&met, &receptor(9), -3, name);
        assert!(message.contains(field) && message.contains(name), "{message}");
    }
    // only the source that the run comes to last lacks it
    let met = store(vec![Linear::new(15..=24, &[]), Linear::new(0..=12, &["TCLD"])]);
    let watched = simulate(&met, &receptor(21), &options(-15, &["tcld"]), &|_| {
        panic!("no step is taken")
    });
    assert!(
        watched
            .unwrap_err()
            .to_string()
            .contains("linear from hour 0: no field TCLD")
    );
    assert!(
        follow(&met, &receptor(21), &options(-5, &["tcld"])).is_ok(),
        "not touched by a shorter run"
    );
    assert!(
        follow(
            &store(vec![Linear::new(0..=12, &[])]),
            &receptor(9),
            &options(-3, &ON_REQUEST)
        )
        .is_ok()
    );
}

#[test]
fn physics_mode_refuses_what_it_does_not_look_up() {
    let met = store(vec![Linear::new(0..=12, &[])]);
    let ask = |name: &str| {
        let mut asked = options(-1, &[name]);
        asked.derive.mode = airshed::config::Mode::Physics;
        follow(&met, &receptor(9), &asked)
    };
    assert!(matches!(ask("temz"), Err(Error::NotBuilt { .. })));
    let told = ask("zagl").unwrap();
    assert!(told.table(Variable::Zagl).is_some() && told.table(Variable::Dens).is_none());
}

#[test]
fn the_configuration_takes_the_names_of_stilt_and_corrects_others() {
    let with = |variables: &str| {
        let text = format!(
            "[met]\nfiles = [\"a\"]\n[trajectories]\nvariables = {variables}\n[[receptor]]\n\
             time = \"2019-06-21T09:00\"\nlon_deg = 3.0\nlat_deg = 47.0\nheight_agl_m = 10.0\n"
        );
        Config::from_text(&text, "")
    };
    let config = with(r#"["time", "indx", "long", "lati", "zagl", "foot", "temz", "lhtf"]"#).unwrap();
    let names: Vec<&str> = config
        .transport_options()
        .variables
        .iter()
        .map(Variable::name)
        .collect();
    assert_eq!(names, ["time", "indx", "long", "lati", "zagl", "foot", "temz", "whtf"]);
    let message = with(r#"["temzz"]"#).unwrap_err().to_string();
    assert!(message.contains("did you mean `temz`?"), "{message}");
    let message = with(r#"["icdx"]"#).unwrap_err().to_string();
    assert!(
        message.contains("not built yet") && message.contains("convection"),
        "{message}"
    );
    assert!(with("\"temz\"").is_err());
}

#[cfg(feature = "netcdf")]
mod files {
    use airshed::grid::Grid;
    use airshed::grid_particles;
    use airshed::output::{RunAttributes, read_trajectories, write_trajectories};

    use super::*;

    fn attributes() -> RunAttributes {
        RunAttributes {
            mode: "parity".into(),
            seed: 1,
            perturbed: false,
        }
    }

    fn grid() -> Grid {
        Grid {
            name: "default".into(),
            west: 2.0,
            east: 5.0,
            south: 46.0,
            north: 49.0,
            dx: 0.1,
            dy: 0.1,
            crs: "+proj=longlat".into(),
            time_integrate: false,
            smooth_factor: 1.0,
            gridding: Default::default(),
        }
    }

    fn run(variables: &[&str]) -> Trajectories {
        let options = TransportOptions {
            particles: 5,
            turbulence: true,
            ..options(-3, variables)
        };
        follow(&store(vec![Linear::new(0..=12, &[])]), &receptor(9), &options).unwrap()
    }

    #[test]
    fn extras_come_back_from_their_file_and_so_does_the_footprint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.nc");
        let written = run(&ON_REQUEST);
        write_trajectories(&path, &written, &attributes(), 1).unwrap();
        let read = read_trajectories(&path).unwrap();
        assert_eq!(read.variables, written.variables);
        for name in ON_REQUEST {
            let variable = Variable::from_name(name).unwrap();
            assert_eq!(read.table(variable), written.table(variable), "{name}");
        }
        assert!(read.table(Variable::Dens).is_none(), "it was not asked for");
        let again = grid_particles(&read, &grid()).unwrap();
        assert_eq!(again.foot, grid_particles(&written, &grid()).unwrap().foot);
    }

    #[test]
    fn thinned_extras_are_the_values_of_the_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.nc");
        let whole = run(&["temz", "foot_no_hnf_dilution"]);
        write_trajectories(&path, &whole, &attributes(), 20).unwrap();
        let thinned = read_trajectories(&path).unwrap();
        for (record, k) in (19..180).step_by(20).enumerate() {
            assert_eq!(thinned.extra[0].1[[3, record]], whole.extra[0].1[[3, k]]);
            let sum: f32 = (k - 19..=k).map(|k| whole.foot_raw[[3, k]]).sum();
            approx::assert_relative_eq!(thinned.foot_raw[[3, record]], sum, max_relative = 1e-5);
        }
    }

    #[test]
    fn every_column_states_its_units_and_meaning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.nc");
        write_trajectories(&path, &run(&ON_REQUEST), &attributes(), 60).unwrap();
        let file = netcdf::open(&path).unwrap();
        for name in ON_REQUEST {
            let variable = file.variable(name).unwrap();
            let text = |attribute: &str| match variable.attribute_value(attribute).unwrap().unwrap() {
                netcdf::AttributeValue::Str(text) => text,
                other => panic!("{name}:{attribute} is {other:?}"),
            };
            let described = Variable::from_name(name).unwrap();
            assert_eq!(text("units"), described.units());
            assert_eq!(text("long_name"), described.long_name());
            assert_eq!(text("coordinates"), "long lati");
            assert_eq!(variable.attribute("standard_name").is_some(), name != "wout");
        }
    }
}
