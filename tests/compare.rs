//! Comparison: what meets what, what is selected, and statistics that recover a synthetic truth within their intervals.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::compare::{
    Averaging, Comparison, ComparisonOptions, Errors, Estimate, Grouping, Hours, Matching, ModelOptions, ModelRow,
    ModelSeries, ensemble_band, tracer_statistics,
};
use airshed::geo::LonLat;
use airshed::observations::datem::{TracerSample, TracerSamples, read_datem};
use airshed::observations::{Observation, Observations, Unit};
use airshed::rng::{Noise, key_of};
use airshed::time::UtcTime;
use approx::{assert_abs_diff_eq, assert_relative_eq};

const START: &str = "2020-01-01T00:00";

fn hour(k: i64) -> UtcTime {
    UtcTime::parse(START).unwrap().plus_hours(k)
}

fn model(values: impl IntoIterator<Item = (UtcTime, f64)>) -> ModelSeries {
    ModelSeries {
        name: "model".into(),
        unit: Some(Unit::Ppm),
        height_agl_m: None,
        rows: values
            .into_iter()
            .map(|(time, value)| ModelRow::new(time, value))
            .collect(),
    }
}

/// Hourly means of Cabauw from `START` on; NaN is a gap.
fn hourly(values: &[f64]) -> Observations {
    intervals(
        values
            .iter()
            .enumerate()
            .map(|(k, &value)| (hour(k as i64), hour(k as i64 + 1), value)),
    )
}

fn intervals(values: impl IntoIterator<Item = (UtcTime, UtcTime, f64)>) -> Observations {
    let row = |(start, end, value)| Observation {
        start,
        end,
        value,
        stdev: f64::NAN,
        stderr: f64::NAN,
        points: None,
        flag: String::new(),
    };
    Observations {
        station: "CBW".into(),
        station_name: "Cabauw".into(),
        species: "co2".into(),
        unit: Unit::Ppm,
        scale: String::new(),
        contributor: String::new(),
        height_agl_m: Some(207.0),
        place: Some(LonLat {
            lon_deg: 4.926,
            lat_deg: 51.97,
        }),
        elevation_asl_m: Some(-0.7),
        rows: values.into_iter().map(row).collect(),
        uncertainties: Default::default(),
        rejected: 0,
        notes: Vec::new(),
    }
}

fn compare(model: &ModelSeries, observed: &Observations, options: &ComparisonOptions) -> Comparison {
    Comparison::new(model, observed, options).unwrap()
}

fn observed(comparison: &Comparison) -> Vec<f64> {
    comparison.rows.iter().map(|row| row.observed).collect()
}

#[test]
fn a_stamp_meets_the_measurement_whose_interval_holds_it_and_gaps_stay_gaps() {
    let observed = hourly(&[10.0, 11.0, f64::NAN, 13.0]);
    let stamps = [hour(0), hour(1).plus_seconds(-1), hour(1), hour(2), hour(3), hour(9)];
    let values = [1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0];
    let comparison = compare(
        &model(stamps.into_iter().zip(values)),
        &observed,
        &ComparisonOptions::default(),
    );
    let met: Vec<String> = comparison.rows.iter().map(|row| row.observed.to_string()).collect();
    assert_eq!(
        met,
        ["10", "10", "11", "NaN", "13", "NaN"],
        "the end of an interval belongs to the next"
    );
    let counts = comparison.counts();
    assert_eq!(
        (counts.rows, counts.pairs, counts.gaps_observed, counts.gaps_model),
        (6, 3, 2, 1)
    );
    assert_eq!(comparison.statistics().n, 3);
}

