//! The portal's columns: read from its files, made of components, written and read back.

#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::UtcTime;
use airshed::portal::{
    Components, PortalSeries, RadonSource, RawTable, Source, Vegetation, Weather, read, write_csv, write_netcdf,
};
use airshed::tracer::Tracer;
use approx::assert_relative_eq;

/// A file of ../shared/icos, if it is there.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/icos").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

const RAW: &str = "stiltresult2009x01x01x00x51.97Nx004.93Ex00020_raw.csv";
const MANGLED: &str = "stiltresult2012x46.55Nx007.98Ex00720_1.csv";
const FINAL: &str = "stiltresult2009x01x01x00x51.97Nx004.93Ex00020.json";

/// Of sums of some ten numbers in double precision that were added in another order.
const ROUNDING: f64 = 1e-12;

#[test]
fn the_portals_results_follow_from_its_raw_results() {
    let (Some(raw), Some(finished)) = (shared(RAW), shared(FINAL)) else {
        return;
    };
    let (made, portals) = (read(raw).unwrap(), read(finished).unwrap());
    assert_eq!(made.times, [UtcTime::parse("2009-01-01T00:00").unwrap()]);
    assert_eq!(made.times, portals.times);
    let mut compared = 0;
    for (name, values) in &portals.columns {
        let own = made.column(name).unwrap_or_else(|| panic!("no column {name}"));
        if name == "co.other_categories" {
            // the portal books category 1b2ac of CO, 4.2e-5 ppm, nowhere
            assert_relative_eq!(own[0] - values[0], 4.206_603_894_907_37e-5, max_relative = 1e-9);
            continue;
        }
        assert_relative_eq!(own[0], values[0], max_relative = ROUNDING, epsilon = 1e-15);
        compared += 1;
    }
    assert_eq!(compared, portals.columns.len() - 1);
    assert!(compared > 50, "{compared}");
}

#[test]
fn the_sums_of_the_portals_final_sample_hold_but_for_one() {
    let Some(path) = shared(FINAL) else { return };
    let breaches = read(path).unwrap().breaches(ROUNDING);
    assert_eq!(breaches.len(), 1, "{breaches:?}");
    assert!(breaches[0].identity.ends_with("co.residential + co.other_categories"));
    assert_relative_eq!(breaches[0].left - breaches[0].right, 4.2066e-5, max_relative = 1e-4);
}

#[test]
fn raw_results_are_read_with_their_heads_mangled_or_not() {
    let (Some(plain), Some(mangled)) = (shared(RAW), shared(MANGLED)) else {
        return;
    };
    let (plain, mangled) = (RawTable::read(plain).unwrap(), RawTable::read(mangled).unwrap());
    // 992 names, of which nine totals have no value
    assert_eq!(plain.columns.len(), 983);
    assert_eq!(plain.columns, mangled.columns);
    assert!(plain.columns.contains(&"sdco2.1a2+6cd.coal_hardini".to_owned()));
    assert_eq!(
        plain.metadata,
        ["https://meta.icos-cp.eu/objects/CXlfZnsBKibuov6SkJ8eIlVX"]
    );
    for (raw, time) in [(plain, "2009-01-01T00:00"), (mangled, "2009-10-25T12:00")] {
        let slots = raw.components().unwrap();
        assert_eq!(slots[0].time, UtcTime::parse(time).unwrap());
        assert_eq!((slots[0].sources.len(), slots[0].vegetation.len()), (174, 8));
        let series = PortalSeries::of(&slots);
        assert_eq!(series.breaches(ROUNDING), []);
        // the particles of 10 days saw Europe: some percent of fossil CO2 and no more
        let fuel = series.column("co2.fuel").unwrap()[0];
        assert!((0.0..40.0).contains(&fuel), "{fuel}");
    }
}

fn source(tracer: Tracer, category: &str, fuel: &str, ppm: f64) -> Source {
    Source {
        tracer,
        category: category.into(),
        fuel: fuel.into(),
        ppm,
    }
}

