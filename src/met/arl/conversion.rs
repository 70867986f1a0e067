//! Any source of meteorology as an ARL file.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use super::number::fitted;
use super::reader::is_residual;
use super::writer::{ArlWriter, Residuals, check_writable_time};
use crate::error::{Error, Result};
use crate::met::cut::pressures_hpa;
use crate::met::projection::MetGrid;
use crate::met::size::MetSize;
use crate::met::{MetDescription, MetReader, RawSnapshot, VerticalCoordinate};

/// Rounding of the grid's numbers that is told of, cells; and that is refused.
const TOLD_SHIFT_CELLS: f64 = 0.02;
const REFUSED_SHIFT_CELLS: f64 = 0.5;
/// Fields that HYSPLIT and STILT want at the surface, and what they do without.
const WANTED_AT_THE_SURFACE: [(&str, &str); 4] = [
    ("PRSS", "the surface pressure is guessed"),
    ("SHGT", "the ground is taken to lie at sea level"),
    ("U10M", "the wind near the ground comes from the lowest level"),
    ("T02M", "the temperature near the ground comes from the lowest level"),
];

/// A source with the names, level values and grid that the ARL format can hold.
///
/// Levels whose pressure is a field ([`VerticalCoordinate::WrfEta`]) become sigma levels (flag 1) with `PRES` on each,
/// as the converters of the field write them and as `hycs_std` reads them; the value of a level is the ratio of mean
/// pressure to mean surface pressure at the first time.
#[derive(Debug)]
pub struct ArlConversion<R> {
    reader: R,
    description: MetDescription,
    warnings: Vec<String>,
}

/// What became of a conversion.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversionReport {
    /// Size of the file, bytes.
    pub bytes: u64,
    /// The largest step of the packed values of each field that varies. What is read is off by one step at most, and by
    /// two where it is read as 0: the format reads values smaller than a step so.
    pub packing_steps: BTreeMap<String, f32>,
    /// Differences between neighbours that were too large for single precision and were cut off.
    pub clamped: usize,
}

impl<R: MetReader> ArlConversion<R> {
    /// Looks at what the source holds; fields are read only for the values of eta levels.
    ///
    /// # Errors
    /// [`Error::Format`] if the format cannot express grid, levels or times; [`Error::MetField`] if eta levels lack
    /// `PRES` or the surface pressure `PRSS`.
    pub fn new(mut reader: R) -> Result<Self> {
        let mut warnings = reader.warnings().to_vec();
        let source = reader.description().clone();
        let (vertical, levels) = match source.vertical {
            VerticalCoordinate::WrfEta => (
                VerticalCoordinate::Sigma { offset_hpa: 0.0 },
                sigma_values(&mut reader)?,
            ),
            other => (other, source.levels.clone()),
        };
        let description = MetDescription {
            vertical,
            levels,
            model: model_id(&source.model),
            variables: expressible_names(&source, &mut warnings),
            ..source
        };
        check_levels(&description)?;
        check_grid(&description, &mut warnings)?;
        let unwritable = |time| check_writable_time(time).map_err(|why| Error::format(&description.source, why));
        description.times.iter().try_for_each(|&time| unwritable(time))?;
        warn_of_absent_fields(&description, &mut warnings);
        MetSize::of(&description)?;
        Ok(Self {
            reader,
            description,
            warnings,
        })
    }

    /// What the file will hold.
    pub fn description(&self) -> &MetDescription {
        &self.description
    }

    /// What the source warns of, and what the format loses.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Size of the file and of the fields in memory.
    ///
    /// # Errors
    /// [`Error::Format`] if the format cannot express the description.
    pub fn size(&self) -> Result<MetSize> {
        MetSize::of(&self.description)
    }

