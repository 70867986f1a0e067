//! When, where and in what weather air was sampled, as a file says it.

use super::super::place::ReceptorHint;
use super::super::source::Source;
use super::Conditions;
use super::layout::Layout;
use crate::error::Result;
use crate::receptor::Receptor;
use crate::time::UtcTime;

const SECONDS_PER_HOUR: f64 = 3600.0;

pub(super) struct Release {
    pub receptor: Receptor,
    pub stamp: UtcTime,
    pub conditions: Conditions,
}

/// The releases of a file, by time.
pub(super) fn releases(source: &Source<'_>, layout: &Layout) -> Result<Vec<Release>> {
    let times = source.times("time")?;
    let period_h = source
        .text("time", "period")
        .and_then(|text| period_of(&text))
        .unwrap_or(0.0);
    let period_s = (period_h * SECONDS_PER_HOUR).round() as i64;
    // a stamp at the right end of the period is the receptor's time itself
    let to_start_s = match source.text("time", "label").as_deref() {
        Some("right") => -period_s,
        _ => 0,
    };
    let series = |name: &str| {
        source
            .has_variable(name)
            .then(|| source.series(name, "time"))
            .transpose()
    };
    let [lon, lat, height] = [
        series("release_lon")?,
        series("release_lat")?,
        series("release_height")?,
    ];
    let height_m = inlet_height_m(source);
    let conditions = conditions(source, layout, times.len())?;
    let at = |values: &Option<Vec<f64>>, k: usize| values.as_ref().map(|v| decimal(v[k]));
    let release = |(k, time): (usize, &UtcTime)| {
        let stamp = time.plus_seconds(to_start_s);
        let known = ReceptorHint {
            time: Some(stamp.plus_seconds(period_s)),
            lon_deg: at(&lon, k),
            lat_deg: at(&lat, k),
            height_agl_m: at(&height, k).or(height_m),
        };
        let receptor = known.receptor(source)?;
        Ok(Release {
            receptor: if period_s > 0 {
                receptor.over_hours(period_h)?
            } else {
                receptor
            },
            stamp,
            conditions: conditions[k],
        })
    };
    times.iter().enumerate().map(release).collect()
}

/// `1.0 hours`, `2H`; `None` for what varies.
fn period_of(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(unit);
    let hours = match unit.trim().to_ascii_lowercase().as_str() {
        "h" | "hour" | "hours" => 1.0,
        "min" | "minute" | "minutes" => 1.0 / 60.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * hours)
}

/// From the attribute `inlet_height` (`185magl`), or such a word in the file's name.
fn inlet_height_m(source: &Source<'_>) -> Option<f64> {
    let of_word = |word: &str| {
        let number = word.strip_suffix("magl").or_else(|| word.strip_suffix('m'))?;
        number.trim().parse::<f64>().ok()
    };
    let name = source
        .path()
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let in_name = name
        .split(['_', '-'])
        .find_map(|word| word.strip_suffix("magl")?.parse().ok());
    source
        .global_text("inlet_height")
        .and_then(|text| of_word(text.trim()))
        .or(in_name)
}

/// The shortest decimal that single precision rounds to the value, if it is of single precision.
fn decimal(value: f64) -> f64 {
    let single = value as f32;
    if f64::from(single) == value {
        single.to_string().parse().unwrap_or(value)
    } else {
        value
    }
}

fn conditions(source: &Source<'_>, layout: &Layout, count: usize) -> Result<Vec<Conditions>> {
    let series = |place: usize| -> Result<Vec<f64>> {
        let name = layout.conditions[place].0;
        if !source.has_variable(name) {
            return Ok(vec![f64::NAN; count]);
        }
        let values = source.series(name, "time")?;
        Ok(match source.text(name, "units").as_deref() {
            Some("K") => values.into_iter().map(|v| v - 273.15).collect(),
            Some("Pa") => values.into_iter().map(|v| v / 100.0).collect(),
            _ => values,
        })
    };
    let [temperature, pressure, speed, direction, mixing] =
        [series(0)?, series(1)?, series(2)?, series(3)?, series(4)?];
    let at = |k: usize| Conditions {
        temperature_c: temperature[k],
        pressure_hpa: pressure[k],
        wind_speed_m_s: speed[k],
        wind_from_deg: direction[k],
        mixing_height_m: mixing[k],
    };
    Ok((0..count).map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_hours() {
        for (text, hours) in [("1.0 hours", 1.0), ("2H", 2.0), ("30 minutes", 0.5)] {
            assert_eq!(period_of(text), Some(hours), "{text}");
        }
        assert_eq!(period_of("varies"), None);
        assert_eq!(period_of(""), None);
    }

    #[test]
    fn single_precision_is_read_as_the_decimal_it_rounded() {
        assert_eq!(decimal(f64::from(1.1387329_f32)), 1.1387329);
        assert_eq!(decimal(0.1), 0.1);
    }
}
