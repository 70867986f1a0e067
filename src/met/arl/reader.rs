//! Reads the fields of one period, record by record.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::flux_sign::{self, FluxSign};
use super::index::Structure;
use super::label::Label;
use super::packed_rows::{PackedRows, Scale};
use super::packing::{MAX_EXPONENT, checksum_8bit, checksum_16bit};
use super::scan::{Layout, Packing, Period, scan};
use crate::error::{Error, Result};
use crate::met::projection::MetGrid;
use crate::met::stored::{StoredField, StoredSnapshot, StoredValues};
use crate::met::{MetDescription, MetReader, RawSnapshot, VerticalCoordinate};

/// Choices for reading an ARL file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArlOptions {
    /// Add the residual fields (`DIFW`, `DIFR` …) to the fields before them. They are never fields of their own.
    pub use_residuals: bool,
    /// Which way the file's heat fluxes point.
    pub flux_sign: FluxSign,
}

impl Default for ArlOptions {
    fn default() -> Self {
        Self {
            use_residuals: true,
            flux_sign: FluxSign::FromModelId,
        }
    }
}

/// An ARL file. Opening reads index records only; [`read`](MetReader::read) reads one period, a record at a time, and
/// keeps no file open.
///
/// Heat fluxes (`SHTF`, `HFLX`, `LHTF` …) are given positive upward, see [`FluxSign`]. When several periods have the
/// same time, the one with the shortest forecast counts.
#[derive(Debug)]
pub struct ArlReader {
    path: PathBuf,
    options: ArlOptions,
    layout: Layout,
    structure: Structure,
    periods: Vec<Period>,
    description: MetDescription,
    warnings: Vec<String>,
}

impl ArlReader {
    /// Opens a file with default options.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Format`] if it is no ARL file, holds no complete period, or its periods disagree.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, ArlOptions::default())
    }

    /// Opens a file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: ArlOptions) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let scan = scan(&path)?;
        let (layout, structure, mut warnings) = (scan.layout, scan.structure, scan.warnings);
        let mut periods = scan.periods;
        periods.sort_by_key(|p| (p.time, p.forecast_hour));
        let before = periods.len();
        periods.dedup_by_key(|p| p.time);
        if periods.len() < before {
            warnings.push(format!(
                "{} of {before} periods repeat the time of another; the shortest forecast of each time is used",
                before - periods.len()
            ));
        }
        let spacing = |p: &[Period]| p[1].time.seconds() - p[0].time.seconds();
        if let Some(odd) = periods.windows(2).find(|pair| spacing(pair) != spacing(&periods[..2])) {
            warnings.push(format!("the interval between periods changes at {}", odd[1].time));
        }
        let description = describe(&path, &structure, &periods, &mut warnings)?;
        Ok(Self {
            path,
            options,
            layout,
            structure,
            periods,
            description,
            warnings,
        })
    }

    /// The fields of a period, with residuals added.
    fn fields(&self, period: &Period) -> Result<Vec<StoredField>> {
        let io = |e| Error::io("read", &self.path)(e);
        let first = period.offset / self.layout.record_len + self.layout.index_records;
        let mut file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        file.seek(SeekFrom::Start(first * self.layout.record_len)).map_err(io)?;
        let record_len = usize::try_from(self.layout.record_len).unwrap_or(usize::MAX);
        let mut fields: Vec<StoredField> = Vec::with_capacity(self.structure.field_count());
        // Where the record before is in `fields`, if it was written.
        let mut before: Option<usize> = None;
        for (k, (level, name)) in self.structure.fields().enumerate() {
            let mut record = vec![0; record_len];
            file.read_exact(&mut record).map_err(io)?;
            let checksum = period.checksums.get(k).copied().flatten();
            let expected = Expected {
                period,
                level,
                name,
                checksum,
            };
            let values = self.field(record, &expected).map_err(|problem| {
                let (number, time) = (first + k as u64 + 1, period.time);
                Error::format(
                    &self.path,
                    format!("record {number} ({name}, level {level}, {time}): {problem}"),
                )
            })?;
            if !is_residual(name) {
                before = values.map(|rows| {
                    fields.push(StoredField {
                        level,
                        name: name.to_owned(),
                        values: StoredValues::Packed(rows),
                    });
                    fields.len() - 1
                });
            } else if let (Some(parent), Some(residual), true) = (before, values, self.options.use_residuals) {
                *fields[parent].values.numbers() += &residual.unpack();
            }
        }
        Ok(fields)
    }

    /// One record; `None` if it was never written.
    fn field(&self, record: Vec<u8>, expected: &Expected<'_>) -> std::result::Result<Option<PackedRows>, String> {
        let label = Label::parse(&record)?;
        if label.time != expected.period.label_time || label.level != expected.level as i32 {
            return Err(format!(
                "the label says {} at level {}, the index {} at level {}",
                label.time, label.level, expected.period.label_time, expected.level
            ));
        }
        if label.is_missing() {
            return Ok(None);
        }
        if label.name != expected.name {
            return Err(format!("the label says {}, the index {}", label.name, expected.name));
        }
        if label.exponent.abs() > MAX_EXPONENT {
            return Err(format!("packing exponent {} is out of range", label.exponent));
        }
        label.check_exponent()?;
        let packed = &record[self.layout.label_len..];
        let checksum = match self.layout.packing {
            Packing::Bits8 => checksum_8bit(packed),
            Packing::Bits16 => checksum_16bit(packed),
        };
        if let Some(stated) = expected.checksum.filter(|stated| *stated != checksum) {
            return Err(format!(
                "checksum {checksum} is not the index's {stated}: the field is damaged"
            ));
        }
        let scale = Scale {
            exponent: label.exponent,
            precision: label.precision,
            first_value: label.first_value,
        };
        let packed = (record, self.layout.label_len);
        let rows = PackedRows::new(self.layout.packing, packed, self.structure.nx, scale);
        Ok(Some(rows))
    }
}

