//! Radon, hydroxyl and radiocarbon against values worked out by hand.

#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with other tests")]
mod footprints;

use airshed::geo::LonLat;
use airshed::tracer::radiocarbon::{
    self, Carbon, Facility, notebook_per_mil, nuclear_per_mil, of_footprint, of_particles, read_facilities,
};
use airshed::tracer::{Tracer, Unit, hydroxyl, radon};
use airshed::{Decay, Footprint, Grid, Receptor, Trajectories, UtcTime, grid_particles};
use approx::assert_relative_eq;

#[test]
fn gases_have_their_usual_units() {
    assert_eq!(Tracer::from_formula("co2").unwrap().unit(), Unit::Ppm);
    assert_eq!(Tracer::Ch4.unit().per_ppm(), Some(1e3));
    assert_eq!(Tracer::Rn222.unit(), Unit::BqM3);
}

#[test]
fn radon_decays_with_its_half_life_and_not_with_that_as_its_mean_life() {
    // ln 2 / (3.8235 · 86400 s)
    assert_relative_eq!(Decay::RADON_222.rate_per_s(), 2.098_22e-6, max_relative = 1e-6);
    assert_relative_eq!(Decay::RADON_222.remaining(3.8235 * 86_400.0), 0.5, max_relative = 1e-12);
    // of the same age the legacy code keeps e⁻¹ of it
    let legacy = (-3.8235_f64 / 3.825_35).exp();
    assert_relative_eq!(legacy, 0.368, max_relative = 1e-3);
    // after 10 days: 0.1632 and 0.0732
    assert_relative_eq!(Decay::RADON_222.remaining(864_000.0), 0.1632, max_relative = 1e-3);
    assert_relative_eq!((-10.0_f64 / 3.825_35).exp(), 0.0732, max_relative = 1e-3);
}

#[test]
fn a_flux_of_radon_becomes_an_activity_as_by_hand() {
    // 20 mBq m⁻² s⁻¹ / λ = 9531.9 atoms m⁻² s⁻¹ = 1.58281e-14 µmol m⁻² s⁻¹
    let flux = radon::umol_of_becquerel(0.02);
    assert_relative_eq!(flux, 1.582_81e-14, max_relative = 1e-5);
    // 1 atom cm⁻² s⁻¹ is 20.98 mBq m⁻² s⁻¹
    assert_relative_eq!(
        radon::umol_of_atoms(1e4),
        radon::umol_of_becquerel(0.020_982_2),
        max_relative = 1e-5
    );
    // through a footprint of 5 ppm/(µmol m⁻² s⁻¹): 5 · 0.02 · 44.615 = 4.4615 Bq m⁻³ at 0 °C and 1013.25 hPa
    assert_relative_eq!(radon::activity_at_stp_bq_m3(5.0 * flux), 4.4615, max_relative = 1e-4);
    // at 288.15 K and 950 hPa: p/RT = 39.653 mol m⁻³
    assert_relative_eq!(radon::air_mol_m3(950.0, 288.15), 39.653, max_relative = 1e-4);
    let activity = radon::activity_bq_m3(5.0 * flux, 950.0, 288.15);
    assert_relative_eq!(activity, 5.0 * 0.02 * 39.653, max_relative = 1e-4);
    assert_relative_eq!(
        radon::ppm_of_activity(activity, 950.0, 288.15),
        5.0 * flux,
        max_relative = 1e-12
    );
}

#[test]
fn oh_takes_away_co_within_weeks_and_ch4_within_years() {
    // 1.3e-13 · 1.6 · 300/288 · 1e6 = 2.16667e-7 s⁻¹: 53 days
    let co = hydroxyl::co_loss_rate_per_s(288.0, 1000.0, 1e6);
    assert_relative_eq!(co, 2.166_67e-7, max_relative = 1e-5);
    // 2.45e-12 · exp(−1775/288) · 1e6 = 5.1582e-9 s⁻¹: 6.1 years
    let ch4 = hydroxyl::ch4_loss_rate_per_s(288.0, 1e6);
    assert_relative_eq!(ch4, 5.1582e-9, max_relative = 1e-3);
    assert_relative_eq!(1.0 / ch4 / 3.15576e7, 6.14, max_relative = 1e-2);
}

