//! The configuration file: what is accepted, what is refused, and with which words.
#![allow(clippy::unwrap_used)]

use airshed::config::{Config, Mode, Particles};
use airshed::time::UtcTime;
use airshed::transport::MixingHeightScale;
use airshed::{Error, Result};

const TOWER: &str =
    "[[receptor]]\nid = \"CBW\"\ntime = \"2010-02-12T18:00\"\nlon_deg = 4.927\nlat_deg = 51.971\nheight_agl_m = 207\n";

fn config(sections: &str) -> Result<Config> {
    let met = match sections.contains("[met]") {
        true => "",
        false => "[met]\nfiles = [\"met/*.arl\"]\n",
    };
    Config::from_text(&format!("{met}{sections}\n{TOWER}"), "/case")
}

#[test]
fn only_the_met_files_and_a_receptor_are_required() {
    let config = config("").unwrap();
    let run = &config.run;
    assert_eq!(
        (run.hours, run.particles, run.seed, run.mode),
        (-24, Particles::Number(1000), 1, Mode::Parity)
    );
    assert_eq!(config.met_patterns(), ["/case/met/*.arl"]);
    assert_eq!(config.output_folder(), std::path::Path::new("/case/out"));
    assert_eq!(config.receptors[0].id, "CBW");
    assert_eq!(config.grids().len(), 1);
    let options = airshed::TransportOptions {
        delt_min: 1.0,
        ..airshed::TransportOptions::default()
    };
    assert_eq!(config.transport_options(), options);
    let without_met = Config::from_text(TOWER, "").unwrap_err().to_string();
    assert!(without_met.contains("missing field `met`"), "{without_met}");
    let without_receptor = Config::from_text("[met]\nfiles = [\"a\"]", "").unwrap_err().to_string();
    assert!(without_receptor.contains("no receptors"), "{without_receptor}");
}

#[test]
fn the_printed_defaults_parse_back_and_read_receptors_from_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, Config::defaults_text()).unwrap();
    let table = "time,lon_deg,lat_deg,height_agl_m\n2010-02-12T18:00,4.927,51.971,207\n";
    std::fs::write(folder.path().join("receptors.csv"), table).unwrap();
    let printed = Config::from_toml(&file).unwrap();
    assert_eq!(printed.receptors[0].id, "201002121800_4.927_51.971_207");
    assert!(printed.warnings.is_empty(), "{:?}", printed.warnings);
    let minimal = config("").unwrap();
    assert_eq!(printed.transport_options(), minimal.transport_options());
    assert_eq!(printed.shaping_json()["transport"], minimal.shaping_json()["transport"]);
    assert_eq!(printed.trajectories, minimal.trajectories);
    assert_eq!(printed.grids(), minimal.grids());
    for line in Config::defaults_text().lines() {
        let is_key = line.contains(" = ") && !line.starts_with('#');
        assert!(!is_key || line.contains("  # "), "no comment on: {line}");
    }
}

#[test]
fn integers_serve_as_floats_and_toml_datetimes_as_times() {
    let place = |lon: f64| format!("lon_deg = {lon}\nlat_deg = 52\nheight_agl_m = 10\n");
    let config = config(&format!(
        "[transport]\nveght = 1\nhscale = 7200\n\
         [grid.eu]\nwest = 0\neast = 10\nsouth = 48\nnorth = 54\ndx = 1\nsmooth_factor = 0\n\
         [[receptor]]\ntime = 2010-02-12T18:00:00Z\n{}\
         [[receptor]]\ntime = 2010-02-12 19:30:00\n{}\
         [[receptor]]\ntime = 2010-02-12T19:00:00+01:00\n{}",
        place(5.0),
        place(5.0),
        place(6.0)
    ))
    .unwrap();
    assert_eq!((config.transport.veght, config.transport.hscale), (1.0, 7200.0));
    let grid = &config.grids()[0];
    assert_eq!(
        (grid.name.as_str(), grid.dx, grid.dy, grid.smooth_factor),
        ("eu", 1.0, 1.0, 0.0)
    );
    let times: Vec<_> = config.receptors.iter().map(|r| r.time).collect();
    let evening = UtcTime::parse("2010-02-12T18:00").unwrap();
    assert_eq!(times, [evening, evening.plus_seconds(5400), evening, evening]);
}

