//! Part of a source: a region, levels up to a top, times from and to.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::met::projection::{GridPart, Region};
use crate::met::stored::{StoredField, StoredSnapshot};
use crate::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate, WindTimes};
use crate::time::UtcTime;

/// Standard pressure at sea level, hPa.
const STANDARD_PRESSURE_HPA: f64 = 1013.25;

/// How high a cut reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Top {
    /// Up to the first level at or above this pressure, hPa.
    PressureHpa(f64),
    /// So many levels above the surface.
    Levels(usize),
}

/// What to keep of a source; by default all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CutOptions {
    /// The grid points that hold this region.
    pub region: Option<Region>,
    /// The levels up to this one.
    pub top: Option<Top>,
    /// From the last time not after this one …
    pub from: Option<UtcTime>,
    /// … to the first time not before this one.
    pub to: Option<UtcTime>,
}

impl CutOptions {
    /// Whether nothing is cut off.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// A reader of the part.
    ///
    /// # Errors
    /// As [`Cut::new`].
    pub fn apply(self, reader: Box<dyn MetReader>) -> Result<Box<dyn MetReader>> {
        match self.is_all() {
            true => Ok(reader),
            false => Ok(Box::new(Cut::new(reader, self)?)),
        }
    }
}

/// Part of a source, as a source: the smallest part that holds what was asked for. Places in the region lie between its
/// grid points, moments between its times.
#[derive(Debug)]
pub struct Cut<R> {
    reader: R,
    part: GridPart,
    /// Points round the Earth, on a cyclic grid.
    period: Option<usize>,
    first_time: usize,
    description: MetDescription,
    warnings: Vec<String>,
}

impl<R: MetReader> Cut<R> {
    /// Cuts a source. Fields are read only where levels have no pressure of their own (heights, eta) and a top is given
    /// as pressure: then the first time's mean pressure of each level counts.
    ///
    /// # Errors
    /// [`Error::Config`] if the source has nothing of what is asked for; those of the source.
    pub fn new(mut reader: R, options: CutOptions) -> Result<Self> {
        let whole = reader.description().clone();
        let mut warnings = reader.warnings().to_vec();
        let part = part(&whole, options.region.as_ref(), &mut warnings)?;
        let times = times(&whole, (options.from, options.to), &mut warnings)?;
        let levels = 1 + match options.top {
            None => whole.levels.len().saturating_sub(1),
            Some(Top::Levels(count)) => counted(&whole, count)?,
            Some(Top::PressureHpa(top_hpa)) => {
                let pressures_hpa = pressures_hpa(&mut reader, times.start)?;
                levels_to(&whole, &pressures_hpa, top_hpa, &mut warnings)?
            }
        };
        let whole_grid = whole.grid.clone();
        let description = MetDescription {
            grid: whole_grid.cut(&part)?,
            levels: whole.levels[..levels].to_vec(),
            variables: whole.variables[..levels.min(whole.variables.len())].to_vec(),
            times: whole.times[times.clone()].to_vec(),
            ..whole
        };
        Ok(Self {
            reader,
            part,
            period: whole_grid.period_x(),
            first_time: times.start,
            description,
            warnings,
        })
    }
}

impl<R: MetReader> MetReader for Cut<R> {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    /// Fields are unpacked side by side, those of levels that are left out not at all.
    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let times = self.description.times.len();
        if time_index >= times {
            let allowed = format!("the cut has {times} times");
            return Err(Error::config("time index", time_index, allowed));
        }
        let StoredSnapshot {
            time,
            forecast_hour,
            fields,
        } = self.reader.read_stored(self.first_time + time_index)?;
        let (source, period, part) = (&self.description.source, self.period, &self.part);
        let levels = self.description.levels.len();
        let kept = fields.into_par_iter().filter(|field| field.level < levels);
        let cut = kept.map(
            |StoredField {
                 level,
                 name,
                 mut values,
             }| {
                let whole = values.numbers();
                let values = part_of(whole, part, period).ok_or_else(|| {
                    let (rows, columns) = whole.dim();
                    let problem = format!("{name} at {time} has {rows} rows of {columns} points, less than the grid");
                    Error::format(source, problem)
                })?;
                Ok(RawField { level, name, values })
            },
        );
        Ok(RawSnapshot {
            time,
            forecast_hour,
            fields: cut.collect::<Result<_>>()?,
        })
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        let hours = self.reader.forecast_hours().into_iter();
        hours.skip(self.first_time).take(self.description.times.len()).collect()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn wind_times(&self) -> WindTimes {
        self.reader.wind_times()
    }
}

