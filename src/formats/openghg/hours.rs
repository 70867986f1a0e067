//! Writing the hours before the release.

use ndarray::{ArrayView2, Axis};

use super::write::{Writer, singles};
use super::{Resolved, stamp_of};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::output::attributes::{put, text};
use crate::time::UtcTime;

/// Hours back from the time stamp: 0, `layer_s`, … in seconds.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct HoursBack {
    pub count: usize,
    pub layer_s: i64,
}

impl HoursBack {
    /// Those that hold all layers; the error says which has no place.
    pub fn of(layers: &Footprint) -> Result<Self> {
        let stamp = stamp_of(layers);
        let back = |t: &UtcTime| stamp.seconds() - t.seconds();
        let oldest = layers.layer_start.iter().map(back).max().unwrap_or(0);
        let hours = Self {
            count: 1 + (oldest.max(0) / layers.layer_seconds) as usize,
            layer_s: layers.layer_seconds,
        };
        layers
            .layer_start
            .iter()
            .try_for_each(|start| hours.place(stamp, *start).map(drop))?;
        Ok(hours)
    }

    fn place(self, stamp: UtcTime, start: UtcTime) -> Result<usize> {
        let back = stamp.seconds() - start.seconds();
        let place = usize::try_from(back / self.layer_s).ok();
        match place.filter(|&p| p < self.count && back % self.layer_s == 0) {
            Some(place) => Ok(place),
            None => {
                let (count, layer_s) = (self.count, self.layer_s);
                let allowed = format!("one of {count} layers of {layer_s} s back from {stamp}");
                Err(Error::config("layer", start, allowed))
            }
        }
    }
}

impl Writer<'_> {
    /// Without a unit in the layout of OpenGHG, since xarray would make time spans of the numbers; PARIS wants these.
    pub fn put_hours(&mut self, hours: HoursBack) -> netcdf::Result<()> {
        let residual = usize::from(!self.is_paris);
        let hour = |p: usize| (p as i64 * hours.layer_s) as f64 / 3600.0;
        let back: Vec<f64> = (0..hours.count + residual).map(hour).collect();
        let (name, y, x) = (self.hours_name(), self.layout.plane.y, self.layout.plane.x);
        self.file.add_dimension(name, back.len())?;
        let is_whole = back.iter().all(|h| h.fract() == 0.0);
        let long_name = text("long_name", "hours from the start of the layer to the time stamp");
        if is_whole && !self.is_paris {
            let whole: Vec<i64> = back.iter().map(|&h| h as i64).collect();
            let mut axis = self.file.add_variable::<i64>(name, &[name])?;
            put(&mut axis, vec![long_name])?;
            axis.put_values(&whole, ..)?;
        } else {
            let mut axis = self.file.add_variable::<f64>(name, &[name])?;
            put(&mut axis, vec![long_name])?;
            if self.is_paris {
                put(
                    &mut axis,
                    vec![text("units", "hours"), text("dtype", "timedelta64[ns]")],
                )?;
            }
            axis.put_values(&back, ..)?;
        }
        if self.is_paris {
            self.put_maps("srr_time_resolved", &["time", y, x, name], self.layout.total_units)?;
            return self.put_maps("srr_residual", &self.layout.order, self.layout.total_units);
        }
        let mut maps = self.file.add_variable::<f64>("fp_HiTRes", &[y, x, "time", name])?;
        maps.set_chunking(&[self.axes.ny, self.axes.nx, 1, back.len()])?;
        maps.set_compression(4, true)?;
        maps.set_fill_value(f64::NAN)?;
        let last = text("comment", "the last place of H_back holds all that is older");
        put(&mut maps, vec![text("units", self.layout.total_units), last])
    }

    const fn hours_name(&self) -> &'static str {
        if self.is_paris { "resolution" } else { "H_back" }
    }

    pub fn put_resolved(&mut self, k: usize, hours: HoursBack, resolved: &Resolved) -> netcdf::Result<()> {
        let Resolved { layers, residual } = resolved;
        let stamp = stamp_of(layers);
        let residual = residual.foot.sum_axis(Axis(0));
        let depth = hours.count + usize::from(!self.is_paris);
        let (ny, nx) = residual.dim();
        let mut block = vec![0.0; ny * nx * depth];
        let mut fill = |place: usize, map: ArrayView2<'_, f64>| {
            block
                .iter_mut()
                .skip(place)
                .step_by(depth)
                .zip(map)
                .for_each(|(cell, v)| *cell += v);
        };
        for (start, map) in layers.layer_start.iter().zip(layers.foot.outer_iter()) {
            if let Ok(place) = hours.place(stamp, *start) {
                fill(place, map);
            }
        }
        if self.is_paris {
            let single: Vec<f32> = block.iter().map(|&v| v as f32).collect();
            self.put("srr_time_resolved", &single, (k..k + 1, .., .., ..))?;
            return self.put("srr_residual", &singles(&residual), (k..k + 1, .., ..));
        }
        fill(hours.count, residual.view());
        self.put("fp_HiTRes", &block, (.., .., k..k + 1, ..))
    }
}
