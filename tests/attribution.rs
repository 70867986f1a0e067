//! Who emitted what a sample holds, booked at the particles, against footprint × flux and against sums by hand.
#![allow(clippy::unwrap_used)]

use airshed::attribution::{Attribution, AttributionOptions, GROUPS};
use airshed::decay::Decay;
use airshed::flux::{Flux, FluxTimes, LatLonMesh};
use airshed::inventory::{Factors, Inventory, Loss, Source, TemporalProfile, TemporalProfiles, YearlyScaling};
use airshed::{Receptor, Trajectories, UtcTime};
use ndarray::{Array2, Array3};

/// Two particles per group fly east along a parallel from Cabauw, a degree of longitude an hour, and pick up 0.01 a minute.
fn flight(hours: usize) -> Trajectories {
    let time = UtcTime::parse("2021-03-03T12:00").unwrap();
    let receptor = Receptor::new(time, 4.9, 51.97, 207.0).unwrap();
    let minutes: Vec<f64> = (1..=60 * hours).map(|minute| -(minute as f64)).collect();
    let particles = 2 * GROUPS;
    let mut flight = Trajectories::new(receptor, particles, minutes);
    let shape = flight.lon_deg.dim();
    flight.lon_deg = Array2::from_shape_fn(shape, |(_, k)| 4.9 + (k + 1) as f64 / 60.0);
    flight.lat_deg = Array2::from_elem(shape, 51.97);
    flight.foot = Array2::from_elem(shape, 0.01);
    flight.pressure_hpa = Array2::from_elem(shape, 1000.0);
    flight.air_density_kg_m3 = Array2::from_elem(shape, 1e5 / (287.058 * 290.0));
    flight
}

fn source(sector: &str, fuel: &str, flux: Flux) -> Source {
    Source {
        sector: sector.into(),
        fuel: fuel.into(),
        flux,
    }
}

fn uniform(name: &str, umol_m2_s: f64) -> Inventory {
    Inventory::from_flux("CO2", Flux::uniform(umol_m2_s).with_name(name))
}

fn options() -> AttributionOptions {
    AttributionOptions::default()
}

#[test]
fn a_uniform_flux_brings_the_influence_times_its_value_and_countries_share_it() {
    let flight = flight(6);
    let attribution = Attribution::new(vec![uniform("even", 2.0)], options()).unwrap();
    let told = flight.attribute(&attribution).unwrap();
    let all = told.sum(|_, _| true);
    // 360 minutes x 0.01 x 2, booked in f32: 6e-8 each
    approx::assert_relative_eq!(all.ppm, 7.2, max_relative = 1e-6);
    assert!(all.stderr_ppm < 1e-6, "all particles fly alike");
    approx::assert_relative_eq!(told.foot, 3.6, max_relative = 1e-6);
    let world = airshed::countries::Countries::world();
    let by_country = told.by(|_, entry| world.alpha2(entry.country.unwrap()).to_owned());
    let names: Vec<&str> = by_country.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["DE", "NL"]);
    // along 51.97 N the border stands near 6.7 E: 1.8 of 6 h
    let dutch = by_country[1].1.ppm / all.ppm;
    assert!((0.27..0.34).contains(&dutch), "{dutch}");
    assert_eq!(told.uncovered_share, [0.0]);
}

