//! The particle table: what each particle met on its way, under STILT's names.

use ndarray::{Array2, Axis, Slice};

use crate::decay::Decay;
use crate::receptor::Receptor;
use crate::variable::{Variable, VariableSet};

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

/// Records of an ensemble. All tables are `[particle][time]`; NaN before a particle's start and after its end.
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
    /// Mass that the particle stands for, 1 at its release (`dmas`).
    pub mass_weight: Array2<f32>,
    /// End of each particle.
    pub status: Vec<Status>,
    /// The columns that were asked for: those that files and Python show.
    pub variables: VariableSet,
    /// Tables of the variables on request.
    pub extra: Vec<(Variable, Array2<f32>)>,
    /// Minutes from the receptor time to each particle's start; its records before that are NaN.
    pub release_min: Vec<f64>,
    /// Height above ground at which each particle starts, m (`xhgt`); NaN if the meteorology ends before.
    pub release_height_agl_m: Vec<f64>,
    /// Factor on the influence of each particle when it is gridded, 1 for plain receptors.
    pub weight: Vec<f64>,
}

impl Trajectories {
    /// Empty tables: no particle has a record yet, and all are alive.
    pub fn new(receptor: Receptor, particle_count: usize, time_min: Vec<f64>) -> Self {
        let shape = (particle_count, time_min.len());
        let double = Array2::from_elem(shape, f64::NAN);
        let single = Array2::from_elem(shape, f32::NAN);
        Self {
            release_min: vec![0.0; particle_count],
            release_height_agl_m: vec![receptor.height_agl_m().unwrap_or(f64::NAN); particle_count],
            weight: vec![1.0; particle_count],
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
            terrain_m: single.clone(),
            mass_weight: single,
            status: vec![Status::Alive; particle_count],
            variables: VariableSet::default(),
            extra: Vec::new(),
        }
    }

    /// The same ensemble with blank records at other times.
    #[must_use]
    pub fn without_records(&self, time_min: Vec<f64>) -> Self {
        let shape = (self.particle_count(), time_min.len());
        let blank = |(variable, _): &(Variable, Array2<f32>)| (*variable, Array2::from_elem(shape, f32::NAN));
        Self {
            status: self.status.clone(),
            variables: self.variables,
            extra: self.extra.iter().map(blank).collect(),
            release_min: self.release_min.clone(),
            release_height_agl_m: self.release_height_agl_m.clone(),
            weight: self.weight.clone(),
            ..Self::new(self.receptor.clone(), shape.0, time_min)
        }
    }

    /// Takes over the records of a block of the same ensemble, from record `first` on, and what the block knows of the
    /// ends and starts of particles.
    pub fn enter(&mut self, first: usize, block: &Self) {
        let place = Slice::from(first..first + block.time_min.len());
        self.lon_deg.slice_axis_mut(Axis(1), place).assign(&block.lon_deg);
        self.lat_deg.slice_axis_mut(Axis(1), place).assign(&block.lat_deg);
        for ((_, own), (_, of_block)) in self.all_tables_mut().zip(block.all_tables()) {
            own.slice_axis_mut(Axis(1), place).assign(of_block);
        }
        self.status.clone_from(&block.status);
        self.release_height_agl_m.clone_from(&block.release_height_agl_m);
    }

    /// The single-precision table of a variable; `None` for `time indx long lati` and for what was not asked for.
    pub fn table(&self, variable: Variable) -> Option<&Array2<f32>> {
        let table = self.all_tables().find(|(v, _)| *v == variable)?.1;
        self.variables.contains(variable).then_some(table)
    }

    /// Puts a single-precision table in its place, and the variable among those asked for.
    pub fn set_table(&mut self, variable: Variable, table: Array2<f32>) {
        self.variables = self.variables.with(variable);
        let place = self.all_tables_mut().find(|(v, _)| *v == variable);
        match place {
            Some((_, place)) => *place = table,
            None => self.extra.push((variable, table)),
        }
    }

    /// The single-precision tables, whether asked for or not, those on request last.
    fn all_tables(&self) -> impl Iterator<Item = (Variable, &Array2<f32>)> {
        let usual = [
            (Variable::Zagl, &self.height_agl_m),
            (Variable::Foot, &self.foot),
            (Variable::FootNoHnfDilution, &self.foot_raw),
            (Variable::Mlht, &self.mixing_height_m),
            (Variable::Dens, &self.air_density_kg_m3),
            (Variable::Samt, &self.time_below_min),
            (Variable::Sigw, &self.sigma_w_m_s),
            (Variable::Tlgr, &self.lagrangian_time_s),
            (Variable::Pres, &self.pressure_hpa),
            (Variable::Zsfc, &self.terrain_m),
            (Variable::Dmas, &self.mass_weight),
        ];
        usual.into_iter().chain(self.extra.iter().map(|(v, table)| (*v, table)))
    }

    fn all_tables_mut(&mut self) -> impl Iterator<Item = (Variable, &mut Array2<f32>)> {
        let usual = [
            (Variable::Zagl, &mut self.height_agl_m),
            (Variable::Foot, &mut self.foot),
            (Variable::FootNoHnfDilution, &mut self.foot_raw),
            (Variable::Mlht, &mut self.mixing_height_m),
            (Variable::Dens, &mut self.air_density_kg_m3),
            (Variable::Samt, &mut self.time_below_min),
            (Variable::Sigw, &mut self.sigma_w_m_s),
            (Variable::Tlgr, &mut self.lagrangian_time_s),
            (Variable::Pres, &mut self.pressure_hpa),
            (Variable::Zsfc, &mut self.terrain_m),
            (Variable::Dmas, &mut self.mass_weight),
        ];
        usual
            .into_iter()
            .chain(self.extra.iter_mut().map(|(v, table)| (*v, table)))
    }

    /// Whether all particles start from the receptor's point at its time, all with the same weight.
    pub fn is_from_a_point(&self) -> bool {
        let height_m = self.receptor.height_agl_m();
        self.receptor.is_plain_point()
            && self.release_min.iter().all(|minutes| *minutes == 0.0)
            && self.release_height_agl_m.iter().all(|own| Some(*own) == height_m)
            && self.weight.iter().all(|weight| *weight == 1.0)
    }

    /// The ensemble of a tracer that decays: the influence `foot` of each record times what is left of it at the
    /// receptor. The age counts from the middle of the record; `foot_raw` keeps the undecayed values.
    #[must_use]
    pub fn decayed(&self, decay: Decay) -> Self {
        let earlier_min = std::iter::once(0.0).chain(self.time_min.iter().copied());
        let ages_s = earlier_min.zip(&self.time_min).map(|(a, b)| 30.0 * (a + b).abs());
        let mut decayed = self.clone();
        for (mut column, age_s) in decayed.foot.columns_mut().into_iter().zip(ages_s) {
            column.mapv_inplace(|foot| (f64::from(foot) * decay.remaining(age_s)) as f32);
        }
        decayed
    }

    /// Particles released.
    pub fn particle_count(&self) -> usize {
        self.status.len()
    }
}