#[test]
fn a_series_stands_for_many_receptors() {
    let series = "[[receptor]]\nstart = \"2010-02-12T00:00\"\nend = 2010-02-12T12:00:00Z\nevery_h = 6\n\
                  lon_deg = 5\nlat_deg = 52\nheight_agl_m = 10";
    let whole = config(series).unwrap();
    let ids: Vec<_> = whole.receptors.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "201002120000_5_52_10",
            "201002120600_5_52_10",
            "201002121200_5_52_10",
            "CBW"
        ]
    );
    let without_step = config(&series.replace("every_h = 6\n", "")).unwrap_err().to_string();
    assert!(
        without_step.contains("give either time, or start, end and every_h"),
        "{without_step}"
    );
}

fn assert_refused(section: &str, keys: &str, expected: &str) {
    let message = config(&format!("[{section}]\n{keys}")).unwrap_err().to_string();
    assert!(
        message.contains(expected),
        "[{section}] {keys}\n  expected {expected:?}\n  found {message:?}"
    );
}

#[test]
fn faults_in_met_and_run_name_the_key_the_value_and_what_is_allowed() {
    assert_refused("met", "files = []", "met.files = []");
    assert_refused("runs", "hours = -24", "unknown field `runs`");
    for (keys, expected) in [
        ("hour = -24", "unknown field `hour`, expected one of `hours`"),
        ("hours = \"24\"", "hours = \"24\""),
        ("hours = 0", "run.hours = 0: h, negative backward"),
        ("particles = 0", "run.particles = 0: from 1"),
        ("particles = -5", "expected a whole number of particles, or \"auto\""),
        ("particles = 12.5", "expected a whole number of particles, or \"auto\""),
        (
            "particles = \"many\"",
            "invalid value: string \"many\", expected a whole number of particles, or \"auto\"",
        ),
        ("target_error = 0", "run.target_error = 0: a part of the total, from"),
        ("target_error = 5", "run.target_error = 5: a part of the total, from"),
        (
            "max_particles = 499",
            "run.max_particles = 499: at least the 500 of the pilot",
        ),
        ("seed = -1", "seed = -1"),
        ("mode = \"fast\"", "expected `parity` or `physics`"),
        ("receptors = \"r.csv\"", "not both"),
    ] {
        assert_refused("run", keys, expected);
    }
}

#[test]
fn particles_are_a_number_or_as_many_as_a_target_takes() {
    let target = |keys: &str| config(&format!("[run]\n{keys}")).unwrap().run.particle_target();
    assert_eq!(target("particles = 300"), None);
    let auto = target("particles = \"auto\"\ntarget_error = 0.1").unwrap();
    assert_eq!((auto.relative_error, auto.max_particles), (0.1, 20_000));

    let idle = config("[run]\ntarget_error = 0.1").unwrap().warnings.join("\n");
    assert!(idle.contains("run.target_error has no effect"), "{idle}");
    let without = config("[run]\nparticles = \"auto\"\n[grid]").unwrap_err().to_string();
    assert!(without.contains("give a grid, or a number"), "{without}");

    let json = config("[run]\nparticles = \"auto\"").unwrap().to_json();
    assert_eq!(json["run"]["particles"], "auto");
}

#[test]
fn faults_in_transport_name_the_key_the_value_and_what_is_allowed() {
    for (keys, expected) in [
        ("veghtt = 1", "transport.veghtt = 1: unknown key; did you mean `veght`?"),
        ("numpar = 200", "write it as run.particles"),
        ("tlfrac = 0", "transport.tlfrac = 0: greater than 0, at most 1"),
        (
            "tlfrac = \"x\"",
            "transport.tlfrac = \"x\": expected a number (default 0.1)",
        ),
        ("kmixd = 3.5", "transport.kmixd = 3.5: expected a whole number"),
        ("kmixd = 5", "transport.kmixd = 5: 0, 1, 2, 3, or a mixing height"),
        ("kblt = 6", "transport.kblt = 6: from 1 to 5"),
        ("hnf_plume = 1", "expected true or false"),
        ("capemin = -7", "transport.capemin = -7: from 0 to 100000"),
        ("veght = nan", "transport.veght = NaN"),
    ] {
        assert_refused("transport", keys, expected);
    }
}

