//! Fields on WRF's levels: from staggered perturbations to winds, pressure, heights, temperature and humidity of the
//! mass points.

use ndarray::{Array2, Array3, Zip};
use rayon::prelude::*;

use super::averaged::{self, MeanFluxes};
use super::file::{Part, Points, WrfFile};
use super::reader::WrfWinds;
use crate::error::Result;
use crate::met::RawField;
use crate::met::projection::MetGrid;

/// Constants of WRF (Skamarock et al. 2019, NCAR/TN-556): θ' is relative to 300 K at 1000 hPa.
const BASE_THETA_K: f64 = 300.0;
const REFERENCE_PRESSURE_PA: f64 = 100_000.0;
const KAPPA: f64 = 2.0 / 7.0;
pub(super) const GRAVITY_M_S2: f64 = 9.81;
pub(super) const DRY_AIR_GAS_CONSTANT: f64 = 287.0;
/// Gas constant of vapour over that of dry air.
const VAPOUR_TO_DRY: f64 = 461.6 / 287.0;
/// Mean depth of a layer by the hypsometric equation may miss that of the geopotential by this share.
const LARGEST_IMBALANCE: f64 = 0.007;

/// Where potential temperature stands, and whether it is θ(1 + 1.61 r).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Theta {
    name: &'static str,
    moist: bool,
}

/// Where turbulent kinetic energy stands, and its factor to m² s⁻².
#[derive(Clone, Copy, Debug, PartialEq)]
struct Energy {
    name: &'static str,
    points: Points,
    factor: f32,
}

const ENERGIES: [Energy; 2] = [
    Energy {
        name: "TKE_PBL",
        points: Points::FacesZ,
        factor: 1.0,
    },
    // twice the energy, in the MYNN scheme
    Energy {
        name: "QKE",
        points: Points::Mass,
        factor: 0.5,
    },
];

/// What a file holds on levels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aloft {
    winds: WrfWinds,
    theta: Theta,
    vapour: bool,
    rise: bool,
    energy: Option<Energy>,
}

/// Wind through the upper and lower faces of cells.
enum Rise {
    /// W, m s⁻¹.
    Velocity(Array3<f32>),
    /// From the motion through the coordinate, already at mass points.
    AtMassPoints(Array3<f32>),
}

/// The volumes of one time, `[z][y][x]`, staggered as in the file.
pub(super) struct Volumes {
    u: Array3<f32>,
    v: Array3<f32>,
    rise: Option<Rise>,
    fluxes: Option<MeanFluxes>,
    pressure_pa: Array3<f32>,
    geopotential: Array3<f32>,
    theta_k: Array3<f32>,
    vapour: Option<Array3<f32>>,
    energy: Option<(Array3<f32>, Energy)>,
}

