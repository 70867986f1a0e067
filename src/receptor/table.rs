//! Receptors from a CSV table.

use std::collections::HashSet;
use std::path::Path;

use super::{Description, EvenIn, MeanOver, Receptor, Waypoint};
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// All columns that a table may have.
const COLUMNS: [&str; 14] = [
    "id",
    "time",
    "lon_deg",
    "lat_deg",
    "height_agl_m",
    "height_asl_m",
    "height_top_m",
    "lon_top_deg",
    "lat_top_deg",
    "even_in",
    "mean_over",
    "release_h",
    "kind",
    "weight",
];
/// Kinds whose places stand in consecutive rows of one id.
const LISTS: [&str; 3] = ["points", "path", "track"];

/// Reads a CSV table with the columns `time`, `lon_deg`, `lat_deg` and `height_agl_m` or `height_asl_m`, in any order.
///
/// Further columns, all optional, where an empty cell says nothing: `id`; `height_top_m` (with `lon_top_deg`,
/// `lat_top_deg`) for columns and slant columns; `even_in`, `mean_over`, `release_h` as in [`Description`]; `kind`: rows
/// of `points`, `path` or `track` that follow each other under one id are the places of one receptor, each with its
/// `weight`.
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
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record.map_err(|e| Error::format(path, e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let at_line = |e| Error::format(path, format!("line {line}: {e}"));
        let row = Row::read(
            &Cells {
                columns: &columns,
                record,
            },
            line,
        )
        .map_err(at_line)?;
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Error::format(path, "no receptors below the header"));
    }
    let receptors = rows.chunk_by(Row::continues).map(|rows| {
        let at_line = |e| Error::format(path, format!("line {}: {e}", rows[0].line));
        Row::receptor(rows).map_err(at_line)
    });
    receptors.collect()
}

/// Where each quantity stands in a row, in the order of [`COLUMNS`].
struct Columns([Option<usize>; COLUMNS.len()]);

/// One record, cells by name.
struct Cells<'a> {
    columns: &'a Columns,
    record: csv::StringRecord,
}

/// One row: a receptor, or one place of it.
struct Row {
    line: u64,
    kind: String,
    weight: Option<f64>,
    description: Description,
}

impl Columns {
    fn find(headers: &csv::StringRecord) -> std::result::Result<Self, String> {
        let mut seen = HashSet::new();
        let expected = COLUMNS.join(", ");
        for name in headers {
            if !COLUMNS.contains(&name) || !seen.insert(name) {
                let fault = if seen.contains(name) { "repeated" } else { "unknown" };
                return Err(format!("line 1: {fault} column `{name}`: expected {expected}"));
            }
        }
        let needed = ["time", "lon_deg", "lat_deg"]
            .into_iter()
            .find(|name| !seen.contains(name));
        let needed =
            needed.or((!seen.contains("height_asl_m") && !seen.contains("height_agl_m")).then_some("height_agl_m"));
        match needed {
            Some(name) => Err(format!(
                "line 1: no column `{name}`: needed are time, lon_deg, lat_deg and height_agl_m (or height_asl_m)"
            )),
            None => Ok(Self(
                COLUMNS.map(|name| headers.iter().position(|header| header == name)),
            )),
        }
    }
}

impl Cells<'_> {
    /// A cell, `None` if it is empty or its column absent.
    fn text(&self, name: &str) -> Option<&str> {
        let column = COLUMNS.iter().position(|known| *known == name)?;
        let text = &self.record[self.columns.0[column]?];
        (!text.is_empty()).then_some(text)
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        let parse = |text: &str| text.parse().map_err(|_| Error::config(name, text, "expected a number"));
        self.text(name).map(parse).transpose()
    }

    fn needed(&self, name: &str) -> Result<f64> {
        let missing = || Error::config(name, "empty", "expected a number");
        self.number(name)?.ok_or_else(missing)
    }

    /// One of several words.
    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let known = words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, meaning)| *meaning);
        let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let unknown = || Error::config(name, text, format!("expected {}", names.join(", ")));
        known.map(Some).ok_or_else(unknown)
    }
}