#[test]
fn windows_average_measurements_around_the_stamp() {
    let observed_hours = hourly(&[10.0, 11.0, 12.0, f64::NAN, 14.0, 15.0]);
    let three_hourly = model([(hour(0), 1.0), (hour(3), 2.0)]);
    let with = |from_h, to_h| {
        let options = ComparisonOptions {
            matching: Some(Matching::Window { from_h, to_h }),
            ..Default::default()
        };
        compare(&three_hourly, &observed_hours, &options)
    };
    assert_eq!(observed(&with(0.0, 3.0)), [11.0, 14.5]);
    assert_eq!(with(0.0, 3.0).rows[1].averaged, 2);
    assert_eq!(
        observed(&with(-1.5, 1.5))[1],
        11.5,
        "middles at 1:30 and 2:30: 3:30 is a gap, 4:30 ends the window"
    );
    let backward = ComparisonOptions {
        matching: Some(Matching::Window { from_h: 1.0, to_h: 0.0 }),
        ..Default::default()
    };
    assert!(Comparison::new(&three_hourly, &observed_hours, &backward).is_err());
    assert_eq!(
        Matching::parse_window("-1.5, 1.5").unwrap(),
        Matching::Window {
            from_h: -1.5,
            to_h: 1.5
        }
    );
    assert!(Matching::parse_window("3").is_err());
}

#[test]
fn long_samples_meet_the_mean_of_the_model_if_it_covers_half_of_them() {
    let samples = intervals([
        (hour(0), hour(24), 5.0),
        (hour(24), hour(48), 6.0),
        (hour(480), hour(500), 7.0),
    ]);
    let steps = model((0..11).map(|k| (hour(3 * k), k as f64)));
    let comparison = compare(&steps, &samples, &ComparisonOptions::default());
    assert_eq!(comparison.matching, Matching::OverObservation);
    assert_eq!(
        comparison.rows.len(),
        2,
        "a sample outside the model's time is no gap of it"
    );
    assert_eq!((comparison.rows[0].model, comparison.rows[0].averaged), (3.5, 8));
    assert!(comparison.rows[1].model.is_nan(), "9 of 24 hours");
}

#[test]
fn units_are_converted_and_heights_must_agree() {
    let mut modelled = model([(hour(0), 400.0)]);
    let in_mol = hourly(&[401.0]).in_unit(Unit::MolMol).unwrap();
    let comparison = compare(&modelled, &in_mol, &ComparisonOptions::default());
    assert_relative_eq!(comparison.statistics().bias.value, -1e-6, max_relative = 1e-9);
    modelled.unit = Some(Unit::PerMil);
    assert!(Comparison::new(&modelled, &in_mol, &ComparisonOptions::default()).is_err());

    modelled = ModelSeries {
        height_agl_m: Some(120.0),
        ..model([(hour(0), 400.0)])
    };
    let problem = Comparison::new(&modelled, &hourly(&[401.0]), &ComparisonOptions::default())
        .unwrap_err()
        .to_string();
    assert!(problem.contains("measured at 207 m"), "{problem}");
    let any = ComparisonOptions {
        any_height: true,
        ..Default::default()
    };
    assert!(Comparison::new(&modelled, &hourly(&[401.0]), &any).is_ok());
    let summit = Observations {
        station: "JFJ".into(),
        height_agl_m: Some(13.9),
        ..hourly(&[401.0])
    };
    let stated = ModelSeries {
        height_agl_m: Some(720.0),
        ..modelled
    };
    assert!(
        Comparison::new(&stated, &summit, &ComparisonOptions::default()).is_ok(),
        "the stated model height"
    );
}