#[test]
fn along_a_path_loss_and_production_add_up_whatever_the_steps() {
    let path = |steps: usize| {
        let step_s = 10.0 * 86_400.0 / steps as f64;
        (0..steps).fold(hydroxyl::Oxidation::default(), |so_far, _| {
            so_far.further(step_s, 280.0, 900.0, 1.5e6)
        })
    };
    let (one, many) = (path(1), path(1000));
    assert_relative_eq!(one.co_surviving(), many.co_surviving(), max_relative = 1e-12);
    assert_relative_eq!(
        one.co_from_ch4_ppm(1.78),
        many.co_from_ch4_ppm(1.78),
        max_relative = 1e-12
    );
    // k = 1.3e-13·1.54·300/280 = 2.14500e-13; · 1.5e6 · 864000 s = 0.277992; e⁻⁰·²⁷⁷⁹⁹² = 0.757303
    assert_relative_eq!(one.co_surviving(), 0.757_303, max_relative = 1e-5);
    // k' = 2.45e-12·e^(−1775/280) = 4.32605e-15; · 1.5e6 · 864000 = 5.60656e-3; 1.78 of it 9.97968e-3 ppm,
    // of which (1 − 0.757303)/0.277992 = 0.873036 is left
    assert_relative_eq!(one.co_from_ch4_ppm(1.78), 9.979_68e-3 * 0.873_036, max_relative = 1e-3);
    // STILT applies half the loss to all that is made: e^(−0.139) = 0.8702, the same but for (kt)²/24 = 0.3 %
    assert_relative_eq!(one.co_from_ch4_ppm(1.78), 9.979_68e-3 * 0.870_23, max_relative = 5e-3);
    // what the last step makes meets no more OH
    let none = hydroxyl::Oxidation::default();
    assert_eq!(
        (none.co_surviving(), none.ch4_surviving(), none.co_from_ch4_ppm(1.78)),
        (1.0, 1.0, 0.0)
    );
    let far_first = hydroxyl::Oxidation::default()
        .further(86_400.0, 280.0, 900.0, 0.0)
        .further(86_400.0, 280.0, 900.0, 1e6);
    let near_first = hydroxyl::Oxidation::default()
        .further(86_400.0, 280.0, 900.0, 1e6)
        .further(86_400.0, 280.0, 900.0, 0.0);
    assert_eq!(far_first.ch4_surviving(), near_first.ch4_surviving());
}

fn carbon(biosphere_per_mil: f64) -> Carbon {
    Carbon {
        background_ppm: 410.0,
        background_per_mil: 0.0,
        biosphere_ppm: -5.0,
        biosphere_per_mil,
        fossil_ppm: 10.0,
    }
}

#[test]
fn fossil_co2_lowers_radiocarbon_by_about_2_4_per_mil_per_ppm() {
    let one = Carbon {
        background_ppm: 414.0,
        biosphere_ppm: 0.0,
        fossil_ppm: 1.0,
        ..carbon(0.0)
    };
    // −1000/415
    assert_relative_eq!(one.per_mil().unwrap(), -2.4096, max_relative = 1e-4);
    // 10 of 415 ppm: −24.096
    assert_relative_eq!(carbon(0.0).per_mil().unwrap(), -24.096, max_relative = 1e-4);
    // −5 ppm of +50 per mil: −250/415 more
    assert_relative_eq!(carbon(50.0).per_mil().unwrap(), -24.096 - 0.602, max_relative = 1e-4);
    let nothing = Carbon {
        background_ppm: 0.0,
        biosphere_ppm: 0.0,
        fossil_ppm: 0.0,
        ..carbon(0.0)
    };
    assert!(nothing.per_mil().unwrap_err().to_string().contains("above 0"));
}

#[test]
fn the_notebooks_form_is_the_balance_for_a_biosphere_like_the_background() {
    for background_per_mil in [-20.0, 0.0, 40.0] {
        let carbon = Carbon {
            background_per_mil,
            ..carbon(background_per_mil)
        };
        let notebook = notebook_per_mil(background_per_mil, carbon.total_ppm(), carbon.fossil_ppm).unwrap();
        assert_relative_eq!(carbon.per_mil().unwrap(), notebook, max_relative = 1e-12);
    }
}

fn facility(name: &str, lon_deg: f64, lat_deg: f64, gbq_per_year: f64, year: Option<i32>) -> Facility {
    Facility {
        name: name.into(),
        place: LonLat { lon_deg, lat_deg },
        gbq_per_year,
        year,
    }
}

#[test]
fn a_nuclear_release_as_by_hand() {
    // 1 TBq in 2019 (3.1536e7 s) is 31709.8 Bq s⁻¹
    let plant = facility("plant", 5.0, 52.0, 1000.0, Some(2019));
    assert_relative_eq!(plant.becquerel_per_s(2019).unwrap(), 31_709.8, max_relative = 1e-6);
    assert_relative_eq!(
        facility("any", 5.0, 52.0, 1000.0, None).becquerel_per_s(2020).unwrap(),
        1e12 / 3.162_24e7,
        max_relative = 1e-9
    );
    assert_eq!(plant.becquerel_per_s(2020), None);
    // f = 1e-3 m² s mol⁻¹ over a cell of 1e8 m²: 3.17098e-7 Bq per mol of air; of 415 ppm · 12.011 g · 0.226 Bq g⁻¹ =
    // 1.126512e-3 Bq per mol that is 0.28149 per mil
    assert_relative_eq!(
        nuclear_per_mil(3.170_98e-7, 415.0).unwrap(),
        0.281_49,
        max_relative = 1e-4
    );
    assert!(nuclear_per_mil(1.0, 0.0).is_err());
}

