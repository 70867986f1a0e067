//! Finds the periods of a file by reading its index records only.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::index::{Index, IndexHead, Structure};
use super::label::{self, INDEX_NAME, LABEL_LEN, Label};
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Model ids of 16-bit files are a hint only; the next label decides.
const PACKINGS: [Packing; 2] = [Packing::Bits8, Packing::Bits16];

/// Bits per packed value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Packing {
    Bits8,
    Bits16,
}

impl Packing {
    fn bytes(self) -> u64 {
        match self {
            Self::Bits8 => 1,
            Self::Bits16 => 2,
        }
    }

    /// Differences are multiples of 2 to the exponent less this.
    pub(super) fn bits_of_fraction(self) -> i32 {
        match self {
            Self::Bits8 => 7,
            Self::Bits16 => 15,
        }
    }

    fn checksum_width(self) -> usize {
        match self {
            Self::Bits8 => 3,
            Self::Bits16 => 5,
        }
    }
}

/// Where things are in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub packing: Packing,
    pub label_len: usize,
    pub record_len: u64,
    pub index_records: u64,
}

/// One period of a file.
#[derive(Clone, Debug)]
pub(super) struct Period {
    /// Byte where its index begins.
    pub offset: u64,
    /// The time in its labels, to the hour.
    pub label_time: UtcTime,
    pub time: UtcTime,
    pub forecast_hour: i32,
    pub checksums: Vec<Option<u16>>,
}

/// All that the index records tell.
pub(super) struct Scan {
    pub layout: Layout,
    pub structure: Structure,
    /// In file order.
    pub periods: Vec<Period>,
    pub warnings: Vec<String>,
}

/// A file being scanned.
struct Scanner<'a> {
    path: &'a Path,
    file: File,
    len: u64,
}

/// Scans a file.
pub(super) fn scan(path: &Path) -> Result<Scan> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let len = file.metadata().map_err(Error::io("read", path))?.len();
    let mut scanner = Scanner { path, file, len };
    let (layout, first) = scanner.layout()?;
    let mut warnings = Vec::new();
    let periods = scanner.periods(layout, &first.structure, &mut warnings)?;
    Ok(Scan {
        layout,
        structure: first.structure,
        periods,
        warnings,
    })
}