#[test]
fn hours_are_local_solar_and_mountains_are_taken_by_night() {
    let day = hourly(&[1.0; 24]);
    let hours_of = |observed: &Observations, options: &ComparisonOptions| -> Vec<i64> {
        let modelled = model((0..24).map(|k| (hour(k), 1.0)));
        let rows = compare(&modelled, observed, options).rows;
        rows.iter()
            .filter(|row| row.selected)
            .map(|row| (row.time.seconds() / 3600) % 24)
            .collect()
    };
    let at = |lon_deg, hours| ComparisonOptions {
        lon_deg: Some(lon_deg),
        hours,
        ..Default::default()
    };
    assert_eq!(hours_of(&day, &at(0.0, Hours::Afternoon)), [12, 13, 14, 15]);
    assert_eq!(hours_of(&day, &at(-90.0, Hours::Afternoon)), [18, 19, 20, 21]);
    assert_eq!(
        hours_of(&day, &at(179.0, Hours::Night)),
        [13, 14, 15, 16],
        "11.93 h ahead"
    );
    assert_eq!(hours_of(&day, &at(0.0, Hours::Between(22.0, 2.0))), [0, 1, 22, 23]);
    let representative = ComparisonOptions {
        hours: Hours::Representative,
        lon_deg: Some(0.0),
        ..Default::default()
    };
    assert_eq!(hours_of(&day, &representative), [12, 13, 14, 15]);
    let summit = Observations {
        station: "JFJ".into(),
        ..day.clone()
    };
    assert_eq!(hours_of(&summit, &representative), [0, 1, 2, 3]);
    let unknown = Observations {
        station: "XYZ".into(),
        ..day.clone()
    };
    let modelled = model([(hour(0), 1.0)]);
    assert!(
        Comparison::new(&modelled, &unknown, &representative)
            .unwrap_err()
            .to_string()
            .contains("mountain")
    );
    let nowhere = Observations { place: None, ..day };
    let afternoon = ComparisonOptions {
        hours: Hours::Afternoon,
        ..Default::default()
    };
    assert!(
        Comparison::new(&modelled, &nowhere, &afternoon)
            .unwrap_err()
            .to_string()
            .contains("lon_deg")
    );
    assert_eq!(Hours::parse("9-15").unwrap(), Hours::Between(9.0, 15.0));
    assert!(Hours::parse("teatime").is_err());
}

#[test]
fn afternoon_means_are_those_of_pairs() {
    // the model rises by one an hour; one afternoon measurement of the second day is missing, and so is its model value
    let measured: Vec<f64> = (0..48).map(|k| if k == 37 { f64::NAN } else { 100.0 }).collect();
    let modelled = model((0..48).map(|k| (hour(k), k as f64)));
    let options = ComparisonOptions {
        hours: Hours::Afternoon,
        averaging: Averaging::Daily,
        lon_deg: Some(0.0),
        ..Default::default()
    };
    let comparison = compare(&modelled, &hourly(&measured), &options);
    let means: Vec<(f64, u32)> = comparison.rows.iter().map(|row| (row.model, row.averaged)).collect();
    assert_eq!(means, [(13.5, 4), ((36.0 + 38.0 + 39.0) / 3.0, 3)]);
    assert_eq!(comparison.rows[1].time, hour(24));
}

#[test]
fn a_least_wind_speed_leaves_calm_and_unknown_wind_out() {
    let mut modelled = model((0..4).map(|k| (hour(k), 1.0)));
    for (row, speed) in modelled.rows.iter_mut().zip([0.5, 2.0, 3.0, f64::NAN]) {
        row.wind_speed_m_s = speed;
    }
    let options = ComparisonOptions {
        min_wind_m_s: Some(2.0),
        ..Default::default()
    };
    let counts = compare(&modelled, &hourly(&[1.0; 4]), &options).counts();
    assert_eq!((counts.pairs, counts.not_selected), (2, 2));
}

#[test]
fn statistics_of_four_pairs_are_those_by_hand() {
    let modelled = model(
        [2.0, 4.0, 4.0, 6.0]
            .iter()
            .enumerate()
            .map(|(k, &v)| (hour(k as i64), v)),
    );
    let comparison = compare(&modelled, &hourly(&[1.0, 2.0, 3.0, 4.0]), &ComparisonOptions::default());
    let s = comparison.statistics();
    // model: mean 4, variance 2; measured: mean 2.5, variance 1.25; covariance 1.5
    assert_eq!((s.mean_model, s.mean_observed, s.bias.value), (4.0, 2.5, 1.5));
    assert_relative_eq!(s.rmse.value, 2.5_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.centred_rmse.value, 0.25_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.r.value, 1.5 / 2.5_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.slope.value, 1.6_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.intercept.value, 4.0 - 2.5 * 1.6_f64.sqrt(), max_relative = 1e-14);
    assert_eq!((s.n, s.regression), (4, "reduced major axis"));
    let taylor = comparison.taylor();
    let identity =
        taylor.sd_model.powi(2) + taylor.sd_observed.powi(2) - 2.0 * taylor.sd_model * taylor.sd_observed * taylor.r;
    assert_relative_eq!(taylor.centred_rmse.powi(2), identity, max_relative = 1e-13);
    assert_relative_eq!(taylor.normalised_sd, 1.6_f64.sqrt(), max_relative = 1e-14);
}

