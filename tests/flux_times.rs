//! When the maps of a flux file hold: calendars, climatologies, leap years, other years.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use airshed::flux::{Flux, FluxOptions};
use airshed::time::UtcTime;

/// A file with a time axis, one value a map: its number.
struct TimeFile<'a> {
    units: Option<&'a str>,
    calendar: Option<&'a str>,
    attribute: Option<(&'a str, &'a str)>,
    times: Vec<f64>,
}

impl<'a> TimeFile<'a> {
    fn new(units: &'a str, times: impl IntoIterator<Item = f64>) -> Self {
        Self {
            units: Some(units),
            calendar: None,
            attribute: None,
            times: times.into_iter().collect(),
        }
    }

    fn calendar(self, calendar: &'a str) -> Self {
        Self {
            calendar: Some(calendar),
            ..self
        }
    }

    fn open(&self, options: &FluxOptions) -> airshed::Result<Flux> {
        let folder = tempfile::tempdir().unwrap();
        Flux::open_with(self.write(folder.path().join("field.nc")), "co2", options)
    }

    fn write(&self, path: PathBuf) -> PathBuf {
        let mut file = netcdf::create(&path).unwrap();
        for (name, values) in [("time", &self.times[..]), ("lat", &[50.5, 51.5]), ("lon", &[4.5, 5.5])] {
            file.add_dimension(name, values.len()).unwrap();
            let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
            axis.put_values(values, ..).unwrap();
            let units = if name == "time" { self.units } else { Some("degrees") };
            if let Some(units) = units {
                axis.put_attribute("units", units).unwrap();
            }
            if let (Some(calendar), "time") = (self.calendar, name) {
                axis.put_attribute("calendar", calendar).unwrap();
            }
            if let (Some((key, value)), "time") = (self.attribute, name) {
                axis.put_attribute(key, value).unwrap();
            }
        }
        let mut field = file.add_variable::<f64>("co2", &["time", "lat", "lon"]).unwrap();
        field.put_attribute("units", "umol m-2 s-1").unwrap();
        let values: Vec<f64> = (0..self.times.len()).flat_map(|map| [map as f64; 4]).collect();
        field.put_values(&values, ..).unwrap();
        path
    }
}

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

/// The map that holds in the hour that starts then.
fn map(flux: &Flux, text: &str) -> usize {
    let shares = flux.times().shares(at(text), at(text).plus_hours(1)).unwrap();
    assert_eq!(shares.len(), 1, "{text}: {shares:?}");
    shares[0].0
}

fn refused(flux: &Flux, text: &str) -> String {
    flux.times()
        .shares(at(text), at(text).plus_hours(1))
        .unwrap_err()
        .to_string()
}

fn months() -> impl Iterator<Item = f64> {
    (0..12).map(f64::from)
}

fn plain() -> FluxOptions {
    FluxOptions::default()
}

fn climatology() -> FluxOptions {
    FluxOptions {
        climatology: Some(true),
        ..FluxOptions::default()
    }
}

#[test]
fn months_since_a_date_are_calendar_months() {
    let flux = TimeFile::new("months since 2015-01-01", months())
        .open(&plain())
        .unwrap();
    assert_eq!(
        flux.times().to_string(),
        "2015-01-01T00:00Z to 2016-01-01T00:00Z in 12 maps"
    );
    assert_eq!(map(&flux, "2015-02-28T23:00"), 1);
    assert_eq!(map(&flux, "2015-03-01T00:00"), 2);
    assert_eq!(flux.year().unwrap().year, 2015);
    let middles = TimeFile::new("months since 2015-01-01", months().map(|m| m + 0.5))
        .open(&plain())
        .unwrap();
    assert_eq!(middles.times(), flux.times());
    let text = refused(&flux, "2016-01-01T00:00");
    assert!(text.contains("nearest_year"), "{text}");
}

#[test]
fn months_of_no_year_hold_in_every_year() {
    let year_0 = TimeFile::new("months since 0000-01-01", months())
        .open(&plain())
        .unwrap();
    let mut attribute = TimeFile::new("days since 1990-01-01", [15.5, 45.0, 74.5]);
    attribute.attribute = Some(("climatology", "climatology_bounds"));
    let attribute = attribute.open(&plain()).unwrap();
    for flux in [&year_0, &attribute] {
        assert!(
            flux.year().is_none() && flux.times().to_string().contains("other years"),
            "{flux}"
        );
        for year in [1999, 2012, 2013] {
            assert_eq!(map(flux, &format!("{year}-02-28T12:00")), 1);
            assert_eq!(map(flux, &format!("{year}-03-01T00:00")), 2);
        }
        assert_eq!(map(flux, "2012-02-29T12:00"), 1);
    }
    assert_eq!(map(&year_0, "2031-12-31T23:00"), 11);
    assert!(refused(&attribute, "2012-04-01T00:00").contains("covers"));
}

