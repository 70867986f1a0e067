//! EDGAR and its like: amounts per cell and year, sectors, monthly files, and totals of countries.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::constants::EARTH_RADIUS_M;
use airshed::flux::{Flux, FluxOptions, FluxTimes, LatLonMesh, Region};
use airshed::time::UtcTime;
use approx::assert_relative_eq;
use ndarray::Array3;
use netcdf::FileMut;

/// Two latitudes (falling) and three longitudes of one degree around 51 N, 5 E.
const LAT: [f64; 2] = [51.5, 50.5];
const LON: [f64; 3] = [4.0, 5.0, 6.0];

fn file(path: &Path, change: impl FnOnce(&mut FileMut)) -> PathBuf {
    let mut file = netcdf::create(path).unwrap();
    for (name, units, values) in [("lat", "degrees_north", &LAT[..]), ("lon", "degrees_east", &LON)] {
        file.add_dimension(name, values.len()).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_values(values, ..).unwrap();
        axis.put_attribute("units", units).unwrap();
    }
    change(&mut file);
    path.to_owned()
}

fn field(file: &mut FileMut, name: &str, dims: &[&str], units: &str, values: &[f64]) {
    let mut field = file.add_variable::<f64>(name, dims).unwrap();
    field.put_attribute("units", units).unwrap();
    field.put_values(values, ..).unwrap();
}

/// Area of a cell of one degree between two latitudes, m².
fn area_m2(south: f64, north: f64) -> f64 {
    let height = north.to_radians().sin() - south.to_radians().sin();
    EARTH_RADIUS_M * EARTH_RADIUS_M * 1_f64.to_radians() * height
}

fn at(flux: &Flux, map: usize, row: usize, column: usize) -> f64 {
    flux.values(map..map + 1, row..row + 1, column..column + 1).unwrap()[[0, 0, 0]]
}

const TONNES: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

#[test]
fn tonnes_per_cell_and_year_become_a_flux_by_the_cells_area_and_the_years_length() {
    let folder = tempfile::tempdir().unwrap();
    for (name, days, year) in [
        ("v8.0_FT2022_GHG_CO2_2016_TOTALS_emi.nc", 366.0, 2016),
        ("EDGAR_2024_GHG_CO2_2015_TOTALS_emi.nc", 365.0, 2015),
    ] {
        let path = file(&folder.path().join(name), |file| {
            field(file, "emissions", &["lat", "lon"], "Tonnes", &TONNES);
            file.variable_mut("emissions")
                .unwrap()
                .put_attribute("substance", "CO2")
                .unwrap();
        });
        let flux = Flux::open(&path, "emissions").unwrap();
        let expected = 2.0 * 1e12 / 44.0095 / area_m2(51.0, 52.0) / (days * 86_400.0);
        assert_relative_eq!(at(&flux, 0, 0, 1), expected, max_relative = 1e-12);
        let known = flux.year().unwrap();
        assert_eq!((known.year, known.said_by.as_str()), (year, "the file's name"));
        assert_eq!((flux.sector(), flux.formula()), (Some("TOTALS"), Some("CO2")));
        assert!(
            flux.to_string().contains(&format!("of {year} (the file's name)")),
            "{flux}"
        );
        // the sum of the cells comes back
        let total = flux.total(&Region::Globe, None).unwrap();
        assert_relative_eq!(total.kg_yr.unwrap(), 21e3, max_relative = 1e-12);
    }
}

#[test]
fn the_year_of_an_attribute_or_of_the_call_goes_before_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder.path().join("emissions_2015.nc"), |file| {
        field(file, "fluxes", &["lat", "lon"], "t/yr", &TONNES);
        file.variable_mut("fluxes")
            .unwrap()
            .put_attribute("year", "2012")
            .unwrap();
    });
    let options = |year| FluxOptions {
        year,
        species: Some("CH4".into()),
        ..FluxOptions::default()
    };
    let leap = Flux::open_with(&path, "fluxes", &options(None)).unwrap();
    assert_eq!(leap.year().unwrap().to_string(), "2012 (attribute year)");
    let common = Flux::open_with(&path, "fluxes", &options(Some(2013))).unwrap();
    assert_eq!(common.year().unwrap().to_string(), "2013 (as given)");
    assert_relative_eq!(
        at(&common, 0, 1, 2) / at(&leap, 0, 1, 2),
        366.0 / 365.0,
        max_relative = 1e-12
    );
    assert_relative_eq!(
        at(&leap, 0, 1, 2),
        6e12 / 16.0425 / area_m2(50.0, 51.0) / (366.0 * 86_400.0),
        max_relative = 1e-12
    );
}

#[test]
fn an_amount_without_a_time_needs_the_year() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder.path().join("emissions.nc"), |file| {
        field(file, "co2", &["lat", "lon"], "Tonnes", &TONNES);
        field(file, "co2_rate", &["lat", "lon"], "kg cell-1 s-1", &TONNES);
    });
    let text = Flux::open(&path, "co2").unwrap_err().to_string();
    assert!(text.contains("Tonnes") && text.contains("give the `year`"), "{text}");
    let rate = Flux::open(&path, "co2_rate").unwrap();
    assert_relative_eq!(
        at(&rate, 0, 1, 0),
        4e9 / 44.0095 / area_m2(50.0, 51.0),
        max_relative = 1e-12
    );
    assert!(rate.year().is_none());
}

