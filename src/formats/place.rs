//! Where and when air was sampled, as the names of others' files say it.

use super::source::Source;
use crate::error::{Error, Result};
use crate::receptor::Receptor;
use crate::time::UtcTime;

/// What is known of a receptor; as an option of a reader, it counts in place of what the file says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReceptorHint {
    /// When the air was sampled.
    pub time: Option<UtcTime>,
    /// Degrees east.
    pub lon_deg: Option<f64>,
    /// Degrees north.
    pub lat_deg: Option<f64>,
    /// Height above ground, m.
    pub height_agl_m: Option<f64>,
}

impl ReceptorHint {
    /// What is known of the one or, failing that, of the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            time: self.time.or(other.time),
            lon_deg: self.lon_deg.or(other.lon_deg),
            lat_deg: self.lat_deg.or(other.lat_deg),
            height_agl_m: self.height_agl_m.or(other.height_agl_m),
        }
    }

    /// The receptor, or an error that says what nobody knows.
    pub(super) fn receptor(self, source: &Source<'_>) -> Result<Receptor> {
        let known = source.options.receptor.or(self);
        let unknown = |what: &str, key: &str| {
            source.bad(format!(
                "neither the file nor its name says the receptor's {what}: give {key}"
            ))
        };
        Receptor::new(
            known.time.ok_or_else(|| unknown("time", "time"))?,
            known.lon_deg.ok_or_else(|| unknown("longitude", "lon-deg"))?,
            known.lat_deg.ok_or_else(|| unknown("latitude", "lat-deg"))?,
            known
                .height_agl_m
                .ok_or_else(|| unknown("height above ground", "height-agl-m"))?,
        )
    }

    /// From a simulation id of STILT v2, `yyyymmddHHMM_lon_lat_zagl`; a height of X, of many, stays unknown.
    pub(super) fn of_stilt_id(id: &str) -> Option<Self> {
        let mut parts = id.splitn(4, '_');
        let time = compact_time(parts.next()?)?;
        let (lon_deg, lat_deg) = (number(parts.next()?)?, number(parts.next()?)?);
        Some(Self {
            time: Some(time),
            lon_deg: Some(lon_deg),
            lat_deg: Some(lat_deg),
            height_agl_m: parts.next().and_then(number),
        })
    }

    /// From a slot of the ICOS portal, `2012x12x08x18x46.55Nx007.98Ex00720`, or its place alone, somewhere in a path.
    pub(super) fn of_slot(path: &str) -> Option<Self> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        path.rsplit(|c| !is_part(c)).find_map(|word| {
            let parts: Vec<&str> = word.trim_start_matches("foot").split('x').collect();
            let (when, place) = parts.split_at(parts.len().checked_sub(3)?);
            let time = match when {
                [year, month, day, hour] => compact_time(&format!("{year}{month}{day}{hour}00")),
                _ => None,
            };
            Some(Self {
                time,
                lat_deg: Some(signed(place[0], 'N', 'S')?),
                lon_deg: Some(signed(place[1], 'E', 'W')?),
                height_agl_m: Some(number(place[2])?),
            })
        })
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|v: &f64| v.is_finite())
}

fn signed(text: &str, positive: char, negative: char) -> Option<f64> {
    match text.strip_suffix(positive) {
        Some(degrees) => number(degrees),
        None => text.strip_suffix(negative).and_then(number).map(|v| -v),
    }
}

fn compact_time(digits: &str) -> Option<UtcTime> {
    if digits.len() != 12 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let two = |from: usize| digits[from..from + 2].parse::<u8>().ok();
    UtcTime::from_calendar(digits[..4].parse().ok()?, two(4)?, two(6)?, two(8)?, two(10)?)
}

/// Place of a receptor as the ICOS portal names it, `46.55Nx007.98Ex00720`; it has room for 0.01° and whole metres.
///
/// # Errors
/// [`Error::Config`] for a height above sea level, which the portal does not know.
pub fn icos_position(receptor: &Receptor) -> Result<String> {
    let height = receptor.height_agl_m().ok_or_else(|| {
        let allowed = "the ICOS portal names places by their height above ground";
        Error::config("receptor datum", &receptor.id, allowed)
    })?;
    let side = |degrees: f64, positive, negative| if degrees < 0.0 { negative } else { positive };
    let (lon, lat) = (receptor.lon_deg, receptor.lat_deg);
    Ok(format!(
        "{:05.2}{}x{:06.2}{}x{:05.0}",
        lat.abs(),
        side(lat, 'N', 'S'),
        lon.abs(),
        side(lon, 'E', 'W'),
        height
    ))
}

/// Slot of a receptor as the ICOS portal names it, `2012x12x08x18x46.55Nx007.98Ex00720`.
///
/// # Errors
/// As [`icos_position`].
pub fn icos_slot(receptor: &Receptor) -> Result<String> {
    let hour = receptor.time.civil().strftime("%Yx%mx%dx%H");
    Ok(format!("{hour}x{}", icos_position(receptor)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_of_the_portal_is_read_and_written() {
        let slot = "2012x12x08x18x46.55Nx007.98Ex00720";
        let hint = ReceptorHint::of_slot(&format!("some/folder/foot{slot}_aggreg.nc")).unwrap();
        let (lon, lat, height) = (hint.lon_deg.unwrap(), hint.lat_deg.unwrap(), hint.height_agl_m.unwrap());
        assert_eq!((lon, lat, height), (7.98, 46.55, 720.0));
        assert_eq!(hint.time.unwrap().to_string(), "2012-12-08T18:00Z");
        let receptor = Receptor::new(hint.time.unwrap(), lon, lat, height).unwrap();
        assert_eq!(icos_slot(&receptor).unwrap(), slot);

        let place = ReceptorHint::of_slot("stations/06.10Sx123.40Wx00015/2012/12/2012x12x08x18/foot").unwrap();
        assert_eq!((place.lon_deg, place.lat_deg), (Some(-123.4), Some(-6.1)));
        assert_eq!(place.time, None);
        assert_eq!(ReceptorHint::of_slot("HTM150_20120101_20120201_footprint.nc"), None);
    }

    #[test]
    fn a_simulation_id_is_read() {
        let hint = ReceptorHint::of_stilt_id("201506181700_-111.847672_40.766189_5").unwrap();
        assert_eq!(hint.time.unwrap().to_string(), "2015-06-18T17:00Z");
        assert_eq!(
            (hint.lon_deg, hint.lat_deg, hint.height_agl_m),
            (Some(-111.847672), Some(40.766189), Some(5.0))
        );
        assert_eq!(
            ReceptorHint::of_stilt_id("201506181700_-111.8_40.7_X")
                .unwrap()
                .height_agl_m,
            None
        );
        assert!(ReceptorHint::of_stilt_id("foot").is_none());
        assert!(
            ReceptorHint::of_stilt_id("201513181700_-111.8_40.7_5").is_none(),
            "no month 13"
        );
    }
}
