//! Photosynthesis and respiration booked at particles, class by class, from the air that each meets.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::Path;

use airshed::attribution::{Attribution, AttributionOptions, GROUPS};
use airshed::inventory::Inventory;
use airshed::variable::Variable;
use airshed::vprm::{Exchange, Vprm, VprmOptions, VprmParameters};
use airshed::{Flux, Receptor, Trajectories, UtcTime};
use ndarray::Array2;

const CLASSES: usize = 8;

/// Half evergreen forest, half grass, from 4 to 6 east and 51 to 53 north, the same all year.
fn meadow(path: &Path) -> Vprm {
    let mut file = netcdf::create(path).unwrap();
    let days: Vec<f64> = (0..46).map(|map| 8.0 * f64::from(map)).collect();
    let classes: Vec<f64> = (1..=CLASSES).map(|class| class as f64).collect();
    for (name, units, values) in [
        ("time", "days since 2021-01-01", days),
        ("vprm_classes", "1", classes),
        ("lat", "degrees_north", vec![51.5, 52.5]),
        ("lon", "degrees_east", vec![4.5, 5.5]),
    ] {
        file.add_dimension(name, values.len()).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_values(&values, ..).unwrap();
        axis.put_attribute("units", units).unwrap();
    }
    let still = ["vprm_classes", "lat", "lon"];
    let dims = ["time", "vprm_classes", "lat", "lon"];
    for (name, value, dims) in [
        ("evi", 0.5, &dims[..]),
        ("lswi", 0.25, &dims[..]),
        ("evi_min", 0.2, &still[..]),
        ("evi_max", 0.7, &still[..]),
        ("lswi_min", 0.1, &still[..]),
        ("lswi_max", 0.3, &still[..]),
    ] {
        let mut field = file.add_variable::<f64>(name, dims).unwrap();
        let count = 4 * CLASSES * if dims.len() == 4 { 46 } else { 1 };
        field.put_values(&vec![value; count], ..).unwrap();
    }
    let mut shares = file.add_variable::<f64>("vegetation_fraction_map", &still).unwrap();
    let share = |class: usize| if class == 0 || class == 6 { 0.5 } else { 0.0 };
    let values: Vec<f64> = (0..CLASSES).flat_map(|class| vec![share(class); 4]).collect();
    shares.put_values(&values, ..).unwrap();
    drop(file);
    Vprm::open(&[path], VprmParameters::europe_2007().unwrap(), &VprmOptions::default()).unwrap()
}

/// Particles stand at a place for an hour and pick up 0.01 a minute, by day and then by night.
fn stay(lon_deg: f64) -> Trajectories {
    let time = UtcTime::parse("2021-06-03T12:00").unwrap();
    let minutes: Vec<f64> = (1..=60).map(|minute| -f64::from(minute)).collect();
    let mut stay = Trajectories::new(Receptor::new(time, 4.9, 51.97, 207.0).unwrap(), 2 * GROUPS, minutes);
    let shape = stay.lon_deg.dim();
    stay.lon_deg = Array2::from_elem(shape, lon_deg);
    stay.lat_deg = Array2::from_elem(shape, 51.97);
    stay.foot = Array2::from_elem(shape, 0.01);
    stay.set_table(Variable::Temp, Array2::from_elem(shape, 293.15));
    stay.set_table(
        Variable::Dswf,
        Array2::from_shape_fn(shape, |(_, k)| if k < 30 { 505.0 } else { 0.0 }),
    );
    stay
}

#[test]
fn each_class_counts_by_its_share_of_the_cell_and_the_light_of_the_minute() {
    let folder = tempfile::tempdir().unwrap();
    let vprm = meadow(&folder.path().join("vprm.nc"));
    let time = stay(4.9).receptor.time;
    let exchange = |sw: f64| {
        let mut by_class = vec![Exchange::default(); CLASSES];
        assert!(vprm.book([4.9, 51.97], time, 20.0, sw, &mut by_class));
        by_class
    };
    let (day, night) = (exchange(505.0), exchange(0.0));
    let even = Inventory::from_flux("CO2", Flux::uniform(1.0).with_name("even"));
    let attribution = Attribution::new(vec![even], AttributionOptions::default()).unwrap();
    let attribution = attribution.with_vegetation("vprm", vprm).unwrap();
    assert_eq!(attribution.variables(), [Variable::Temp, Variable::Dswf]);
    let told = stay(4.9).attribute(&attribution).unwrap();
    let ppm = |sector: &str, class: &str| {
        told.sum(|label, _| label.sector == sector && label.vegetation_class == class)
            .ppm
    };
    // 30 minutes x 0.01 by day, as many by night
    for (class, name) in [(0, "evergreen"), (6, "grass")] {
        let gee = 0.3 * f64::from(day[class].gee + night[class].gee);
        let respiration = 0.3 * f64::from(day[class].resp + night[class].resp);
        assert!(gee < -1.0 && respiration > 0.1);
        approx::assert_relative_eq!(ppm("gee", name), gee, max_relative = 1e-5);
        approx::assert_relative_eq!(ppm("respiration", name), respiration, max_relative = 1e-5);
    }
    assert_eq!(ppm("gee", "crop"), 0.0);
    approx::assert_relative_eq!(
        told.sum(|label, _| label.inventory == "even").ppm,
        0.6,
        max_relative = 1e-5
    );
}

#[test]
fn where_nothing_is_known_of_plants_is_told_and_without_the_air_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vprm = meadow(&folder.path().join("vprm.nc"));
    let attribution = Attribution::of_vegetation("vprm", vprm, AttributionOptions::default()).unwrap();
    let told = stay(7.0).attribute(&attribution).unwrap();
    assert!(told.entries.is_empty());
    assert!(told.uncovered_share.iter().all(|share| (share - 1.0).abs() < 1e-9));
    let mut bare = stay(4.9);
    bare.extra.clear();
    let problem = bare.attribute(&attribution).unwrap_err().to_string();
    assert!(
        problem.contains("without temp") && problem.contains("dswf"),
        "{problem}"
    );
}