impl Row {
    fn read(cells: &Cells<'_>, line: u64) -> Result<Self> {
        let kinds = ["point", "points", "column", "path", "track"].map(|kind| (kind, kind));
        let kind = cells.word("kind", &kinds)?.unwrap_or_default();
        let description = Description {
            id: cells.text("id").map(str::to_string),
            time: cells.text("time").map(UtcTime::parse).transpose()?,
            lon_deg: Some(cells.needed("lon_deg")?),
            lat_deg: Some(cells.needed("lat_deg")?),
            height_agl_m: cells.number("height_agl_m")?,
            height_asl_m: cells.number("height_asl_m")?,
            height_top_m: cells.number("height_top_m")?,
            lon_top_deg: cells.number("lon_top_deg")?,
            lat_top_deg: cells.number("lat_top_deg")?,
            even_in: cells.word("even_in", &[("length", EvenIn::Length), ("pressure", EvenIn::Pressure)])?,
            mean_over: cells.word(
                "mean_over",
                &[("release", MeanOver::Release), ("atmosphere", MeanOver::Atmosphere)],
            )?,
            release_h: cells.number("release_h")?,
            ..Description::default()
        };
        let row = Self {
            line,
            kind: kind.to_string(),
            weight: cells.number("weight")?,
            description,
        };
        row.checked()
    }

    fn checked(self) -> Result<Self> {
        let is_list = LISTS.contains(&self.kind.as_str());
        let top = self.description.height_top_m;
        match self.kind.as_str() {
            kind if is_list && self.description.id.is_none() => Err(Error::config(
                "kind",
                kind,
                "the rows of one receptor share an id: give one",
            )),
            "column" if top.is_none() => Err(Error::config("height_top_m", "empty", "a column needs its top, m")),
            "point" if top.is_some() => Err(Error::config("kind", "point", "a point has no height_top_m")),
            _ if !is_list && self.weight.is_some() => Err(Error::config(
                "weight",
                self.weight.unwrap_or_default(),
                "only the places of points, path and track have weights",
            )),
            _ => Ok(self),
        }
    }

    /// Whether the next row is another place of the same receptor.
    fn continues(&self, next: &Self) -> bool {
        LISTS.contains(&self.kind.as_str()) && self.kind == next.kind && self.description.id == next.description.id
    }

    fn receptor(rows: &[Self]) -> Result<Receptor> {
        let first = &rows[0];
        if !LISTS.contains(&first.kind.as_str()) {
            return Receptor::try_from(first.description.clone());
        }
        if let Some(odd) = rows.iter().find(|row| !first.agrees(row)) {
            let allowed = format!(
                "all rows of a receptor give the same time (but those of a track), even_in, mean_over and release_h: line {} \
                 does not",
                odd.line
            );
            return Err(Error::config(
                "id",
                first.description.id.as_deref().unwrap_or(""),
                allowed,
            ));
        }
        let is_track = first.kind == "track";
        let places = rows.iter().map(|row| row.waypoint(is_track)).collect();
        let shared = &first.description;
        let mut description = Description {
            id: shared.id.clone(),
            time: shared.time.filter(|_| !is_track),
            even_in: shared.even_in,
            mean_over: shared.mean_over,
            release_h: shared.release_h,
            ..Description::default()
        };
        match first.kind.as_str() {
            "points" => description.points = Some(places),
            "path" => description.path = Some(places),
            _ => description.track = Some(places),
        }
        Receptor::try_from(description)
    }

    fn agrees(&self, other: &Self) -> bool {
        let (a, b) = (&self.description, &other.description);
        let tops = |d: &Description| {
            [d.height_top_m, d.lon_top_deg, d.lat_top_deg]
                .iter()
                .all(Option::is_none)
        };
        (self.kind == "track" || a.time == b.time)
            && tops(b)
            && (a.even_in, a.mean_over, a.release_h) == (b.even_in, b.mean_over, b.release_h)
    }