#[test]
fn too_few_pairs_give_no_number_in_place_of_a_wrong_one() {
    for count in 0..4 {
        let modelled = model((0..count).map(|k| (hour(k), k as f64)));
        let comparison = compare(&modelled, &hourly(&[1.0, 3.0, 2.0]), &ComparisonOptions::default());
        let s = comparison.statistics();
        assert_eq!(s.n as i64, count.min(3));
        if count < 2 {
            assert!(s.bias.low.is_nan() && s.r.value.is_nan() && s.slope.value.is_nan());
        }
        assert!(comparison.by(Grouping::Month).unwrap().len() <= 1);
        assert!(comparison.distribution(&[0.5]).unwrap().quantiles.len() == 1);
    }
    let constant = model((0..10).map(|k| (hour(k), 5.0)));
    let s = compare(&constant, &hourly(&[5.0; 10]), &ComparisonOptions::default()).statistics();
    assert_eq!((s.bias.value, s.rmse.value), (0.0, 0.0));
    assert!(s.r.value.is_nan() && s.slope.value.is_nan());
}

/// Truth of a persistent atmosphere (AR(1), standard deviation 5 ppm), a model 1 + 0.9 × truth and measurements, both with noise.
fn drawn(seed: u64, n: i64, truth_memory: f64, noise_memory: f64) -> (ModelSeries, Observations) {
    let mut noise = Noise::new(key_of(seed, &[n as u64]), 0, 0);
    let innovation = |memory: f64| f64::sqrt(1.0 - memory * memory);
    let (mut truth, mut wrong) = (noise.normal(), noise.normal());
    let (mut modelled, mut measured) = (Vec::new(), Vec::new());
    for k in 0..n {
        truth = truth_memory * truth + innovation(truth_memory) * noise.normal();
        wrong = noise_memory * wrong + innovation(noise_memory) * noise.normal();
        modelled.push((hour(k), 1.0 + 0.9 * 5.0 * truth + 1.5 * wrong));
        measured.push(5.0 * truth + 0.5 * noise.normal());
    }
    (model(modelled), hourly(&measured))
}

/// Share of draws whose interval holds the truth.
fn coverage(draws: u64, of: impl Fn(u64) -> (Estimate, f64)) -> f64 {
    let held = (0..draws).filter(|&seed| {
        let (estimate, truth) = of(seed);
        estimate.low <= truth && truth <= estimate.high
    });
    held.count() as f64 / draws as f64
}

#[test]
fn a_known_bias_slope_and_noise_are_recovered_within_their_intervals() {
    // 300 draws of 200 pairs: standard error of a coverage of 0.95 is 0.0126; bound 4 of them below. Above, an interval may be
    // wider than need be, but not always hold: below 0.999. Truth and noise without memory.
    const DRAWS: u64 = 300;
    let york = ComparisonOptions {
        errors: Errors {
            model: Some(1.5),
            observed: Some(0.5),
            variance_ratio: None,
        },
        ..Default::default()
    };
    let deming = ComparisonOptions {
        errors: Errors {
            variance_ratio: Some(9.0),
            ..Errors::default()
        },
        ..Default::default()
    };
    let all: Vec<_> = (0..DRAWS).map(|seed| drawn(seed, 200, 0.0, 0.0)).collect();
    let of = |options: &ComparisonOptions| -> Vec<_> {
        all.iter().map(|(m, o)| compare(m, o, options).statistics()).collect()
    };
    let (york, deming) = (of(&york), of(&deming));
    // mismatch = 1 − 0.5 truth + noise: variance 0.25 + 2.25 + 0.25; R² = cov²/(var var) = 22.5² / (22.5 × 25.25)
    let (centred, r) = (2.75_f64.sqrt(), 22.5 / (22.5_f64 * 25.25).sqrt());
    for (name, truth, estimates) in [
        ("bias", 1.0, york.iter().map(|s| s.bias).collect::<Vec<_>>()),
        ("centred RMSE", centred, york.iter().map(|s| s.centred_rmse).collect()),
        ("RMSE", 3.75_f64.sqrt(), york.iter().map(|s| s.rmse).collect()),
        ("R", r, york.iter().map(|s| s.r).collect()),
        ("slope by York", 0.9, york.iter().map(|s| s.slope).collect()),
        ("intercept by York", 1.0, york.iter().map(|s| s.intercept).collect()),
        ("slope by Deming", 0.9, deming.iter().map(|s| s.slope).collect()),
        ("intercept by Deming", 1.0, deming.iter().map(|s| s.intercept).collect()),
    ] {
        let held = coverage(DRAWS, |seed| (estimates[seed as usize], truth));
        println!("{name}: {held:.3}");
        assert!((0.95 - 4.0 * 0.0126..0.999).contains(&held), "{name}: {held}");
    }
    assert!(york.iter().all(|s| s.regression == "York") && deming.iter().all(|s| s.regression == "Deming"));
}

