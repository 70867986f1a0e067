//! Fluxes from netCDF files: what is read, and what is refused.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod footprints;

use std::path::{Path, PathBuf};

use airshed::Error;
use airshed::convolve::convolve;
use airshed::flux::{Flux, FluxOptions};
use airshed::time::UtcTime;
use approx::assert_relative_eq;
use footprints::{DEGREES, areas, footprint, grid};
use netcdf::{FileMut, VariableMut};

const EDGAR_CO2: &str = "edgar_v6.0_CO2_excl_short-cycle_org_C_2015_TOTALS.5.3x5.1.nc";

/// A file of ../shared/flux; `None`, and a word on stderr, where there is none.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/flux").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no ../shared/flux/{name}");
    None
}

/// Integral over a box [µmol s⁻¹ per unit sphere], through cells that share no edge with the flux's.
fn box_integral(flux: &Flux, bounds: [f64; 4], cell: f64, time: UtcTime) -> f64 {
    let mut areas = areas(grid(bounds, cell, DEGREES));
    areas.layer_start = vec![time];
    let added = convolve(&areas, flux).unwrap();
    assert!(added.uncovered_share < 1e-12, "{}", added.uncovered_share);
    added.total_ppm
}

fn year(year: i32) -> UtcTime {
    UtcTime::from_calendar(year, 1, 1, 0, 0).unwrap()
}

// The figures that follow were computed with numpy from the files: for each flux cell, value in µmol m⁻² s⁻¹ (mol × 1e6,
// kg × 1e9 / molar mass) × its overlap with the box (Δλ Δ sin φ), in double precision, cell edges midway between the
// centres, at the poles ±90 and at the seam midway between the first and last centre. Tolerance: order of summation.

#[test]
fn edgar_as_distributed_keeps_its_global_and_regional_totals() {
    let Some(path) = shared(EDGAR_CO2) else { return };
    let flux = Flux::open(path, "emi_co2").unwrap();
    assert_eq!(flux.mesh().shape(), (35, 71));
    assert!(flux.times().is_constant());
    let text = flux.to_string();
    assert!(
        text.contains("kg m-2 s-1") && text.contains("any time, with one map"),
        "{text}"
    );
    let globe = box_integral(&flux, [-180.0, 180.0, -90.0, 90.0], 1.0, year(2020));
    assert_relative_eq!(globe, 0.405_944_671_142_396_46, max_relative = 1e-12);
    let europe = box_integral(&flux, [-12.0, 24.0, 35.0, 61.0], 0.5, year(2015));
    assert_relative_eq!(europe, 0.025_561_862_088_445_866, max_relative = 1e-12);
}

#[test]
fn methane_in_kg_has_methanes_molar_mass() {
    let Some(path) = shared("edgar_v6.0_CH4_2015_TOTALS.5.3x5.1.nc") else {
        return;
    };
    let flux = Flux::open(&path, "emi_ch4").unwrap();
    let as_co2 = FluxOptions {
        molar_mass_g_mol: Some(44.0095),
        ..FluxOptions::default()
    };
    let heavier = Flux::open_with(&path, "emi_ch4", &as_co2).unwrap();
    let largest = |flux: &Flux| flux.values(0..1, 0..35, 0..71).unwrap().fold(0_f64, |a, b| a.max(*b));
    // largest value of the file, 2.0313854e-08 kg m⁻² s⁻¹ in single precision
    assert_relative_eq!(largest(&flux), 2.031_385_4e-8 * 1e9 / 16.0425, max_relative = 1e-7);
    assert_relative_eq!(
        largest(&flux) / largest(&heavier),
        44.0095 / 16.0425,
        max_relative = 1e-12
    );
}