#[test]
fn monthly_tonnes_are_spread_over_the_months_own_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder.path().join("v8.0_CO2_2016_ENE_emi.nc"), |file| {
        file.add_dimension("time", 12).unwrap();
        let values: Vec<f64> = (0..12).flat_map(|_| TONNES).collect();
        field(file, "emissions", &["time", "lat", "lon"], "Tonnes", &values);
    });
    let flux = Flux::open(&path, "emissions").unwrap();
    assert_eq!(flux.sector(), Some("ENE"));
    assert_eq!(
        flux.times().to_string(),
        "2016-01-01T00:00Z to 2017-01-01T00:00Z in 12 maps"
    );
    assert_relative_eq!(
        at(&flux, 1, 0, 0) / at(&flux, 0, 0, 0),
        31.0 / 29.0,
        max_relative = 1e-12
    );
    let february = (day(2016, 2, 1), day(2016, 3, 1));
    let total = flux.total(&Region::Globe, Some(february)).unwrap();
    assert_relative_eq!(total.mol_s, 21e6 / 44.0095 / (29.0 * 86_400.0), max_relative = 1e-12);
    // the mean over all maps weighs months by their length: twelve times 21 t in the year
    let year = flux.total(&Region::Globe, None).unwrap();
    assert_relative_eq!(year.kg_yr.unwrap(), 12.0 * 21e3, max_relative = 1e-12);
}

fn day(year: i32, month: u8, day: u8) -> UtcTime {
    UtcTime::from_calendar(year, month, day, 0, 0).unwrap()
}

#[test]
fn twelve_monthly_files_are_one_flux() {
    let folder = tempfile::tempdir().unwrap();
    let months: Vec<PathBuf> = (1..=12)
        .rev()
        .map(|month| {
            let name = format!("v50_CO2_excl_short-cycle_org_C_2015_{month}_ENE.0.1x0.1.nc");
            file(&folder.path().join(name), |file| {
                field(
                    file,
                    "emi_co2",
                    &["lat", "lon"],
                    "kg m-2 s-1",
                    &[f64::from(month) * 1e-9 * 44.0095; 6],
                );
            })
        })
        .collect();
    let options = FluxOptions::default();
    let july = Flux::open(&months[5], "emi_co2").unwrap();
    assert_eq!(
        july.times().to_string(),
        "2015-07-01T00:00Z to 2015-08-01T00:00Z in 1 maps"
    );
    let year = Flux::open_all(&months, "emi_co2", &options).unwrap();
    assert_eq!(
        year.times().to_string(),
        "2015-01-01T00:00Z to 2016-01-01T00:00Z in 12 maps"
    );
    let values = year.values(2..5, 0..2, 1..2).unwrap();
    assert_eq!(values.dim(), (3, 2, 1));
    for (value, month) in values.iter().zip([3.0, 3.0, 4.0, 4.0, 5.0, 5.0]) {
        assert_relative_eq!(*value, month, max_relative = 1e-12);
    }
    let twice = Flux::open_all(&[&months[0], &months[0]], "emi_co2", &options).unwrap_err();
    assert!(twice.to_string().contains("without overlap"), "{twice}");
    let any_year = FluxOptions {
        climatology: Some(true),
        ..options
    };
    let any_year = Flux::open_all(&months, "emi_co2", &any_year).unwrap();
    assert_eq!(
        any_year.times().shares(day(2020, 3, 1), day(2020, 3, 2)).unwrap(),
        [(2, 1.0)]
    );
    let cells = LatLonMesh::from_centres(&[0.0, 1.0], &[0.0, 1.0]).unwrap();
    let elsewhere = Flux::from_array("other", cells, FluxTimes::constant(), Array3::zeros((1, 2, 2))).unwrap();
    assert!(Flux::joined(vec![july, elsewhere]).is_err());
}

#[test]
fn a_table_says_what_the_file_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bare.nc");
    let mut bare = netcdf::create(&path).unwrap();
    for (dimension, coordinate, values) in [("j", "north", &LAT[..]), ("i", "east", &LON)] {
        bare.add_dimension(dimension, values.len()).unwrap();
        let mut axis = bare.add_variable::<f64>(coordinate, &[dimension]).unwrap();
        axis.put_values(values, ..).unwrap();
    }
    let mut values = bare.add_variable::<f64>("e", &["j", "i"]).unwrap();
    values.put_values(&TONNES, ..).unwrap();
    drop(bare);
    let table = folder.path().join("flux.toml");
    let read = |text: &str| {
        std::fs::write(&table, text).unwrap();
        FluxOptions::open(&table)
    };
    let options =
        read("variable = 'e'\nunits = 'Gg yr-1'\nspecies = 'CH4'\nlat = 'north'\nlon = 'east'\nyear = 2015\n");
    let flux = Flux::open_with(&path, "", &options.unwrap()).unwrap();
    let expected = 3e15 / 16.0425 / area_m2(51.0, 52.0) / (365.0 * 86_400.0);
    assert_relative_eq!(at(&flux, 0, 0, 2), expected, max_relative = 1e-12);
    let wrong = read("variable = 'e'\nlat = 'south'\n").unwrap();
    assert!(
        Flux::open_with(&path, "", &wrong)
            .unwrap_err()
            .to_string()
            .contains("south")
    );
    assert!(read("unit = 'kg'\n").unwrap_err().to_string().contains("unit"));
    let unknown = FluxOptions {
        species: Some("XYZ".into()),
        ..FluxOptions::default()
    };
    assert!(Flux::open_with(&path, "e", &unknown).is_err());
}