#[test]
fn intervals_hold_the_truth_where_hours_resemble_their_neighbours() {
    // 300 draws of 1000 hours, noise with lag-1 autocorrelation 0.8: nine hours tell as much as one. Without that the interval of
    // the bias would be three times too narrow and hold the truth half the time. Bound: 4 standard errors and 2 % for the
    // autocorrelation that is itself estimated.
    const DRAWS: u64 = 300;
    let statistics: Vec<_> = (0..DRAWS)
        .map(|seed| {
            let (modelled, measured) = drawn(seed, 1000, 0.8, 0.8);
            compare(&modelled, &measured, &ComparisonOptions::default()).statistics()
        })
        .collect();
    let least = 0.95 - 4.0 * 0.0126 - 0.02;
    let bias = coverage(DRAWS, |seed| (statistics[seed as usize].bias, 1.0));
    let centred = coverage(DRAWS, |seed| (statistics[seed as usize].centred_rmse, 2.75_f64.sqrt()));
    println!("bias {bias:.3}, centred RMSE {centred:.3}");
    assert!(bias > least && centred > least, "bias {bias}, centred RMSE {centred}");
    let shares: f64 = statistics.iter().map(|s| s.n_effective / s.n as f64).sum::<f64>() / DRAWS as f64;
    // the measurements' own noise is white, so that the mismatch remembers a little less: ρ = 0.8 × 2.5/2.75
    let rho = 0.8 * 2.5 / 2.75;
    assert_abs_diff_eq!(shares, (1.0 - rho) / (1.0 + rho), epsilon = 0.01);
}

#[test]
fn the_same_seed_gives_the_same_intervals() {
    let (modelled, measured) = drawn(1, 200, 0.5, 0.5);
    let with = |seed| {
        compare(
            &modelled,
            &measured,
            &ComparisonOptions {
                seed,
                ..Default::default()
            },
        )
        .statistics()
    };
    assert_eq!(with(7), with(7));
    assert_ne!(with(7).rmse, with(8).rmse);
    assert_eq!(with(7).bias, with(8).bias);
}

#[test]
fn groups_share_out_all_pairs() {
    let measured = vec![1.0; 24 * 366];
    let mut modelled = model((0..24 * 366).map(|k| (hour(k), k as f64 % 7.0)));
    for (k, row) in modelled.rows.iter_mut().enumerate() {
        row.wind_from_deg = [350.0, 10.0, 44.0, 181.0, 314.9][k % 5];
    }
    let comparison = compare(&modelled, &hourly(&measured), &ComparisonOptions::default());
    let labels = |grouping| -> Vec<(&str, usize)> {
        let groups = comparison.by(grouping).unwrap();
        assert_eq!(groups.iter().map(|g| g.statistics.n).sum::<usize>(), measured.len());
        groups.iter().map(|g| (g.label, g.statistics.n)).collect()
    };
    assert_eq!(
        labels(Grouping::Season),
        [("DJF", 24 * 91), ("MAM", 24 * 92), ("JJA", 24 * 92), ("SON", 24 * 91)]
    );
    assert_eq!(labels(Grouping::Month)[1], ("Feb", 24 * 29));
    assert_eq!(labels(Grouping::Hour).len(), 8);
    let sectors: Vec<&str> = labels(Grouping::WindSector).iter().map(|(label, _)| *label).collect();
    assert_eq!(sectors, ["N", "NE", "S", "NW"]);
    let windless = compare(&model([(hour(0), 1.0)]), &hourly(&[1.0]), &ComparisonOptions::default());
    assert!(
        windless
            .by(Grouping::WindSector)
            .unwrap_err()
            .to_string()
            .contains("wind direction")
    );
}

