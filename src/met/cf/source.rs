//! The variables of a container as fields.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewD, Axis as ArrayAxis, Ix2};
use rayon::prelude::*;

use super::axes::{Axis, axes};
use super::coefficients::{Found, hybrid};
use super::container::{Container, VariableInfo};
use super::horizontal::{Horizontal, horizontal};
use super::mapping::Mapping;
use super::recognise::{Meaning, Recogniser};
use crate::error::{Error, Result};
use crate::met::collection::{FieldInfo, FieldSource, HybridLevels, Level, WindAxes};
use crate::met::projection::MetGrid;
use crate::netcdf_file::Packing;

/// A variable whose meaning is known.
struct Known {
    info: VariableInfo,
    meaning: Meaning,
    packing: Packing,
    /// Places of dimensions.
    time: Option<usize>,
    level: Option<usize>,
    first_held: Option<usize>,
    y: usize,
    x: usize,
}

/// Where a field stands: variable, and indices along its time and level.
#[derive(Clone, Copy)]
struct Place {
    variable: usize,
    time: usize,
    level: usize,
}

/// A container of variables as a source of fields.
pub(crate) struct CfSource {
    container: Box<dyn Container>,
    horizontal: Horizontal,
    hybrid: Option<HybridLevels>,
    wind_axes: WindAxes,
    known: Vec<Known>,
    fields: Vec<FieldInfo>,
    places: Vec<Place>,
    model: &'static str,
    warnings: Vec<String>,
}

impl CfSource {
    /// Finds out what the variables of a container are.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) if its grid or times are not understood, or a mapping asks for what cannot
    /// be; those of the container.
    pub fn new(mut container: Box<dyn Container>, mapping: &Mapping) -> Result<Self> {
        let horizontal = horizontal(container.as_mut())?;
        let mut axes = axes(container.as_mut())?;
        let hybrid = hybrid(container.as_mut())?;
        if let Some(found) = &hybrid {
            axes.values_mut().for_each(|axis| renumber(axis, found));
        }
        let mut recogniser = Recogniser::new(container.as_mut(), mapping)?;
        let mut known = Vec::new();
        let (mut fields, mut places) = (Vec::new(), Vec::new());
        for info in container.variables() {
            let Some(shape) = Shape::of(info, &horizontal, &axes) else {
                continue;
            };
            let Some(meaning) = recogniser.meaning(info, shape.level.is_some())? else {
                continue;
            };
            let along = |place: Option<usize>| place.and_then(|place| axes.get(&info.dimensions[place].0));
            let levels = match along(shape.level) {
                Some(Axis::Levels(levels)) => levels.clone(),
                _ => vec![Level::Surface],
            };
            let times = match along(shape.time) {
                Some(Axis::Time(times)) => Some(times),
                _ => None,
            };
            let whens = recogniser.whens(&meaning, times);
            for (time, &when) in whens.iter().enumerate() {
                for (level, &at) in levels.iter().enumerate() {
                    let level_held = if meaning.quantity.is_aloft() {
                        at
                    } else {
                        Level::Surface
                    };
                    fields.push(FieldInfo {
                        quantity: meaning.quantity,
                        level: level_held,
                        when,
                        forecast_hour: None,
                    });
                    places.push(Place {
                        variable: known.len(),
                        time,
                        level,
                    });
                }
            }
            known.push(shape.known(info, meaning));
        }
        container.rest();
        Ok(Self {
            wind_axes: recogniser.wind_axes(),
            model: recogniser.model(),
            warnings: recogniser.warnings,
            hybrid: hybrid.map(|found| found.hybrid),
            container,
            horizontal,
            known,
            fields,
            places,
        })
    }

    /// One block of a variable: all levels that are asked for at one time, in one read.
    fn read_block(&mut self, variable: usize, time: usize, levels: Range<usize>) -> Result<ArrayD<f32>> {
        let known = &self.known[variable];
        let range = |(place, (_, length)): (usize, &(String, usize))| match place {
            place if Some(place) == known.time => time..time + 1,
            place if Some(place) == known.level => levels.clone(),
            place if place == known.y || place == known.x || Some(place) == known.first_held => 0..*length,
            _ => 0..1,
        };
        let ranges: Vec<Range<usize>> = known.info.dimensions.iter().enumerate().map(range).collect();
        self.container.read_single(&known.info.name, &ranges)
    }
}

