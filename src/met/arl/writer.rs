//! Writes meteorology as ARL files that HYSPLIT, STILT and this crate read.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, Zip};
use tempfile::NamedTempFile;

use super::flux_sign;
use super::index::{Index, Level, Structure};
use super::label::{INDEX_NAME, LABEL_LEN, Label, grid_characters};
use super::number::{exponent_format, real_f32};
use super::packing::{PackedField, checksum_8bit, pack_8bit, unpack_8bit};
use crate::error::{Error, Result};
use crate::met::{MetDescription, RawSnapshot, VerticalCoordinate};
use crate::time::UtcTime;

/// The byte of a value that is that of its neighbour.
const NO_STEP: u8 = 127;

/// Whether to write what packing loses of vertical motion and precipitation as fields of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Residuals {
    /// No residual fields.
    #[default]
    Omit,
    /// `DIFW` after `WWND` and `DZDT`, `DIFR` after precipitation (`TPP…`, `PRT…`); readers that do not know them
    /// ignore them.
    Write,
}

/// Size of the ARL file of `description`, bytes, to the byte: records of one length, the index among them, for each
/// time.
///
/// # Errors
/// [`Error::Format`] if the format cannot express the description.
pub fn arl_bytes(description: &MetDescription, residuals: Residuals) -> Result<u64> {
    let structure = structure(description, residuals);
    check(&structure).map_err(|problem| Error::format(&description.source, problem))?;
    let payload = structure.nx * structure.ny;
    let records = index_records(Index::text_len(&structure), payload) + structure.field_count();
    Ok((records * (payload + LABEL_LEN)) as u64 * description.times.len() as u64)
}

/// Records of so many bytes that an index takes.
fn index_records(text_len: usize, payload: usize) -> usize {
    text_len / payload + 1
}

/// The name of the residual field that follows a field.
fn residual_of(name: &str) -> Option<&'static str> {
    match name {
        "WWND" | "DZDT" => Some("DIFW"),
        _ if name.starts_with("TPP") || name.starts_with("PRT") => Some("DIFR"),
        _ => None,
    }
}

/// Writes an ARL file, period by period. The file appears under its name when [`finish`](Self::finish) succeeds, and
/// not at all before.
///
/// Level values are kept to six characters, grid numbers to seven, the first value of a field to eight digits, other
/// values to 1/256 of the largest difference between neighbours.
#[derive(Debug)]
pub struct ArlWriter {
    path: PathBuf,
    out: BufWriter<NamedTempFile>,
    structure: Structure,
    grid_characters: [u8; 2],
    residuals: Residuals,
    fluxes_downward: bool,
    last_time: Option<UtcTime>,
    clamped: usize,
    packing_steps: BTreeMap<String, f32>,
}

/// Writes snapshots, in ascending order of time, to an ARL file; how many differences between neighbours had to be
/// cut off (0 unless a field spans more than single precision resolves).
///
/// # Errors
/// Those of the snapshots, and those of [`ArlWriter`].
pub fn write_arl(
    path: impl AsRef<Path>,
    description: &MetDescription,
    snapshots: impl IntoIterator<Item = Result<RawSnapshot>>,
) -> Result<usize> {
    let mut writer = ArlWriter::create(path, description, Residuals::Omit)?;
    for snapshot in snapshots {
        writer.append(&snapshot?)?;
    }
    writer.finish()
}