#[test]
fn an_ensemble_has_a_band_where_it_has_members() {
    let members = [
        model([(hour(0), 1.0), (hour(1), 5.0)]),
        model([(hour(0), 2.0), (hour(1), f64::NAN)]),
        model([(hour(0), 9.0), (hour(2), 4.0)]),
    ];
    let band = ensemble_band(&members).unwrap();
    assert_eq!(
        (band[0].min, band[0].median, band[0].max, band[0].members),
        (1.0, 2.0, 9.0, 3)
    );
    assert_eq!((band[1].median, band[1].members), (5.0, 1));
    assert_eq!(band.len(), 3);
    assert!(ensemble_band(&[]).is_err());
    let other = ModelSeries {
        unit: Some(Unit::Ppb),
        ..members[0].clone()
    };
    assert!(
        ensemble_band(&[members[0].clone(), other])
            .unwrap_err()
            .to_string()
            .contains("ppb")
    );
}

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

fn tracer(values: &[f64]) -> TracerSamples {
    let sample = |(k, &value): (usize, &f64)| TracerSample {
        start: hour(0),
        duration_s: 10_800,
        place: LonLat {
            lon_deg: 0.0,
            lat_deg: 50.0,
        },
        value,
        station: k.to_string(),
    };
    TracerSamples {
        title: "made for a test".into(),
        tracer: "pmch".into(),
        samples: values.iter().enumerate().map(sample).collect(),
    }
}

#[test]
fn tracer_statistics_are_those_by_hand() {
    // pairs that count: (4,2) (0,2) (2,0) (6,8); the pair of zeros and the sample that was not measured do not
    let s = tracer_statistics(
        &tracer(&[4.0, 0.0, 2.0, 6.0, 0.0, 1.0]),
        &tracer(&[2.0, 2.0, 0.0, 8.0, 0.0, -1.0]),
        0.0,
    )
    .unwrap();
    assert_eq!((s.n, s.both_zero, s.unmatched), (4, 1, 2));
    assert_eq!((s.mean_model, s.mean_observed, s.fb), (3.0, 3.0, 0.0));
    assert_eq!((s.fms, s.ksp), (50.0, 25.0));
    // covariance (8 + 0 + 0 + 48)/4 − 9 = 5; variances 5 and 9
    assert_relative_eq!(s.r, 5.0 / 45.0_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.rank(), 25.0 / 45.0 + 1.0 + 0.5 + 0.75, max_relative = 1e-14);
    let above = tracer_statistics(&tracer(&[4.0, 0.0, 2.0, 6.0]), &tracer(&[2.0, 2.0, 0.0, 8.0]), 3.0).unwrap();
    assert_eq!(above.fms, 50.0, "one of two above 3");
    let mut twice = tracer(&[1.0]);
    twice.samples.push(twice.samples[0].clone());
    assert!(
        tracer_statistics(&twice, &tracer(&[1.0]), 0.0)
            .unwrap_err()
            .to_string()
            .contains("given twice")
    );
    assert!(tracer_statistics(&tracer(&[1.0]), &tracer(&[1.0]), -1.0).is_err());
}

#[test]
fn a_real_experiment_against_itself_has_rank_four() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tracer/captex1.txt");
    if !path.exists() {
        eprintln!("skipped: no ../shared/tracer/captex1.txt");
        return;
    }
    let measured = read_datem(path).unwrap();
    let s = tracer_statistics(&measured, &measured, 0.0).unwrap();
    assert_relative_eq!(s.rank(), 4.0, max_relative = 1e-12);
    let mut doubled = measured.clone();
    doubled.samples.iter_mut().for_each(|sample| sample.value *= 2.0);
    let s = tracer_statistics(&doubled, &measured, 0.0).unwrap();
    assert_relative_eq!(s.fb, 2.0 / 3.0, max_relative = 1e-12);
    assert_eq!((s.fms, s.n + s.both_zero), (100.0, measured.samples.len()));
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