impl Known {
    /// One map of a block, in the order and unit of ours.
    fn map(&self, block: &ArrayD<f32>, level: usize, horizontal: &Horizontal) -> Option<Array2<f32>> {
        let Meaning { factor, offset, .. } = self.meaning;
        let value = |&stored: &f32| (factor * self.packing.unpack(f64::from(stored)) + offset) as f32;
        let versions = self.first_held.map_or(1, |place| block.shape()[place]);
        let mut merged: Option<Array2<f32>> = None;
        for version in 0..versions {
            let map = oriented(slice(block.view(), self, (level, version))?, horizontal).map(value);
            match &mut merged {
                None => merged = Some(map),
                Some(merged) => merged.zip_mut_with(&map, |held, other| {
                    if held.is_nan() {
                        *held = *other;
                    }
                }),
            }
        }
        merged
    }
}

/// The map `[y][x]` of one level and version.
fn slice<'a>(
    block: ArrayViewD<'a, f32>,
    known: &Known,
    (level, version): (usize, usize),
) -> Option<ArrayView2<'a, f32>> {
    let mut view = block;
    for place in (0..known.info.dimensions.len()).rev() {
        let index = match place {
            place if place == known.y || place == known.x => continue,
            place if Some(place) == known.level => level,
            place if Some(place) == known.first_held => version,
            _ => 0,
        };
        view = view.index_axis_move(ArrayAxis(place), index);
    }
    let map = view.into_dimensionality::<Ix2>().ok()?;
    Some(if known.y < known.x { map } else { map.reversed_axes() })
}

fn oriented<'a>(mut map: ArrayView2<'a, f32>, horizontal: &Horizontal) -> ArrayView2<'a, f32> {
    if horizontal.flip_y {
        map.invert_axis(ArrayAxis(0));
    }
    if horizontal.flip_x {
        map.invert_axis(ArrayAxis(1));
    }
    map
}

fn renumber(axis: &mut Axis, found: &Found) {
    if let Axis::Levels(levels) = axis {
        found.renumber(levels);
    }
}

/// The dimensions of a variable that is a map, or several.
struct Shape {
    time: Option<usize>,
    level: Option<usize>,
    first_held: Option<usize>,
    y: usize,
    x: usize,
}

impl Shape {
    fn of(info: &VariableInfo, horizontal: &Horizontal, axes: &BTreeMap<String, Axis>) -> Option<Self> {
        let (y, x) = (info.dimension(&horizontal.y)?, info.dimension(&horizontal.x)?);
        let mut shape = Self {
            time: None,
            level: None,
            first_held: None,
            y,
            x,
        };
        for (place, (name, length)) in info
            .dimensions
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != y && *place != x)
        {
            match axes.get(name)? {
                Axis::Time(_) if shape.time.is_none() => shape.time = Some(place),
                Axis::Levels(_) if shape.level.is_none() => shape.level = Some(place),
                Axis::FirstHeld => shape.first_held = Some(place),
                Axis::Single => {}
                _ if *length == 1 => {}
                _ => return None,
            }
        }
        Some(shape)
    }

    fn known(self, info: &VariableInfo, meaning: Meaning) -> Known {
        let packing = Packing::stated(|name| info.numbers(name).to_vec());
        let Self {
            time,
            level,
            first_held,
            y,
            x,
        } = self;
        Known {
            info: info.clone(),
            meaning,
            packing,
            time,
            level,
            first_held,
            y,
            x,
        }
    }
}

impl FieldSource for CfSource {
    fn name(&self) -> &Path {
        self.container.name()
    }

    fn model(&self) -> &str {
        self.model
    }

    fn grid(&self) -> &MetGrid {
        &self.horizontal.grid
    }

    fn wind_axes(&self) -> WindAxes {
        self.wind_axes
    }

    fn hybrid(&self) -> Option<&HybridLevels> {
        self.hybrid.as_ref()
    }

    fn fields(&self) -> &[FieldInfo] {
        &self.fields
    }

    fn read(&mut self, fields: &[usize]) -> Result<Vec<Array2<f32>>> {
        let mut blocks: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for &field in fields {
            let Place { variable, time, level } = self.places[field];
            blocks.entry((variable, time)).or_default().push(level);
        }
        let mut maps: BTreeMap<(usize, usize, usize), Array2<f32>> = BTreeMap::new();
        for ((variable, time), levels) in blocks {
            let first = levels.iter().copied().min().unwrap_or(0);
            let last = levels.iter().copied().max().unwrap_or(0);
            let block = self.read_block(variable, time, first..last + 1)?;
            let (known, horizontal) = (&self.known[variable], &self.horizontal);
            let map = |level: usize| Some(((variable, time, level), known.map(&block, level - first, horizontal)?));
            let found: Option<Vec<_>> = levels.into_par_iter().map(map).collect();
            let changed = || "a variable has changed its shape since the file was opened";
            maps.extend(found.ok_or_else(|| Error::format(self.container.name(), changed()))?);
        }
        self.container.rest();
        let map = |&field: &usize| {
            let Place { variable, time, level } = self.places[field];
            maps.remove(&(variable, time, level))
        };
        Ok(fields.iter().filter_map(map).collect())
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
