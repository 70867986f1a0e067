//! Observations: what is read from each layout of files, what stays a gap, and what is refused.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::Error;
use airshed::observations::{Flags, Observations, ReadOptions, Unit};
use approx::assert_relative_eq;
use tempfile::TempDir;

/// A file of ../shared; `None`, and a word on stderr, where there is none.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no ../shared/{name}");
    None
}

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// An ICOS ATC file with these lines in place of the usual ones.
fn icos(zone: &str, comment: &str, unit: &str, columns: &str, rows: &[&str]) -> String {
    format!(
        "# TITLE: made for a test\n# STATION CODE: TST\n# STATION NAME: Testberg\n# LATITUDE: 51.5 N\n# LONGITUDE: 2.25 W\n\
         # ALTITUDE: 12 m asl\n# SAMPLING HEIGHTS: 90.0 m agl\n# PARAMETER: CO2\n# TIME INTERVAL: hourly\n\
         # MEASUREMENT UNIT: {unit}\n# TIME ZONE: {zone}\n# MEASUREMENT SCALE: WMO CO2 X2019\n# COMMENT:\n#   - {comment}\n#{columns}\n{}\n",
        rows.join("\n")
    )
}

const GAS: &str =
    "Site;SamplingHeight;Year;Month;Day;Hour;Minute;DecimalDate;co2;Stdev;NbPoints;Flag;InstrumentId;LTR;QcBias";

#[test]
fn a_release_of_icos_methane_keeps_good_values_and_leaves_the_rest_gaps() {
    let Some(path) = shared("icos/ICOS_ATC_L2_L2-2024.1_RGL_90.0_CTS.CH4") else {
        return;
    };
    let series = Observations::open(&path).unwrap();
    assert_eq!(
        (series.station.as_str(), series.species.as_str(), series.unit),
        ("RGL", "CH4", Unit::Ppb)
    );
    assert_eq!((series.height_agl_m, series.elevation_asl_m), (Some(90.0), Some(207.0)));
    let place = series.place.unwrap();
    assert_eq!((place.lon_deg, place.lat_deg), (-2.5399, 51.9975));
    assert_eq!((series.rows.len(), series.measured(), series.rejected), (49, 13, 0));
    let first = &series.rows[0];
    assert!(first.value.is_nan() && first.stdev.is_nan() && first.flag == "K");
    assert_eq!(
        (first.start.to_string().as_str(), first.end.to_string().as_str()),
        ("2021-02-25T00:00Z", "2021-02-25T01:00Z")
    );
    let last = series.rows.last().unwrap();
    assert_eq!(
        (last.value, last.stdev, last.points, last.flag.as_str()),
        (2001.63, 5.185, Some(49), "O")
    );
    assert_eq!(series.uncertainties["CMR"][48], 0.215);
    assert!(series.scale.contains("WMO X2004A") && series.contributor.contains("Bristol"));
    assert!(
        series.notes.iter().any(|note| note.contains("states 27189 lines")),
        "{:?}",
        series.notes
    );
}

#[test]
fn integrated_radiocarbon_keeps_its_intervals_and_says_what_its_header_contradicts() {
    let Some(path) = shared("icos/ICOS_ATC_L2_L2-2024.1_CBW_207.0_779.14C") else {
        return;
    };
    let series = Observations::open(&path).unwrap();
    assert_eq!((series.unit, series.measured()), (Unit::PerMil, 124));
    let first = &series.rows[0];
    assert_eq!((first.value, first.stderr, first.points), (-0.84, 2.12, Some(4)));
    assert_eq!(
        first.start.to_string(),
        "2015-09-23T00:00Z",
        "the comment says UTC, in spite of TIME ZONE"
    );
    assert_eq!(first.end.seconds() - first.start.seconds(), 14 * 86_400);
    assert_eq!(series.uncertainties["AnalyticalStdev"][0], 3.63);
    assert!(series.uncertainties["AnalyticalStdev"][1].is_nan());
    assert!(
        series.notes.iter().any(|note| note.contains("UTC +1")),
        "{:?}",
        series.notes
    );
}

