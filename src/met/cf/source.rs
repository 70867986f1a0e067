//! The variables of a container as fields.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, ArrayD, ArrayView2, Axis as ArrayAxis};
use rayon::prelude::*;

use super::axes::{Axis, axes};
use super::coefficients::{Found, hybrid};
use super::container::{Container, VariableInfo};
use super::horizontal::{Horizontal, horizontal};
use super::mapping::Mapping;
use super::recognise::{Meaning, Recogniser};
use super::shape::{Axes, Shape};
use crate::error::{Error, Result};
use crate::met::collection::{FieldInfo, FieldSource, HybridLevels, Level, WindAxes};
use crate::met::projection::MetGrid;
use crate::netcdf_file::Packing;

/// A variable whose meaning is known.
struct Known {
    info: VariableInfo,
    shape: Shape,
    meaning: Meaning,
    packing: Packing,
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
        let mut table = Table::default();
        for info in container.variables() {
            match Shape::of(info, &horizontal, &axes) {
                Some(Ok(shape)) => table.add(info, shape, &axes, &mut recogniser)?,
                Some(Err(dimension)) => recogniser.leave_out(info, &dimension),
                None => {}
            }
        }
        let Table { known, fields, places } = table;
        container.rest();
        Ok(Self {
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
        let Known { info, shape, .. } = &self.known[variable];
        self.container
            .read_single(&info.name, &shape.ranges(info, time, &levels))
    }
}

impl Known {
    /// One map of a block, in the order and unit of ours.
    fn map(&self, block: &ArrayD<f32>, level: usize, horizontal: &Horizontal) -> Option<Array2<f32>> {
        let Meaning { factor, offset, .. } = self.meaning;
        let value = |&stored: &f32| (factor * self.packing.unpack(f64::from(stored)) + offset) as f32;
        let mut merged: Option<Array2<f32>> = None;
        for version in 0..self.shape.versions(&block.view()) {
            let map = oriented(self.shape.map(block.view(), level, version)?, horizontal).map(value);
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

/// What is known of a container's variables.
#[derive(Default)]
struct Table {
    known: Vec<Known>,
    fields: Vec<FieldInfo>,
    places: Vec<Place>,
}

impl Table {
    /// A variable, if it means something.
    fn add(&mut self, info: &VariableInfo, shape: Shape, axes: &Axes, recogniser: &mut Recogniser<'_>) -> Result<()> {
        let mut meaning = recogniser.meaning(info, shape.has_levels())?;
        if meaning.is_none() && shape.levels(info, axes).len() == 1 {
            // what lies at the ground may be kept on level 1
            meaning = recogniser.meaning(info, false)?;
        }
        let Some(meaning) = meaning else { return Ok(()) };
        let (times, levels) = (shape.times(info, axes), shape.levels(info, axes));
        let leads_s = times.as_ref().and_then(|times| times.leads_s.as_ref());
        let whens = recogniser.whens(info, &meaning, times.as_ref());
        for (time, when) in whens.into_iter().enumerate() {
            let Some(when) = when else { continue };
            let lead_s = leads_s.and_then(|leads_s| leads_s.get(time));
            for (level, &at) in levels.iter().enumerate() {
                self.fields.push(FieldInfo {
                    quantity: meaning.quantity,
                    level: match meaning.quantity.is_aloft() {
                        true => at,
                        false => Level::Surface,
                    },
                    when,
                    forecast_hour: lead_s.and_then(|s| i32::try_from(s / 3600).ok()),
                });
                self.places.push(Place {
                    variable: self.known.len(),
                    time,
                    level,
                });
            }
        }
        self.known.push(Known {
            info: info.clone(),
            shape,
            meaning,
            packing: Packing::stated(|name| info.numbers(name).to_vec()),
        });
        Ok(())
    }
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

    fn wind_axes(&self, field: usize) -> WindAxes {
        self.known[self.places[field].variable].meaning.axes
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
