//! Files of the ICOS Atmosphere Thematic Centre (ATC): hourly gases and meteorology, integrated samples and flasks.
//!
//! Columns are found by name, since releases differ in them. A stamp is the start of its interval; `-999.99` and, for standard
//! deviations, `-9.99` stand for missing.

use std::collections::BTreeMap;
use std::path::Path;

use super::icos_header::Header;
use super::{Observation, Observations, ReadOptions, Unit};
use crate::error::{Error, Result};
use crate::time::UtcTime;

const MISSING: f64 = -999.99;
const MISSING_STDEV: f64 = -9.99;
/// Correct after manual quality control.
const GOOD: &str = "O";
/// Columns of the uncertainty of a value as a whole, the most complete first.
const STDERR: [&str; 3] = ["CombUnc", "WeightedStdErr", "MeasUnc"];
/// Columns of further uncertainties.
const UNCERTAINTIES: [&str; 10] = [
    "LTR",
    "CMR",
    "STTB",
    "QcBias",
    "QcBiasUncertainty",
    "MeasUnc",
    "EstRep",
    "ScalLink",
    "AnalyticalStdev",
    "SystematicalUncertainty",
];
/// Units of the meteorological files, where their header does not state them one by one (ICOS ATC).
const METEOROLOGY: [(&str, Unit); 5] = [
    ("AT", Unit::Celsius),
    ("RH", Unit::Percent),
    ("AP", Unit::Hectopascal),
    ("WS", Unit::MetrePerSecond),
    ("WD", Unit::Degree),
];

/// The series of a file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Vec<Observations>> {
    let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
    let text = String::from_utf8(bytes).unwrap_or_else(|e| e.into_bytes().iter().map(|&b| char::from(b)).collect());
    let text = text.trim_start_matches('\u{feff}');
    let header = Header::read(path, text)?;
    let (lines, mut notes) = records(path, text, &header)?;
    let (offset_s, contradiction) = header.utc_offset_s(options)?;
    notes.extend(contradiction);
    let times = times(path, &header, &lines, offset_s)?;
    let quantities = quantities(path, &header)?;
    let series = quantities.iter().map(|quantity| {
        let mut series = metadata(path, &header, &lines, quantity.name)?;
        series.notes.clone_from(&notes);
        fill(path, &mut series, quantity, (&lines, &times), options)?;
        Ok(series)
    });
    series.collect()
}

/// A line of data, cut into cells, and its number.
struct Record<'a> {
    line: usize,
    cells: Vec<&'a str>,
}

impl Record<'_> {
    /// NaN where a cell is empty or not there; the error names the line.
    fn number(&self, path: &Path, column: Option<usize>, missing: f64) -> Result<f64> {
        let Some(text) = column.and_then(|k| self.cells.get(k)).filter(|cell| !cell.is_empty()) else {
            return Ok(f64::NAN);
        };
        let value: f64 = text
            .parse()
            .map_err(|_| Error::format(path, format!("line {}: {text:?} is no number", self.line)))?;
        Ok(if (value - missing).abs() < 1e-6 {
            f64::NAN
        } else {
            value
        })
    }

    fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|k| self.cells.get(k)).copied().unwrap_or_default()
    }
}

/// The lines below the header, and a note if there are not as many as it says, or the last one breaks off.
fn records<'a>(path: &Path, text: &'a str, header: &Header<'_>) -> Result<(Vec<Record<'a>>, Vec<String>)> {
    let below = text
        .lines()
        .enumerate()
        .skip(header.len())
        .filter(|(_, line)| !line.trim().is_empty());
    let mut records: Vec<Record<'_>> = below
        .map(|(k, line)| Record {
            line: k + 1,
            cells: line.split(';').map(str::trim).collect(),
        })
        .collect();
    let mut notes = Vec::new();
    let is_short = |record: &Record<'_>| record.cells.len() < header.columns.len();
    if !text.ends_with('\n')
        && let Some(last) = records.pop_if(|record| is_short(record))
    {
        notes.push(format!("line {} breaks off and was left out", last.line));
    }
    if let Some(short) = records.iter().find(|record| is_short(record)) {
        let problem = format!(
            "line {}: {} cells under {} columns",
            short.line,
            short.cells.len(),
            header.columns.len()
        );
        return Err(Error::format(path, problem));
    }
    let (found, stated) = (text.lines().count(), header.number("TOTAL LINES"));
    if let Some(stated) = stated.filter(|&stated| stated != found as f64) {
        notes.push(format!("the header states {stated} lines, the file has {found}"));
    }
    Ok((records, notes))
}

/// Start and end of each line.
fn times(path: &Path, header: &Header<'_>, lines: &[Record<'_>], offset_s: i64) -> Result<Vec<(UtcTime, UtcTime)>> {
    let column = |name: &str| header.columns.iter().position(|c| *c == name);
    let start_end = (column("SamplingStart"), column("SamplingEnd"));
    let calendar = ["Year", "Month", "Day", "Hour", "Minute"].map(column);
    let days = column("IntegrationTime");
    let wrong = |record: &Record<'_>| Error::format(path, format!("line {}: no such time", record.line));
    let mut times = Vec::with_capacity(lines.len());
    for record in lines {
        let (start, end) = if let (Some(start), Some(end)) = start_end {
            let at = |k: usize| UtcTime::parse(record.cells[k]).map_err(|_| wrong(record));
            (at(start)?, Some(at(end)?))
        } else {
            let part = |k: usize| record.text(calendar[k]).parse().ok();
            let year = record.text(calendar[0]).parse().ok();
            let stamp = (|| UtcTime::from_calendar(year?, part(1)?, part(2)?, part(3)?, part(4)?))();
            let start = stamp.ok_or_else(|| wrong(record))?;
            let length_days = record.number(path, days, MISSING)?;
            (
                start,
                length_days
                    .is_finite()
                    .then(|| start.plus_seconds((length_days * 86_400.0).round() as i64)),
            )
        };
        times.push((
            start.plus_seconds(-offset_s),
            end.map(|end| end.plus_seconds(-offset_s)),
        ));
    }
    let gaps = times.windows(2).map(|pair| pair[1].0.seconds() - pair[0].0.seconds());
    let smallest_gap = || gaps.filter(|&gap| gap > 0 && days.is_none()).min();
    let step_s = header.interval_s().or_else(smallest_gap).unwrap_or(0);
    Ok(times
        .iter()
        .map(|&(start, end)| (start, end.unwrap_or(start.plus_seconds(step_s))))
        .collect())
}