impl Aloft {
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) naming what is missing.
    pub fn of(file: &WrfFile<'_>, winds: WrfWinds) -> Result<Self> {
        let required: &[&str] = match winds {
            WrfWinds::Instantaneous => &["U", "V", "P", "PB", "PH", "PHB"],
            WrfWinds::TimeAveraged => &["P", "PB", "PH", "PHB"],
        };
        if let Some(missing) = required.iter().find(|name| !file.holds(name)) {
            return file.fail(format!(
                "no variable {missing}: winds (U, V), pressure (P, PB), geopotential (PH, PHB) and potential temperature (T) \
                 are needed"
            ));
        }
        if winds == WrfWinds::TimeAveraged {
            averaged::check(file)?;
        }
        // history files hold θ in T whatever the model computes with; THM is what it computes with
        let moist_model = file.number("USE_THETA_M").is_some_and(|flag| flag != 0.0);
        let vapour = file.holds("QVAPOR");
        let theta = match (file.holds("T"), file.holds("THM")) {
            (true, _) => Theta {
                name: "T",
                moist: false,
            },
            (false, true) if vapour || !moist_model => Theta {
                name: "THM",
                moist: moist_model,
            },
            (false, true) => return file.fail("THM is moist (USE_THETA_M = 1) and there is no QVAPOR to dry it with"),
            (false, false) => return file.fail("no variable T (or THM): potential temperature is needed"),
        };
        Ok(Self {
            winds,
            theta,
            vapour,
            rise: winds == WrfWinds::TimeAveraged || file.holds("W"),
            energy: ENERGIES.into_iter().find(|energy| file.holds(energy.name)),
        })
    }

    /// ARL names of the fields on each level, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec!["PRES", "HGTS", "TEMP", "UWND", "VWND"];
        names.extend(self.rise.then_some("DZDT"));
        names.extend(self.vapour.then_some("SPHU"));
        names.extend(self.energy.map(|_| "TKEN"));
        names.into_iter().map(str::to_owned).collect()
    }

    /// # Errors
    /// As [`WrfFile::volume`].
    pub fn read(&self, file: &WrfFile<'_>, part: &Part) -> Result<Volumes> {
        let volume = |name: &str, points| file.volume(name, points, part);
        let sum = |base: &str, perturbation: &str, points| -> Result<Array3<f32>> {
            Ok(volume(base, points)? + volume(perturbation, points)?)
        };
        let (u, v, rise, fluxes) = match self.winds {
            WrfWinds::Instantaneous => {
                let rise = self.rise.then(|| volume("W", Points::FacesZ).map(Rise::Velocity));
                (
                    volume("U", Points::FacesX)?,
                    volume("V", Points::FacesY)?,
                    rise.transpose()?,
                    None,
                )
            }
            WrfWinds::TimeAveraged => {
                let fluxes = MeanFluxes::read(file, part)?;
                (fluxes.u_m_s(), fluxes.v_m_s(), None, Some(fluxes))
            }
        };
        let energy = self
            .energy
            .map(|energy| volume(energy.name, energy.points).map(|v| (v, energy)));
        let vapour = self.vapour.then(|| volume("QVAPOR", Points::Mass)).transpose()?;
        Ok(Volumes {
            u,
            v,
            rise,
            fluxes,
            pressure_pa: sum("PB", "P", Points::Mass)?,
            geopotential: sum("PHB", "PH", Points::FacesZ)?,
            theta_k: self.theta_k(volume(self.theta.name, Points::Mass)?, vapour.as_ref()),
            vapour,
            energy: energy.transpose()?,
        })
    }

    fn theta_k(&self, mut theta: Array3<f32>, vapour: Option<&Array3<f32>>) -> Array3<f32> {
        theta.mapv_inplace(|perturbation| perturbation + BASE_THETA_K as f32);
        if let (true, Some(vapour)) = (self.theta.moist, vapour) {
            Zip::from(&mut theta)
                .and(vapour)
                .for_each(|theta, r| *theta /= 1.0 + VAPOUR_TO_DRY as f32 * r);
        }
        theta
    }
}

impl Volumes {
    fn shape(&self) -> (usize, usize, usize) {
        self.theta_k.dim()
    }

    /// With the vertical motion that mean fluxes through the coordinate make.
    pub fn complete(mut self, grid: &MetGrid) -> Self {
        if let Some(fluxes) = self.fluxes.take() {
            let (nz, ny, nx) = self.shape();
            let heights = Array3::from_shape_fn((nz, ny, nx), |at| self.height_m(at));
            let depths = Array3::from_shape_fn((nz, ny, nx), |(k, j, i)| {
                (f64::from(self.geopotential[(k + 1, j, i)]) - f64::from(self.geopotential[(k, j, i)])) / GRAVITY_M_S2
            });
            let wind = |at| (f64::from(self.u_m_s(at)), f64::from(self.v_m_s(at)));
            self.rise = Some(Rise::AtMassPoints(fluxes.rise_m_s(grid, &heights, &depths, wind)));
        }
        self
    }

    fn u_m_s(&self, (k, j, i): (usize, usize, usize)) -> f32 {
        0.5 * (self.u[(k, j, i)] + self.u[(k, j, i + 1)])
    }

    fn v_m_s(&self, (k, j, i): (usize, usize, usize)) -> f32 {
        0.5 * (self.v[(k, j, i)] + self.v[(k, j + 1, i)])
    }

    /// Above sea level.
    fn height_m(&self, (k, j, i): (usize, usize, usize)) -> f64 {
        0.5 * (f64::from(self.geopotential[(k, j, i)]) + f64::from(self.geopotential[(k + 1, j, i)])) / GRAVITY_M_S2
    }

    fn pressure(&self, at: (usize, usize, usize)) -> f64 {
        f64::from(self.pressure_pa[at])
    }

    fn temperature_k(&self, at: (usize, usize, usize)) -> f64 {
        f64::from(self.theta_k[at]) * (self.pressure(at) / REFERENCE_PRESSURE_PA).powf(KAPPA)
    }

    /// kg of vapour per kg of moist air.
    fn specific_humidity(&self, at: (usize, usize, usize)) -> f64 {
        let mixing_ratio = self
            .vapour
            .as_ref()
            .map_or(0.0, |vapour| f64::from(vapour[at].max(0.0)));
        mixing_ratio / (1.0 + mixing_ratio)
    }

    fn virtual_temperature_k(&self, at: (usize, usize, usize)) -> f64 {
        self.temperature_k(at) * (1.0 + (VAPOUR_TO_DRY - 1.0) * self.specific_humidity(at))
    }

