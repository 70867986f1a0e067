//! Particle records by time: what the stages of the gridding pass on.

use std::ops::Range;

use ndarray::Axis;

use super::counter::Counter;
use crate::error::Result;
use crate::geo::LonLat;
use crate::grid::Axes;
use crate::trajectory::Trajectories;

/// One particle at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub particle: usize,
    /// Where it is.
    pub place: LonLat,
    /// Longitude in the frame of the grid, degrees; after [`Slice::project`] x in the units of the crs.
    pub x: f64,
    /// Latitude, degrees; after [`Slice::project`] y in the units of the crs.
    pub y: f64,
    /// Influence since the previous record, per particle, times its weight.
    pub foot: f64,
}

/// All particles that are followed at one time.
#[derive(Clone, Debug, Default)]
pub(super) struct Slice {
    /// Minutes since the receptor time.
    pub time_min: f64,
    pub records: Vec<Record>,
}

impl Slice {
    /// Fills `slices` with the records of some consecutive times of an ensemble, each with its value, and notes the time
    /// of each particle's first; tables hold the times of a particle side by side. Records without influence only if
    /// `all` are asked for.
    pub fn fill(
        slices: &mut Vec<Self>,
        (trajectories, times): (&Trajectories, Range<usize>),
        (counter, first_min): (&mut Counter, &mut [f64]),
        axes: &Axes,
        all: bool,
    ) -> Result<()> {
        slices.resize_with(times.len(), Self::default);
        for (slice, time) in slices.iter_mut().zip(times.clone()) {
            slice.time_min = trajectories.time_min[time];
            slice.records.clear();
            slice.records.reserve(trajectories.particle_count());
        }
        let part = ndarray::Slice::from(times.clone());
        let lon = trajectories.lon_deg.slice_axis(Axis(1), part);
        let lat = trajectories.lat_deg.slice_axis(Axis(1), part);
        let mut values = vec![0.0; times.len()];
        for ((particle, &weight), first_min) in trajectories.weight.iter().enumerate().zip(first_min) {
            counter.values(trajectories, particle, &times, &mut values)?;
            let track = lon.row(particle).into_iter().zip(lat.row(particle)).zip(&values);
            for (slice, ((&lon, &lat), value)) in slices.iter_mut().zip(track) {
                let foot = weight * value;
                if !(lon.is_finite() && lat.is_finite() && foot.is_finite()) {
                    continue;
                }
                if first_min.is_nan() {
                    *first_min = slice.time_min;
                }
                if all || foot != 0.0 {
                    slice.records.push(Record {
                        particle,
                        place: LonLat {
                            lon_deg: lon,
                            lat_deg: lat,
                        },
                        x: axes.frame_longitude(lon),
                        y: lat,
                        foot,
                    });
                }
            }
        }
        Ok(())
    }

    /// From longitude and latitude to the plane of the grid.
    pub fn project(&mut self, axes: &Axes) {
        if axes.crs.is_longlat() {
            return;
        }
        for record in &mut self.records {
            (record.x, record.y) = axes.crs.forward(record.x, record.y);
        }
    }
}