fn slot(hour: i64) -> Components {
    let start = UtcTime::parse("2012-12-08T18:00").unwrap();
    let by = 1.0 + 0.1 * hour as f64;
    Components {
        background_ppm: vec![(Tracer::Co2, 392.0), (Tracer::Co, 0.11), (Tracer::Ch4, 1.87)],
        sources: vec![
            source(Tracer::Co2, "1A1a", "coal_hard", 1.0 * by),
            source(Tracer::Co2, "1a3b", "oil_light", 2.0),
            source(Tracer::Co2, "2a", "cement", 0.5),
            source(Tracer::Co2, "2befg+3", "others", 0.25),
            source(Tracer::Co2, "1a4", "gas_nat", 4.0),
            source(Tracer::Co2, "1a4", "bio_solid", 0.125),
            source(Tracer::Co2, "1a2+6cd", "solid_waste", 0.0625),
            source(Tracer::Co2, "9z", "peat", 0.03125),
            source(Tracer::Co, "1b2ac", "oil_light", 0.01),
            source(Tracer::Ch4, "4a", "others", 0.02),
            source(Tracer::Ch4, "6a", "others", 0.01),
            source(Tracer::Ch4, "1b2b", "gas_nat", 0.005),
            source(Tracer::Ch4, "1b2ac", "oil_light", 0.001),
        ],
        vegetation: ["evergreen", "crop"]
            .map(|class| Vegetation {
                class: class.into(),
                gee_ppm: -1.5,
                respiration_ppm: 2.0,
            })
            .to_vec(),
        natural_ch4_ppm: [
            ("wet", 0.004),
            ("peat", 0.001),
            ("uptake", -0.002),
            ("fire", 0.0),
            ("geo", 0.5),
            ("lakes", 0.003),
        ]
        .map(|(name, ppm)| (name.to_owned(), ppm))
        .to_vec(),
        radon: vec![RadonSource {
            map: "noah".into(),
            background_bq_m3: 0.25,
            ground_bq_m3: 4.0,
        }],
        weather: Some(Weather {
            mixing_height_m: 800.0,
            wind_m_s: [1.0, 2.0, 0.0],
            wind_direction_deg: 206.6,
        }),
        ..Components::at(start.plus_hours(hour), 7.98, 46.55, 720.0)
    }
}

#[test]
fn components_are_booked_to_the_columns_of_their_sector_and_fuel() {
    let series = PortalSeries::of(&[slot(0)]);
    for (name, expected) in [
        ("co2.stilt", 392.0 + 1.0 + 7.96875),
        ("co2.bio", 1.0),
        ("co2.bio.gee", -3.0),
        ("co2.fuel", 1.0 + 2.0 + 4.0 + 0.125 + 0.0625 + 0.03125),
        ("co2.fuel.otherfuel", 0.09375),
        ("co2.fuel.waste", 0.0625),
        ("co2.fuel.bio", 0.125),
        ("co2.energy", 1.0),
        ("co2.transport", 2.0),
        ("co2.industry", 0.8125),
        ("co2.residential", 4.125),
        ("co2.other_categories", 0.03125),
        ("co2.cement", 0.5),
        ("co2.non_fuel", 0.25),
        ("co.stilt", 0.12),
        ("co.other_categories", 0.01),
        ("ch4.anthropogenic", 36.0),
        ("ch4.agriculture", 20.0),
        ("ch4.waste", 10.0),
        ("ch4.energy", 5.0),
        ("ch4.other_categories", 1.0),
        ("ch4.wetlands", 5.0),
        ("ch4.natural", 6.0),
        ("ch4.stilt", 1912.0),
        ("rn.noah", 4.25),
        ("wind.v", 2.0),
        ("ident", 19_335.75),
    ] {
        assert_relative_eq!(series.column(name).unwrap()[0], expected, max_relative = 1e-12);
    }
    assert_eq!(series.breaches(ROUNDING), []);
}

#[test]
fn what_was_not_computed_is_no_number_rather_than_zero() {
    let mut bare = slot(0);
    bare.vegetation.clear();
    bare.natural_ch4_ppm.retain(|(name, _)| name != "fire");
    bare.background_ppm.retain(|(tracer, _)| *tracer != Tracer::Co);
    bare.sources.retain(|source| source.tracer != Tracer::Co);
    let series = PortalSeries::of(&[bare]);
    for name in ["co2.bio", "co2.stilt", "ch4.natural", "ch4.wildfire", "ch4.stilt"] {
        assert!(series.column(name).unwrap()[0].is_nan(), "{name}");
    }
    assert_eq!(series.column("co2.energy").unwrap(), [1.0]);
    assert_relative_eq!(series.column("ch4.wetlands").unwrap()[0], 5.0, max_relative = 1e-12);
    assert_eq!(series.column("co.stilt"), None);
    let nothing = PortalSeries::of(&[Components::at(UtcTime::from_seconds(0), 0.0, 0.0, 0.0)]);
    assert_eq!(nothing.columns.len(), 4);
}

