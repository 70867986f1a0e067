//! Particle records by time: what the stages of the gridding pass on.

use crate::grid::Axes;
use crate::trajectory::Trajectories;

/// One particle at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub particle: usize,
    /// Longitude in the frame of the grid, degrees; after [`Records::project`] x in the units of the crs.
    pub x: f64,
    /// Latitude, degrees; after [`Records::project`] y in the units of the crs.
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

/// All records of an ensemble, outward from the receptor.
pub(super) struct Records {
    pub slices: Vec<Slice>,
    /// Minutes from the receptor time to each particle's first record, with the sign of the run.
    pub release_min: Vec<f64>,
}

impl Records {
    pub fn collect(trajectories: &Trajectories, axes: &Axes) -> Self {
        let mut release_min = vec![f64::NAN; trajectories.particle_count()];
        let mut slices = Vec::with_capacity(trajectories.time_min.len());
        for (k, &time_min) in trajectories.time_min.iter().enumerate() {
            let mut records = Vec::with_capacity(release_min.len());
            for (particle, release) in release_min.iter_mut().enumerate() {
                let (lon, lat) = (trajectories.lon_deg[[particle, k]], trajectories.lat_deg[[particle, k]]);
                let foot = trajectories.weight[particle] * f64::from(trajectories.foot[[particle, k]]);
                if !(lon.is_finite() && lat.is_finite() && foot.is_finite()) {
                    continue;
                }
                if release.is_nan() {
                    *release = time_min;
                }
                let x = axes.frame_longitude(lon);
                records.push(Record {
                    particle,
                    x,
                    y: lat,
                    foot,
                });
            }
            slices.push(Slice { time_min, records });
        }
        Self { slices, release_min }
    }

    /// Sum over all particles and times.
    pub fn total_foot(&self) -> f64 {
        self.slices
            .iter()
            .flat_map(|s| &s.records)
            .map(|r| r.foot.max(0.0))
            .sum()
    }

    /// Age key of a record: time since the particle's own release, whole micro-minutes, negative backward.
    pub fn age(&self, time_min: f64, particle: usize) -> i64 {
        ((time_min - self.release_min[particle]) * 1e6).round() as i64
    }

    /// From longitude and latitude to the plane of the grid.
    pub fn project(&mut self, axes: &Axes) {
        if axes.crs.is_longlat() {
            return;
        }
        for record in self.slices.iter_mut().flat_map(|s| &mut s.records) {
            (record.x, record.y) = axes.crs.forward(record.x, record.y);
        }
    }
}
