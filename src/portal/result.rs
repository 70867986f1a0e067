//! The portal's columns of a slot's components.

use std::collections::BTreeMap;

use super::categories::{Burnt, OTHER, carbon_column, is_waste, methane_column};
use super::components::Components;
use crate::time::UtcTime;
use crate::tracer::Tracer;

/// The portal counts days from here, as R's old dates do (`ident`).
pub(super) const IDENT_EPOCH: UtcTime = UtcTime::from_seconds(-315_619_200);
const DAY_S: f64 = 86_400.0;
const PPB_PER_PPM: f64 = 1e3;
const FUELS: [&str; 5] = ["coal", "gas", "oil", "bio", "otherfuel"];
const SECTORS: [&str; 5] = ["energy", "transport", "industry", "residential", OTHER];

/// Values by column.
pub(super) type Row = BTreeMap<String, f64>;

pub(super) fn row(of: &Components) -> Row {
    let mut row = Row::new();
    let mut put = |name: &str, value: f64| row.insert(name.to_owned(), value);
    put("ident", (of.time.seconds() - IDENT_EPOCH.seconds()) as f64 / DAY_S);
    put("latstart", of.lat_deg);
    put("lonstart", of.lon_deg);
    put("aglstart", of.height_agl_m);
    if let Some(weather) = &of.weather {
        put("zi", weather.mixing_height_m);
        put("wind.dir", weather.wind_direction_deg);
        for (name, wind) in ["wind.u", "wind.v", "wind.w"].into_iter().zip(weather.wind_m_s) {
            put(name, wind);
        }
    }
    for radon in &of.radon {
        let name = if radon.map.is_empty() {
            "rn".to_owned()
        } else {
            format!("rn.{}", radon.map)
        };
        put(&name, radon.background_bq_m3 + radon.ground_bq_m3);
    }
    let has = |tracer| !of.background(tracer).is_nan() || of.sources.iter().any(|source| source.tracer == tracer);
    if has(Tracer::Co2) || !of.vegetation.is_empty() {
        put_co2(&mut row, of);
    }
    if has(Tracer::Co) {
        let burnt = put_burnt(&mut row, of, Tracer::Co);
        row.insert("co.background".into(), of.background(Tracer::Co));
        row.insert("co.stilt".into(), of.background(Tracer::Co) + burnt);
    }
    if has(Tracer::Ch4) || !of.natural_ch4_ppm.is_empty() {
        put_ch4(&mut row, of);
    }
    row
}

fn put_co2(row: &mut Row, of: &Components) {
    let burnt = put_burnt(row, of, Tracer::Co2);
    let sum = |part: fn(&super::Vegetation) -> f64| match of.vegetation.is_empty() {
        true => f64::NAN,
        false => of.vegetation.iter().map(part).sum(),
    };
    let (gee, resp) = (sum(|class| class.gee_ppm), sum(|class| class.respiration_ppm));
    let background = of.background(Tracer::Co2);
    for (name, value) in [
        ("co2.background", background),
        ("co2.bio.gee", gee),
        ("co2.bio.resp", resp),
        ("co2.bio", gee + resp),
        ("co2.stilt", background + (gee + resp) + burnt),
    ] {
        row.insert(name.to_owned(), value);
    }
}

/// Fuels and sectors of CO₂ or CO; returns what they add in all. Without any source all of them are NaN.
fn put_burnt(row: &mut Row, of: &Components, tracer: Tracer) -> f64 {
    let gas = tracer.formula().to_ascii_lowercase();
    let known = of.sources.iter().any(|source| source.tracer == tracer);
    let nothing = if known { 0.0 } else { f64::NAN };
    let column = |name: &str| format!("{gas}.{name}");
    let fuel_column = |fuel: &str| format!("{gas}.fuel.{fuel}");
    let fuels = FUELS.into_iter().chain(["waste"]).map(fuel_column);
    row.extend(fuels.map(|name| (name, nothing)));
    let rest = SECTORS.into_iter().chain(["cement", "non_fuel"]).map(column);
    row.extend(rest.map(|name| (name, nothing)));
    for source in of.sources.iter().filter(|source| source.tracer == tracer) {
        let mut add = |name: String| *row.entry(name).or_insert(0.0) += source.ppm;
        add(column(carbon_column(&source.category)));
        match Burnt::of(&source.fuel) {
            Burnt::Cement => add(column("cement")),
            Burnt::NoFuel => add(column("non_fuel")),
            Burnt::Fuel(fuel) => add(fuel_column(fuel)),
        }
        if is_waste(&source.fuel) {
            add(fuel_column("waste"));
        }
    }
    let fuel: f64 = FUELS.iter().map(|fuel| row[&fuel_column(fuel)]).sum();
    row.insert(column("fuel"), fuel);
    fuel + row[&column("cement")] + row[&column("non_fuel")]
}

fn put_ch4(row: &mut Row, of: &Components) {
    let mut sectors: BTreeMap<&str, f64> = BTreeMap::new();
    let known = of.sources.iter().any(|source| source.tracer == Tracer::Ch4);
    for name in ["agriculture", "waste", "energy", OTHER] {
        sectors.insert(name, if known { 0.0 } else { f64::NAN });
    }
    for source in of.sources.iter().filter(|source| source.tracer == Tracer::Ch4) {
        *sectors.entry(methane_column(&source.category)).or_insert(0.0) += PPB_PER_PPM * source.ppm;
    }
    let natural = |names: &[&str]| {
        let held = of
            .natural_ch4_ppm
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()));
        held.map(|(_, ppm)| PPB_PER_PPM * ppm)
            .reduce(|a, b| a + b)
            .unwrap_or(f64::NAN)
    };
    let parts = [
        ("wetlands", natural(&["wet", "peat"])),
        ("soil_uptake", natural(&["uptake"])),
        ("wildfire", natural(&["fire"])),
        ("other_natural", natural(&["soil", "lakes", "ocean"])),
    ];
    let background = PPB_PER_PPM * of.background(Tracer::Ch4);
    let anthropogenic: f64 = sectors.values().sum();
    let of_nature: f64 = parts.iter().map(|(_, ppb)| ppb).sum();
    let sums = [
        ("background", background),
        ("anthropogenic", anthropogenic),
        ("natural", of_nature),
        ("stilt", background + anthropogenic + of_nature),
    ];
    let all = sectors.into_iter().chain(parts).chain(sums);
    row.extend(all.map(|(name, ppb)| (format!("ch4.{name}"), ppb)));
}