/// Where a quantity and what belongs to it stand.
struct Quantity<'a> {
    name: &'a str,
    value: usize,
    stdev: Option<usize>,
    points: Option<usize>,
    flag: Option<usize>,
    stderr: Option<usize>,
    uncertainties: Vec<(&'static str, usize)>,
}

/// One quantity, named by the header, or all that have a flag of their own (`AT`, `AT-Flag`).
fn quantities<'a>(path: &Path, header: &Header<'a>) -> Result<Vec<Quantity<'a>>> {
    let column = |name: &str| header.columns.iter().position(|c| *c == name);
    let several: Vec<Quantity<'_>> = header
        .columns
        .iter()
        .enumerate()
        .filter(|(_, name)| column(&format!("{name}-Flag")).is_some())
        .map(|(value, &name)| Quantity {
            name,
            value,
            stdev: column(&format!("{name}-Stdev")),
            points: column(&format!("{name}-NbPoints")),
            flag: column(&format!("{name}-Flag")),
            stderr: None,
            uncertainties: Vec::new(),
        })
        .collect();
    if !several.is_empty() {
        return Ok(several);
    }
    let parameter = header.field("PARAMETER");
    let value = header.columns.iter().position(|c| c.eq_ignore_ascii_case(parameter));
    let value = value.ok_or_else(|| {
        let columns = header.columns.join(", ");
        Error::format(
            path,
            format!("PARAMETER is {parameter:?}, and there is no such column: {columns}"),
        )
    })?;
    let stderr = STDERR.iter().find_map(|name| column(name));
    let others = UNCERTAINTIES.iter().filter_map(|name| Some((*name, column(name)?)));
    Ok(vec![Quantity {
        name: parameter,
        value,
        stdev: column("Stdev"),
        points: column("NbPoints"),
        flag: column("Flag"),
        stderr,
        uncertainties: others.filter(|(_, k)| Some(*k) != stderr).collect(),
    }])
}

fn metadata(path: &Path, header: &Header<'_>, lines: &[Record<'_>], name: &str) -> Result<Observations> {
    let height = header.columns.iter().position(|c| *c == "SamplingHeight");
    let of_line = lines
        .first()
        .map(|record| record.number(path, height, MISSING))
        .transpose()?;
    if let Some(other) = lines.iter().find(|record| record.text(height) != lines[0].text(height)) {
        let problem = format!("line {}: SamplingHeight changes; a file holds one height", other.line);
        return Err(Error::format(path, problem));
    }
    let unit = match METEOROLOGY.iter().find(|(quantity, _)| *quantity == name) {
        Some((_, unit)) => Unit::parse(header.unit_of(name)).unwrap_or(*unit),
        None => Unit::parse(header.unit_of(name))?,
    };
    Ok(Observations {
        station: header.field("STATION CODE").to_owned(),
        station_name: header.field("STATION NAME").to_owned(),
        species: name.to_owned(),
        unit,
        scale: header.field("MEASUREMENT SCALE").to_owned(),
        contributor: header.field("CONTRIBUTOR").to_owned(),
        height_agl_m: of_line.filter(|h| h.is_finite()).or(header.number("SAMPLING HEIGHTS")),
        place: header.place(),
        elevation_asl_m: header.number("ALTITUDE"),
        rows: Vec::with_capacity(lines.len()),
        uncertainties: BTreeMap::new(),
        rejected: 0,
        notes: Vec::new(),
    })
}

fn fill(
    path: &Path,
    series: &mut Observations,
    quantity: &Quantity<'_>,
    (lines, times): (&[Record<'_>], &[(UtcTime, UtcTime)]),
    options: &ReadOptions,
) -> Result<()> {
    for (record, &(start, end)) in lines.iter().zip(times) {
        let flag = record.text(quantity.flag);
        let measured = record.number(path, Some(quantity.value), MISSING)?;
        let wanted = options.flags.want(flag, flag == GOOD || quantity.flag.is_none());
        series.rejected += usize::from(measured.is_finite() && !wanted);
        let points = record.number(path, quantity.points, MISSING)?;
        series.rows.push(Observation {
            start,
            end,
            value: if wanted { measured } else { f64::NAN },
            stdev: record.number(path, quantity.stdev, MISSING_STDEV)?,
            stderr: record.number(path, quantity.stderr, MISSING)?,
            points: (points >= 0.0).then_some(points as u32),
            flag: flag.to_owned(),
        });
    }
    for &(name, column) in &quantity.uncertainties {
        let values: Result<Vec<f64>> = lines
            .iter()
            .map(|record| record.number(path, Some(column), MISSING))
            .collect();
        series.uncertainties.insert(name.to_owned(), values?);
    }
    Ok(())
}
