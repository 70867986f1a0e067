//! Particle records by time: what the stages of the gridding pass on.

use crate::grid::Axes;
use crate::trajectory::Trajectories;

/// One particle at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub particle: usize,
    /// Longitude in the frame of the grid, degrees; after [`Slice::project`] x in the units of the crs.
    pub x: f64,
    /// Latitude, degrees; after [`Slice::project`] y in the units of the crs.
    pub y: f64,
    /// Influence since the previous record, per particle, times its weight.
    pub foot: f64,
}

/// All particles that are followed at one time.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    /// Minutes since the receptor time.
    pub time_min: f64,
    pub records: Vec<Record>,
}

impl Slice {
    /// The records of one time of an ensemble, each with its value.
    pub fn of(trajectories: &Trajectories, time: usize, values: &[f64], axes: &Axes) -> Self {
        let record = |particle: usize| {
            let (lon, lat) = (
                trajectories.lon_deg[[particle, time]],
                trajectories.lat_deg[[particle, time]],
            );
            let foot = trajectories.weight[particle] * values[particle];
            let is_whole = lon.is_finite() && lat.is_finite() && foot.is_finite();
            is_whole.then(|| Record {
                particle,
                x: axes.frame_longitude(lon),
                y: lat,
                foot,
            })
        };
        Self {
            time_min: trajectories.time_min[time],
            records: (0..trajectories.particle_count()).filter_map(record).collect(),
        }
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
