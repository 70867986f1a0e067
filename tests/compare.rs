//! Comparison: what meets what, what is selected, groups and ensembles.
#![allow(clippy::unwrap_used)]

mod series;

use airshed::compare::{
    Averaging, Comparison, ComparisonOptions, Errors, Grouping, Hours, Matching, ModelSeries, ensemble_band,
};
use airshed::observations::{Observations, Unit};
use approx::assert_relative_eq;
use series::{compare, hour, hourly, intervals, model};

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
    let afternoon = ComparisonOptions {
        hours: Hours::Afternoon,
        ..Default::default()
    };
    let problem = Comparison::new(&steps, &samples, &afternoon).unwrap_err().to_string();
    assert!(problem.contains("hold all hours"), "{problem}");
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
fn means_over_days_have_local_months_and_no_hour() {
    // at 90° E the day of 1 February begins at 18:00 UTC of 31 January
    let modelled = model((0..24).map(|k| (hour(31 * 24 - 6 + k), 1.0)));
    let measured = intervals((0..24).map(|k| (hour(31 * 24 - 6 + k), hour(31 * 24 - 5 + k), 1.0)));
    let options = ComparisonOptions {
        averaging: Averaging::Daily,
        lon_deg: Some(90.0),
        ..Default::default()
    };
    let comparison = compare(&modelled, &measured, &options);
    assert_eq!(comparison.rows[0].time, hour(31 * 24 - 6));
    assert_eq!(comparison.by(Grouping::Month).unwrap()[0].label, "Feb");
    let problem = comparison.by(Grouping::Hour).unwrap_err().to_string();
    assert!(problem.contains("no hour"), "{problem}");
}

#[test]
fn two_model_values_of_one_time_are_refused() {
    let twice = model([(hour(1), 1.0), (hour(0), 1.0), (hour(1), 2.0)]);
    let problem = Comparison::new(&twice, &hourly(&[1.0; 2]), &ComparisonOptions::default()).unwrap_err();
    assert!(problem.to_string().contains("two values"), "{problem}");
}

#[test]
fn errors_of_the_regression_are_above_zero_and_on_both_sides() {
    let modelled = model((0..3).map(|k| (hour(k), k as f64)));
    let measured = hourly(&[0.0, 1.0, 2.5]);
    let with = |model, observed, variance_ratio| {
        let options = ComparisonOptions {
            errors: Errors {
                model,
                observed,
                variance_ratio,
            },
            ..Default::default()
        };
        Comparison::new(&modelled, &measured, &options).map(|comparison| comparison.statistics().regression)
    };
    assert_eq!(with(Some(0.1), Some(0.2), None).unwrap(), "York");
    assert_eq!(with(None, None, Some(2.0)).unwrap(), "Deming");
    assert_eq!(with(None, None, None).unwrap(), "reduced major axis");
    for (errors, expected) in [
        ((Some(0.1), None, None), "observation_error"),
        ((None, Some(0.1), None), "model_error"),
        ((Some(-0.1), Some(0.1), None), "above zero"),
        ((None, None, Some(f64::NAN)), "above zero"),
    ] {
        let problem = with(errors.0, errors.1, errors.2).unwrap_err().to_string();
        assert!(problem.contains(expected), "{expected} not in: {problem}");
    }
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