#[test]
fn faults_in_grids_fluxes_and_receptors_name_the_key_the_value_and_what_is_allowed() {
    for (keys, expected) in [
        ("west = 0\neast = 10\nsouth = 48", "grid.eu.north = missing"),
        ("west = 0\neast = 9\nsouth = 48\nnorth = 40", "grid.eu.north = 40"),
        (
            "west = 9\neast = 0\nsouth = 4\nnorth = 8\ncrs = \"EPSG:3035\"",
            "grid.eu.east = 0",
        ),
        (
            "west = 0\neast = 9\nsouth = 48\nnorth = 54\ndx = 0",
            "grid.eu.dx = 0: a cell size above 0",
        ),
    ] {
        assert_refused("grid.eu", keys, expected);
    }
    assert_refused("grid.\"a/b\"", "dx = 1", "grid name = a/b");
    assert_refused("flux.x", "file = \"a.nc\"", "missing field `variable`");
    assert_refused("trajectories", "every_min = 0", "trajectories.every_min = 0");
    let place = "lon_deg = 5\nlat_deg = 52\nheight_agl_m = 1";
    let twice = format!("id = \"CBW\"\ntime = 2010-02-13T18:00:00Z\n{place}");
    assert_refused("[receptor]", &twice, "receptor id = CBW: given twice");
    let date_only = format!("time = 2010-02-13\n{place}");
    assert_refused("[receptor]", &date_only, "time = 2010-02-13: expected ISO 8601");
}

#[test]
fn physics_mode_acts_on_the_time_step_and_refuses_the_switches_of_parity_mode() {
    let physics = |keys: &str| config(&format!("[run]\nmode = \"physics\"\n[transport]\n{keys}"));
    assert_eq!(physics("").unwrap().transport_options().delt_min, 0.0);
    assert_eq!(config("").unwrap().transport_options().delt_min, 1.0);
    assert_eq!(physics("delt = 1").unwrap().transport_options().delt_min, 1.0);
    let live = physics("delt = 0\ntratio = 0.5\nkmix0 = 100\nhscale = 10800").unwrap();
    assert!(
        live.warnings.iter().all(|w| !w.contains("transport")),
        "{:?}",
        live.warnings
    );
    let options = live.transport_options();
    assert_eq!((options.delt_min, options.tratio), (0.0, 0.5));
    assert_eq!(options.derive.mode, Mode::Physics);
    for key in ["tlfrac = 0.05", "hscale = 7200", "kblt = 2", "kmixd = 1"] {
        let refused = physics(key).unwrap_err().to_string();
        assert!(refused.contains("of parity mode"), "{refused}");
    }
    let refused = config("[transport]\nmeander = 0.16").unwrap_err().to_string();
    assert!(refused.contains("a switch of physics mode"), "{refused}");
    assert_eq!(physics("meander = 0.16").unwrap().transport_options().meander, 0.16);
    let parity = config("[transport]\ndelt = 5").unwrap();
    assert!(
        parity
            .warnings
            .iter()
            .any(|w| w.contains("transport.delt = 5 has no effect"))
    );
}

#[test]
fn switches_at_their_default_are_accepted_and_elsewhere_refused_as_not_built() {
    let all = "[transport]\nidsp = 2\nkbls = 1\nkblt = 5.0\nk10m = 1\nvscales = -1.0\nwvert = false\nw_option = 0";
    assert!(config(all).unwrap().warnings.iter().all(|w| !w.contains("transport")));
    for switch in ["idsp = 1", "capemin = -2", "w_option = 5", "wvert = true", "krand = 2"] {
        let error = config(&format!("[transport]\n{switch}")).unwrap_err();
        assert!(matches!(error, Error::NotBuilt { .. }), "{error}");
        assert!(error.to_string().contains(&format!("transport.{switch}")), "{error}");
    }
}