    /// Writes the file, time by time; it appears under its name when it is complete, and not at all before. After each
    /// time `progress` hears how many are written, and may stop the work.
    ///
    /// # Errors
    /// Those of the source; [`Error::Format`] if a field has values that are not finite; [`Error::Io`];
    /// [`Error::Interrupted`] if `progress` breaks off.
    pub fn write(
        &mut self,
        path: impl AsRef<Path>,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<ConversionReport> {
        let bytes = self.size()?.arl_bytes;
        let mut writer = ArlWriter::create(path, &self.description, Residuals::Omit)?;
        for time in 0..self.description.times.len() {
            let snapshot = self.reader.read(time)?;
            self.check_values(&snapshot)?;
            writer.append(&snapshot)?;
            if progress(time + 1).is_break() {
                return Err(Error::Interrupted);
            }
        }
        let packing_steps = writer.packing_steps().clone();
        let clamped = writer.finish()?;
        Ok(ConversionReport {
            bytes,
            packing_steps,
            clamped,
        })
    }

    fn check_values(&self, snapshot: &RawSnapshot) -> Result<()> {
        let written = |level: usize, name: &str| {
            let names = self.description.variables.get(level);
            names.is_some_and(|names| names.iter().any(|n| n == name))
        };
        for field in snapshot.fields.iter().filter(|field| written(field.level, &field.name)) {
            let missing = field.values.iter().filter(|value| !value.is_finite()).count();
            if missing > 0 {
                let (name, level, points) = (&field.name, field.level, field.values.len());
                let (value, time) = (self.description.levels[level], snapshot.time);
                return Err(Error::format(
                    &self.description.source,
                    format!(
                        "{name} on level {level} ({value}) at {time} has no value at {missing} of {points} points, below \
                         ground perhaps: the ARL format has no missing values; cut a region or levels without them"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// Four characters, as the label of the model wants them.
fn model_id(model: &str) -> String {
    let id: String = model.chars().filter(char::is_ascii_graphic).take(4).collect();
    if id.is_empty() {
        "USER".into()
    } else {
        id.to_uppercase()
    }
}

/// Mean pressure of each level over mean surface pressure.
fn sigma_values<R: MetReader>(reader: &mut R) -> Result<Vec<f64>> {
    let pressures_hpa = pressures_hpa(reader, 0)?;
    let source = reader.description().source.display().to_string();
    let first = reader.read(0)?;
    let surface = first.field(0, "PRSS").and_then(|field| field.mapv(f64::from).mean());
    let surface_hpa = surface.ok_or_else(|| Error::MetField {
        source_name: source,
        field: "PRSS".into(),
        needed_for: "needed for the values of sigma levels in an ARL file".into(),
    })?;
    let sigma = |pressure_hpa: f64| (1e5 * pressure_hpa / surface_hpa).round() / 1e5;
    Ok(std::iter::once(1.0)
        .chain(pressures_hpa.into_iter().map(sigma))
        .collect())
}

/// Names that fit into a label.
fn expressible_names(source: &MetDescription, warnings: &mut Vec<String>) -> Vec<Vec<String>> {
    let fits = |name: &String| (1..=4).contains(&name.len()) && name.is_ascii() && !is_residual(name);
    let mut left_out: Vec<&str> = Vec::new();
    for name in source.variables.iter().flatten().filter(|name| !fits(name)) {
        if !left_out.contains(&name.as_str()) {
            left_out.push(name);
        }
    }
    if !left_out.is_empty() {
        let names = left_out.join(" ");
        warnings.push(format!("left out, for lack of a name of four characters: {names}"));
    }
    let kept = |names: &Vec<String>| {
        let mut names: Vec<String> = names.iter().filter(|name| fits(name)).cloned().collect();
        // hycs_std keeps HGTS and PRES in one place and takes the last of them
        names.sort_by_key(|name| name == "PRES");
        names
    };
    source.variables.iter().map(kept).collect()
}

/// Levels must still differ, and keep their order, with the six characters that they get.
fn check_levels(description: &MetDescription) -> Result<()> {
    let fail = |problem: String| Err(Error::format(&description.source, problem));
    let rounded = |value: &f64| fitted(*value, 6, 5).and_then(|text| text.trim().parse::<f64>().ok());
    let Some(values) = description
        .levels
        .iter()
        .skip(1)
        .map(rounded)
        .collect::<Option<Vec<f64>>>()
    else {
        return fail(format!(
            "a level value of {:?} does not fit in 6 characters",
            description.levels
        ));
    };
    let ascends = matches!(description.vertical, VerticalCoordinate::TerrainHeight);
    let steps = |pair: &&[f64]| {
        if ascends {
            pair[0] >= pair[1]
        } else {
            pair[0] <= pair[1]
        }
    };
    let hybrid = matches!(description.vertical, VerticalCoordinate::Hybrid);
    match values.windows(2).find(steps).filter(|_| !hybrid) {
        Some(pair) => fail(format!(
            "levels {} and {} do not follow each other upward in the 6 characters that the ARL format has for them",
            pair[0], pair[1]
        )),
        None => Ok(()),
    }
}

/// How far the seven characters of each grid number move the corners.
fn check_grid(description: &MetDescription, warnings: &mut Vec<String>) -> Result<()> {
    let grid = &description.grid;
    let fail = |problem: String| Err(Error::format(&description.source, problem));
    let mut reals = grid.arl_reals();
    for value in &mut reals {
        match fitted(*value, 7, 5).and_then(|text| text.trim().parse().ok()) {
            Some(rounded) => *value = rounded,
            None => return fail(format!("grid number {value} does not fit in 7 characters")),
        }
    }
    let rounded = MetGrid::from_arl(grid.nx, grid.ny, &reals)?;
    let (right, top) = ((grid.nx - 1) as f64, (grid.ny - 1) as f64);
    let shift = |(x, y)| {
        let (near_x, near_y) = rounded.index_of(grid.place_at(x, y));
        let period = grid.period_x().map_or(f64::INFINITY, |points| points as f64);
        let off = (near_x - x).abs();
        off.min((period - off).abs()).max((near_y - y).abs())
    };
    // a corner on a pole has no longitude
    let corners = [(0.0, 0.0), (right, 0.0), (0.0, top), (right, top)];
    let corners = corners
        .into_iter()
        .filter(|&(x, y)| grid.place_at(x, y).lat_deg.abs() < 89.99);
    let shift_cells = corners.map(shift).fold(0.0, f64::max);
    if shift_cells.is_nan() || shift_cells > REFUSED_SHIFT_CELLS || rounded.is_cyclic() != grid.is_cyclic() {
        return fail(format!(
            "the ARL format has 7 characters for each grid number, which would move points by {shift_cells:.2} cells; \
             cut a smaller region"
        ));
    }
    if shift_cells > TOLD_SHIFT_CELLS {
        warnings.push(format!(
            "the 7 characters of grid numbers move points by up to {shift_cells:.2} cells"
        ));
    }
    Ok(())
}

fn warn_of_absent_fields(description: &MetDescription, warnings: &mut Vec<String>) {
    let held = |level: usize, name: &str| {
        let names = description.variables.get(level);
        names.is_some_and(|names| names.iter().any(|n| n == name))
    };
    for (name, without) in WANTED_AT_THE_SURFACE.iter().filter(|(name, _)| !held(0, name)) {
        warnings.push(format!("no {name}: in HYSPLIT and STILT {without}"));
    }
    if !held(1, "WWND") && !held(1, "DZDT") {
        warnings.push("no WWND or DZDT: HYSPLIT and STILT need another vertical motion than \"data\"".into());
    }
}
