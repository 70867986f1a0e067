//! Each switch of turbulence and mixing height does what its line in `airshed config --defaults` says.

#![allow(clippy::unwrap_used)]

use airshed::config::{Mode, TransportConfig};
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::transport::{Conditions, Place, conditions};
use airshed::{Error, MetStore, Result, UtcTime};
use approx::assert_relative_eq;

const DAY: &str = "2019-09-22T13:00";
const NIGHT: &str = "2019-09-22T02:00";
const HEIGHTS_M: [f64; 5] = [20.0, 60.0, 150.0, 300.0, 3000.0];

fn try_profile(time: &str, switches: &str) -> Result<Vec<Conditions>> {
    let met = MetStore::from_readers(vec![Box::new(SyntheticWeather::new(WeatherOptions::default())?)])?;
    let options = TransportConfig::from_table(&toml::from_str(switches).unwrap())?.derive_options(Mode::Parity);
    let time = UtcTime::parse(time)?;
    let places = HEIGHTS_M.map(|height_agl_m| Place {
        time,
        lon_deg: 4.927,
        lat_deg: 51.971,
        height_agl_m,
    });
    conditions(&met, &places, &options)
}

fn profile(time: &str, switches: &str) -> Vec<Conditions> {
    try_profile(time, switches).unwrap()
}

fn refusal(switches: &str) -> String {
    try_profile(DAY, switches).unwrap_err().to_string()
}

#[test]
fn prescribed_lagrangian_times_hold_at_all_heights() {
    let switches = "vscaleu = 150.0\nvscales = 300.0";
    for (time, expected_s) in [(DAY, 150.0), (NIGHT, 300.0)] {
        for air in profile(time, switches) {
            assert_relative_eq!(air.lagrangian_time_s, expected_s, max_relative = 1e-6);
        }
    }
}

/// σw² scales by the factor, T_L by 1/σw; f32 storage: 1e-6.
#[test]
fn tvmix_scales_the_variance_below_or_above_the_mixing_height() {
    let base = profile(DAY, "");
    let below = profile(DAY, "kzmix = 2\ntvmix = 4.0");
    let above = profile(DAY, "kzmix = 3\ntvmix = 4.0");
    for k in 0..4 {
        assert!(base[k].mixing_height_m > HEIGHTS_M[k]);
        assert_relative_eq!(below[k].sigma_w_m_s, 2.0 * base[k].sigma_w_m_s, max_relative = 1e-6);
        assert_relative_eq!(
            2.0 * below[k].lagrangian_time_s,
            base[k].lagrangian_time_s,
            max_relative = 1e-6
        );
        assert_eq!(above[k], base[k]);
    }
    assert_eq!(below[4], base[4]);
    assert_relative_eq!(above[4].sigma_w_m_s, 2.0 * base[4].sigma_w_m_s, max_relative = 1e-6);
    assert_eq!(
        profile(DAY, "tvmix = 4.0"),
        base,
        "without kzmix the factor is not used"
    );
}

#[test]
fn kzmix_1_makes_the_variance_the_same_at_all_heights_below_the_mixing_height() {
    let mean = profile(DAY, "kzmix = 1");
    let base = profile(DAY, "");
    let sigmas: Vec<f64> = base[..4].iter().map(|air| air.sigma_w_m_s).collect();
    for air in &mean[..4] {
        assert_relative_eq!(air.sigma_w_m_s, mean[0].sigma_w_m_s, max_relative = 1e-6);
    }
    assert!(mean[0].sigma_w_m_s > sigmas.iter().copied().fold(f64::INFINITY, f64::min));
    assert_eq!(mean[4], base[4]);
}

#[test]
fn schemes_of_turbulence_differ_below_the_mixing_height_and_agree_above() {
    let [hanna, beljaars, kantha] = ["", "kblt = 1", "kblt = 2"].map(|switches| profile(DAY, switches));
    for other in [&beljaars, &kantha] {
        let differs = |(a, b): (&Conditions, &Conditions)| (a.sigma_w_m_s / b.sigma_w_m_s - 1.0).abs() > 0.1;
        assert!(other[..4].iter().zip(&hanna).any(differs));
        assert_eq!(other[4], hanna[4]);
        // the product is a function of height alone: every scheme has Hanna's Lagrangian time
        let product = |air: &Conditions| air.sigma_w_m_s * air.lagrangian_time_s;
        assert_relative_eq!(product(&other[0]), product(&hanna[0]), max_relative = 0.02);
    }
}

#[test]
fn a_scheme_that_needs_a_field_names_it() {
    for (switches, field) in [("kblt = 3", "TKEN"), ("kblt = 4", "UVAR"), ("kmixd = 2", "TKEN")] {
        let message = refusal(switches);
        assert!(message.contains(field), "{switches}: {message}");
    }
}

#[test]
fn mixing_heights_follow_their_switch() {
    let zi = |time: &str, switches: &str| profile(time, switches)[0].mixing_height_m;
    assert_relative_eq!(zi(DAY, "kmixd = 700"), 700.0, max_relative = 1e-6);
    assert_relative_eq!(zi(NIGHT, "kmix0 = 400.0"), 400.0, max_relative = 1e-6);
    assert!(
        zi(NIGHT, "kmix0 = -400.0") < 150.0,
        "a negative kmix0 is no lowest height"
    );
    assert_eq!(zi(NIGHT, "kmix0 = -400.0"), zi(NIGHT, "kmix0 = -10.0"));
    let from_file = zi(DAY, "kmixd = 0");
    let from_temperature = zi(DAY, "kmixd = 1");
    assert!(from_file != zi(DAY, "") && from_temperature != zi(DAY, "") && from_file != from_temperature);
}

#[test]
fn stability_and_the_lowest_level_follow_their_switches() {
    let base = profile(DAY, "");
    assert!(profile(DAY, "kbls = 2")[1].sigma_w_m_s != base[1].sigma_w_m_s);
    let without = profile(DAY, "k10m = 0");
    assert!(without[0].mixing_height_m != base[0].mixing_height_m);
    assert_relative_eq!(without[0].mixing_height_m, base[0].mixing_height_m, max_relative = 0.1);
}

#[test]
fn impossible_values_are_refused_with_what_is_allowed() {
    for (switches, expected) in [
        ("kblt = 6", "from 1 to 5"),
        ("kbls = 0", "from 1 to 2"),
        ("kzmix = 4", "from 0 to 3"),
        ("vscaleu = 0.0", "greater than 0"),
        ("tvmix = -1.0", "greater than 0"),
        ("kmixd = 5", "0, 1, 2, 3"),
        ("tkerd = -0.1", "from 0 to 100"),
    ] {
        let table = toml::from_str(switches).unwrap();
        let message = TransportConfig::from_table(&table).unwrap_err();
        assert!(matches!(message, Error::Config { .. }), "{message}");
        assert!(message.to_string().contains(expected), "{switches}: {message}");
    }
}
