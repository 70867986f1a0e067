//! Countries of the world: what lies where, how large it is, how it is called.
#![allow(clippy::unwrap_used)]

use airshed::constants::EARTH_RADIUS_M;
use airshed::countries::{Countries, CountryId};
use airshed::flux::{LatLonMesh, Region};

fn edges(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..=count)
        .map(|i| from + (to - from) * i as f64 / count as f64)
        .collect()
}

fn globe(rows: usize, columns: usize) -> LatLonMesh {
    LatLonMesh::from_edges(&edges(-90.0, 90.0, rows), &edges(-180.0, 180.0, columns)).unwrap()
}

fn area_km2(region: &Region, mesh: &LatLonMesh) -> f64 {
    1e-6 * (region.shares(mesh).unwrap() * mesh.cell_areas_m2()).sum()
}

#[test]
fn places_lie_in_their_countries() {
    let world = Countries::world();
    for (code, lon, lat) in [
        ("NLD", 4.927, 51.971),
        ("CHE", 7.985, 46.547),
        ("DEU", 13.4, 52.5),
        ("FRA", 2.35, 48.85),
        ("GUF", -53.0, 4.0),
        ("ESP", -16.5, 28.3),
        ("NOR", 10.75, 59.9),
        ("SJM", 16.0, 78.5),
        ("USA", -155.5, 19.6),
        ("RUS", -175.0, 66.5),
        ("RUS", 178.0, 68.0),
        ("FJI", 178.0, -17.8),
        ("FJI", 180.05, -16.75),
        ("FJI", -180.05, -16.95),
        ("ATA", 0.0, -90.0),
        ("AUS", 134.0 + 360.0, -25.0),
        ("XKX", 21.0, 42.6),
        ("VAT", 12.45, 41.9),
        ("SEA", -30.0, 45.0),
        ("SEA", 0.0, 90.0),
        ("SEA", 3.5, 43.0),
    ] {
        assert_eq!(world.alpha3(world.at(lon, lat)), code, "{lon} E, {lat} N");
    }
    for (lon, lat) in [(f64::NAN, 50.0), (10.0, f64::NAN), (10.0, 91.0), (f64::INFINITY, 0.0)] {
        assert_eq!(world.at(lon, lat), CountryId::SEA);
    }
}

#[test]
fn countries_are_as_large_as_they_are_said_to_be() {
    // total areas with inland water, 1000 km² (United Nations Demographic Yearbook 2020, table 3; France: metropolitan):
    // coasts of 1:50 million and cells of 0.1° keep 2 %
    let mesh = globe(180, 360);
    for (code, known) in [
        ("DEU", 357.6),
        ("FRA", 551.5),
        ("ESP", 506.0),
        ("POL", 312.7),
        ("ITA", 302.1),
        ("CHE", 41.29),
        ("HUN", 93.03),
        ("BRA", 8515.8),
        ("AUS", 7692.0),
        ("RUS", 17_098.2),
    ] {
        let area = 1e-3 * area_km2(&Region::country(code).unwrap(), &mesh);
        println!("{code}: {area:.1}, known {known}");
        assert!((area / known - 1.0).abs() < 0.02, "{code}: {area:.1}, known {known}");
    }
}

#[test]
fn land_is_29_per_cent_of_the_globe_and_all_countries_and_the_sea_make_the_whole() {
    let mesh = globe(90, 180);
    let sphere_km2 = 4e-6 * std::f64::consts::PI * EARTH_RADIUS_M * EARTH_RADIUS_M;
    assert!((area_km2(&Region::Globe, &mesh) / sphere_km2 - 1.0).abs() < 1e-12);
    let world = Countries::world();
    let land = Region::Countries(world.ids().filter(|id| *id != CountryId::SEA).collect());
    let share = area_km2(&land, &mesh) / sphere_km2;
    // 148.94 of 510.07 million km² (CIA World Factbook), Antarctica here without its ice shelves (1.6 million)
    assert!((share - 0.289).abs() < 0.004, "{share}");
    let sea = Region::Countries(vec![CountryId::SEA]).shares(&mesh).unwrap();
    let whole = land.shares(&mesh).unwrap() + sea;
    assert!(whole.iter().all(|share| (share - 1.0).abs() < 1e-9));
}

#[test]
fn shares_do_not_depend_on_the_cells_that_they_are_taken_for() {
    let fine = globe(450, 900);
    let coarse = globe(35, 71);
    let shifted = LatLonMesh::from_edges(&edges(90.0, -90.0, 47), &edges(0.0, 360.0, 131)).unwrap();
    for code in ["DEU", "FJI", "RUS", "ATA", "NZL"] {
        let country = Region::country(code).unwrap();
        let area = area_km2(&country, &fine);
        for mesh in [&coarse, &shifted] {
            assert!((area_km2(&country, mesh) / area - 1.0).abs() < 1e-9, "{code}");
        }
    }
}

#[test]
fn boxes_share_out_cells_by_area() {
    let mesh = globe(18, 36);
    let shares = Region::Box([175.0, 190.0, -5.0, 10.0]).shares(&mesh).unwrap();
    assert_eq!(shares[[9, 35]], 0.5);
    assert_eq!(shares[[9, 0]], 1.0);
    // sin 5° of sin 10°
    let half = 5_f64.to_radians().sin() / 10_f64.to_radians().sin();
    assert!((shares[[8, 0]] - half).abs() < 1e-12);
    assert_eq!(shares.iter().filter(|share| **share > 0.0).count(), 4);
    for nonsense in [[10.0, 0.0, 0.0, 1.0], [0.0, 1.0, 5.0, f64::NAN], [0.0, 400.0, 0.0, 1.0]] {
        let problem = Region::Box(nonsense).shares(&mesh).unwrap_err().to_string();
        assert!(problem.contains("west before east"), "{problem}");
    }
}

#[test]
fn codes_and_names_find_their_country_and_misspelt_ones_a_hint() {
    let world = Countries::world();
    let germany = world.at(10.0, 51.0);
    for text in ["DE", "DEU", "deu", "Germany", " germany "] {
        assert_eq!(world.id(text).unwrap(), germany, "{text}");
    }
    assert_eq!((world.alpha2(germany), world.name(germany)), ("DE", "Germany"));
    assert_eq!(world.id("SEA").unwrap(), CountryId::SEA);
    let problem = |text: &str| world.id(text).unwrap_err().to_string();
    assert!(
        problem("Germny").contains("did you mean Germany"),
        "{}",
        problem("Germny")
    );
    assert!(problem("Tanzani").contains("Tanzania"), "{}", problem("Tanzani"));
    assert_eq!(world.alpha3(world.id("China").unwrap()), "CHN");
    assert!(problem("Congo").contains("did you mean"), "two are called so");
    assert!(problem("GERM").contains("ISO 3166"));
    assert!(problem("").contains("ISO 3166"));
}