#[test]
fn openghg_fluxes_keep_their_totals_and_times() {
    let Some(path) = shared("openghg_ch4-anthro_EUROPE_2012.nc") else {
        return;
    };
    let flux = Flux::open(path, "flux").unwrap();
    let europe = box_integral(&flux, [-12.0, 24.0, 35.0, 61.0], 0.5, year(2012));
    assert_relative_eq!(europe, 0.001_221_016_268_857_620_7, max_relative = 1e-12);

    let Some(path) = shared("openghg_co2-gpp-cardamom_EUROPE_2012.nc") else {
        return;
    };
    let uptake = Flux::open(path, "flux").unwrap();
    assert!(box_integral(&uptake, [-12.0, 24.0, 35.0, 61.0], 1.0, year(2012)) < 0.0);

    let Some(path) = shared("openghg_co2-rtot-cardamom-2hr_TEST_2014.nc") else {
        return;
    };
    let respiration = Flux::open(path, "flux").unwrap();
    assert_eq!(
        respiration.times().to_string(),
        "2014-06-29T18:00Z to 2014-07-04T02:00Z in 52 maps"
    );
    let netherlands = [0.0, 3.0, 51.5, 53.5];
    for (map, expected) in [(3, 0.002_645_605_514_830_859_5), (51, 0.002_575_727_483_533_040_7)] {
        for hour in [0, 1] {
            let time = UtcTime::parse("2014-06-29T18:00").unwrap().plus_hours(2 * map + hour);
            let integral = box_integral(&respiration, netherlands, 0.1, time);
            assert_relative_eq!(integral, expected, max_relative = 1e-12);
        }
    }
    let mut later = footprint(grid(netherlands, 0.1, DEGREES), 1);
    later.layer_start = vec![year(2015)];
    assert!(
        convolve(&later, &respiration)
            .unwrap_err()
            .to_string()
            .contains("covers 2014-06-29T18:00Z")
    );
}

#[test]
fn a_footprint_reaching_beyond_a_regional_flux_tells_the_uncovered_share() {
    let Some(path) = shared("openghg_co2-rtot-cardamom-2hr_TEST_2014.nc") else {
        return;
    };
    let flux = Flux::open(path, "flux").unwrap();
    let mut half = areas(grid([1.54, 5.764, 51.45, 53.562], 1.056, DEGREES));
    half.layer_start = vec![UtcTime::parse("2014-07-01T00:00").unwrap()];
    // the flux ends at 3.652 E in single precision, half-way through the grid
    assert_relative_eq!(convolve(&half, &flux).unwrap().uncovered_share, 0.5, epsilon = 1e-6);
}

/// A small file: `field` on 2 latitudes and 3 longitudes, changed by the caller.
fn small(folder: &Path, change: impl FnOnce(&mut FileMut)) -> PathBuf {
    let path = folder.join("small.nc");
    let mut file = netcdf::create(&path).unwrap();
    for (name, units, values) in [
        ("lat", "degrees_north", vec![51.5, 50.5]),
        ("lon", "degrees_east", vec![4.0, 5.0, 6.0]),
    ] {
        file.add_dimension(name, values.len()).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_values(&values, ..).unwrap();
        axis.put_attribute("units", units).unwrap();
    }
    change(&mut file);
    path
}

fn field<'f>(file: &'f mut FileMut, units: &str, values: &[f64]) -> VariableMut<'f> {
    let mut field = file.add_variable::<f64>("field", &["lat", "lon"]).unwrap();
    field.put_attribute("units", units).unwrap();
    field.put_values(values, ..).unwrap();
    field
}

fn all(flux: &Flux) -> Vec<f64> {
    let (rows, columns) = flux.mesh().shape();
    flux.values(0..flux.times().count(), 0..rows, 0..columns)
        .unwrap()
        .into_iter()
        .collect()
}

const RISING: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

#[test]
fn packed_values_are_unpacked_and_fill_is_no_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path(), |file| {
        let mut packed = file.add_variable::<i16>("packed", &["lat", "lon"]).unwrap();
        packed.set_fill_value(-32768_i16).unwrap();
        packed.put_attribute("units", "nmol m-2 s-1").unwrap();
        packed.put_attribute("scale_factor", 0.5).unwrap();
        packed.put_attribute("add_offset", 100.0).unwrap();
        packed.put_values(&[0_i16, 2, -32768, 4, -9999, 8], ..).unwrap();
        packed.put_attribute("missing_value", -9999_i16).unwrap();
    });
    let values = all(&Flux::open(path, "packed").unwrap());
    for (value, expected) in values.iter().zip([0.100, 0.101, f64::NAN, 0.102, f64::NAN, 0.104]) {
        assert!(
            (value - expected).abs() < 1e-15 || (value.is_nan() && expected.is_nan()),
            "{values:?}"
        );
    }
}

