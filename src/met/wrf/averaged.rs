//! Winds as means over the interval before a time, from WRF's mass fluxes (Nehrkorn et al. 2010).
//!
//! With μ the mass of a dry column and c₁, c₂ the hybrid coordinate's, u = RUM m/(c₁μ + c₂) on the faces that air blows
//! through, and η̇ = WWM m/(c₁μ + c₂). Heights change along η by dz/dt = η̇ ∂z/∂η + v·∇_η z, the tendency of z at η left out.

use ndarray::{Array2, Array3, Axis};

use super::file::{Part, Points, WrfFile};
use crate::error::Result;
use crate::met::projection::MetGrid;

const REQUIRED: [&str; 6] = ["AVGFLX_RUM", "AVGFLX_RVM", "AVGFLX_WWM", "MU", "MUB", "ZNW"];

/// c₁ and c₂ by level.
struct Coordinate {
    c1: Vec<f64>,
    c2: Vec<f64>,
}

pub(super) struct MeanFluxes {
    rum: Array3<f32>,
    rvm: Array3<f32>,
    wwm: Array3<f32>,
    /// Mass of the dry column, Pa.
    column_pa: Array2<f32>,
    /// Map factors on the faces of x and y, and at mass points.
    map: [Array2<f32>; 3],
    levels: Coordinate,
    faces: Coordinate,
    /// η of the faces between levels.
    eta: Vec<f64>,
}

/// The map factor that a flux was divided by: across its direction, where a file tells the two apart.
fn map_factor(file: &WrfFile<'_>, [across, plain]: [&'static str; 2]) -> Option<&'static str> {
    [across, plain].into_iter().find(|name| file.holds(name))
}

const MAP_FACTORS: [([&str; 2], Points); 3] = [
    (["MAPFAC_UY", "MAPFAC_U"], Points::FacesX),
    (["MAPFAC_VX", "MAPFAC_V"], Points::FacesY),
    (["MAPFAC_MY", "MAPFAC_M"], Points::Mass),
];

/// Whether a file holds what mean winds need.
pub(super) fn check(file: &WrfFile<'_>) -> Result<()> {
    let missing = REQUIRED.iter().find(|name| !file.holds(name)).copied();
    let without_map = MAP_FACTORS.iter().find(|(names, _)| map_factor(file, *names).is_none());
    match missing.or(without_map.map(|(names, _)| names[1])) {
        Some(name) => file.fail(format!(
            "no variable {name}: mean winds need {}, MAPFAC_U, MAPFAC_V and MAPFAC_M (namelist: do_avgflx_em = 1); use \
             wrf_winds = \"instantaneous\" with this file",
            REQUIRED.join(", ")
        )),
        None => Ok(()),
    }
}

impl Coordinate {
    fn read(file: &WrfFile<'_>, names: [&str; 2], (count, time): (usize, usize)) -> Result<Self> {
        let (c1, c2) = match file.holds_all(&names) {
            true => (file.profile(names[0], time)?, file.profile(names[1], time)?),
            false => (vec![1.0; count], vec![0.0; count]),
        };
        if c1.len() != count || c2.len() != count {
            return file.fail(format!("{} and {} must have {count} values", names[0], names[1]));
        }
        Ok(Self { c1, c2 })
    }

    fn mass_pa(&self, k: usize, column_pa: f64) -> f64 {
        self.c1[k] * column_pa + self.c2[k]
    }
}

