//! Receptors: where and when an air sample was taken; single, as a time series, or from a CSV table.

use std::collections::HashSet;
use std::path::Path;

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// A point receptor.
#[derive(Clone, Debug, PartialEq)]
pub struct Receptor {
    /// Name of the output files; STILT's `yyyymmddHHMM_lon_lat_zagl` by default. No `/`.
    pub id: String,
    /// When the air was sampled.
    pub time: UtcTime,
    /// Longitude, degrees east.
    pub lon_deg: f64,
    /// Latitude, degrees north.
    pub lat_deg: f64,
    /// Height above ground, m.
    pub height_agl_m: f64,
}

impl Receptor {
    /// A receptor with STILT's own id.
    ///
    /// # Errors
    /// [`Error::Config`] if a coordinate is not finite or out of range.
    pub fn new(time: UtcTime, lon_deg: f64, lat_deg: f64, height_agl_m: f64) -> Result<Self> {
        let id = format!("{}_{lon_deg}_{lat_deg}_{height_agl_m}", time.compact());
        Self {
            id,
            time,
            lon_deg,
            lat_deg,
            height_agl_m,
        }
        .validated()
    }

    /// The same receptor under another id.
    ///
    /// # Errors
    /// [`Error::Config`] if the id is empty or contains `/`.
    pub fn with_id(self, id: impl Into<String>) -> Result<Self> {
        Self { id: id.into(), ..self }.validated()
    }

    fn validated(self) -> Result<Self> {
        if self.id.is_empty() || self.id.contains(['/', '\0']) || self.id == "." || self.id == ".." {
            return Err(Error::config(
                "receptor id",
                &self.id,
                "an id names output files: not empty, no `/`",
            ));
        }
        if !(-180.0..=360.0).contains(&self.lon_deg) {
            return Err(Error::config("lon_deg", self.lon_deg, "degrees east, from -180 to 360"));
        }
        if !(-90.0..=90.0).contains(&self.lat_deg) {
            return Err(Error::config("lat_deg", self.lat_deg, "degrees north, from -90 to 90"));
        }
        if !(0.0..=20_000.0).contains(&self.height_agl_m) {
            return Err(Error::config(
                "height_agl_m",
                self.height_agl_m,
                "m above ground, from 0 to 20000",
            ));
        }
        Ok(self)
    }
}

/// One place at many times: from `start` to `end` (inclusive) every `every_h` hours.
///
/// With an `id`, the receptors are called `<id>_yyyymmddHHMM`; else they get STILT's own ids.
///
/// # Errors
/// [`Error::Config`] if `end` lies before `start`, or `every_h` is less than a minute.
pub fn series(place: &Receptor, id: Option<&str>, end: UtcTime, every_h: f64) -> Result<Vec<Receptor>> {
    let step_s = (every_h * 3600.0).round();
    if !(60.0..=1e9).contains(&step_s) {
        return Err(Error::config(
            "receptor every_h",
            every_h,
            "hours, at least one minute (0.0166667)",
        ));
    }
    if end < place.time {
        return Err(Error::config(
            "receptor end",
            end,
            format!("not before start = {}", place.time),
        ));
    }
    (place.time.seconds()..=end.seconds())
        .step_by(step_s as usize)
        .map(|seconds| {
            let time = UtcTime::from_seconds(seconds);
            let receptor = Receptor::new(time, place.lon_deg, place.lat_deg, place.height_agl_m)?;
            match id {
                Some(id) => receptor.with_id(format!("{id}_{}", time.compact())),
                None => Ok(receptor),
            }
        })
        .collect()
}