impl Scanner<'_> {
    fn fail<T>(&self, problem: impl Into<String>) -> Result<T> {
        Err(Error::format(self.path, problem))
    }

    /// Up to `count` bytes from `offset`; fewer at the end of the file.
    fn bytes(&mut self, offset: u64, count: usize) -> Result<Vec<u8>> {
        let available = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; count.min(available)];
        self.file
            .seek(SeekFrom::Start(offset))
            .map_err(Error::io("read", self.path))?;
        self.file.read_exact(&mut bytes).map_err(Error::io("read", self.path))?;
        Ok(bytes)
    }

    /// Record length and dialect, from the first index.
    fn layout(&mut self) -> Result<(Layout, Index)> {
        let start = self.bytes(0, LABEL_LEN + 2 + IndexHead::MAX_BYTES)?;
        let label = match Label::parse(&start) {
            Ok(label) if label.name == INDEX_NAME => label,
            Ok(label) => {
                return self.fail(not_arl(
                    &start,
                    &format!("its first record is {:?}, not INDX", label.name),
                ));
            }
            Err(problem) => return self.fail(not_arl(&start, &problem)),
        };
        let label_len = label::label_len(&start);
        let head = match IndexHead::parse(&start[label_len.min(start.len())..], &label) {
            Ok(head) => head,
            Err(problem) => return self.fail(format!("record 1: {problem}")),
        };
        let mut order = PACKINGS;
        if head.is_16_bit_model() {
            order.reverse();
        }
        let mut problem = None;
        for packing in order {
            match self.try_packing(packing, label_len, &label, &head) {
                Ok(Ok(found)) => return Ok(found),
                Ok(Err(reason)) => problem = problem.or(Some(reason)),
                Err(error) => return Err(error),
            }
        }
        self.fail(problem.unwrap_or_default())
    }

    /// Whether the records have the length of this packing; the inner error says why not.
    fn try_packing(
        &mut self,
        packing: Packing,
        label_len: usize,
        label: &Label,
        head: &IndexHead,
    ) -> Result<std::result::Result<(Layout, Index), String>> {
        let (nx, ny) = head.grid_points();
        let payload = packing.bytes() * nx as u64 * ny as u64;
        let record_len = label_len as u64 + payload;
        let mut layout = Layout {
            packing,
            label_len,
            record_len,
            index_records: 0,
        };
        layout.index_records = self.count_index_records(layout, label, head.len as u64 / payload + 1)?;
        if layout.index_records * record_len > self.len {
            let len = self.len;
            return Ok(Err(format!(
                "{len} bytes are less than one index record of {nx} x {ny} points"
            )));
        }
        if layout.index_records * payload < head.len as u64 {
            return Ok(Err(format!(
                "the index needs {} characters, more than {} index records of {nx} x {ny} points hold",
                head.len, layout.index_records
            )));
        }
        let text = self.index_text(layout, 0, head.len)?;
        let index = match head.clone().parse_levels(&text, packing.checksum_width()) {
            Ok(index) => index,
            Err(problem) => return Ok(Err(format!("record 1: {problem}"))),
        };
        let next = self.bytes(layout.index_records * record_len, label_len)?;
        let expected = index.structure.fields().next().map_or(INDEX_NAME, |(_, name)| name);
        if next.len() < label_len || Label::parse(&next).is_ok_and(|l| l.name == expected || l.is_missing()) {
            return Ok(Ok((layout, index)));
        }
        let record = layout.index_records + 1;
        let found = String::from_utf8_lossy(&next);
        Ok(Err(format!(
            "record {record}: expected {expected}, found {found:?}: the file is damaged, or its grid is not {nx} x {ny} \
             points"
        )))
    }

    /// How many records at the start of the file are index records of one time.
    fn count_index_records(&mut self, layout: Layout, label: &Label, most: u64) -> Result<u64> {
        for record in 0..most {
            let bytes = self.bytes(record * layout.record_len, layout.label_len)?;
            match Label::parse(&bytes) {
                Ok(next) if next.name == INDEX_NAME && next.time == label.time => {}
                _ => return Ok(record),
            }
        }
        Ok(most)
    }

    /// The text of a period's index, from as many records as it takes.
    fn index_text(&mut self, layout: Layout, offset: u64, len: usize) -> Result<Vec<u8>> {
        let payload = usize::try_from(layout.record_len).unwrap_or(usize::MAX) - layout.label_len;
        let mut text = Vec::new();
        for record in 0..layout.index_records {
            let wanted = (len - text.len()).min(payload);
            let at = offset + record * layout.record_len + layout.label_len as u64;
            let part = self.bytes(at, wanted)?;
            text.extend_from_slice(&part);
        }
        Ok(text)
    }

    fn periods(&mut self, layout: Layout, structure: &Structure, warnings: &mut Vec<String>) -> Result<Vec<Period>> {
        let records = layout.index_records + structure.field_count() as u64;
        let period_len = records * layout.record_len;
        let mut periods = Vec::new();
        let mut unchecked = 0;
        let mut offset = 0;
        while self.len - offset >= period_len {
            let period = self.period(layout, structure, offset)?;
            unchecked += period.checksums.iter().filter(|c| c.is_none()).count();
            periods.push(period);
            offset += period_len;
        }
        if offset < self.len {
            let left = self.len - offset;
            let start = self.bytes(offset, layout.label_len)?;
            let what = match Label::parse(&start) {
                Ok(label) if label.name == INDEX_NAME => format!("an incomplete period of {}", label.time),
                _ => "no index record".to_owned(),
            };
            let problem = format!(
                "the last {left} bytes, from record {}, are {what} ({period_len} bytes are a period): the file is \
                 truncated",
                offset / layout.record_len + 1
            );
            if periods.is_empty() {
                return self.fail(format!("it holds no complete period: {problem}"));
            }
            warnings.push(problem + "; they are left out");
        }
        if unchecked > 0 {
            let all = structure.field_count() * periods.len();
            warnings.push(format!(
                "{unchecked} of {all} fields have no checksum in the index (usual in GDAS and NAM files): damage in them \
                 would go unnoticed"
            ));
        }
        Ok(periods)
    }

    /// Reads the index of the period at `offset` and refuses another structure than the first period's.
    fn period(&mut self, layout: Layout, structure: &Structure, offset: u64) -> Result<Period> {
        let record = offset / layout.record_len + 1;
        let start = self.bytes(offset, layout.label_len + IndexHead::MAX_BYTES)?;
        let label = match Label::parse(&start) {
            Ok(label) if label.name == INDEX_NAME && label::label_len(&start) == layout.label_len => label,
            _ => {
                return self.fail(format!(
                    "record {record} (byte {offset}): expected the INDX record of a new period, found {:?}: the file is \
                     damaged, or files of other structure were appended",
                    String::from_utf8_lossy(&start[..LABEL_LEN.min(start.len())])
                ));
            }
        };
        let text = &start[layout.label_len..];
        let head = match IndexHead::parse(text, &label) {
            Ok(head) if head.len as u64 <= layout.index_records * (layout.record_len - layout.label_len as u64) => head,
            Ok(head) => {
                return self.fail(format!(
                    "record {record}: index of {} characters does not fit",
                    head.len
                ));
            }
            Err(problem) => return self.fail(format!("record {record}: {problem}")),
        };
        let text = self.index_text(layout, offset, head.len)?;
        let index = match head.parse_levels(&text, layout.packing.checksum_width()) {
            Ok(index) => index,
            Err(problem) => return self.fail(format!("record {record}: {problem}")),
        };
        if let Some(difference) = structure.difference(&index.structure) {
            return self.fail(format!(
                "record {record}: the period {} has another structure than the first ({difference}): split the file, \
                 all periods of one file must agree",
                label.time
            ));
        }
        Ok(Period {
            offset,
            label_time: label.time,
            time: label.time.plus_seconds(60 * i64::from(index.minutes)),
            forecast_hour: index.forecast_hour,
            checksums: index.checksums,
        })
    }
}

/// Why a file is not an ARL file: what it looks like instead.
fn not_arl(start: &[u8], problem: &str) -> String {
    const MAGIC: [(&[u8], &str); 10] = [
        (b"CDF\x01", "a netCDF file (classic)"),
        (b"CDF\x02", "a netCDF file (64-bit offset)"),
        (b"CDF\x05", "a netCDF file (64-bit data)"),
        (b"\x89HDF\r\n\x1a\n", "a netCDF-4 or HDF5 file"),
        (b"GRIB", "a GRIB file: convert it to ARL first"),
        (b"\x1f\x8b", "a gzip archive: unpack it first"),
        (b"\xfd7zXZ", "an xz archive: unpack it first"),
        (b"BZh", "a bzip2 archive: unpack it first"),
        (b"PK\x03\x04", "a zip archive: unpack it first"),
        (b"<", "a web page or XML: the download may have failed"),
    ];
    if start.is_empty() {
        return "the file is empty, not ARL packed meteorology".to_owned();
    }
    match MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        Some((_, name)) => format!("not ARL packed meteorology; it looks like {name}"),
        None => format!("not ARL packed meteorology: {problem}"),
    }
}