#[test]
fn one_years_maps_serve_others_only_if_asked_to() {
    let hours = || TimeFile::new("hours since 2015-01-01", (0..8760).map(f64::from));
    let strict = hours().open(&plain()).unwrap();
    assert!(refused(&strict, "2016-02-29T05:00").contains("nearest_year"));
    let any = hours().open(&climatology()).unwrap();
    assert_eq!(map(&any, "2016-02-28T05:00"), 58 * 24 + 5);
    // 29 February takes the same hour of the 28th
    assert_eq!(map(&any, "2016-02-29T05:00"), map(&any, "2016-02-28T05:00"));
    assert_eq!(map(&any, "2016-03-01T00:00"), 59 * 24);
    assert_eq!(map(&any, "2016-12-31T23:00"), 8759);
    // a span over New Year takes both ends
    let shares = any
        .times()
        .shares(at("2016-12-31T23:00"), at("2017-01-01T01:00"))
        .unwrap();
    assert_eq!(shares, [(0, 0.5), (8759, 0.5)]);
    // a whole leap year: 28 February counts twice
    let year = any
        .times()
        .shares(at("2016-01-01T00:00"), at("2017-01-01T00:00"))
        .unwrap();
    assert!((year.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!((year[58 * 24].1 * 8784.0 - 2.0).abs() < 1e-9, "{:?}", year[58 * 24]);
}

#[test]
fn of_several_years_the_nearest_with_a_map_is_taken() {
    let days = || TimeFile::new("days since 2012-01-01", (0..731).map(f64::from));
    let nearest = FluxOptions {
        nearest_year: true,
        ..FluxOptions::default()
    };
    let flux = days().open(&nearest).unwrap();
    assert_eq!(map(&flux, "2012-07-01T00:00"), 182);
    assert_eq!(map(&flux, "2009-07-01T00:00"), 182);
    assert_eq!(map(&flux, "2020-07-01T00:00"), 366 + 181);
    assert_eq!(map(&flux, "2020-02-29T00:00"), 366 + 58, "2013 has no 29 February");
    assert_eq!(map(&flux, "2012-02-29T00:00"), 59);
    let text = days().open(&climatology()).unwrap_err().to_string();
    assert!(
        text.contains("maps of one year") && text.contains("nearest_year"),
        "{text}"
    );
}

#[test]
fn calendars_of_365_and_360_days_are_read() {
    let no_leap = TimeFile::new("hours since 2012-01-01", (0..8760).map(f64::from)).calendar("noleap");
    let flux = no_leap.open(&plain()).unwrap();
    assert_eq!(map(&flux, "2012-02-28T23:00"), 59 * 24 - 1);
    assert_eq!(map(&flux, "2012-02-29T05:00"), 58 * 24 + 5);
    assert_eq!(map(&flux, "2012-03-01T00:00"), 59 * 24);
    assert!(refused(&flux, "2013-01-01T00:00").contains("covers"));
    let days_360 =
        TimeFile::new("days since 2012-01-01", (0..12).map(|m| 30.0 * f64::from(m) + 15.0)).calendar("360_day");
    let flux = days_360.open(&plain()).unwrap();
    assert_eq!(
        flux.times().to_string(),
        "2012-01-01T00:00Z to 2013-01-01T00:00Z in 12 maps"
    );
    assert_eq!(map(&flux, "2012-12-31T23:00"), 11);
    let daily = TimeFile::new("days since 2012-01-01", (0..360).map(f64::from)).calendar("360_day");
    let flux = daily.open(&plain()).unwrap();
    assert_eq!(map(&flux, "2012-02-01T02:00"), 30);
    assert_eq!(map(&flux, "2012-12-31T20:00"), 359);
}

#[test]
fn maps_that_are_only_counted_need_a_year_or_a_climatology() {
    let counted = |count: u32| {
        let mut file = TimeFile::new("", (1..=count).map(f64::from));
        file.units = None;
        file
    };
    let text = counted(12).open(&plain()).unwrap_err().to_string();
    assert!(
        text.contains("give the `year`") && text.contains("climatology"),
        "{text}"
    );
    let any = counted(12).open(&climatology()).unwrap();
    assert_eq!(map(&any, "2024-02-29T12:00"), 1);
    let of_2016 = FluxOptions {
        year: Some(2016),
        ..FluxOptions::default()
    };
    assert_eq!(map(&counted(366).open(&of_2016).unwrap(), "2016-02-29T12:00"), 59);
    assert_eq!(
        map(&counted(8784).open(&of_2016).unwrap(), "2016-02-29T12:00"),
        59 * 24 + 12
    );
    let text = counted(365).open(&of_2016).unwrap_err().to_string();
    assert!(text.contains("365 times") && text.contains("366 days"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let named = counted(12).write(folder.path().join("flux_2014.nc"));
    let flux = Flux::open(named, "co2").unwrap();
    assert_eq!(map(&flux, "2014-05-05T00:00"), 4);
    assert_eq!(flux.year().unwrap().to_string(), "2014 (the file's name)");
}