/// Reads a CSV table with the columns `time, lon_deg, lat_deg, height_agl_m` and, optionally, `id`, in any order.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read; [`Error::Format`], naming the line, if a column is missing or unknown or a
/// value is impossible.
pub fn read_csv(path: &Path) -> Result<Vec<Receptor>> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let headers = table.headers().map_err(|e| Error::format(path, e.to_string()))?.clone();
    let columns = Columns::find(&headers).map_err(|problem| Error::format(path, problem))?;
    let mut receptors = Vec::new();
    for record in table.records() {
        let record = record.map_err(|e| Error::format(path, e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let receptor = columns.receptor(&record);
        receptors.push(receptor.map_err(|e| Error::format(path, format!("line {line}: {e}")))?);
    }
    if receptors.is_empty() {
        return Err(Error::format(path, "no receptors below the header"));
    }
    Ok(receptors)
}

/// Checks that no two receptors share an id.
///
/// # Errors
/// [`Error::Config`] naming the id.
pub fn check_unique_ids(receptors: &[Receptor]) -> Result<()> {
    let mut seen = HashSet::new();
    match receptors.iter().find(|r| !seen.insert(r.id.as_str())) {
        None => Ok(()),
        Some(twice) => Err(Error::config(
            "receptor id",
            &twice.id,
            "given twice: ids name output files and must be unique (remove the duplicate, or give each its own id)",
        )),
    }
}

/// Where each quantity stands in a row of the table.
struct Columns {
    id: Option<usize>,
    time: usize,
    lon_deg: usize,
    lat_deg: usize,
    height_agl_m: usize,
}

impl Columns {
    const NAMES: [&str; 5] = ["id", "time", "lon_deg", "lat_deg", "height_agl_m"];

    fn find(headers: &csv::StringRecord) -> std::result::Result<Self, String> {
        let mut seen = HashSet::new();
        for name in headers {
            if !Self::NAMES.contains(&name) || !seen.insert(name) {
                let fault = if seen.contains(name) { "repeated" } else { "unknown" };
                return Err(format!(
                    "line 1: {fault} column `{name}`: expected {}",
                    Self::NAMES.join(", ")
                ));
            }
        }
        let place = |name: &str| headers.iter().position(|h| h == name);
        let needed = |name: &str| {
            place(name).ok_or_else(|| {
                format!(
                    "line 1: no column `{name}`: expected {} (id optional)",
                    Self::NAMES.join(", ")
                )
            })
        };
        Ok(Self {
            id: place("id"),
            time: needed("time")?,
            lon_deg: needed("lon_deg")?,
            lat_deg: needed("lat_deg")?,
            height_agl_m: needed("height_agl_m")?,
        })
    }

    fn receptor(&self, record: &csv::StringRecord) -> Result<Receptor> {
        let number = |column: usize| {
            let text = &record[column];
            text.parse::<f64>()
                .map_err(|_| Error::config(Self::header_of(self, column), text, "expected a number"))
        };
        let receptor = Receptor::new(
            UtcTime::parse(&record[self.time])?,
            number(self.lon_deg)?,
            number(self.lat_deg)?,
            number(self.height_agl_m)?,
        )?;
        match self.id.map(|column| &record[column]) {
            Some(id) if !id.is_empty() => receptor.with_id(id),
            _ => Ok(receptor),
        }
    }

    fn header_of(&self, column: usize) -> &'static str {
        match column {
            c if c == self.lon_deg => "lon_deg",
            c if c == self.lat_deg => "lat_deg",
            _ => "height_agl_m",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Vec<Receptor>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_csv(file.path())
    }

    #[test]
    fn columns_may_stand_in_any_order_and_the_id_is_optional() {
        let rows = table("lat_deg, height_agl_m, time, lon_deg\n51.97,207,2010-02-12T18:00Z,4.927\n").unwrap();
        assert_eq!(rows[0].id, "201002121800_4.927_51.97_207");
        assert_eq!(
            (rows[0].lon_deg, rows[0].lat_deg, rows[0].height_agl_m),
            (4.927, 51.97, 207.0)
        );
        let named = table("id,time,lon_deg,lat_deg,height_agl_m\nCBW,2010-02-12 18:00,4.927,51.97,207\n").unwrap();
        assert_eq!(named[0].id, "CBW");
    }

    #[test]
    fn a_fault_in_a_table_is_named_with_its_line() {
        let head = "id,time,lon_deg,lat_deg,height_agl_m\n";
        for (text, expected) in [
            (
                format!("{head}a,2010-02-12T18:00,4,51,207\nb,2010-02-12T18:00,4,151,207\n"),
                "line 3: lat_deg = 151",
            ),
            (format!("{head}a,yesterday,4,51,207\n"), "line 2: time = yesterday"),
            (format!("{head}a,2010-02-12T18:00,x,51,207\n"), "line 2: lon_deg = x"),
            (
                format!("{head}a/b,2010-02-12T18:00,4,51,207\n"),
                "line 2: receptor id = a/b",
            ),
            (format!("{head}a,2010-02-12T18:00,4,51\n"), "line: 2"),
            (format!("{head}a,2010-02-12T18:00,4,nan,207\n"), "line 2: lat_deg = NaN"),
            ("time,lon_deg,lat_deg\n".into(), "no column `height_agl_m`"),
            ("time,lon_deg,lat_deg,zagl\n".into(), "unknown column `zagl`"),
            (head.into(), "no receptors"),
        ] {
            let message = table(&text).unwrap_err().to_string();
            assert!(message.contains(expected), "{expected:?} not in {message:?}");
        }
    }

    #[test]
    fn a_series_holds_both_ends() {
        let start = UtcTime::parse("2010-02-12T00:00").unwrap();
        let place = Receptor::new(start, 4.927, 51.97, 207.0).unwrap();
        let all = series(&place, Some("CBW"), start.plus_hours(24), 3.0).unwrap();
        assert_eq!(all.len(), 9);
        assert_eq!(
            (all[8].id.as_str(), all[8].time),
            ("CBW_201002130000", start.plus_hours(24))
        );
        assert!(series(&place, None, start.plus_hours(-1), 3.0).is_err());
        assert!(series(&place, None, start, 0.0).is_err());
        assert!(check_unique_ids(&all).is_ok());
        assert!(
            check_unique_ids(&[place.clone(), place])
                .unwrap_err()
                .to_string()
                .contains("given twice")
        );
    }
}