fn grid() -> Grid {
    footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES)
}

/// One record each minute for an hour, all at one place.
fn standing(at: LonLat, foot: f32, particles: usize) -> Trajectories {
    let time = UtcTime::parse("2019-07-01T12:00").unwrap();
    let receptor = Receptor::new(time, at.lon_deg, at.lat_deg, 100.0).unwrap();
    let mut t = Trajectories::new(receptor, particles, (1..=60).map(|k| -f64::from(k)).collect());
    t.lon_deg.fill(at.lon_deg);
    t.lat_deg.fill(at.lat_deg);
    t.foot.fill(foot);
    t.foot_raw.fill(foot);
    t.height_agl_m.fill(50.0);
    t
}

#[test]
fn facilities_are_seen_through_the_cell_they_stand_in() {
    let at = LonLat {
        lon_deg: 5.2,
        lat_deg: 52.2,
    };
    let flat = Grid {
        smooth_factor: 0.0,
        ..grid()
    };
    let footprint: Footprint = grid_particles(&standing(at, 1e-4, 10), &flat).unwrap();
    assert_relative_eq!(footprint.foot.sum(), 60.0 * 1e-4, max_relative = 1e-5);
    let plants = [
        facility("here", 5.3, 52.3, 1000.0, None),
        facility("next cell", 5.7, 52.3, 1000.0, None),
        facility("far", 30.0, 52.3, 1000.0, None),
        facility("two years", 5.3, 52.3, 1000.0, Some(2018)),
        facility("two years", 5.3, 52.3, 1000.0, Some(2019)),
        facility("two years", 5.3, 52.3, 7.0, None),
        facility("other year", 5.3, 52.3, 1000.0, Some(2018)),
    ];
    let seen = of_footprint(&footprint, &plants[..6]).unwrap();
    // 0.5° · R² · (sin 52.5° − sin 52°): 6371.2 km
    let area_m2 = 0.5f64.to_radians() * 6.3712e6_f64.powi(2) * (52.5f64.to_radians().sin() - 52f64.to_radians().sin());
    assert_relative_eq!(
        seen[0].becquerel_per_mol,
        60.0 * 1e-4 * 31_709.8 / area_m2,
        max_relative = 1e-5
    );
    assert_eq!((seen[1].becquerel_per_mol, seen[1].is_on_grid), (0.0, true));
    assert_eq!((seen[2].becquerel_per_mol, seen[2].is_on_grid), (0.0, false));
    assert_eq!(seen[3].becquerel_per_mol, 0.0);
    assert_eq!(seen[4].becquerel_per_mol, seen[0].becquerel_per_mol);
    assert_eq!(seen[5].becquerel_per_mol, 0.0, "the row of the year holds");
    let problem = of_footprint(&footprint, &plants).unwrap_err().to_string();
    assert!(
        problem.contains("other year") && problem.contains("[2018]"),
        "{problem}"
    );
}

#[test]
fn particles_near_a_facility_see_it_in_a_circle() {
    let at = LonLat {
        lon_deg: 5.2,
        lat_deg: 52.2,
    };
    let particles = standing(at, 1e-4, 10);
    // 0.1° of latitude is 11.1 km
    let plants = [facility("near", 5.2, 52.3, 1000.0, None)];
    let near = of_particles(&particles, &plants, 12_000.0).unwrap();
    let circle_m2 = std::f64::consts::PI * 12_000f64.powi(2);
    assert_relative_eq!(
        near[0].becquerel_per_mol,
        60.0 * 1e-4 * 31_709.8 / circle_m2,
        max_relative = 1e-5
    );
    assert_eq!(
        of_particles(&particles, &plants, 11_000.0).unwrap()[0].becquerel_per_mol,
        0.0
    );
    assert!(of_particles(&particles, &plants, 0.0).is_err());
}

#[test]
fn a_table_of_facilities_is_read_and_its_faults_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plants.csv");
    std::fs::write(
        &path,
        "# invented\nname,lat_deg,lon_deg,gbq_per_year,year\nA,52.0,355.0,12.5,2019\nB,51.0,4.0,3,\n",
    )
    .unwrap();
    let plants = read_facilities(&path).unwrap();
    assert_eq!(plants[0], facility("A", -5.0, 52.0, 12.5, Some(2019)));
    assert_eq!(plants[1], facility("B", 4.0, 51.0, 3.0, None));
    for (line, told) in [
        ("C,95,4,3,", "-90 to 90"),
        ("C,51,4,-3,", "0 or more"),
        ("C,51,east,3,", "line: 2"),
    ] {
        std::fs::write(&path, format!("name,lat_deg,lon_deg,gbq_per_year,year\n{line}\n")).unwrap();
        let problem = radiocarbon::read_facilities(&path).unwrap_err().to_string();
        assert!(problem.contains(told), "{line}: {problem}");
    }
}