#[test]
fn each_contribution_takes_the_flux_of_the_cell_and_map_where_and_when_it_was_picked_up() {
    let flight = flight(4);
    let mesh = LatLonMesh::from_edges(&[51.0, 53.0], &[4.0, 6.9, 8.0]).unwrap();
    let time = flight.receptor.time;
    let times = FluxTimes::from_starts(&[time.plus_hours(-4), time.plus_hours(-1), time.plus_hours(2)]).unwrap();
    let values = Array3::from_shape_vec((3, 1, 2), vec![1.0, 10.0, 100.0, f64::NAN, 0.0, 0.0]).unwrap();
    let flux = Flux::from_array("steps", mesh, times, values).unwrap();
    let told = flight
        .attribute(&Attribution::new(vec![Inventory::from_flux("CO2", flux)], options()).unwrap())
        .unwrap();
    // one hour of the later map in the western cell; then 1 h to the edge at 6.9 (2 h of flight), 1.1 h in the eastern cell,
    // and beyond 8.0 nothing is known; each edge falls to within a minute
    let expected = 0.6 * (100.0 + 1.0 + 1.1 * 10.0);
    approx::assert_abs_diff_eq!(told.sum(|_, _| true).ppm, expected, epsilon = 0.01 * 11.0 + 1e-4);
    approx::assert_abs_diff_eq!(told.uncovered_share[0], 0.9 / 4.0, epsilon = 1.5 / 240.0);
    let earlier = FluxTimes::intervals(vec![(time.plus_hours(-2), time)]).unwrap();
    let mesh = LatLonMesh::from_edges(&[51.0, 53.0], &[4.0, 9.0]).unwrap();
    let short = Flux::from_array("short", mesh, earlier, Array3::ones((1, 1, 1))).unwrap();
    let attribution = Attribution::new(vec![Inventory::from_flux("CO2", short)], options()).unwrap();
    let problem = flight.attribute(&attribution).unwrap_err().to_string();
    assert!(
        problem.contains("short") && problem.contains("2021-03-03T10:00Z"),
        "{problem}"
    );
}