/// The values of a part of a field; `None` if the field has less points.
fn part_of(values: &Array2<f32>, part: &GridPart, period: Option<usize>) -> Option<Array2<f32>> {
    let GridPart { columns, rows } = part;
    let width = values.ncols();
    let beyond = columns.end.checked_sub(width).filter(|&beyond| beyond > 0);
    let period = match beyond {
        None => width,
        Some(_) => period.filter(|&period| period <= width && columns.end - period <= columns.start)?,
    };
    if values.nrows() < rows.end {
        return None;
    }
    Some(Array2::from_shape_fn((rows.len(), columns.len()), |(j, i)| {
        let x = columns.start + i;
        values[(rows.start + j, if x < width { x } else { x - period })]
    }))
}

fn part(whole: &MetDescription, region: Option<&Region>, warnings: &mut Vec<String>) -> Result<GridPart> {
    let grid = &whole.grid;
    let Some(region) = region else {
        return Ok(GridPart {
            columns: 0..grid.nx,
            rows: 0..grid.ny,
        });
    };
    let held = grid.part_with(region).ok_or_else(|| {
        let allowed = format!("the grid has nothing of it; it is {}", grid.summary());
        Error::config("region", region, allowed)
    })?;
    if !held.complete {
        warnings.push(format!(
            "the region ({region}) reaches beyond the grid; what the grid has of it is taken"
        ));
    }
    Ok(held.part)
}

/// The times that hold a span.
fn times(
    whole: &MetDescription,
    (from, to): (Option<UtcTime>, Option<UtcTime>),
    warnings: &mut Vec<String>,
) -> Result<Range<usize>> {
    let times = &whole.times;
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else {
        return Err(Error::config("times", "none", "the source holds no time"));
    };
    let (from, to) = (from.unwrap_or(first), to.unwrap_or(last));
    let asked = format!("{from} to {to}");
    if from > to {
        return Err(Error::config("times", asked, "the first must not come after the last"));
    }
    if to < first || from > last {
        let allowed = format!("the source holds {first} to {last}");
        return Err(Error::config("times", asked, allowed));
    }
    if from < first || to > last {
        warnings.push(format!("of {asked} the source holds only {first} to {last}"));
    }
    let start = times.partition_point(|&time| time <= from).saturating_sub(1);
    let end = times.partition_point(|&time| time < to).min(times.len() - 1) + 1;
    Ok(start..end)
}

fn counted(whole: &MetDescription, count: usize) -> Result<usize> {
    let held = whole.levels.len().saturating_sub(1);
    match count {
        1.. if count <= held => Ok(count),
        _ => Err(Error::config(
            "levels",
            count,
            format!("the source has {held}, and at least 1 is kept"),
        )),
    }
}

/// The first level at or above the top.
fn levels_to(whole: &MetDescription, pressures_hpa: &[f64], top_hpa: f64, warnings: &mut Vec<String>) -> Result<usize> {
    let (Some(&lowest_hpa), Some(&highest_hpa)) = (pressures_hpa.first(), pressures_hpa.last()) else {
        return Err(Error::config(
            "top",
            top_hpa,
            "the source has no level above the surface",
        ));
    };
    if !(top_hpa.is_finite() && top_hpa >= 0.0 && top_hpa < lowest_hpa) {
        let allowed = format!("hPa; the levels reach from {lowest_hpa:.1} to {highest_hpa:.1} hPa");
        return Err(Error::config("top", top_hpa, allowed));
    }
    let reached = pressures_hpa.iter().position(|&level_hpa| level_hpa <= top_hpa);
    if reached.is_none() {
        let source = whole.source.display();
        warnings.push(format!(
            "{source} ends at {highest_hpa:.1} hPa, below the top asked for, {top_hpa} hPa"
        ));
    }
    Ok(reached.map_or(pressures_hpa.len(), |level| level + 1))
}

/// Pressure of the levels above the surface over ground at sea level; where only fields tell it, their mean at one time.
pub(crate) fn pressures_hpa<R: MetReader>(reader: &mut R, time_index: usize) -> Result<Vec<f64>> {
    let description = reader.description();
    let (vertical, levels) = (description.vertical, description.levels.clone());
    let source = description.source.clone();
    if !matches!(vertical, VerticalCoordinate::TerrainHeight | VerticalCoordinate::WrfEta) {
        let pressure = |&value: &f64| vertical.pressure_hpa(value, STANDARD_PRESSURE_HPA);
        return Ok(levels.iter().skip(1).map(pressure).collect());
    }
    let snapshot = reader.read(time_index)?;
    let mean = |level| {
        let mean = snapshot
            .field(level, "PRES")
            .and_then(|field| field.mapv(f64::from).mean());
        mean.ok_or_else(|| Error::MetField {
            source_name: source.display().to_string(),
            field: "PRES".into(),
            needed_for: format!("needed for the pressure of level {level}, whose value does not tell it"),
        })
    };
    (1..levels.len()).map(mean).collect()
}
