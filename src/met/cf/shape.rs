//! Which dimension of a variable is which.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewD, Axis as ArrayAxis, Ix2};

use super::axes::{Axis, Times};
use super::container::VariableInfo;
use super::horizontal::Horizontal;
use crate::met::collection::Level;

/// The dimensions of a variable that is a map, or several: their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    time: Option<usize>,
    /// With times at which forecasts started, and how many times each has.
    lead: Option<(usize, usize)>,
    level: Option<usize>,
    first_held: Option<usize>,
    y: usize,
    x: usize,
}

/// Axes by the name of their dimension.
pub(super) type Axes = BTreeMap<String, Axis>;

impl Shape {
    /// `None` if the variable is no map.
    ///
    /// # Errors
    /// The name of a dimension that is not understood.
    pub fn of(info: &VariableInfo, horizontal: &Horizontal, axes: &Axes) -> Option<Result<Self, String>> {
        let (y, x) = (info.dimension(&horizontal.y)?, info.dimension(&horizontal.x)?);
        let mut shape = Self {
            y,
            x,
            ..Self::default()
        };
        for (place, (name, length)) in info.dimensions.iter().enumerate() {
            if place == y || place == x {
                continue;
            }
            match axes.get(name) {
                Some(Axis::Time(_)) if shape.time.is_none() => shape.time = Some(place),
                Some(Axis::Leads(_)) if shape.lead.is_none() => shape.lead = Some((place, *length)),
                Some(Axis::Levels(_)) if shape.level.is_none() => shape.level = Some(place),
                Some(Axis::FirstHeld) => shape.first_held = Some(place),
                Some(Axis::Single) => {}
                _ if *length == 1 => {}
                _ => return Some(Err(name.clone())),
            }
        }
        let starts = shape.axis_of_times(info, axes).is_some_and(|times| times.are_starts);
        match shape.lead.filter(|_| !starts) {
            Some((_, 1)) => shape.lead = None,
            Some((place, _)) => return Some(Err(info.dimensions[place].0.clone())),
            None => {}
        }
        Some(Ok(shape))
    }

    fn axis_of_times<'a>(&self, info: &VariableInfo, axes: &'a Axes) -> Option<&'a Times> {
        match axes.get(&info.dimensions[self.time?].0)? {
            Axis::Time(times) => Some(times),
            _ => None,
        }
    }

    pub fn has_levels(&self) -> bool {
        self.level.is_some()
    }

    /// The times of a variable; `None` if it has no axis of times.
    pub fn times(&self, info: &VariableInfo, axes: &Axes) -> Option<Times> {
        let times = self.axis_of_times(info, axes)?;
        match self.lead.and_then(|(place, _)| axes.get(&info.dimensions[place].0)) {
            Some(Axis::Leads(leads_s)) => Some(times.after(leads_s)),
            _ => Some(times.clone()),
        }
    }

    /// The levels of a variable: the ground, if it has no axis of levels.
    pub fn levels(&self, info: &VariableInfo, axes: &Axes) -> Vec<Level> {
        match self.level.and_then(|place| axes.get(&info.dimensions[place].0)) {
            Some(Axis::Levels(levels)) => levels.clone(),
            _ => vec![Level::Surface],
        }
    }

    /// What is read of a variable: several levels at one of its times.
    pub fn ranges(&self, info: &VariableInfo, time: usize, levels: &Range<usize>) -> Vec<Range<usize>> {
        let leads = self.lead.map_or(1, |(_, count)| count);
        let range = |(place, (_, length)): (usize, &(String, usize))| match place {
            place if Some(place) == self.time => time / leads..time / leads + 1,
            place if self.lead.is_some_and(|(lead, _)| lead == place) => time % leads..time % leads + 1,
            place if Some(place) == self.level => levels.clone(),
            place if place == self.y || place == self.x || Some(place) == self.first_held => 0..*length,
            _ => 0..1,
        };
        info.dimensions.iter().enumerate().map(range).collect()
    }

    /// How many values there are for one place and time, of which the first that is held counts.
    pub fn versions(&self, block: &ArrayViewD<'_, f32>) -> usize {
        self.first_held.map_or(1, |place| block.shape()[place])
    }

    /// The map `[y][x]` of one level and version of what was read.
    pub fn map<'a>(&self, block: ArrayViewD<'a, f32>, level: usize, version: usize) -> Option<ArrayView2<'a, f32>> {
        let mut view = block;
        for place in (0..view.ndim()).rev() {
            let index = match place {
                place if place == self.y || place == self.x => continue,
                place if Some(place) == self.level => level,
                place if Some(place) == self.first_held => version,
                _ => 0,
            };
            view = view.index_axis_move(ArrayAxis(place), index);
        }
        let map = view.into_dimensionality::<Ix2>().ok()?;
        Some(if self.y < self.x { map } else { map.reversed_axes() })
    }
}