impl MeanFluxes {
    pub fn read(file: &WrfFile<'_>, part: &Part) -> Result<Self> {
        let rum = file.volume("AVGFLX_RUM", Points::FacesX, part)?;
        let rvm = file.volume("AVGFLX_RVM", Points::FacesY, part)?;
        let wwm = file.volume("AVGFLX_WWM", Points::FacesZ, part)?;
        let column_pa = file.plane("MU", Points::Mass, part)? + file.plane("MUB", Points::Mass, part)?;
        let mut map = Vec::new();
        for (names, points) in MAP_FACTORS {
            map.push(file.plane(map_factor(file, names).unwrap_or(names[1]), points, part)?);
        }
        let Ok(map) = map.try_into() else {
            return file.fail("map factors changed while they were read");
        };
        let faces = wwm.dim().0;
        let eta = file.profile("ZNW", part.time)?;
        let descends = eta.windows(2).all(|pair| pair[1] < pair[0]);
        if eta.len() != faces || !descends {
            return file.fail(format!("ZNW must be {faces} values that descend"));
        }
        let levels = Coordinate::read(file, ["C1H", "C2H"], (faces - 1, part.time))?;
        let face_levels = Coordinate::read(file, ["C1F", "C2F"], (faces, part.time))?;
        let least = column_pa
            .iter()
            .fold(f64::INFINITY, |least, &mass| least.min(f64::from(mass)));
        if !(0..faces - 1).all(|k| levels.mass_pa(k, least) > 0.0) {
            return file.fail(format!("MU + MUB is as little as {least} Pa: not the mass of a column"));
        }
        Ok(Self {
            rum,
            rvm,
            wwm,
            column_pa,
            map,
            levels,
            faces: face_levels,
            eta,
        })
    }

    /// Mass of the column on a face between mass points, that of the point itself at the edge.
    fn column_on_face_pa(&self, axis: Axis, (j, i): (usize, usize)) -> f64 {
        let (ny, nx) = self.column_pa.dim();
        let (low, high) = match axis.index() {
            1 => ((j, i.saturating_sub(1)), (j, i.min(nx - 1))),
            _ => ((j.saturating_sub(1), i), (j.min(ny - 1), i)),
        };
        0.5 * (f64::from(self.column_pa[low]) + f64::from(self.column_pa[high]))
    }

    fn wind_m_s(&self, flux: &Array3<f32>, map: &Array2<f32>, axis: Axis) -> Array3<f32> {
        Array3::from_shape_fn(flux.dim(), |(k, j, i)| {
            let mass_pa = self.levels.mass_pa(k, self.column_on_face_pa(axis, (j, i)));
            (f64::from(flux[(k, j, i)]) * f64::from(map[(j, i)]) / mass_pa) as f32
        })
    }

    /// Wind along x on the faces it blows through.
    pub fn u_m_s(&self) -> Array3<f32> {
        self.wind_m_s(&self.rum, &self.map[0], Axis(1))
    }

    /// Wind along y on the faces it blows through.
    pub fn v_m_s(&self) -> Array3<f32> {
        self.wind_m_s(&self.rvm, &self.map[1], Axis(0))
    }

    /// dη/dt on a face between levels, s⁻¹; the mass of a face at the top may be nothing, and no air passes it.
    fn eta_rate(&self, (k, j, i): (usize, usize, usize)) -> f64 {
        let mass_pa = self.faces.mass_pa(k, f64::from(self.column_pa[(j, i)]));
        match mass_pa > 0.0 {
            true => f64::from(self.wwm[(k, j, i)]) * f64::from(self.map[2][(j, i)]) / mass_pa,
            false => 0.0,
        }
    }

    /// dz/dt at mass points, from heights and depths of the layers, m, and the wind there.
    pub fn rise_m_s(
        &self,
        grid: &MetGrid,
        heights: &Array3<f64>,
        depths: &Array3<f64>,
        wind: impl Fn((usize, usize, usize)) -> (f64, f64),
    ) -> Array3<f32> {
        let (_, ny, nx) = heights.dim();
        Array3::from_shape_fn(heights.dim(), |(k, j, i)| {
            let (west, east) = (i.saturating_sub(1), (i + 1).min(nx - 1));
            let (south, north) = (j.saturating_sub(1), (j + 1).min(ny - 1));
            let (dx_m, dy_m) = grid.cell_size_m(i as f64, j as f64);
            let slope_x = (heights[(k, j, east)] - heights[(k, j, west)]) / ((east - west) as f64 * dx_m);
            let slope_y = (heights[(k, north, i)] - heights[(k, south, i)]) / ((north - south) as f64 * dy_m);
            let rate = 0.5 * (self.eta_rate((k, j, i)) + self.eta_rate((k + 1, j, i)));
            let through = rate * depths[(k, j, i)] / (self.eta[k + 1] - self.eta[k]);
            let (u, v) = wind((k, j, i));
            (through + u * slope_x + v * slope_y) as f32
        })
    }
}
