//! What a quick map shows is what transport meets: wind in earth directions, the source's boundary layer or the derived.
#![allow(clippy::unwrap_used)]

use airshed::geo::LonLat;
use airshed::met::map_fields::MapFields;
use airshed::met::projection::{ConformalMap, MapAnchor, MetGrid};
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::met::{MetDescription, MetReader, RawSnapshot};
use airshed::{Error, Result};

/// The idealised weather's numbers on another grid, perhaps without some of them.
struct Moved {
    weather: SyntheticWeather,
    description: MetDescription,
}

impl Moved {
    fn new(absent: &[&str]) -> Self {
        let options = WeatherOptions {
            spacing_deg: 2.0,
            hours: 3,
            ..WeatherOptions::default()
        };
        let weather = SyntheticWeather::new(options).unwrap();
        let mut description = weather.description().clone();
        let anchor = MapAnchor {
            x: 3.0,
            y: 2.0,
            place: LonLat {
                lon_deg: -60.0,
                lat_deg: 45.0,
            },
        };
        let reference = LonLat {
            lon_deg: 10.0,
            lat_deg: 60.0,
        };
        let map = ConformalMap::new(60.0, reference, 150_000.0, 0.0, anchor).unwrap();
        description.grid = MetGrid::conformal(description.grid.nx, description.grid.ny, map).unwrap();
        for names in &mut description.variables {
            names.retain(|name| !absent.contains(&name.as_str()));
        }
        Self { weather, description }
    }
}

impl MetReader for Moved {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let mut snapshot = self.weather.read(time_index)?;
        let names = &self.description.variables;
        snapshot.fields.retain(|field| names[field.level].contains(&field.name));
        Ok(snapshot)
    }
}

#[test]
fn winds_are_turned_and_the_boundary_layer_is_the_source_s() {
    let mut source = Moved::new(&[]);
    let fields = MapFields::read(&mut source, 1).unwrap();
    let raw = source.read(1).unwrap();
    let names = (fields.pressure_name, fields.boundary_layer_derived, fields.step);
    assert_eq!(names, (Some("mean sea-level pressure"), false, 1));
    let [u, v, heights] = ["UWND", "VWND", "HGTS"].map(|name| raw.field(1, name).unwrap());
    let mut turned = 0;
    for ((j, i), depth_m) in fields.boundary_layer_m.indexed_iter() {
        let at = (j, i);
        // no shallower than the anemometer stands
        let stated = raw.field(0, "PBLH").unwrap()[at].max(10.0);
        assert!((depth_m - stated).abs() < 1e-3 * stated, "{depth_m} {stated}");
        if heights[at] <= 10.0 {
            continue; // the first level lies below the ground, or at the anemometer
        }
        let (grid_u, grid_v) = (f64::from(u[at]), f64::from(v[at]));
        let (east, north) = fields.grid.earth_wind(i as f64, j as f64, grid_u, grid_v);
        // single precision of winds of some 10 m/s
        assert!((f64::from(fields.eastward_m_s[at]) - east).abs() < 1e-4, "{at:?}");
        assert!((f64::from(fields.northward_m_s[at]) - north).abs() < 1e-4, "{at:?}");
        turned += usize::from((east - grid_u).abs() > 1.0);
    }
    assert!(turned > 50, "only {turned} winds differ from those along the grid");
}

#[test]
fn what_the_source_lacks_is_derived_or_left_out() {
    let fields = MapFields::read(&mut Moved::new(&["PBLH", "MSLP"]), 1).unwrap();
    assert_eq!(
        (fields.pressure_name, fields.boundary_layer_derived),
        (Some("surface pressure"), true)
    );
    assert!(
        fields
            .boundary_layer_m
            .iter()
            .all(|depth_m| (10.0..6000.0).contains(depth_m))
    );
    let without = MapFields::read(&mut Moved::new(&["PRSS", "MSLP"]), 1).unwrap();
    assert_eq!(without.pressure_name, None);
    assert!(without.pressure_hpa.iter().all(|hpa| hpa.is_nan()));
    let refused = MapFields::read(&mut Moved::new(&["UWND"]), 0);
    assert!(matches!(refused, Err(Error::MetField { .. })));
    assert!(MapFields::read(&mut Moved::new(&[]), 9).is_err());
}
