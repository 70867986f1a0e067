//! VPRM from files: the vegetation of a region, booked at particles and as maps.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::flux::Flux;
use airshed::time::UtcTime;
use airshed::vprm::{Exchange, SurfaceField, Vprm, VprmNames, VprmOptions, VprmParameters};
use ndarray::{Array3, Array4, ArrayD};

const CLASSES: usize = 8;
const MAPS: usize = 46;
/// Evergreen and crop share the first cell; the second is grass and bare ground; the last has no data.
const FRACTIONS: [[f64; CLASSES]; 4] = [
    [0.75, 0.0, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
    [f64::NAN; CLASSES],
];

/// A file of 2 latitudes (falling), 2 longitudes, 8 classes, and what of VPRM's variables is asked for.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, name: &str, variables: &[(&str, ArrayD<f64>)]) -> PathBuf {
        let path = self.folder.path().join(name);
        let mut file = netcdf::create(&path).unwrap();
        let days: Vec<f64> = (0..MAPS).map(|map| 8.0 * map as f64).collect();
        let classes: Vec<f64> = (1..=CLASSES).map(|class| class as f64).collect();
        for (name, units, values) in [
            ("time", "days since 2014-01-01", days),
            ("vprm_classes", "1", classes),
            ("lat", "degrees_north", vec![52.5, 51.5]),
            ("lon", "degrees_east", vec![4.5, 5.5]),
        ] {
            file.add_dimension(name, values.len()).unwrap();
            let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
            axis.put_values(&values, ..).unwrap();
            axis.put_attribute("units", units).unwrap();
        }
        let dims = ["time", "vprm_classes", "lat", "lon"];
        for (name, values) in variables {
            let mut field = file.add_variable::<f64>(name, &dims[4 - values.ndim()..]).unwrap();
            field
                .put_values(&values.iter().copied().collect::<Vec<_>>(), ..)
                .unwrap();
        }
        path
    }
}

fn fractions() -> ArrayD<f64> {
    Array3::from_shape_fn((CLASSES, 2, 2), |(class, j, i)| FRACTIONS[2 * j + i][class]).into_dyn()
}

/// 0.2 on 1 January, rising by 0.01 a map.
fn rising() -> ArrayD<f64> {
    Array4::from_shape_fn((MAPS, CLASSES, 2, 2), |(map, ..)| 0.2 + 0.01 * map as f64).into_dyn()
}

fn still(value: f64) -> ArrayD<f64> {
    Array3::from_elem((CLASSES, 2, 2), value).into_dyn()
}

fn europe() -> VprmParameters {
    VprmParameters::europe_2007().unwrap()
}

fn whole_year(files: &Files) -> PathBuf {
    let lswi = Array4::from_elem((MAPS, CLASSES, 2, 2), 0.3).into_dyn();
    files.write(
        "vprm.nc",
        &[
            ("evi", rising()),
            ("lswi", lswi),
            ("vegetation_fraction_map", fractions()),
            ("evi_min", still(0.2)),
            ("evi_max", still(0.7)),
            ("lswi_min", still(0.1)),
            ("lswi_max", still(0.3)),
        ],
    )
}

fn on_day(day: f64) -> UtcTime {
    UtcTime::from_calendar(2014, 1, 1, 0, 0)
        .unwrap()
        .plus_seconds((86_400.0 * day) as i64)
}

fn booked(vprm: &Vprm, place: [f64; 2], time: UtcTime, weather: [f64; 2]) -> Option<Vec<Exchange>> {
    let mut by_class = vec![Exchange { gee: 9.0, resp: 9.0 }; vprm.class_count()];
    let covered = vprm.book(place, time, weather[0], weather[1], &mut by_class);
    assert!(covered || by_class.iter().all(|e| *e == Exchange::default()));
    covered.then_some(by_class)
}