#[test]
fn any_order_of_dimensions_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path(), |file| {
        file.add_dimension("time", 2).unwrap();
        file.add_dimension("sector", 1).unwrap();
        let mut time = file.add_variable::<i64>("time", &["time"]).unwrap();
        time.put_values(&[0_i64, 1], ..).unwrap();
        time.put_attribute("units", "hours since 2014-07-01").unwrap();
        for dims in [["time", "sector", "lat", "lon"], ["lon", "lat", "sector", "time"]] {
            let mut field = file.add_variable::<f64>(&dims.concat(), &dims).unwrap();
            field.put_attribute("units", "umol m-2 s-1").unwrap();
            let mut values =
                ndarray::Array4::from_shape_fn((2, 1, 2, 3), |(t, _, j, i)| (100 * t + 10 * j + i) as f64).into_dyn();
            if dims[0] == "lon" {
                values = values.reversed_axes();
            }
            field
                .put_values(&values.iter().copied().collect::<Vec<_>>(), ..)
                .unwrap();
        }
    });
    let expected = [
        0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 100.0, 101.0, 102.0, 110.0, 111.0, 112.0,
    ];
    for name in ["timesectorlatlon", "lonlatsectortime"] {
        let flux = Flux::open(&path, name).unwrap();
        assert_eq!(all(&flux), expected, "{name}");
        assert_eq!(flux.values(1..2, 1..2, 2..3).unwrap()[[0, 0, 0]], 112.0, "{name}");
    }
}

#[test]
fn bounds_variables_give_the_cells_and_the_times() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path(), |file| {
        file.add_dimension("time", 2).unwrap();
        file.add_dimension("bnds", 2).unwrap();
        for (name, axis, bounds) in [
            ("lon_bnds", "lon", vec![3.5, 4.5, 4.5, 5.5, 5.5, 7.5]),
            ("time_bnds", "time", vec![0.0, 31.0, 31.0, 60.0]),
        ] {
            let mut edges = file.add_variable::<f64>(name, &[axis, "bnds"]).unwrap();
            edges.put_values(&bounds, ..).unwrap();
        }
        let mut time = file.add_variable::<f64>("time", &["time"]).unwrap();
        time.put_values(&[15.5, 45.5], ..).unwrap();
        time.put_attribute("units", "days since 2012-01-01").unwrap();
        time.put_attribute("bounds", "time_bnds").unwrap();
        file.variable_mut("lon")
            .unwrap()
            .put_attribute("bounds", "lon_bnds")
            .unwrap();
        let mut field = file.add_variable::<f64>("field", &["time", "lat", "lon"]).unwrap();
        field.put_attribute("units", "umol m-2 s-1").unwrap();
        field.put_values(&[RISING, RISING].concat(), ..).unwrap();
    });
    let flux = Flux::open(path, "field").unwrap();
    assert_eq!(flux.mesh().lon_cells()[2], [5.5, 7.5]);
    assert_eq!(flux.mesh().lat_cells(), [[51.0, 52.0], [50.0, 51.0]]);
    assert_eq!(
        flux.times().to_string(),
        "2012-01-01T00:00Z to 2012-03-01T00:00Z in 2 maps"
    );
}

#[test]
fn a_single_map_of_a_month_does_not_stand_for_the_year() {
    for (period, constant) in [(Some("1 month"), false), (Some("1 year"), true), (None, true)] {
        let folder = tempfile::tempdir().unwrap();
        let path = small(folder.path(), |file| {
            file.add_dimension("time", 1).unwrap();
            let mut time = file.add_variable::<i64>("time", &["time"]).unwrap();
            time.put_values(&[0_i64], ..).unwrap();
            time.put_attribute("units", "days since 2012-02-01").unwrap();
            let mut field = file.add_variable::<f64>("field", &["time", "lat", "lon"]).unwrap();
            field.put_attribute("units", "umol m-2 s-1").unwrap();
            field.put_values(&RISING, ..).unwrap();
            if let Some(period) = period {
                file.add_attribute("time_period", period).unwrap();
            }
        });
        let flux = Flux::open(path, "field").unwrap();
        assert_eq!(flux.times().is_constant(), constant, "{period:?}: {}", flux.times());
    }
}

