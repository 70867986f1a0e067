//! Keys without which a run has no transport errors: each group whole or not at all.

use super::TransportConfig;
use crate::error::{Error, Result};
use crate::transport::{MixingHeightErrors, WindErrors};

/// Key and meaning of the wind errors, in the order of STILT's file WINDERR.
const WIND: [(&str, &str); 4] = [
    ("siguverr", "m s-1, standard deviation of the horizontal wind error"),
    ("tluverr", "min, correlation time of the wind error"),
    ("zcoruverr", "m, vertical correlation length of the wind error"),
    ("horcoruverr", "km, horizontal correlation length of the wind error"),
];
/// Key and meaning of the mixing height errors, in the order of STILT's file ZIERR.
const MIXING_HEIGHT: [(&str, &str); 3] = [
    ("sigzierr", "%, standard deviation of the mixing height error"),
    ("tlzierr", "min, correlation time of the mixing height error"),
    (
        "horcorzierr",
        "km, horizontal correlation length of the mixing height error",
    ),
];

/// All keys of the errors, with what they mean.
pub(in crate::config) fn error_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    WIND.into_iter().chain(MIXING_HEIGHT)
}

/// The value of such a key; `None` for `nan`, STILT's NA, which is as good as absent.
pub(super) fn error_value(key: &str, value: &toml::Value) -> Result<Option<toml::Value>> {
    let number = match value {
        toml::Value::Integer(v) => *v as f64,
        toml::Value::Float(v) => *v,
        other => {
            let allowed = "expected a number; leave the key out for no errors";
            return Err(Error::config(format!("transport.{key}"), other, allowed));
        }
    };
    Ok((!number.is_nan()).then_some(toml::Value::Float(number)))
}

/// The values of a group, `None` if none is given.
fn whole<const N: usize>(keys: &[(&str, &str); N], values: [Option<f64>; N]) -> Result<Option<[f64; N]>> {
    let mut given = [0.0; N];
    let mut missing = Vec::new();
    for ((slot, value), (key, _)) in given.iter_mut().zip(values).zip(keys) {
        match value {
            Some(value) => *slot = value,
            None => missing.push(*key),
        }
    }
    if missing.is_empty() || missing.len() == N {
        return Ok(missing.is_empty().then_some(given));
    }
    let all = keys.map(|(key, _)| key).join(", ");
    Err(Error::config(
        format!("transport.{}", missing.join(", ")),
        "missing",
        format!("give all of {all}, or none of them"),
    ))
}

impl TransportConfig {
    pub(super) fn wind_errors(&self) -> Result<Option<WindErrors>> {
        let values = whole(&WIND, [self.siguverr, self.tluverr, self.zcoruverr, self.horcoruverr])?;
        let errors = values.map(|[sigma_m_s, time_min, height_m, distance_km]| WindErrors {
            sigma_m_s,
            time_min,
            height_m,
            distance_km,
        });
        errors.map_or(Ok(()), |e| e.check().map_err(in_section))?;
        Ok(errors)
    }

    pub(super) fn mixing_height_errors(&self) -> Result<Option<MixingHeightErrors>> {
        let values = whole(&MIXING_HEIGHT, [self.sigzierr, self.tlzierr, self.horcorzierr])?;
        let errors = values.map(|[sigma_percent, time_min, distance_km]| MixingHeightErrors {
            sigma_percent,
            time_min,
            distance_km,
        });
        errors.map_or(Ok(()), |e| e.check().map_err(in_section))?;
        Ok(errors)
    }
}

/// The key as the user wrote it.
pub(super) fn in_section(error: Error) -> Error {
    match error {
        Error::Config { key, value, allowed } => Error::Config {
            key: format!("transport.{key}"),
            value,
            allowed,
        },
        other => other,
    }
}