#[test]
fn totals_of_regions_are_area_integrals_of_a_hand_made_flux() {
    let mesh = LatLonMesh::from_edges(&[50.0, 51.0, 52.0], &[3.5, 4.5, 5.5, 6.5]).unwrap();
    let mut values = Array3::from_elem((1, 2, 3), 2.0);
    values[[0, 1, 2]] = f64::NAN;
    let flux = Flux::from_array("two", mesh, FluxTimes::constant(), values).unwrap();
    let total = flux.total(&Region::Globe, None).unwrap();
    let own = Region::Box([3.5, 6.5, 50.0, 52.0]);
    let (south, north) = (area_m2(50.0, 51.0), area_m2(51.0, 52.0));
    assert_relative_eq!(total.mol_s, 2e-6 * (3.0 * south + 2.0 * north), max_relative = 1e-12);
    assert_relative_eq!(
        flux.total(&own, None).unwrap().uncovered_share,
        north / (3.0 * (south + north)),
        max_relative = 1e-12
    );
    assert_relative_eq!(
        total.uncovered_share,
        1.0 - (3.0 * south + 2.0 * north) / Region::Globe.area_m2(),
        max_relative = 1e-12
    );
    assert!(total.kg_yr.is_none(), "the gas is unknown");
    // half of a column, and of the lower row its part above 50.5
    let half = flux.total(&Region::Box([4.0, 4.5, 50.5, 60.0]), None).unwrap();
    assert_relative_eq!(half.mol_s, 1e-6 * area_m2(50.5, 52.0), max_relative = 1e-12);
    assert_relative_eq!(
        half.uncovered_share,
        1.0 - area_m2(50.5, 52.0) / area_m2(50.5, 60.0),
        max_relative = 1e-9
    );
    let germany = Region::country("DE").unwrap();
    // 349 thousand km² of land, 357 with inland waters
    assert!((3.4e11..3.75e11).contains(&germany.area_m2()), "{}", germany.area_m2());
    assert!(flux.total(&germany, None).unwrap().uncovered_share > 0.9);
    assert!(flux.total(&germany, None).unwrap().mol_s < 0.1 * total.mol_s);
    let text = flux
        .total(&Region::country("FJ").unwrap(), None)
        .unwrap_err()
        .to_string();
    assert!(text.contains("FJI") && text.contains("no cell"), "{text}");
}

// Independent figures: numpy, double precision, from the file's values, the cells' overlap with the 0.1° cells of
// data/countries_0p1deg.bin split along both axes, and a sphere of 6371.2 km. Tolerance: order of summation.

#[test]
fn totals_of_the_real_edgar_files_are_those_of_an_independent_integral() {
    for (name, variable, globe, germany, france, fiji) in [
        (
            "edgar_v6.0_CO2_excl_short-cycle_org_C_2015_TOTALS.5.3x5.1.nc",
            "emi_co2",
            (16_478_182.993_170_66, 22_869_799_802_195.008),
            137_020.796_589_190_58,
            90_625.574_466_998_41,
            3.953_999_133_871_733_7,
        ),
        (
            "edgar_v6.0_CH4_2015_TOTALS.5.3x5.1.nc",
            "emi_ch4",
            (796_529.027_937_234_8, 402_977_002_726.022),
            3_822.012_104_678_628,
            2_954.166_538_388_986_7,
            0.004_518_673_920_348_363_5,
        ),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/flux").join(name);
        if !path.exists() {
            eprintln!("skipped: no ../shared/flux/{name}");
            continue;
        }
        let flux = Flux::open(&path, variable).unwrap();
        assert_eq!(flux.year().unwrap().year, 2015);
        let total = |region: Region| flux.total(&region, None).unwrap();
        let world = total(Region::Globe);
        println!("{name}: {world}");
        assert_relative_eq!(world.mol_s, globe.0, max_relative = 1e-10);
        assert_relative_eq!(world.kg_yr.unwrap(), globe.1, max_relative = 1e-10);
        for (code, expected) in [("DEU", germany), ("FRA", france), ("FJI", fiji)] {
            let country = total(Region::country(code).unwrap());
            println!("{code}: {country}");
            assert_relative_eq!(country.mol_s, expected, max_relative = 1e-10);
        }
    }
}