#[test]
fn transport_errors_come_in_whole_groups() {
    let options = |keys: &str| config(&format!("[transport]\n{keys}")).map(|c| c.transport_options());
    let wind = "siguverr = 2.5\ntluverr = 60\nzcoruverr = 700\nhorcoruverr = 97";
    let both = options(&format!("{wind}\nsigzierr = 40\ntlzierr = 120\nhorcorzierr = 97")).unwrap();
    let errors = both.wind_errors.unwrap();
    assert_eq!(
        (errors.sigma_m_s, errors.time_min, errors.height_m, errors.distance_km),
        (2.5, 60.0, 700.0, 97.0)
    );
    assert_eq!(both.mixing_height_errors.unwrap().sigma_percent, 40.0);
    assert!(!options("").unwrap().has_errors());
    assert!(!options("siguverr = nan\nsigzierr = nan").unwrap().has_errors());
    assert!(options(wind).unwrap().mixing_height_errors.is_none());
    for (keys, said) in [
        (
            "siguverr = 2.5\ntluverr = 60",
            "transport.zcoruverr, horcoruverr = missing",
        ),
        (
            "tlzierr = 60\nhorcorzierr = 97",
            "give all of sigzierr, tlzierr, horcorzierr",
        ),
        (&wind.replace("60", "0"), "transport.tluverr = 0: min, greater than 0"),
        ("siguverr = \"large\"", "expected a number"),
        ("siguver = 2.5", "did you mean `siguverr`"),
    ] {
        let error = options(keys).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let calm = config(&format!("[transport]\nnturb = 1\n{wind}")).unwrap();
    assert!(
        calm.warnings.iter().any(|w| w.contains("nturb = 1")),
        "{:?}",
        calm.warnings
    );
}

#[test]
fn mixing_heights_are_scaled_by_one_factor_or_one_per_hour() {
    let scale = |keys: &str| config(&format!("[transport]\n{keys}")).map(|c| c.transport_options().mixing_height_scale);
    assert_eq!(
        scale("zicontroltf = 1\nziscale = 0.8").unwrap(),
        MixingHeightScale::Every(0.8)
    );
    assert_eq!(
        scale("zicontroltf = 1\nziscale = [1, 0.5, -1]").unwrap(),
        MixingHeightScale::Hourly(vec![1.0, 0.5, -1.0])
    );
    assert_eq!(scale("ziscale = 0.8").unwrap(), MixingHeightScale::default());
    let idle = config("[transport]\nziscale = 0.8").unwrap().warnings;
    assert!(idle.iter().any(|w| w.contains("zicontroltf = 1")), "{idle:?}");
    for keys in [
        "ziscale = []",
        "ziscale = 0",
        "ziscale = [1, \"x\"]",
        "ziscale = nan",
        "zicontroltf = 2",
    ] {
        let error = scale(keys).unwrap_err().to_string();
        assert!(error.contains(&format!("transport.{}", &keys[..7])), "{keys}: {error}");
    }
}

#[test]
fn a_flux_decays_with_a_half_life_of_an_hour_or_more_on_hourly_grids() {
    let radon = |half_life: &str| format!("[flux.radon]\nfile = \"a.nc\"\nvariable = \"v\"\nhalf_life_h = {half_life}");
    let decay = config(&radon("91.764")).unwrap().flux["radon"]
        .decay()
        .unwrap()
        .unwrap();
    assert!((decay.remaining(86_400.0) - 0.83420).abs() < 5e-6);
    let short = config(&radon("0.5")).unwrap_err().to_string();
    assert!(short.contains("flux.radon.half_life_h = 0.5"), "{short}");
    let integrated = config(&format!("{}\n[grid.sum]\ntime_integrate = true", radon("91.764"))).unwrap_err();
    assert!(
        integrated.to_string().contains("grid.sum.time_integrate"),
        "{integrated}"
    );
}

#[test]
fn another_time_step_is_accepted_with_a_warning() {
    for switch in ["delt = 5", "tratio = 0.5"] {
        let config = config(&format!("[transport]\n{switch}\n[grid.default]\ndx = 0.5")).unwrap();
        assert_eq!(config.warnings.len(), 1);
        assert!(config.warnings[0].contains(switch), "{:?}", config.warnings);
    }
}

#[test]
fn a_configuration_without_grids_makes_trajectories_only() {
    assert!(config("[grid]").unwrap().grids().is_empty());
}

#[test]
fn receptors_of_every_shape_are_written_as_tables() {
    let time = "time = 2010-02-12T18:00:00Z";
    let list = "[{ lon_deg = 4, lat_deg = 51, height_agl_m = 0 }, { lon_deg = 5, lat_deg = 51, height_agl_m = 3e3 }]";
    let config = config(&format!(
        "[transport]\nemisshrs = 1\n\
         [[receptor]]\nid = \"column\"\n{time}\nlon_deg = 5\nlat_deg = 52\nheight_agl_m = 0\nheight_top_m = 3000\n\
         even_in = \"pressure\"\n\
         [[receptor]]\nid = \"path\"\n{time}\npath = {list}\nrelease_h = 0.5\n\
         [[receptor]]\nid = \"points\"\nstart = 2010-02-12T18:00:00Z\nend = 2010-02-12T19:00:00Z\nevery_h = 1\npoints = {list}\n"
    ))
    .unwrap();
    let kinds: Vec<_> = config
        .receptors
        .iter()
        .map(|r| (r.id.as_str(), r.shape.name()))
        .collect();
    let expected = [
        ("column", "column"),
        ("path", "path"),
        ("points_201002121800", "points"),
        ("points_201002121900", "points"),
        ("CBW", "point"),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(config.transport_options().emisshrs, 1.0);
    assert_refused("transport", "emisshrs = -1", "transport.emisshrs = -1");
    assert_refused("transport", "kmsl = 1", "give height_asl_m in place of height_agl_m");
}