#[test]
fn a_particle_books_each_class_by_its_share_of_the_cell() {
    let files = Files::new();
    let vprm = Vprm::open(&[whole_year(&files)], europe(), &VprmOptions::default()).unwrap();
    assert_eq!(vprm.classes()[0], "evergreen");
    // day 236 is half-way between maps 29 and 30: EVI 0.495; 20 °C, PAR 1000
    let by_class = booked(&vprm, [4.2, 52.9], on_day(236.0), [20.0, 505.0]).unwrap();
    // by hand: 0.75 · −0.2258 · 0.495 · 1000/(1 + 1000/275.5) = −18.1064; respiration 0.75 (0.2877 · 20 − 1.093)
    assert!((by_class[0].gee + 18.1064).abs() < 1e-3, "{by_class:?}");
    assert!((by_class[0].resp - 3.49575).abs() < 1e-4);
    // crop, T(20) = 15 · 20/(15 · 20 + 4), full leaf (0.495 > 0.475): 0.25 · 0.0863 · 0.495 · 1000/(1 + 1000/1132.2) · T
    assert!((by_class[5].gee + 5.59627).abs() < 1e-3, "{by_class:?}");
    assert!((by_class[5].resp - 0.25 * (0.0923 * 20.0 + 0.288)).abs() < 1e-5);
    assert_eq!(by_class.iter().filter(|e| **e != Exchange::default()).count(), 2);
    let bare = booked(&vprm, [4.5, 51.5], on_day(236.0), [20.0, 505.0]).unwrap();
    assert!(bare.iter().all(|e| *e == Exchange::default()));
}

#[test]
fn a_place_without_map_or_weather_or_composite_is_not_covered() {
    let files = Files::new();
    let file = whole_year(&files);
    let vprm = Vprm::open(&[&file], europe(), &VprmOptions::default()).unwrap();
    let noon = [20.0, 505.0];
    assert!(booked(&vprm, [4.5, 52.5], on_day(0.0), noon).is_some());
    assert!(booked(&vprm, [5.5, 51.5], on_day(0.0), noon).is_none(), "no data");
    assert!(booked(&vprm, [6.5, 52.5], on_day(0.0), noon).is_none(), "outside");
    assert!(booked(&vprm, [4.5, 52.5], on_day(-1.0), noon).is_none(), "too early");
    assert!(booked(&vprm, [4.5, 52.5], on_day(368.0), noon).is_none(), "too late");
    assert!(booked(&vprm, [4.5, 52.5], on_day(1.0), [f64::NAN, 505.0]).is_none());
    assert!(booked(&vprm, [4.5, 52.5], on_day(1.0), [20.0, f64::NAN]).is_none());
    let any_year = VprmOptions {
        any_year: true,
        ..VprmOptions::default()
    };
    let vprm = Vprm::open(&[&file], europe(), &any_year).unwrap();
    let same = |year| {
        let time = UtcTime::from_calendar(year, 3, 5, 12, 0).unwrap();
        booked(&vprm, [4.5, 52.5], time, noon).unwrap()
    };
    assert_eq!(same(2014), same(2019));
}

#[test]
fn variables_lie_in_several_files_and_the_years_range_comes_from_the_composites() {
    let files = Files::new();
    let lswi = Array4::from_elem((MAPS, CLASSES, 2, 2), 0.3).into_dyn();
    let parts = [
        files.write("VPRM_input_EVI_2014.nc", &[("EVI", rising())]),
        files.write("VPRM_input_LSWI_2014.nc", &[("LSWI", lswi)]),
        files.write("VPRM_input_VEG_FRA_2014.nc", &[("shares", fractions())]),
    ];
    let options = VprmOptions {
        names: VprmNames {
            fraction: Some("shares".into()),
            ..VprmNames::default()
        },
        region: Some([5.1, 5.2, 52.1, 52.2]),
        ..VprmOptions::default()
    };
    let vprm = Vprm::open(&parts, europe(), &options).unwrap();
    assert_eq!(vprm.mesh().shape(), (1, 1));
    assert!(
        booked(&vprm, [4.5, 52.5], on_day(10.0), [18.0, 505.0]).is_none(),
        "outside the region"
    );
    // grass, a constant LSWI: W = 1, P = 1.3/2; map 10 (day 80): EVI 0.3
    let by_class = booked(&vprm, [5.5, 52.5], on_day(80.0), [18.0, 505.0]).unwrap();
    let expected = -0.5 * 0.1193 * 0.65 * 0.3 * 1000.0 / (1.0 + 1000.0 / 527.9);
    assert!((f64::from(by_class[6].gee) - expected).abs() < 1e-4, "{by_class:?}");
}

