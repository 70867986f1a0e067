//! The particle table: what each particle met on its way, under STILT's names.

use ndarray::{Array2, Axis, s};

use crate::receptor::Receptor;

/// How a particle, or an ensemble, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Followed to the end of the run.
    Alive,
    /// Left the meteorology through a side.
    LeftDomain,
    /// Left through the model top.
    LeftTop,
    /// The meteorology ended, or held a value that is not finite.
    MetGap,
}

/// Records of an ensemble. All tables are `[particle][time]`; NaN after a particle's end.
///
/// *Direction*: `time_min` runs away from the receptor: −1, −2, … for a backward run.
#[derive(Clone, Debug)]
pub struct Trajectories {
    /// Where and when the particles started.
    pub receptor: Receptor,
    /// Minutes since the receptor time of each record; negative backward.
    pub time_min: Vec<f64>,
    /// Longitude, degrees east in [−180, 180).
    pub lon_deg: Array2<f64>,
    /// Latitude, degrees north.
    pub lat_deg: Array2<f64>,
    /// Height above ground, m (`zagl`).
    pub height_agl_m: Array2<f32>,
    /// Surface influence since the previous record [ppm / (µmol m⁻² s⁻¹)] per particle, with the near-field
    /// dilution if it is on (`foot`).
    pub foot: Array2<f32>,
    /// The same without near-field dilution (`foot_no_hnf_dilution`).
    pub foot_raw: Array2<f32>,
    /// Minutes below veght·zi since the previous record (`samt`).
    pub time_below_min: Array2<f32>,
    /// Mixing height at the particle, m (`mlht`).
    pub mixing_height_m: Array2<f32>,
    /// Air density at the particle, kg m⁻³ (`dens`).
    pub air_density_kg_m3: Array2<f32>,
    /// Standard deviation of vertical velocity, m s⁻¹ (`sigw`).
    pub sigma_w_m_s: Array2<f32>,
    /// Lagrangian time scale of vertical velocity, s (`tlgr`).
    pub lagrangian_time_s: Array2<f32>,
    /// Pressure at the particle, hPa (`pres`).
    pub pressure_hpa: Array2<f32>,
    /// Terrain height above sea level, m (`zsfc`).
    pub terrain_m: Array2<f32>,
    /// End of each particle.
    pub status: Vec<Status>,
}

impl Trajectories {
    /// Empty tables: no particle has a record yet, and all are alive.
    pub fn new(receptor: Receptor, particle_count: usize, time_min: Vec<f64>) -> Self {
        let shape = (particle_count, time_min.len());
        let double = Array2::from_elem(shape, f64::NAN);
        let single = Array2::from_elem(shape, f32::NAN);
        Self {
            receptor,
            time_min,
            lon_deg: double.clone(),
            lat_deg: double,
            height_agl_m: single.clone(),
            foot: single.clone(),
            foot_raw: single.clone(),
            time_below_min: single.clone(),
            mixing_height_m: single.clone(),
            air_density_kg_m3: single.clone(),
            sigma_w_m_s: single.clone(),
            lagrangian_time_s: single.clone(),
            pressure_hpa: single.clone(),
            terrain_m: single,
            status: vec![Status::Alive; particle_count],
        }
    }

    /// Particles released.
    pub fn particle_count(&self) -> usize {
        self.status.len()
    }
}

impl Trajectories {
    /// Every `every`-th record; `foot` and times below the surface layer are summed over the records left out.
    ///
    /// A remainder shorter than `every` at the end of the run is left out, as is the last stretch of a particle that
    /// ends within it.
    #[must_use]
    pub fn thinned(&self, every: usize) -> Self {
        let kept: Vec<usize> = (every.max(1) - 1..self.time_min.len()).step_by(every.max(1)).collect();
        let pick = |table: &Array2<f32>| table.select(Axis(1), &kept);
        let sum = |table: &Array2<f32>| {
            Array2::from_shape_fn((table.nrows(), kept.len()), |(particle, k)| {
                let stretch = table.slice(s![particle, kept[k] + 1 - every.max(1)..=kept[k]]);
                stretch.iter().map(|v| f64::from(*v)).sum::<f64>() as f32
            })
        };
        Self {
            receptor: self.receptor.clone(),
            time_min: kept.iter().map(|&k| self.time_min[k]).collect(),
            lon_deg: self.lon_deg.select(Axis(1), &kept),
            lat_deg: self.lat_deg.select(Axis(1), &kept),
            height_agl_m: pick(&self.height_agl_m),
            foot: sum(&self.foot),
            foot_raw: sum(&self.foot_raw),
            time_below_min: sum(&self.time_below_min),
            mixing_height_m: pick(&self.mixing_height_m),
            air_density_kg_m3: pick(&self.air_density_kg_m3),
            sigma_w_m_s: pick(&self.sigma_w_m_s),
            lagrangian_time_s: pick(&self.lagrangian_time_s),
            pressure_hpa: pick(&self.pressure_hpa),
            terrain_m: pick(&self.terrain_m),
            status: self.status.clone(),
        }
    }
}