    /// Height of the ground above sea level, m.
    pub fn terrain_m(&self) -> Array2<f32> {
        let ground = self.geopotential.index_axis(ndarray::Axis(0), 0);
        ground.mapv(|geopotential| (f64::from(geopotential) / GRAVITY_M_S2) as f32)
    }

    /// Pressure at the ground, hPa, hydrostatically from the lowest level.
    pub fn ground_pressure_hpa(&self) -> Array2<f32> {
        let (_, ny, nx) = self.shape();
        Array2::from_shape_fn((ny, nx), |(j, i)| {
            let at = (0, j, i);
            let depth_m = self.height_m(at) - f64::from(self.geopotential[at]) / GRAVITY_M_S2;
            let scale_m = DRY_AIR_GAS_CONSTANT * self.virtual_temperature_k(at) / GRAVITY_M_S2;
            (0.01 * self.pressure(at) * (depth_m / scale_m).exp()) as f32
        })
    }

    /// The fields of every level, from the ground up, as `aloft` names them.
    pub fn fields(&self) -> Vec<RawField> {
        let (nz, ..) = self.shape();
        let levels: Vec<Vec<RawField>> = (0..nz).into_par_iter().map(|k| self.level(k)).collect();
        levels.into_iter().flatten().collect()
    }

    fn level(&self, k: usize) -> Vec<RawField> {
        let (_, ny, nx) = self.shape();
        let field = |name: &str, value: &dyn Fn((usize, usize, usize)) -> f64| RawField {
            level: k + 1,
            name: name.to_owned(),
            values: Array2::from_shape_fn((ny, nx), |(j, i)| value((k, j, i)) as f32),
        };
        let mut fields = vec![
            field("PRES", &|at| 0.01 * self.pressure(at)),
            field("HGTS", &|at| self.height_m(at)),
            field("TEMP", &|at| self.temperature_k(at)),
            field("UWND", &|at| f64::from(self.u_m_s(at))),
            field("VWND", &|at| f64::from(self.v_m_s(at))),
        ];
        match &self.rise {
            Some(Rise::Velocity(w)) => fields.push(field("DZDT", &|at| between_faces(w, at))),
            Some(Rise::AtMassPoints(w)) => fields.push(field("DZDT", &|at| f64::from(w[at]))),
            None => {}
        }
        if self.vapour.is_some() {
            fields.push(field("SPHU", &|at| self.specific_humidity(at)));
        }
        if let Some((energy, Energy { points, factor, .. })) = &self.energy {
            fields.push(field("TKEN", &|at| {
                let stored = match points {
                    Points::FacesZ => between_faces(energy, at),
                    _ => f64::from(energy[at]),
                };
                f64::from(*factor) * stored.max(0.0)
            }));
        }
        fields
    }

    /// What is wrong with the column of air, if anything: heights and pressures must run upward, and layers, on average
    /// over the grid, be as deep as their temperature makes them, which they are not if T is not the θ it should be.
    pub fn imbalance(&self) -> Option<String> {
        let (nz, ny, nx) = self.shape();
        let mut misses = Vec::new();
        for k in 0..nz.saturating_sub(1) {
            let (mut hypsometric, mut stated) = (0.0, 0.0);
            for (j, i) in ndarray::indices((ny, nx)) {
                let (low, high) = ((k, j, i), (k + 1, j, i));
                let depth_m = self.height_m(high) - self.height_m(low);
                let steps = self.pressure(low) / self.pressure(high);
                if !(depth_m > 0.0 && steps > 1.0 && self.pressure(high) > 0.0) {
                    return Some(format!(
                        "at row {j}, column {i} of the part that is used, level {} does not lie above level {k} (from 0)",
                        k + 1
                    ));
                }
                let mean_k = 0.5 * (self.virtual_temperature_k(low) + self.virtual_temperature_k(high));
                hypsometric += DRY_AIR_GAS_CONSTANT * mean_k / GRAVITY_M_S2 * steps.ln();
                stated += depth_m;
            }
            misses.push(hypsometric / stated - 1.0);
        }
        misses.truncate(nz.div_ceil(2).max(1));
        misses.sort_by(f64::total_cmp);
        let typical = misses.get(misses.len() / 2)?;
        (self.vapour.is_some() && typical.abs() > LARGEST_IMBALANCE).then(|| {
            format!(
                "pressure, potential temperature, QVAPOR and geopotential disagree: layers are {:.1} % deeper by temperature \
                 than by geopotential; does T hold moist potential temperature, or a total instead of a perturbation?",
                100.0 * typical
            )
        })
    }
}

fn between_faces(values: &Array3<f32>, (k, j, i): (usize, usize, usize)) -> f64 {
    0.5 * (f64::from(values[(k, j, i)]) + f64::from(values[(k + 1, j, i)]))
}
