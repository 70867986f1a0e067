//! A variable of maps: which of its dimensions is which, and its values at one time.

use ndarray::{Array3, ArrayD, Axis as ArrayAxis, Ix3};

use super::MOST_VALUES;
use super::horizontal::Horizontal;
use crate::error::{Error, Result};
use crate::met::cf::{Container, VariableInfo};
use crate::netcdf_file::Packing;

/// A variable with latitudes and longitudes, and times and levels if it has any.
#[derive(Clone, Debug)]
pub(super) struct MapVariable {
    info: VariableInfo,
    time: Option<usize>,
    level: Option<usize>,
    lat: usize,
    lon: usize,
    packing: Packing,
    /// Value = factor · stored value.
    factor: f64,
}

impl MapVariable {
    /// With the names of its dimensions of times and, if it has one, of levels; all others must be of length one.
    ///
    /// # Errors
    /// What is wrong: a dimension that is not understood, or more values than memory should hold.
    pub fn of(
        info: &VariableInfo,
        horizontal: &Horizontal,
        time: Option<&str>,
        level: Option<&str>,
        factor: f64,
    ) -> std::result::Result<Self, String> {
        let place = |name: &str| info.dimension(name);
        let lat = place(&horizontal.lat.dimension).ok_or("no latitude among its dimensions")?;
        let lon = place(&horizontal.lon.dimension).ok_or("no longitude among its dimensions")?;
        let (time, level) = (time.and_then(place), level.and_then(place));
        let known = [Some(lat), Some(lon), time, level];
        let strange = |(place, (_, length)): &(usize, &(String, usize))| *length != 1 && !known.contains(&Some(*place));
        if let Some((_, (name, _))) = info.dimensions.iter().enumerate().find(strange) {
            return Err(format!("its dimension {name} is not understood"));
        }
        let lengths = [Some(lat), Some(lon), level]
            .into_iter()
            .flatten()
            .map(|place| info.dimensions[place].1);
        let values = lengths.fold(1, |product: usize, length| product.saturating_mul(length));
        if values > MOST_VALUES {
            return Err(format!("{values} values at one time: select a region or levels first"));
        }
        Ok(Self {
            packing: Packing::stated(|attribute| info.numbers(attribute).to_vec()),
            info: info.clone(),
            time,
            level,
            lat,
            lon,
            factor,
        })
    }

    /// Number of levels; 1 if it has no such dimension.
    pub fn levels(&self) -> usize {
        self.level.map_or(1, |place| self.info.dimensions[place].1)
    }

    /// Number of times; 1 if it has no such dimension.
    pub fn times(&self) -> usize {
        self.time.map_or(1, |place| self.info.dimensions[place].1)
    }

    /// `[level][row][column]` at one of its times; NaN is no data.
    ///
    /// # Errors
    /// Those of the container.
    pub fn read(&self, container: &mut dyn Container, time: usize) -> Result<Array3<f64>> {
        let range = |(place, (_, length)): (usize, &(String, usize))| match Some(place) {
            at if at == self.time => time..time + 1,
            at if at == self.level || at == Some(self.lat) || at == Some(self.lon) => 0..*length,
            _ => 0..1,
        };
        let ranges: Vec<_> = self.info.dimensions.iter().enumerate().map(range).collect();
        let stored = container.read(&self.info.name, &ranges)?;
        let changed = || Error::format(container.name(), "the file has changed since it was opened");
        let ordered = self.in_order(stored).ok_or_else(changed)?;
        Ok(ordered.mapv(|value| self.factor * self.packing.unpack(value)))
    }

    fn in_order(&self, stored: ArrayD<f64>) -> Option<Array3<f64>> {
        let mut stored = stored;
        let kept = [self.level, Some(self.lat), Some(self.lon)];
        let mut order: Vec<usize> = kept.into_iter().flatten().collect();
        for place in (0..stored.ndim()).rev() {
            if !kept.contains(&Some(place)) {
                stored = stored.index_axis_move(ArrayAxis(place), 0);
                order
                    .iter_mut()
                    .filter(|kept| **kept > place)
                    .for_each(|kept| *kept -= 1);
            }
        }
        if order.len() == 2 {
            order.insert(0, 2);
            stored = stored.insert_axis(ArrayAxis(2));
        }
        let ordered = stored.into_dimensionality::<Ix3>().ok()?;
        Some(ordered.permuted_axes([order[0], order[1], order[2]]))
    }
}
