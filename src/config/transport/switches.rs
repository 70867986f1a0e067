//! STILT v2's switches that have no field of their own yet, and how a table's values are read.

use super::errors::error_keys;
use crate::error::{Error, Result};
use crate::nearest::nearest;

/// A STILT v2 switch that is understood, but so far only at its default: name, default, meaning.
pub(in crate::config) type FixedSwitch = (&'static str, f64, &'static str);

/// Switches that keep their default until they are built.
pub(in crate::config) const FIXED: &[FixedSwitch] = &[
    ("mgmin", 10.0, "smallest met subgrid, cells"),
    ("kagl", 1.0, "heights are written above ground: 1 yes"),
    (
        "kmsl",
        0.0,
        "release heights: 0 above ground; above sea level: height_asl_m of the receptor",
    ),
    ("khmax", 9999.0, "largest age of a particle, h"),
    ("khinp", 0.0, "age of particles read from a file, h"),
    ("mhrs", 9999.0, "hours of restart"),
    ("wbbh", 0.0, "prescribed rise: height, m"),
    ("wbwf", 0.0, "prescribed rise: fall, m s-1"),
    ("wbwr", 0.0, "prescribed rise: rise, m s-1"),
    ("nver", 0.0, "trajectory splits: number"),
    ("nstr", 0.0, "trajectory splits: interval, h"),
    ("dxf", 1.0, "ensemble offset along x, cells"),
    ("dyf", 1.0, "ensemble offset along y, cells"),
    ("dzf", 0.01, "ensemble offset along z, sigma"),
    (
        "outdt",
        0.0,
        "min between particle writes, 0 every step: see trajectories.every_min",
    ),
    ("tout", 0.0, "trajectory output interval, min"),
    ("ndump", 0.0, "particle dump: first, h"),
    ("ncycl", 0.0, "particle dump: interval, h"),
    ("idsp", 2.0, "dispersion scheme: 2 STILT"),
    ("initd", 0.0, "0: three-dimensional particles"),
    ("ichem", 8.0, "8: STILT output"),
    ("krand", 4.0, "random numbers: always counter-based here, see run.seed"),
    ("wvert", 0.0, "WRF vertical interpolation: false"),
];

/// Keys that scripts of STILT v2 know, but that live in another section here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("numpar", "run.particles"),
    ("n_hours", "run.hours"),
    ("seed", "run.seed"),
    ("mode", "run.mode"),
    ("projection", "grid.NAME.crs"),
    ("smooth_factor", "grid.NAME.smooth_factor"),
    ("time_integrate", "grid.NAME.time_integrate"),
    ("xmn", "grid.NAME.west"),
    ("xmx", "grid.NAME.east"),
    ("ymn", "grid.NAME.south"),
    ("ymx", "grid.NAME.north"),
    ("xres", "grid.NAME.dx"),
    ("yres", "grid.NAME.dy"),
];

/// `value` as the type of `default`; an integer serves as a float.
pub(super) fn typed(key: &str, value: &toml::Value, default: &toml::Value) -> Result<toml::Value> {
    match (default, value) {
        (toml::Value::Float(_), toml::Value::Integer(v)) => Ok(toml::Value::Float(*v as f64)),
        (toml::Value::Integer(_), toml::Value::Float(v)) if v.fract() == 0.0 => Ok(toml::Value::Integer(*v as i64)),
        (_, toml::Value::Array(each)) if key == "ziscale" => {
            let factors = each.iter().map(|factor| typed(key, factor, default));
            factors.collect::<Result<_>>().map(toml::Value::Array)
        }
        (expected, found) if expected.same_type(found) => Ok(found.clone()),
        (expected, found) => {
            let kind = match expected {
                toml::Value::Boolean(_) => "true or false",
                toml::Value::Integer(_) => "a whole number",
                _ => "a number",
            };
            Err(Error::config(
                format!("transport.{key}"),
                found,
                format!("expected {kind} (default {expected})"),
            ))
        }
    }
}

pub(super) fn refuse_unless_default(&(name, default, meaning): &FixedSwitch, value: &toml::Value) -> Result<()> {
    let given = match value {
        toml::Value::Integer(v) => *v as f64,
        toml::Value::Float(v) => *v,
        toml::Value::Boolean(v) => f64::from(u8::from(*v)),
        other => {
            let allowed = format!("expected a number ({meaning}; default {default})");
            return Err(Error::config(format!("transport.{name}"), other, allowed));
        }
    };
    if given == default {
        return Ok(());
    }
    if name == "kmsl" {
        let instead = "heights above sea level are the receptor's: give height_asl_m in place of height_agl_m";
        return Err(Error::config("transport.kmsl", value, instead));
    }
    Err(Error::NotBuilt {
        feature: format!("transport.{name} = {value} ({meaning})"),
        instead: format!("leave it out, or at its default {default}"),
    })
}

pub(super) fn unknown_key(key: &str, value: &toml::Value, defaults: &toml::Table) -> Error {
    let hint = match ELSEWHERE.iter().find(|(stilt, _)| *stilt == key) {
        Some((_, here)) => format!("not a key of [transport]; write it as {here}"),
        None => {
            let errors = error_keys().map(|(name, _)| name);
            let known = defaults.keys().map(String::as_str).chain(errors);
            let known = known.chain(FIXED.iter().map(|f| f.0));
            match nearest(key, known) {
                Some(name) => format!("unknown key; did you mean `{name}`?"),
                None => "unknown key; `airshed config --defaults` lists all".into(),
            }
        }
    };
    Error::config(format!("transport.{key}"), value, hint)
}
