//! One place of a further dimension. Alone in its file: while other threads create files, the library now and then fails
//! to list one that holds text.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use airshed::flux::{Flux, FluxOptions, Place};

#[test]
fn a_place_on_a_further_dimension_is_taken_by_label_or_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sectors.nc");
    let mut file = netcdf::create(&path).unwrap();
    for (name, values) in [("lat", &[51.5, 50.5][..]), ("lon", &[4.0, 5.0, 6.0])] {
        file.add_dimension(name, values.len()).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_values(values, ..).unwrap();
    }
    file.add_dimension("sector", 2).unwrap();
    let mut names = file.add_string_variable("sector", &["sector"]).unwrap();
    names.put_string("ENE", 0).unwrap();
    names.put_string("TRO", 1).unwrap();
    let mut field = file.add_variable::<f64>("co2", &["sector", "lat", "lon"]).unwrap();
    field.put_attribute("units", "umol m-2 s-1").unwrap();
    field
        .put_values(&(0..12).map(f64::from).collect::<Vec<_>>(), ..)
        .unwrap();
    drop(file);
    let at = |flux: &Flux, row: usize, column: usize| {
        flux.values(0..1, row..row + 1, column..column + 1).unwrap()[[0, 0, 0]]
    };
    let with = |place| FluxOptions {
        select: [("sector".to_owned(), place)].into(),
        ..FluxOptions::default()
    };
    let open = |place| Flux::open_with(&path, "co2", &with(place));
    let traffic = open(Place::Label("TRO".into())).unwrap();
    assert_eq!((at(&traffic, 0, 0), traffic.sector()), (6.0, Some("TRO")));
    assert_eq!(at(&open(Place::Index(0)).unwrap(), 1, 2), 5.0);
    let text = open(Place::Label("AGS".into())).unwrap_err().to_string();
    assert!(text.contains("ENE, TRO"), "{text}");
    assert!(open(Place::Index(2)).unwrap_err().to_string().contains("there are 2"));
    assert!(Flux::open(&path, "co2").unwrap_err().to_string().contains("`select`"));
    let nowhere = FluxOptions {
        select: [("level".to_owned(), Place::Index(0))].into(),
        ..FluxOptions::default()
    };
    assert!(
        Flux::open_with(&path, "co2", &nowhere)
            .unwrap_err()
            .to_string()
            .contains("no such dimension")
    );
}