#[test]
fn an_unknown_range_of_the_year_is_no_cover_and_a_gap_ahead_does_not_end_a_step() {
    let files = Files::new();
    let mut gap = rising();
    gap.index_axis_mut(ndarray::Axis(0), 11).fill(f64::NAN);
    let lswi = Array4::from_elem((MAPS, CLASSES, 2, 2), 0.3).into_dyn();
    let mut greatest = still(0.7);
    greatest[[6, 0, 1]] = f64::NAN;
    let variables = [
        ("evi", gap),
        ("lswi", lswi),
        ("vegetation_fraction_map", fractions()),
        ("evi_max", greatest),
    ];
    let file = files.write("gaps.nc", &variables);
    let step = VprmOptions {
        course: airshed::vprm::Course::Step,
        ..VprmOptions::default()
    };
    let noon = [20.0, 505.0];
    let vprm = Vprm::open(&[&file], europe(), &step).unwrap();
    assert!(booked(&vprm, [4.5, 52.5], on_day(85.0), noon).is_some(), "map 10 holds");
    assert!(
        booked(&vprm, [4.5, 52.5], on_day(90.0), noon).is_none(),
        "map 11 has no data"
    );
    assert!(
        booked(&vprm, [5.5, 52.5], on_day(85.0), noon).is_none(),
        "no greatest EVI"
    );
    let lines = Vprm::open(&[&file], europe(), &VprmOptions::default()).unwrap();
    assert!(booked(&lines, [4.5, 52.5], on_day(80.0), noon).is_some());
    assert!(booked(&lines, [4.5, 52.5], on_day(85.0), noon).is_none());
}

#[test]
fn what_cannot_be_right_is_refused_with_what_to_do() {
    let files = Files::new();
    let lswi = || Array4::from_elem((MAPS, CLASSES, 2, 2), 0.3).into_dyn();
    let refused =
        |paths: &[PathBuf], options: &VprmOptions| Vprm::open(paths, europe(), options).unwrap_err().to_string();
    let none = VprmOptions::default();
    let lacking = files.write("lacking.nc", &[("evi", rising()), ("lswi", lswi())]);
    let text = refused(&[lacking], &none);
    assert!(
        text.contains("vegetation_fraction_map") && text.contains("there are"),
        "{text}"
    );
    let mut savanna = fractions();
    savanna[[4, 0, 0]] = 0.1;
    let variables = [
        ("evi", rising()),
        ("lswi", lswi()),
        ("vegetation_fraction_map", savanna),
    ];
    let text = refused(&[files.write("savanna.nc", &variables)], &none);
    assert!(text.contains("savanna") && text.contains("parameter file"), "{text}");
    let percent = fractions() * 100.0;
    let variables = [
        ("evi", rising()),
        ("lswi", lswi()),
        ("vegetation_fraction_map", percent),
    ];
    let text = refused(&[files.write("percent.nc", &variables)], &none);
    assert!(text.contains("shares from 0 to 1"), "{text}");
    let variables = [
        ("evi", rising() * 10_000.0),
        ("lswi", lswi()),
        ("vegetation_fraction_map", fractions()),
    ];
    let text = refused(&[files.write("packed.nc", &variables)], &none);
    assert!(text.contains("scale_factor"), "{text}");
    let second = files.write("second.nc", &[("evi", rising())]);
    let text = refused(&[whole_year(&files), second], &none);
    assert!(
        text.contains("second.nc") && text.contains("joined along time"),
        "{text}"
    );
    let far = VprmOptions {
        region: Some([100.0, 110.0, 0.0, 10.0]),
        ..VprmOptions::default()
    };
    assert!(refused(&[whole_year(&files)], &far).contains("touches it"));
    assert!(refused(&[], &none).contains("netCDF"));
    assert!(refused(&[PathBuf::from("nowhere.nc")], &none).contains("nowhere.nc"));
}