#[test]
fn profiles_act_in_local_time_and_scaling_by_the_year_and_country() {
    let flight = flight(3);
    let mut profiles = TemporalProfiles::default();
    let morning: Vec<f64> = (0..24).map(|hour| f64::from(u8::from(hour < 12))).collect();
    let profile = TemporalProfile::new(&Factors {
        hour: Some(morning),
        ..Factors::default()
    });
    profiles.add((Some("traffic".into()), None, None), profile.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("scaling.csv");
    std::fs::write(
        &table,
        "country,year,value\nDE,2018,1\nDE,2021,3\nNL,2018,1\nNL,2021,1\n",
    )
    .unwrap();
    let inventory = Inventory {
        name: "both".into(),
        tracer: "CO2".into(),
        sources: vec![
            source("traffic", "oil", Flux::uniform(1.0)),
            source("heating", "gas", Flux::uniform(1.0)),
        ],
        profiles,
        scaling: Some((2018, YearlyScaling::open(&table).unwrap())),
        loss: Loss::None,
        files: Vec::new(),
    };
    let told = flight
        .attribute(&Attribution::new(vec![inventory], options()).unwrap())
        .unwrap();
    let by = told.by(|label, entry| {
        (
            label.sector.clone(),
            airshed::countries::Countries::world().alpha2(entry.country.unwrap()),
        )
    });
    let ppm = |sector: &str, country: &str| {
        by.iter()
            .find(|(key, _)| key.0 == sector && key.1 == country)
            .map_or(0.0, |(_, a)| a.ppm)
    };
    let dutch_h = ppm("heating", "NL") / 0.6;
    let german_h = ppm("heating", "DE") / 0.6 / 3.0;
    approx::assert_abs_diff_eq!(dutch_h + german_h, 3.0, epsilon = 1e-4);
    // solar time is ahead of UTC by 20 to 32 minutes: from 12:20 the flight goes back, and before noon the factor is 2
    let traffic_h = ppm("traffic", "NL") / 0.6 / 2.0 + ppm("traffic", "DE") / 0.6 / 6.0;
    assert!((2.5..2.7).contains(&traffic_h), "{traffic_h}");
}

#[test]
fn what_decays_or_reacts_on_the_way_counts_less_the_older_it_is() {
    let flight = flight(24);
    let with = |name: &str, loss| Inventory {
        loss,
        ..uniform(name, 1.0)
    };
    let radon = Decay::of_half_life_h(91.764).unwrap();
    let inventories = vec![
        with("222Rn", Loss::Decay(radon)),
        with("CO", Loss::hydroxyl("CO", 1e6).unwrap()),
        with("CH4", Loss::hydroxyl("CH4", 1e6).unwrap()),
        uniform("CO2", 1.0),
    ];
    let ages = AttributionOptions {
        age_edges_h: vec![0.0, 6.0, 12.0],
        ..options()
    };
    let told = flight.attribute(&Attribution::new(inventories, ages).unwrap()).unwrap();
    let of = |name: &str, age: Option<usize>| {
        told.sum(|label, entry| label.inventory == name && age.is_none_or(|a| a == entry.age))
            .ppm
    };
    // mean over 24 h of exp(-kt): (1 - exp(-24 h k)) / (24 h k), by hand: radon k = ln 2 / 91.764 h
    let mean = |k_per_h: f64| (1.0 - (-24.0 * k_per_h).exp()) / (24.0 * k_per_h);
    approx::assert_relative_eq!(of("222Rn", None) / 14.4, mean(2f64.ln() / 91.764), max_relative = 1e-5);
    // CO: 1.3e-13 (1 + 0.6) 300/290 1e6 = 2.1517e-7 s-1 = 7.746e-4 h-1; CH4: 2.45e-12 exp(-1775/290) 1e6 = 5.388e-9 s-1
    approx::assert_relative_eq!(of("CO", None) / 14.4, mean(7.746e-4), max_relative = 1e-5);
    approx::assert_relative_eq!(of("CH4", None) / 14.4, mean(3600.0 * 5.388e-9), max_relative = 1e-5);
    approx::assert_relative_eq!(of("CO2", Some(0)), 3.6, max_relative = 1e-6);
    approx::assert_relative_eq!(of("CO2", Some(1)), 10.8, max_relative = 1e-6);
    let ends = told.entries.iter().map(|entry| told.age_h(entry).unwrap());
    assert!(ends.clone().any(|age| age == (0.0, 6.0)) && ends.clone().any(|age| age == (6.0, f64::INFINITY)));
}

#[test]
fn blocks_give_what_the_whole_table_gives() {
    let flight = flight(3);
    let attribution = Attribution::new(vec![uniform("even", 1.0)], options()).unwrap();
    let mut recorder = airshed::attribution::Recorder::new(&attribution, &flight.receptor, flight.particle_count());
    for start in [0, 60, 90] {
        let end = if start == 0 {
            60
        } else if start == 60 {
            90
        } else {
            180
        };
        let mut block = flight.without_records(flight.time_min[start..end].to_vec());
        let part = ndarray::Slice::from(start..end);
        block.lon_deg = flight.lon_deg.slice_axis(ndarray::Axis(1), part).to_owned();
        block.lat_deg = flight.lat_deg.slice_axis(ndarray::Axis(1), part).to_owned();
        block.foot = flight.foot.slice_axis(ndarray::Axis(1), part).to_owned();
        recorder.add(&block).unwrap();
    }
    assert_eq!(recorder.finish(), flight.attribute(&attribution).unwrap());
}

#[test]
fn what_cannot_be_attributed_is_refused() {
    let refused = |inventories, options| Attribution::new(inventories, options).unwrap_err().to_string();
    assert!(refused(vec![], options()).contains("at least one"));
    let twice = vec![uniform("a", 1.0), uniform("a", 2.0)];
    assert!(refused(twice, options()).contains("two have this name"));
    let ages = |age_edges_h| AttributionOptions {
        age_edges_h,
        ..options()
    };
    assert!(refused(vec![uniform("a", 1.0)], ages(vec![1.0, 2.0])).contains("ascend from 0"));
    let region = AttributionOptions {
        region: [10.0, 0.0, 40.0, 50.0],
        ..options()
    };
    assert!(refused(vec![uniform("a", 1.0)], region).contains("west below east"));
    assert!(Loss::hydroxyl("CO2", 1e6).is_err() && Loss::hydroxyl("CO", -1.0).is_err());
}
