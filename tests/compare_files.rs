//! Files of models, the matched series as a file, and the command that compares.
#![allow(clippy::unwrap_used)]

mod series;

use std::path::{Path, PathBuf};

use airshed::compare::{ComparisonOptions, ModelOptions, ModelSeries, unit_of};
use airshed::geo::LonLat;
use airshed::observations::Unit;
use approx::assert_relative_eq;
use series::{compare, hour, hourly, model};

fn table(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_wide_table_gives_the_column_asked_for_in_its_unit_with_its_wind() {
    let text =
        "isodate,co2.stilt,ch4.stilt,wind.u,wind.v\n2020-01-01T00:00:00Z,410.5,1950,0,-3\n1577847600,411.5,,2,0\n";
    let (_folder, path) = table("model.csv", text);
    let problem = ModelSeries::open(&path, &ModelOptions::default())
        .unwrap_err()
        .to_string();
    assert!(problem.contains("isodate, co2.stilt, ch4.stilt"), "{problem}");
    let read = |column: &str| {
        let options = ModelOptions {
            column: Some(column.into()),
            background: 1.0,
            ..Default::default()
        };
        ModelSeries::open(&path, &options).unwrap()
    };
    let co2 = read("co2.stilt");
    assert_eq!(
        (co2.unit, co2.rows[0].value, co2.rows[1].time),
        (Some(Unit::Ppm), 411.5, hour(3))
    );
    assert_eq!(
        (co2.rows[0].wind_from_deg, co2.rows[0].wind_speed_m_s),
        (0.0, 3.0),
        "southward wind comes from the north"
    );
    assert_eq!(co2.rows[1].wind_from_deg, 270.0);
    let ch4 = read("ch4.stilt");
    assert_eq!((ch4.unit, ch4.rows[1].value.is_nan()), (Some(Unit::Ppb), true));
    let missing = ModelOptions {
        column: Some("co2".into()),
        ..Default::default()
    };
    assert!(ModelSeries::open(&path, &missing).is_err());
    let (_folder, path) = table("model.csv", "time,value_ppb\n2020-01-01T00:00Z,x\n");
    assert!(
        ModelSeries::open(&path, &ModelOptions::default())
            .unwrap_err()
            .to_string()
            .contains("line 2")
    );
}

const ENHANCEMENTS: &str =
    "receptor,time,lon_deg,lat_deg,height_agl_m,grid,flux,span,layer_start,ppm,uncovered_share,ppm_stderr
CBW207_202001010000,2020-01-01T00:00Z,4.926,51.97,207,wide,coal,hour,2019-12-31T23:00Z,0.5,0,0.1
CBW207_202001010000,2020-01-01T00:00Z,4.926,51.97,207,wide,coal,total,,2,0,0.1
CBW207_202001010000,2020-01-01T00:00Z,4.926,51.97,207,wide,gas,total,,1,0,0.05
CBW207_202001010100,2020-01-01T01:00Z,4.926,51.97,207,wide,coal,total,,3,0,0.1
CBW027_202001010000,2020-01-01T00:00Z,4.926,51.97,27,wide,coal,total,,8,0,0.1
CBW027_202001010000,2020-01-01T00:00Z,4.926,51.97,27,wide,gas,total,,8,0,0.1
LUT060_202001010000,2020-01-01T00:00Z,6.353,53.404,207,wide,coal,total,,9,0,0.1
";

#[test]
fn totals_of_a_run_are_added_up_by_receptor_time() {
    let (_folder, path) = table("enhancements.csv", ENHANCEMENTS);
    let cabauw = ModelOptions {
        heights_agl_m: vec![207.0],
        place: Some(LonLat {
            lon_deg: 4.927,
            lat_deg: 51.971,
        }),
        background: 400.0,
        fluxes: vec!["all".into()],
        ..Default::default()
    };
    let series = ModelSeries::open(&path, &cabauw).unwrap();
    assert_eq!(
        (series.name.as_str(), series.unit, series.height_agl_m),
        ("coal + gas", Some(Unit::Ppm), Some(207.0))
    );
    assert_eq!((series.rows.len(), series.rows[0].value), (2, 403.0));
    assert_relative_eq!(series.rows[0].stderr, 0.15, max_relative = 1e-12);
    assert!(series.rows[1].value.is_nan(), "gas is missing there");
    let coal = ModelOptions {
        fluxes: vec!["coal".into()],
        ..cabauw.clone()
    };
    assert_eq!(ModelSeries::open(&path, &coal).unwrap().rows[1].value, 403.0);
    for (options, expected) in [
        (
            ModelOptions {
                heights_agl_m: vec![],
                ..cabauw.clone()
            },
            "207 m, 27 m",
        ),
        (
            ModelOptions {
                heights_agl_m: vec![60.0],
                ..cabauw.clone()
            },
            "207 m, 27 m",
        ),
        (
            ModelOptions {
                fluxes: vec!["peat".into()],
                ..cabauw.clone()
            },
            "there are coal, gas",
        ),
        (
            ModelOptions {
                fluxes: vec![],
                ..cabauw.clone()
            },
            "there are coal, gas: name those",
        ),
        (
            ModelOptions {
                grid: Some("near".into()),
                ..cabauw.clone()
            },
            "holds wide",
        ),
        (
            ModelOptions {
                place: None,
                ..cabauw.clone()
            },
            "name their place",
        ),
        (
            ModelOptions {
                place: Some(LonLat {
                    lon_deg: 0.0,
                    lat_deg: 0.0,
                }),
                ..cabauw.clone()
            },
            "no receptor near",
        ),
    ] {
        let problem = ModelSeries::open(&path, &options).unwrap_err().to_string();
        assert!(problem.contains(expected), "{expected} not in: {problem}");
    }
}

#[test]
fn a_series_of_a_run_gives_the_rows_of_the_station_with_their_error() {
    let text = "receptor,time,lon_deg,lat_deg,height_agl_m,total_ppm,background_ppm,enhancement_ppm,enhancement_stderr_ppm,background_stderr_ppm
a,2020-01-01T00:00Z,4.926,51.97,207,410,400,10,0.3,0.4
b,2020-01-01T00:00Z,4.926,51.97,27,420,400,20,0.3,0.4
c,2020-01-01T00:00Z,6.353,53.404,207,430,400,30,0.3,0.4
";
    let (_folder, path) = table("series_CO2.csv", text);
    let cabauw = ModelOptions {
        heights_agl_m: vec![207.0],
        place: Some(LonLat {
            lon_deg: 4.927,
            lat_deg: 51.971,
        }),
        ..Default::default()
    };
    let series = ModelSeries::open(&path, &cabauw).unwrap();
    assert_eq!((series.rows.len(), series.height_agl_m), (1, Some(207.0)));
    assert_eq!((series.rows[0].value, series.unit), (410.0, Some(Unit::Ppm)));
    assert_relative_eq!(series.rows[0].stderr, 0.5, max_relative = 1e-12);
    let enhancement = ModelOptions {
        column: Some("enhancement_ppm".into()),
        ..cabauw.clone()
    };
    assert_eq!(ModelSeries::open(&path, &enhancement).unwrap().rows[0].stderr, 0.3);
    let high = ModelOptions {
        heights_agl_m: vec![60.0],
        ..cabauw.clone()
    };
    let nowhere = ModelOptions {
        place: Some(LonLat {
            lon_deg: 0.0,
            lat_deg: 0.0,
        }),
        ..cabauw
    };
    for (options, expected) in [(high, "207 m, 27 m"), (nowhere, "no receptor near")] {
        let problem = ModelSeries::open(&path, &options).unwrap_err().to_string();
        assert!(problem.contains(expected), "{expected} not in: {problem}");
    }
}

#[test]
fn names_state_units_and_numbers_of_runs_do_not() {
    for (name, unit) in [
        ("ppb", Some(Unit::Ppb)),
        ("co2_ppm", Some(Unit::Ppm)),
        ("ch4.stilt", Some(Unit::Ppb)),
        ("run_1", None),
        ("model", None),
    ] {
        assert_eq!(unit_of(name), unit, "{name}");
    }
}

#[test]
fn the_matched_series_is_written_with_its_gaps() {
    let comparison = compare(
        &model([(hour(0), 1.5), (hour(1), 2.5)]),
        &hourly(&[1.0, f64::NAN]),
        &ComparisonOptions::default(),
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("matched.csv");
    comparison.write_csv(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        "time,model,observed,model_stderr,observed_stderr,averaged,wind_speed_m_s,wind_from_deg,selected\n\
         2020-01-01T00:00Z,1.5,1,,,1,,,1\n2020-01-01T01:00Z,2.5,,,,1,,,1\n"
    );
    assert!(comparison.write_csv(Path::new("/nowhere/matched.csv")).is_err());
}

#[cfg(feature = "cli")]
mod command {
    use std::process::{Command, Output};

    fn airshed(arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_airshed"))
            .arg("compare")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn said(output: &Output) -> (String, String) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    }

    /// A day of a model 2 ppm above measurements of every hour, the last of them flagged.
    fn day() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let rows = |value: fn(f64) -> String| -> String {
            (0..24)
                .map(|k| format!("2020-01-01T{k:02}:00Z,{}\n", value(f64::from(k % 7))))
                .collect()
        };
        let model = rows(|v| (402.0 + v).to_string());
        let observed =
            rows(|v| format!("{},ok", 400_000.0 + 1000.0 * v)).replace("23:00Z,402000,ok", "23:00Z,402000,bad");
        std::fs::write(folder.path().join("model.csv"), format!("time,value_ppm\n{model}")).unwrap();
        std::fs::write(
            folder.path().join("obs.csv"),
            format!("time,value_ppb,flag\n{observed}"),
        )
        .unwrap();
        folder
    }

    #[test]
    fn prints_statistics_and_writes_the_matched_series() {
        let folder = day();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let matched = path("matched.csv");
        let arguments = [
            "--unit",
            "ppm",
            "--interval-h",
            "1",
            "--flags",
            "ok",
            "--by",
            "month",
            "--out",
            &matched,
        ];
        let output = airshed(&[&[path("model.csv").as_str(), &path("obs.csv")], &arguments[..]].concat());
        let (out, err) = said(&output);
        assert_eq!(output.status.code(), Some(0), "{out}{err}");
        assert!(out.contains("23 pairs of 24 (1 gaps measured"), "{out}");
        let bias = out.lines().find(|line| line.starts_with("bias")).unwrap();
        assert!(bias.contains("2.0000") && bias.ends_with("ppm"), "{bias}");
        assert!(
            out.lines().any(|line| line.starts_with("Jan") && line.contains("23")),
            "{out}"
        );
        assert!(err.contains("1 values left out for their flag"), "{err}");
        assert_eq!(std::fs::read_to_string(matched).unwrap().lines().count(), 25);
    }

    #[test]
    fn a_wrong_request_ends_with_status_2_and_says_why() {
        let folder = day();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        for (more, expected) in [
            (&["--unit", "Bq m-3"][..], "ppb can become"),
            (&["--hours", "afternoon"][..], "local solar time needs the longitude"),
            (&["--window", "three"][..], "two numbers of hours"),
            (&["--by", "weekday"][..], "season, month, hour or wind_sector"),
        ] {
            let output = airshed(&[&[path("model.csv").as_str(), &path("obs.csv")], more].concat());
            let (_, err) = said(&output);
            assert_eq!(output.status.code(), Some(2), "{err}");
            assert!(
                err.starts_with("airshed: ") && err.contains(expected),
                "{expected} not in: {err}"
            );
        }
    }

    #[test]
    fn takes_datem_on_both_sides_or_on_none() {
        let folder = day();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let tracer = "title\nyear mn dy shr dur lat lon pmch stn\n1983 09 18 0000 0300 40 -80 1.5 302\n1983 09 18 0300 0300 40 -80 8 302\n";
        std::fs::write(path("obs.txt"), tracer).unwrap();
        let output = airshed(&[&path("obs.txt"), &path("obs.txt")]);
        assert_eq!(output.status.code(), Some(0));
        assert!(
            said(&output)
                .0
                .lines()
                .any(|line| line.starts_with("rank") && line.ends_with("4.0000"))
        );
        let output = airshed(&[&path("model.csv"), &path("obs.txt")]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).1.contains("model.csv: no DATEM file"));
    }
}