fn weather(folder: &Path, name: &str, units: &str, values: [f64; 8]) -> SurfaceField {
    let path = folder.join(format!("{name}.nc"));
    let mut file = netcdf::create(&path).unwrap();
    for (axis, units, values) in [
        ("time", "hours since 2014-08-25", vec![11.0, 12.0]),
        ("latitude", "degrees_north", vec![51.5, 52.5]),
        ("longitude", "degrees_east", vec![4.5, 5.5]),
    ] {
        file.add_dimension(axis, 2).unwrap();
        let mut variable = file.add_variable::<f64>(axis, &[axis]).unwrap();
        variable.put_values(&values, ..).unwrap();
        variable.put_attribute("units", units).unwrap();
    }
    let mut field = file
        .add_variable::<f64>(name, &["time", "latitude", "longitude"])
        .unwrap();
    field.put_attribute("units", units).unwrap();
    field.put_values(&values, ..).unwrap();
    drop(file);
    SurfaceField::open(&path, name).unwrap()
}

#[test]
fn maps_are_what_particles_book_at_the_centres_of_cells() {
    let files = Files::new();
    let vprm = Vprm::open(&[whole_year(&files)], europe(), &VprmOptions::default()).unwrap();
    let kelvin = [285.0, 286.0, 293.15, 290.0, 280.0, 281.0, 295.0, 296.0];
    let t2m = weather(files.folder.path(), "t2m", "K", kelvin);
    let ssrd = weather(
        files.folder.path(),
        "ssrd",
        "W m**-2",
        [500.0, 400.0, 505.0, 300.0, 0.0, 0.0, 0.0, 0.0],
    );
    let [gee, resp] = vprm.fluxes(None, &t2m, &ssrd).unwrap();
    let values = |flux: &Flux| flux.values(0..2, 0..2, 0..2).unwrap();
    let (gee, resp) = (values(&gee), values(&resp));
    // 25 August 11:30 is day 236.48
    let middle = UtcTime::parse("2014-08-25T11:30").unwrap();
    let by_class = booked(&vprm, [4.5, 52.5], middle, [20.0, 505.0]).unwrap();
    let sum: f64 = by_class.iter().map(|e| f64::from(e.gee)).sum();
    assert!((gee[[0, 1, 0]] - sum).abs() < 1e-5, "{} {sum}", gee[[0, 1, 0]]);
    assert_eq!(gee[[1, 1, 0]], 0.0, "night");
    assert!(resp[[1, 1, 0]] > resp[[0, 1, 0]], "warmer");
    assert!(gee[[0, 0, 1]].is_nan() && resp[[0, 0, 1]].is_nan(), "no data");
    assert_eq!(gee[[0, 0, 0]], 0.0, "bare");
    let [crop, _] = vprm.fluxes(Some("crop"), &t2m, &ssrd).unwrap();
    assert!((values(&crop)[[0, 1, 0]] - f64::from(by_class[5].gee)).abs() < 1e-5);
    let text = vprm.fluxes(Some("corp"), &t2m, &ssrd).unwrap_err().to_string();
    assert!(text.contains("did you mean crop"), "{text}");
    assert!(
        vprm.fluxes(None, &ssrd, &t2m)
            .unwrap_err()
            .to_string()
            .contains("temperature")
    );
}

#[test]
fn parameter_files_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let read = |text: &str| {
        let path = folder.path().join("set.toml");
        std::fs::write(&path, text).unwrap();
        VprmParameters::open(&path)
    };
    let class =
        "source = 'mine'\nradiation = 'shortwave'\n[[class]]\nname = 'oak'\nt_min_c = 1\nt_opt_c = 20\nt_max_c = 40\n";
    let fitted = "par_0 = 300\nlambda = 0.1\nalpha = 0.2\nbeta = 0.5\n";
    let set = read(&format!("{class}{fitted}")).unwrap();
    assert_eq!((set.classes[0].name.as_str(), set.classes[0].alpha), ("oak", Some(0.2)));
    let problem = |text: &str| read(text).unwrap_err().to_string();
    assert!(problem(&format!("{class}par_0 = 300\n")).contains("given together"));
    assert!(problem(&format!("{class}{fitted}gamma = 1\n")).contains("gamma"));
    assert!(problem(&class.replace("t_opt_c = 20", "t_opt_c = 50")).contains("t_opt_c"));
    assert!(problem(&format!("{class}{}", fitted.replace("300", "-3"))).contains("above zero"));
    assert!(problem("source = ''\nradiation = 'par'\nclass = []\n").contains("expected"));
}