impl ArlWriter {
    /// Begins a file with the grid, levels and variables of `description`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Format`] if the format cannot express the description.
    pub fn create(path: impl AsRef<Path>, description: &MetDescription, residuals: Residuals) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let structure = structure(description, residuals);
        let grid_characters = check(&structure).map_err(|problem| Error::format(&path, problem))?;
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let file = readable_by_all(&mut tempfile::Builder::new()).tempfile_in(folder);
        Ok(Self {
            out: BufWriter::new(file.map_err(Error::io("create", &path))?),
            fluxes_downward: description.model.starts_with("EC"),
            residuals,
            path,
            structure,
            grid_characters,
            last_time: None,
            clamped: 0,
            packing_steps: BTreeMap::new(),
        })
    }

    /// Writes one period. A field that the snapshot does not hold is written as missing; one that the description
    /// does not name is not written.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Format`] if the time cannot be written or is not after the one before, or if a field
    /// has another shape than the grid or a value that is not finite.
    pub fn append(&mut self, snapshot: &RawSnapshot) -> Result<()> {
        self.check_time(snapshot.time)?;
        let fields = self
            .structure
            .fields()
            .map(|(level, name)| (level, name.to_owned()))
            .collect::<Vec<_>>();
        let mut labels_and_bytes = Vec::with_capacity(fields.len());
        let mut residual = None;
        for (level, name) in fields {
            let values = if super::reader::is_residual(&name) {
                residual.take()
            } else {
                self.stored(snapshot, level, &name)?
            };
            let packed = values
                .map(|v| self.pack(v.view(), level, &name).map(|packed| (v, packed)))
                .transpose()?;
            let label = self.label(snapshot, level, &name, packed.as_ref().map(|(_, packed)| packed));
            let has_residual = self.residuals == Residuals::Write && residual_of(&name).is_some();
            residual = packed
                .as_ref()
                .filter(|_| has_residual)
                .map(|(values, packed)| lost_by(packed, values));
            let missing = || vec![NO_STEP; self.structure.nx * self.structure.ny];
            labels_and_bytes.push((label, packed.map_or_else(missing, |(_, packed)| packed.bytes)));
        }
        self.write_index(
            snapshot,
            labels_and_bytes
                .iter()
                .map(|(_, bytes)| Some(checksum_8bit(bytes)))
                .collect(),
        )?;
        for (label, bytes) in &labels_and_bytes {
            self.write(label.format().as_bytes())?;
            self.write(bytes)?;
        }
        self.last_time = Some(snapshot.time);
        Ok(())
    }

    /// The largest step of the packed values of each field written so far.
    pub fn packing_steps(&self) -> &BTreeMap<String, f32> {
        &self.packing_steps
    }

    /// Completes the file and puts it in place; how many differences between neighbours had to be cut off.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<usize> {
        let Self { path, out, clamped, .. } = self;
        let file = out
            .into_inner()
            .map_err(|e| Error::io("write", &path)(e.into_error()))?;
        file.persist(&path).map_err(|e| Error::io("rename", &path)(e.error))?;
        Ok(clamped)
    }

    fn fail<T>(&self, problem: String) -> Result<T> {
        Err(Error::format(&self.path, problem))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(Error::io("write", &self.path))
    }

    fn check_time(&self, time: UtcTime) -> Result<()> {
        if let Err(problem) = check_writable_time(time) {
            return self.fail(problem);
        }
        match self.last_time {
            Some(last) if time <= last => self.fail(format!("{time} does not follow {last}: times must ascend")),
            _ => Ok(()),
        }
    }

    /// A field with the file's sign.
    fn stored(&self, snapshot: &RawSnapshot, level: usize, name: &str) -> Result<Option<Array2<f32>>> {
        let Some(values) = snapshot.field(level, name) else {
            return Ok(None);
        };
        let expected = (self.structure.ny, self.structure.nx);
        if values.dim() != expected {
            let found = values.dim();
            return self.fail(format!(
                "{name} on level {level} has shape {found:?}, the grid {expected:?}"
            ));
        }
        let turn = self.fluxes_downward && level == 0 && flux_sign::is_heat_flux(name);
        Ok(Some(if turn {
            values.mapv(|flux| -flux)
        } else {
            values.to_owned()
        }))
    }

    fn pack(&mut self, values: ArrayView2<'_, f32>, level: usize, name: &str) -> Result<PackedField> {
        match pack_8bit(values) {
            Some(packed) => {
                self.clamped += packed.clamped;
                if packed.bytes.iter().any(|&step| step != NO_STEP) {
                    let step = self.packing_steps.entry(name.to_owned()).or_default();
                    *step = step.max(packed.precision);
                }
                Ok(packed)
            }
            None => self.fail(format!("{name} on level {level} holds a value that is not finite")),
        }
    }

    fn label(&self, snapshot: &RawSnapshot, level: usize, name: &str, packed: Option<&PackedField>) -> Label {
        Label {
            time: snapshot.time,
            forecast_hour: if packed.is_some() {
                snapshot.forecast_hour.clamp(0, 99)
            } else {
                -1
            },
            level: level as i32,
            grid: self.grid_characters,
            name: name.to_owned(),
            exponent: packed.map_or(0, |p| p.exponent),
            precision: packed.map_or(0.0, |p| p.precision),
            first_value: packed.map_or(0.0, |p| p.first_value),
        }
    }

    fn write_index(&mut self, snapshot: &RawSnapshot, checksums: Vec<Option<u16>>) -> Result<()> {
        let index = Index {
            structure: self.structure.clone(),
            forecast_hour: snapshot.forecast_hour.clamp(0, 999),
            minutes: i32::from(snapshot.time.civil().minute()),
            checksums,
        };
        let mut text = index
            .format()
            .map_err(|problem| Error::format(&self.path, problem))?
            .into_bytes();
        let payload = self.structure.nx * self.structure.ny;
        text.resize(index_records(text.len(), payload) * payload, b' ');
        let label = Label {
            name: INDEX_NAME.to_owned(),
            ..self.label(snapshot, 0, INDEX_NAME, None)
        };
        let label = Label {
            forecast_hour: snapshot.forecast_hour.clamp(0, 99),
            ..label
        }
        .format();
        for part in text.chunks(payload) {
            self.write(label.as_bytes())?;
            self.write(part)?;
        }
        Ok(())
    }
}