#[test]
fn a_stamped_map_in_a_file_named_for_a_month_holds_in_that_month() {
    let folder = tempfile::tempdir().unwrap();
    let plain = small(folder.path(), |file| {
        file.add_dimension("time", 1).unwrap();
        let mut time = file.add_variable::<i64>("time", &["time"]).unwrap();
        time.put_values(&[14_i64], ..).unwrap();
        time.put_attribute("units", "days since 2015-07-01").unwrap();
        let mut field = file.add_variable::<f64>("field", &["time", "lat", "lon"]).unwrap();
        field.put_attribute("units", "umol m-2 s-1").unwrap();
        field.put_values(&RISING, ..).unwrap();
    });
    let hour = |year, month| UtcTime::from_calendar(year, month, 20, 0, 0).unwrap();
    let holds = |name: &str, options: &FluxOptions, time: UtcTime| {
        let path = folder.path().join(name);
        std::fs::copy(&plain, &path).unwrap();
        let flux = Flux::open_with(path, "field", options).unwrap();
        flux.times().shares(time, time.plus_hours(1)).is_ok()
    };
    let options = FluxOptions::default();
    assert!(holds("v50_CO2_2015_7_ENE.nc", &options, hour(2015, 7)));
    assert!(!holds("v50_CO2_2015_7_ENE.nc", &options, hour(2015, 8)));
    assert!(
        holds("v50_CO2_2015_6_ENE.nc", &options, hour(2015, 8)),
        "the stamp lies elsewhere"
    );
    let any_year = FluxOptions {
        nearest_year: true,
        ..FluxOptions::default()
    };
    assert!(holds("v50_CO2_2015_7_ENE.nc", &any_year, hour(2018, 7)));
}

#[test]
fn carbon_and_downward_standard_names_are_heeded() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path(), |file| {
        let name = "surface_downward_mass_flux_of_carbon_dioxide_expressed_as_carbon_due_to_all_land_processes";
        field(file, "kg m-2 s-1", &RISING)
            .put_attribute("standard_name", name)
            .unwrap();
    });
    assert_relative_eq!(
        all(&Flux::open(path, "field").unwrap())[0],
        -1e9 / 12.011,
        max_relative = 1e-14
    );
}

#[test]
fn what_a_file_does_not_say_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path(), |file| drop(field(file, "kg m-2 s-1", &RISING)));
    let text = Flux::open(&path, "field").unwrap_err().to_string();
    assert!(
        text.contains("variable field") && text.contains("give `molar_mass_g_mol`"),
        "{text}"
    );
    let radon = FluxOptions {
        molar_mass_g_mol: Some(222.0),
        ..FluxOptions::default()
    };
    assert_relative_eq!(
        all(&Flux::open_with(&path, "field", &radon).unwrap())[5],
        6e9 / 222.0,
        max_relative = 1e-14
    );
    let in_mol = FluxOptions {
        units: Some("mol/m2/s".into()),
        ..FluxOptions::default()
    };
    assert_relative_eq!(
        all(&Flux::open_with(&path, "field", &in_mol).unwrap())[5],
        6e6,
        max_relative = 1e-14
    );
    let nonsense = FluxOptions {
        molar_mass_g_mol: Some(-1.0),
        ..FluxOptions::default()
    };
    assert!(matches!(
        Flux::open_with(&path, "field", &nonsense),
        Err(Error::Config { .. })
    ));

    let text = Flux::open(&path, "emissions").unwrap_err().to_string();
    assert!(text.contains("no variable \"emissions\"; there are: field"), "{text}");
    let other = tempfile::tempdir().unwrap();
    let path = small(other.path(), |file| drop(field(file, "furlong", &RISING)));
    let text = Flux::open(&path, "field").unwrap_err().to_string();
    assert!(text.contains("furlong") && text.contains("understood are"), "{text}");
    assert!(matches!(
        Flux::open(other.path().join("none.nc"), "field"),
        Err(Error::Io { .. })
    ));
}

#[test]
fn grids_other_than_latitude_and_longitude_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path(), |file| {
        for name in ["y", "x", "sector"] {
            file.add_dimension(name, 2).unwrap();
            let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
            axis.put_values(&[1000.0, 2000.0], ..).unwrap();
            axis.put_attribute("units", "m").unwrap();
        }
        for (name, dims) in [
            ("projected", ["y", "x"].as_slice()),
            ("sectors", &["sector", "lat", "lon"]),
        ] {
            let mut field = file.add_variable::<f64>(name, dims).unwrap();
            field.put_attribute("units", "umol m-2 s-1").unwrap();
        }
    });
    for (name, dimension) in [("projected", "dimension y (2)"), ("sectors", "dimension sector (2)")] {
        let text = Flux::open(&path, name).unwrap_err().to_string();
        assert!(
            text.contains(dimension) && text.contains("regrid other grids"),
            "{text}"
        );
    }
}