    fn waypoint(&self, is_track: bool) -> Waypoint {
        let place = &self.description;
        Waypoint {
            time: place.time.filter(|_| is_track),
            lon_deg: place.lon_deg.unwrap_or(f64::NAN),
            lat_deg: place.lat_deg.unwrap_or(f64::NAN),
            height_agl_m: place.height_agl_m,
            height_asl_m: place.height_asl_m,
            weight: self.weight,
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
            (rows[0].lon_deg, rows[0].lat_deg, rows[0].height_m),
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
    fn rows_of_one_id_are_the_places_of_one_receptor() {
        let rows = table(
            "id,kind,time,lon_deg,lat_deg,height_agl_m,height_asl_m,height_top_m,even_in,weight\n\
             a,,2010-02-12T18:00,4,51,0,,3000,pressure,\n\
             b,points,2010-02-12T18:00,4,51,10,,,,0.5\n\
             b,points,2010-02-12T18:00,5,51,20,,,,2\n\
             c,track,2010-02-12T18:00,4,51,,900,,,\n\
             c,track,2010-02-12T18:10:30,4.5,51,,950,,,\n\
             d,point,2010-02-12T18:00,4,51,10,,,,\n",
        )
        .unwrap();
        let kinds: Vec<_> = rows.iter().map(|r| (r.id.as_str(), r.shape.name())).collect();
        assert_eq!(
            kinds,
            [("a", "column"), ("b", "points"), ("c", "track"), ("d", "point")]
        );
        assert_eq!(rows[2].time, UtcTime::parse("2010-02-12T18:10:30").unwrap());
        assert_eq!(rows[2].height_agl_m(), None);
    }

    #[test]
    fn a_fault_in_a_shape_is_named_with_its_line() {
        let head = "id,kind,time,lon_deg,lat_deg,height_agl_m,height_asl_m,height_top_m,weight\n";
        for (text, expected) in [
            (
                "a,colum,2010-02-12T18:00,4,51,0,,,",
                "line 2: kind = colum: expected point, points, column, path, track",
            ),
            ("a,column,2010-02-12T18:00,4,51,0,,,", "line 2: height_top_m = empty"),
            ("a,,2010-02-12T18:00,4,51,500,,100,", "line 2: height_top_m = 100"),
            (
                "a,,2010-02-12T18:00,4,51,500,600,,",
                "line 2: receptor = a: give either height_agl_m or height_asl_m",
            ),
            (
                "a,,2010-02-12T18:00,4,51,500,,,2",
                "line 2: weight = 2: only the places",
            ),
            (
                ",path,2010-02-12T18:00,4,51,500,,,",
                "line 2: kind = path: the rows of one receptor share an id",
            ),
            (
                "a,path,2010-02-12T18:00,4,51,500,,,",
                "line 2: path = 1 place: at least two places",
            ),
            (
                "a,path,2010-02-12T18:00,4,51,0,,,\na,path,2010-02-12T19:00,4,51,100,,,",
                "line 2: id = a: all rows of a receptor give the same time (but those of a track), even_in, mean_over and \
                 release_h: line 3 does not",
            ),
            (
                "a,track,2010-02-12T18:00,4,51,0,,,\na,track,2010-02-12T17:00,5,51,100,,,",
                "line 2: track, place 2: time = 2010-02-12T17:00Z: later than",
            ),
            (
                "a,path,,4,51,0,,,\na,path,,4,51,9,,,",
                "line 2: receptor = a: give time",
            ),
            ("a,,2010-02-12T18:00,4,,0,,,", "line 2: lat_deg = empty"),
        ] {
            let message = table(&format!("{head}{text}\n")).unwrap_err().to_string();
            assert!(message.contains(expected), "{expected:?} not in {message:?}");
        }
    }

    #[test]
    fn a_table_of_twenty_thousand_receptors_is_read_whole() {
        let mut text = String::from("time,lon_deg,lat_deg,height_agl_m\n");
        let start = UtcTime::parse("2010-01-01T00:00").unwrap();
        for k in 0..20_000 {
            text += &format!(
                "{},{},51.97,207\n",
                start.plus_seconds(60 * k),
                (k % 1000) as f64 / 100.0
            );
        }
        let rows = table(&text).unwrap();
        assert_eq!(
            (rows.len(), rows[19_999].time),
            (20_000, start.plus_seconds(60 * 19_999))
        );
        assert!(super::super::check_unique_ids(&rows).is_ok());
    }
}