/// The reason, if a time cannot be written.
pub(super) fn check_writable_time(time: UtcTime) -> std::result::Result<(), String> {
    let years = 1940..2040;
    if time.civil().second() != 0 || !years.contains(&i32::from(time.civil().year())) {
        return Err(format!(
            "{time}: the format holds whole minutes of the years 1940 to 2039"
        ));
    }
    Ok(())
}

/// The grid characters of labels, if the format can express the structure.
fn check(structure: &Structure) -> std::result::Result<[u8; 2], String> {
    let empty = Index {
        structure: structure.clone(),
        forecast_hour: 0,
        minutes: 0,
        checksums: vec![None; structure.field_count()],
    };
    empty.format()?;
    let (nx, ny, least) = (structure.nx, structure.ny, Index::MIN_GRID_POINTS);
    if nx * ny < least {
        return Err(format!("{nx} x {ny} points: an index record holds at least {least}"));
    }
    let wrong = structure
        .fields()
        .find(|(_, name)| !name.is_ascii() || name.len() > 4 || name.is_empty());
    if let Some((level, name)) = wrong {
        return Err(format!("field {name:?} on level {level}: names have 1 to 4 characters"));
    }
    let too_large = || format!("{nx} x {ny} points: the format holds at most 26999 along each axis");
    grid_characters(nx, ny).ok_or_else(too_large)
}

/// What a reader will miss of a packed field. It starts from the first value as the label's text has it.
fn lost_by(packed: &PackedField, values: &Array2<f32>) -> Array2<f32> {
    let (ny, nx) = values.dim();
    let as_read = |value: f32| real_f32(exponent_format(value).as_bytes(), 0, 14).unwrap_or(value);
    let (precision, first) = (as_read(packed.precision), as_read(packed.first_value));
    let mut lost = unpack_8bit(&packed.bytes, (nx, ny), packed.exponent, precision, first);
    Zip::from(&mut lost)
        .and(values)
        .for_each(|read, value| *read = value - *read);
    lost
}

/// Temporary files are private by default; this one becomes the user's file.
fn readable_by_all<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

fn structure(description: &MetDescription, residuals: Residuals) -> Structure {
    let mut grid_reals = description.grid.arl_reals();
    let vertical_flag = match description.vertical {
        VerticalCoordinate::Sigma { offset_hpa } => {
            grid_reals[11] = offset_hpa;
            1
        }
        VerticalCoordinate::Pressure => 2,
        VerticalCoordinate::TerrainHeight => 3,
        VerticalCoordinate::Hybrid => 4,
        VerticalCoordinate::WrfEta => 5,
    };
    let with_residual = |name: &String| {
        let residual = residual_of(name).filter(|_| residuals == Residuals::Write);
        std::iter::once(name.clone()).chain(residual.map(str::to_owned))
    };
    let level = |(value, names): (&f64, &Vec<String>)| Level {
        value: *value,
        names: names.iter().flat_map(with_residual).collect(),
    };
    Structure {
        model: description.model.clone(),
        grid_reals,
        nx: description.grid.nx,
        ny: description.grid.ny,
        vertical_flag,
        levels: description
            .levels
            .iter()
            .zip(&description.variables)
            .map(level)
            .collect(),
    }
}