#[test]
fn a_broken_sum_is_told_with_its_time_and_terms() {
    let mut series = PortalSeries::of(&[slot(0), slot(3)]);
    let energy = series
        .columns
        .iter_mut()
        .find(|(name, _)| name == "co2.energy")
        .unwrap();
    energy.1[1] += 0.5;
    let breaches = series.breaches(ROUNDING);
    assert_eq!(breaches.len(), 1);
    assert_eq!(breaches[0].time, series.times[1]);
    assert_eq!(
        breaches[0].identity,
        "co2.fuel + co2.cement + co2.non_fuel = co2.energy + co2.transport + co2.industry + co2.residential + \
         co2.other_categories"
    );
    assert_relative_eq!(breaches[0].right - breaches[0].left, 0.5, max_relative = 1e-9);
}

#[test]
fn the_csv_of_a_package_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.csv");
    let series = PortalSeries::of(&[slot(0), slot(3)]);
    write_csv(&path, &series, false).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let head = text.lines().next().unwrap();
    assert!(
        head.starts_with("isodate,co2.stilt,co2.background,co2.bio,co2.bio.gee,co2.bio.resp,co2.fuel,co2.fuel.oil,")
    );
    assert!(head.ends_with("ch4.soil_uptake,ch4.wildfire,ch4.other_natural"));
    assert!(
        text.lines()
            .nth(1)
            .unwrap()
            .starts_with("2012-12-08T18:00:00Z,400.96875,392,1,-3,4,")
    );
    let back = read(&path).unwrap();
    assert_eq!(back.columns.len(), 30);
    for (name, values) in &back.columns {
        assert_eq!(values.as_slice(), series.column(name).unwrap(), "{name}");
    }
    // of peat, 0.03125 ppm, a package has no column
    assert_eq!(back.breaches(ROUNDING).len(), 2);
    write_csv(&path, &series, true).unwrap();
    let all = read(&path).unwrap();
    assert_eq!(
        (all.columns.len(), all.times.clone()),
        (series.columns.len(), series.times.clone())
    );
    assert_eq!(all.breaches(ROUNDING), []);
}

#[test]
fn the_netcdf_of_a_series_keeps_names_units_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.nc");
    let series = PortalSeries::of(&[slot(0), slot(3)]);
    write_netcdf(&path, &series).unwrap();
    let file = netcdf::open(&path).unwrap();
    let energy = file.variable("co2_energy").unwrap();
    let text = |variable: &netcdf::Variable<'_>, name: &str| match variable.attribute_value(name).unwrap().unwrap() {
        netcdf::AttributeValue::Str(text) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (text(&energy, "portal_name"), text(&energy, "units")),
        ("co2.energy".into(), "1e-6".into())
    );
    assert_eq!(
        energy.get_values::<f64, _>(..).unwrap(),
        series.column("co2.energy").unwrap()
    );
    assert_eq!(text(&file.variable("ch4_stilt").unwrap(), "units"), "1e-9");
    assert_eq!(
        file.variable("latitude").unwrap().get_value::<f64, _>(()).unwrap(),
        46.55
    );
    let time = file.variable("time").unwrap();
    assert_eq!(
        time.get_values::<f64, _>(..).unwrap()[0],
        series.times[0].seconds() as f64
    );
}

#[test]
fn files_that_are_something_else_are_refused_by_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    for (text, told) in [
        ("", "an empty file"),
        ("ident latstart\n", "no row"),
        ("lat lon\n1 2\n", "begins with the column ident"),
        ("ident latstart lonstart aglstart\n1 2\n", "line 2: 2 values"),
        (
            "ident latstart lonstart aglstart\n1 2 three 4\n",
            "line 2: lonstart = \"three\"",
        ),
        ("ident latstart lonstart aglstart\nNA 2 3 4\n", "ident"),
        ("a,b\n1,2\n", "neither isodate nor ident"),
        (
            "isodate,co2.stilt\n2012-12-08T18:00:00Z,many\n",
            "line 2: co2.stilt = \"many\"",
        ),
        ("isodate,co2.stilt\nyesterday,4\n", "line 2: time"),
        ("isodate,co2.stilt,co2.stilt\n0,4,4\n", "twice"),
        ("[]", "no slot"),
        ("[1]", "object"),
        ("{\"ident\": [1]}", "ident = [1]"),
        ("{\"ident\": 1", "line 1"),
        ("[{\"ident\": 1, \"zi\": 2}, {\"ident\": 1}]", "1 columns"),
    ] {
        std::fs::write(&path, text).unwrap();
        let problem = read(&path).unwrap_err().to_string();
        assert!(problem.contains(told), "{text:?}: {problem}");
    }
    std::fs::write(&path, "isodate,co2.stilt\n1354989600,\n2012-12-08T21:00:00.000Z,400\n").unwrap();
    let series = read(&path).unwrap();
    assert_eq!(series.times, [slot(0).time, slot(3).time]);
    assert!(series.columns[0].1[0].is_nan());
}