#[test]
fn flags_decide_what_is_kept() {
    let rows = [
        "TST;90;2021;01;01;00;00;2021.0;410.5;0.3;50;O;1;0.01;0.05",
        "TST;90;2021;01;01;01;00;2021.0;999.0;0.3;50;K;1;0.01;0.05",
        "TST;90;2021;01;01;02;00;2021.0;-999.990;-9.990;0;O;82;-999.99;",
        "TST;90;2021;01;01;03;00;2021.0;411.5;0.4;50;U;1;0.01;0.05",
    ];
    let (_folder, path) = file(&icos("UTC", "Times are UTC", "µmol.mol-¹", GAS, &rows));
    let values = |flags: Flags| {
        let options = ReadOptions {
            flags,
            ..Default::default()
        };
        let series = Observations::open_with(&path, &options).unwrap();
        let kept: Vec<f64> = series
            .rows
            .iter()
            .map(|row| row.value)
            .filter(|value| value.is_finite())
            .collect();
        (kept, series.rows.len(), series.rejected)
    };
    assert_eq!(values(Flags::Good), (vec![410.5], 4, 2));
    assert_eq!(values(Flags::All), (vec![410.5, 999.0, 411.5], 4, 0));
    assert_eq!(
        values(Flags::Listed(vec!["O".into(), "U".into()])),
        (vec![410.5, 411.5], 4, 1)
    );
    let series = Observations::open(&path).unwrap();
    assert_eq!(series.place.unwrap().lon_deg, -2.25, "2.25 W");
    assert!(series.uncertainties["QcBias"][2].is_nan() && series.notes.is_empty());
}

#[test]
fn a_time_zone_is_never_guessed() {
    let row = ["TST;90;2021;01;01;00;00;2021.0;410.5;0.3;50;O;1;0.01;0.05"];
    let (_folder, path) = file(&icos("UTC +1", "nothing of use", "µmol mol-1", GAS, &row));
    let problem = Observations::open(&path).unwrap_err().to_string();
    assert!(
        problem.contains("UTC +1") && problem.contains("utc_offset_h"),
        "{problem}"
    );
    let options = ReadOptions {
        utc_offset_h: Some(1.0),
        ..Default::default()
    };
    let series = Observations::open_with(&path, &options).unwrap();
    assert_eq!(series.rows[0].start.to_string(), "2020-12-31T23:00Z");
    let wrong = ReadOptions {
        utc_offset_h: Some(100.0),
        ..Default::default()
    };
    assert!(matches!(
        Observations::open_with(&path, &wrong),
        Err(Error::Config { .. })
    ));
}

#[test]
fn a_meteorological_file_holds_one_series_for_each_quantity() {
    let columns = "Site;SamplingHeight;Year;Month;Day;Hour;Minute;DecimalDate;AT;AT-Stdev;AT-NbPoints;AT-Flag;WS;WS-Stdev;WS-NbPoints;WS-Flag";
    let rows = [
        "TST;90;2021;01;01;00;00;2021.0;-9.99;0.2;60;O;5.5;1.1;60;O",
        "TST;90;2021;01;01;01;00;2021.0;-9.50;-9.99;60;O;-999.99;-9.99;0;O",
    ];
    let (_folder, path) = file(&icos("UTC", "", "AT: °C; WS: m.s-1", columns, &rows));
    let problem = Observations::open(&path).unwrap_err().to_string();
    assert!(problem.contains("AT of TST at 90 m; WS of TST at 90 m"), "{problem}");
    let read = |species: &str| {
        let options = ReadOptions {
            species: Some(species.into()),
            ..Default::default()
        };
        Observations::open_with(&path, &options).unwrap()
    };
    let temperature = read("at");
    assert_eq!(
        (temperature.unit, temperature.rows[0].value),
        (Unit::Celsius, -9.99),
        "a temperature, not a gap"
    );
    assert!(temperature.rows[1].stdev.is_nan());
    let wind = read("WS");
    assert_eq!((wind.unit, wind.measured()), (Unit::MetrePerSecond, 1));
    let options = ReadOptions {
        species: Some("RH".into()),
        ..Default::default()
    };
    assert!(
        Observations::open_with(&path, &options)
            .unwrap_err()
            .to_string()
            .contains("no such series; there are: AT")
    );
}

#[test]
fn flasks_have_a_start_an_end_and_a_combined_uncertainty() {
    let columns = "Site;SamplingHeight;FlaskId;SamplerId;FlaskSamplingId;SamplingStart;SamplingEnd;14C;MeasUnc;EstRep;ScalLink;CombUnc;NbPoints;Flag;InstrumentId";
    let row = "TST;90;F1;S1;1;2021-03-01T12:00:00Z;2021-03-01T13:00:00Z;-5.5;1.5;0.5;0.2;1.7;1;O;7";
    let text =
        icos("UTC +1", "Times are UTC", "Δ (per mil)", columns, &[row]).replace("PARAMETER: CO2", "PARAMETER: 14C");
    let (_folder, path) = file(&text);
    let series = Observations::open(&path).unwrap();
    let row = &series.rows[0];
    assert_eq!((row.value, row.stderr), (-5.5, 1.7));
    assert_eq!(row.end.seconds() - row.start.seconds(), 3600);
    assert_eq!(series.uncertainties["MeasUnc"], [1.5]);
}