/// What a record should be, by the index.
struct Expected<'a> {
    period: &'a Period,
    level: usize,
    name: &'a str,
    checksum: Option<u16>,
}

/// Whether a record holds what the packing of the record before it lost.
pub(super) fn is_residual(name: &str) -> bool {
    name.starts_with("DIF")
}

impl MetReader for ArlReader {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        self.periods.iter().map(|period| Some(period.forecast_hour)).collect()
    }

    /// What is wrong with the file but does not keep it from being used: a truncated tail, repeated times, missing
    /// checksums, a grid whose corners disagree.
    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        self.read_stored(time_index).map(RawSnapshot::from)
    }

    fn read_stored(&mut self, time_index: usize) -> Result<StoredSnapshot> {
        let period = self.periods.get(time_index).ok_or_else(|| {
            Error::format(
                &self.path,
                format!("period {time_index} of {} asked for", self.periods.len()),
            )
        })?;
        let mut snapshot = StoredSnapshot {
            time: period.time,
            forecast_hour: period.forecast_hour,
            fields: self.fields(period)?,
        };
        flux_sign::turn_upward(&mut snapshot, &self.description, self.options.flux_sign)
            .map_err(|problem| Error::format(&self.path, problem))?;
        Ok(snapshot)
    }
}

fn describe(
    path: &Path,
    structure: &Structure,
    periods: &[Period],
    warnings: &mut Vec<String>,
) -> Result<MetDescription> {
    let fail = |problem: String| Err(Error::format(path, problem));
    let reals = &structure.grid_reals;
    let grid = match MetGrid::from_arl(structure.nx, structure.ny, reals) {
        Ok(grid) => grid,
        Err(problem) => return fail(format!("record 1: {problem}")),
    };
    if grid.is_lat_lon() {
        let [lat, lon, ..] = grid.arl_reals();
        let off_cells = |a: f64, b: f64, period: f64, step: f64| {
            let off = (a - b).rem_euclid(period);
            off.min(period - off) / step
        };
        if off_cells(lat, reals[0], 1e3, reals[2]).max(off_cells(lon, reals[1], 360.0, reals[3])) > 0.5 {
            warnings.push(format!(
                "the grid's last point should be {} N {} E by its index, but is {lat:.4} N {lon:.4} E by first point \
                 and spacing; the latter is used",
                reals[0], reals[1]
            ));
        }
    }
    let has_pressure = structure
        .levels
        .iter()
        .skip(1)
        .all(|level| level.names.iter().any(|n| n == "PRES"));
    let vertical = match structure.vertical_flag {
        1 => VerticalCoordinate::Sigma { offset_hpa: reals[11] },
        2 => VerticalCoordinate::Pressure,
        3 => VerticalCoordinate::TerrainHeight,
        4 => VerticalCoordinate::Hybrid,
        5 if has_pressure => VerticalCoordinate::WrfEta,
        5 => return fail("vertical flag 5 (WRF eta) needs the field PRES on every level".to_owned()),
        flag => return fail(format!("vertical flag {flag}: expected 1 to 5")),
    };
    let names = |names: &Vec<String>| names.iter().filter(|n| !is_residual(n)).cloned().collect();
    Ok(MetDescription {
        source: path.to_owned(),
        model: structure.model.trim().to_owned(),
        grid,
        vertical,
        levels: structure.levels.iter().map(|level| level.value).collect(),
        variables: structure.levels.iter().map(|level| names(&level.names)).collect(),
        times: periods.iter().map(|period| period.time).collect(),
    })
}