#[test]
fn damaged_icos_files_are_refused_with_the_line_and_a_last_line_that_breaks_off_is_left_out() {
    let good = "TST;90;2021;01;01;00;00;2021.0;410.5;0.3;50;O;1;0.01;0.05";
    for (row, expected) in [
        (
            "TST;90;2021;13;01;00;00;2021.0;410.5;0.3;50;O;1;0.01;0.05",
            "no such time",
        ),
        (
            "TST;90;2021;01;01;00;00;2021.0;many;0.3;50;O;1;0.01;0.05",
            "\"many\" is no number",
        ),
        ("TST;90;2021;01;01", "5 cells under 15 columns"),
        (
            "TST;40;2021;01;01;01;00;2021.0;410.5;0.3;50;O;1;0.01;0.05",
            "SamplingHeight changes",
        ),
    ] {
        let (_folder, path) = file(&icos("UTC", "", "ppm", GAS, &[good, row, good]));
        let problem = Observations::open(&path).unwrap_err().to_string();
        assert!(problem.contains("line 17") && problem.contains(expected), "{problem}");
    }
    let whole = icos("UTC", "", "ppm", GAS, &[good, good]);
    let (_folder, path) = file(&whole[..whole.len() - 12]);
    let series = Observations::open(&path).unwrap();
    assert_eq!(series.rows.len(), 1);
    assert!(series.notes[0].contains("line 17 breaks off"), "{:?}", series.notes);
    let (_folder, path) = file(&icos("UTC", "", "cubits", GAS, &[good]));
    assert!(
        Observations::open(&path)
            .unwrap_err()
            .to_string()
            .contains("understood are ppm")
    );
}

#[test]
fn a_table_states_its_unit_its_intervals_and_its_stations() {
    let text = "time,end,value_ppb,stderr,flag,station,height_agl_m\n\
                2020-01-01T00:00Z,2020-01-01T01:00Z,1900.5,2.5,ok,ABC,10\n\
                2020-01-01T00:00Z,2020-01-01T01:00Z,1910.5,,bad,ABC,90\n\
                2020-01-01T01:00Z,2020-01-01T02:00Z,NA,2.5,ok,ABC,10\n";
    let (_folder, path) = file(text);
    let options = ReadOptions {
        height_agl_m: Some(10.0),
        ..Default::default()
    };
    let series = Observations::open_with(&path, &options).unwrap();
    assert_eq!((series.unit, series.rows.len(), series.measured()), (Unit::Ppb, 2, 1));
    assert_eq!(series.rows[0].stderr, 2.5);
    assert!(
        Observations::open(&path)
            .unwrap_err()
            .to_string()
            .contains("at 10 m; value of ABC at 90 m")
    );
    let good = ReadOptions {
        height_agl_m: Some(90.0),
        flags: Flags::Listed(vec!["ok".into()]),
        ..Default::default()
    };
    assert_eq!(Observations::open_with(&path, &good).unwrap().rejected, 1);

    let (_folder, path) = file("time,value\nyesterday,400\n2020-01-01T01:00,401\n");
    assert!(
        Observations::open(&path)
            .unwrap_err()
            .to_string()
            .contains("name the column value_ppm, or give the unit")
    );
    let options = ReadOptions {
        unit: Some(Unit::Ppm),
        interval_h: Some(1.0),
        ..Default::default()
    };
    let problem = Observations::open_with(&path, &options).unwrap_err().to_string();
    assert!(problem.contains("line 2"), "{problem}");
    let (_folder, path) = file("time,value\n2020-01-01T02:00,402\n2020-01-01T01:00,401\n");
    let series = Observations::open_with(&path, &options).unwrap();
    assert_eq!(series.rows[0].value, 401.0, "rows are put in order");
    assert_eq!(series.rows[0].end, series.rows[1].start);
}

#[test]
fn units_convert_with_all_uncertainties() {
    let row = ["TST;90;2021;01;01;00;00;2021.0;410.5;0.3;50;O;1;0.01;0.05"];
    let (_folder, path) = file(&icos("UTC", "", "ppm", GAS, &row));
    let series = Observations::open(&path).unwrap().in_unit(Unit::Ppb).unwrap();
    assert_relative_eq!(series.rows[0].value, 410_500.0, max_relative = 1e-15);
    assert_relative_eq!(series.rows[0].stdev, 300.0, max_relative = 1e-15);
    assert_relative_eq!(series.uncertainties["LTR"][0], 10.0, max_relative = 1e-15);
    assert!(series.in_unit(Unit::BqM3).is_err());
}
