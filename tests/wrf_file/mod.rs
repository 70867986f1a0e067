//! Writes files as WRF does: an atmosphere from formulas on a staggered grid, split into base state and perturbation.
#![allow(dead_code)]

pub mod map;

use std::path::Path;

use airshed::UtcTime;
use airshed::geo::LonLat;
use hdf5_metno::types::FixedAscii;
use ndarray::Array2;

use map::Map;

pub const TOP_PA: f64 = 5_000.0;
pub const G: f64 = 9.81;
pub const R_D: f64 = 287.0;
pub const KAPPA: f64 = 2.0 / 7.0;
pub const VAPOUR_TO_DRY: f64 = 461.6 / 287.0;
const BASE_K: f64 = 290.0;

/// Air at a pressure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Air {
    /// Eastward and northward wind, m s⁻¹.
    pub wind_m_s: [f64; 2],
    pub w_m_s: f64,
    pub temperature_k: f64,
    /// Above sea level.
    pub height_m: f64,
    /// Vapour over dry air.
    pub mixing_ratio: f64,
}

/// The ground.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ground {
    pub pressure_pa: f64,
    pub terrain_m: f64,
    pub temperature_k: f64,
    pub mixing_ratio: f64,
    pub wind_m_s: [f64; 2],
    pub friction_velocity_m_s: f64,
    pub heat_w_m2: f64,
    pub latent_w_m2: f64,
    pub mixing_height_m: f64,
    pub sunlight_w_m2: f64,
    pub rain_mm: f64,
    pub convective_rain_mm: f64,
}

pub trait Atmosphere {
    fn ground(&self, place: LonLat, time: UtcTime) -> Ground;
    fn air(&self, place: LonLat, time: UtcTime, pressure_pa: f64) -> Air;
    /// dη/dt where mean fluxes are written, s⁻¹.
    fn eta_rate(&self, _eta: f64) -> f64 {
        0.0
    }
}

/// How potential temperature is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Theta {
    /// T, dry.
    Dry,
    /// THM only, moist, USE_THETA_M = 1.
    Moist,
    /// Both, USE_THETA_M = 1, as WRF 4 does.
    Both,
    /// T that is moist, which it never should be.
    Mislabelled,
}

#[derive(Clone, Debug)]
pub struct WrfGrid {
    pub map: Map,
    pub nx: usize,
    pub ny: usize,
    pub spacing_m: f64,
    pub centre: LonLat,
    /// η of the faces of levels, from the ground up.
    pub eta: Vec<f64>,
    pub hybrid: bool,
    pub theta: Theta,
    pub mean_fluxes: bool,
    /// Cells by which the grid has moved at each time; a static grid where empty.
    pub moves: Vec<(i64, i64)>,
    /// Variables that are left out.
    pub without: Vec<&'static str>,
}

/// Points of a staggered grid.
#[derive(Clone, Copy)]
struct At {
    dx: f64,
    dy: f64,
}

const MASS: At = At { dx: 0.0, dy: 0.0 };
const FACES_X: At = At { dx: -0.5, dy: 0.0 };
const FACES_Y: At = At { dx: 0.0, dy: -0.5 };

impl WrfGrid {
    pub fn new(map: Map, (nx, ny): (usize, usize), spacing_m: f64, centre: LonLat) -> Self {
        Self {
            map,
            nx,
            ny,
            spacing_m,
            centre,
            eta: vec![1.0, 0.995, 0.98, 0.95, 0.9, 0.8, 0.65, 0.45, 0.25, 0.1, 0.0],
            hybrid: false,
            theta: Theta::Dry,
            mean_fluxes: false,
            moves: Vec::new(),
            without: Vec::new(),
        }
    }

    /// The place at fractional indices of mass points.
    pub fn place(&self, x: f64, y: f64) -> LonLat {
        let (x0, y0) = self.map.project(self.centre);
        let along =
            |origin: f64, index: f64, count: usize| origin + (index - 0.5 * (count as f64 - 1.0)) * self.spacing_m;
        self.map.place((along(x0, x, self.nx), along(y0, y, self.ny)))
    }

    /// c₁ and c₂ (Pa) at η: p_dry = top + ∫.
    fn mass(&self, eta: f64) -> (f64, f64) {
        if !self.hybrid {
            return (1.0, 0.0);
        }
        // B(η) = η² and p = top + B (p_s − top) + (η − B)(p₀ − top), so that c₁ = dB/dη
        (2.0 * eta, (1.0 - 2.0 * eta) * (1e5 - TOP_PA))
    }

    pub fn pressure_pa(&self, eta: f64, surface_pa: f64) -> f64 {
        match self.hybrid {
            false => TOP_PA + eta * (surface_pa - TOP_PA),
            true => TOP_PA + eta * eta * (surface_pa - TOP_PA) + (eta - eta * eta) * (1e5 - TOP_PA),
        }
    }

    fn levels(&self) -> Vec<f64> {
        self.eta.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect()
    }

    fn grid_wind(&self, place: LonLat, [east, north]: [f64; 2]) -> [f64; 2] {
        let (px, py) = match self.map {
            Map::LatLon => (0.0, 1.0),
            map => map.north(place),
        };
        [py * east + px * north, py * north - px * east]
    }
}

/// Writes the atmosphere at some times.
pub fn write(path: &Path, grid: &WrfGrid, atmosphere: &dyn Atmosphere, times: &[UtcTime]) {
    let mut file = netcdf::create(path).unwrap();
    attributes(&mut file, grid, times[0]);
    for (name, length) in [
        ("Time", times.len()),
        ("bottom_top", grid.eta.len() - 1),
        ("bottom_top_stag", grid.eta.len()),
        ("south_north", grid.ny),
        ("south_north_stag", grid.ny + 1),
        ("west_east", grid.nx),
        ("west_east_stag", grid.nx + 1),
    ] {
        file.add_dimension(name, length).unwrap();
    }
    let mut out = Out { file, grid };
    for (index, &time) in times.iter().enumerate() {
        let (move_x, move_y) = grid.moves.get(index).copied().unwrap_or((0, 0));
        let sampler = Sampler {
            grid,
            atmosphere,
            time,
            offset: (move_x as f64, move_y as f64),
        };
        sampler.write(&mut out, index);
    }
    out.file.close().unwrap();
    write_times(path, times);
}

fn attributes(file: &mut netcdf::FileMut, grid: &WrfGrid, start: UtcTime) {
    let [first, second, lon] = grid.map.attributes();
    file.add_attribute("TITLE", " OUTPUT FROM WRF V4.4 MODEL").unwrap();
    file.add_attribute("SIMULATION_START_DATE", stamp(start)).unwrap();
    for (name, value) in [
        ("MAP_PROJ", grid.map.number()),
        ("WEST-EAST_PATCH_END_UNSTAG", grid.nx as i32),
    ] {
        file.add_attribute(name, value).unwrap();
    }
    let moist = i32::from(!matches!(grid.theta, Theta::Dry));
    file.add_attribute("USE_THETA_M", moist).unwrap();
    for (name, value) in [
        ("DX", grid.spacing_m as f32),
        ("DY", grid.spacing_m as f32),
        ("TRUELAT1", first),
        ("TRUELAT2", second),
        ("STAND_LON", lon),
        ("POLE_LAT", 90.0),
        ("POLE_LON", 0.0),
    ] {
        file.add_attribute(name, value).unwrap();
    }
}

pub fn stamp(time: UtcTime) -> String {
    let civil = time.civil();
    civil.strftime("%Y-%m-%d_%H:%M:%S").to_string()
}

/// The library's Rust face cannot write characters; HDF5's can.
fn write_times(path: &Path, times: &[UtcTime]) {
    let text = times.iter().flat_map(|&time| stamp(time).into_bytes());
    let letters: Vec<FixedAscii<1>> = text.map(|letter| FixedAscii::from_ascii(&[letter]).unwrap()).collect();
    let letters = Array2::from_shape_vec((times.len(), 19), letters).unwrap();
    let file = hdf5_metno::File::open_rw(path).unwrap();
    file.new_dataset_builder().with_data(&letters).create("Times").unwrap();
}

struct Out<'a> {
    file: netcdf::FileMut,
    grid: &'a WrfGrid,
}

impl Out<'_> {
    /// Values of one time, in the order of the dimensions.
    fn put(&mut self, name: &str, dimensions: &[&str], time: usize, values: &[f32]) {
        if self.grid.without.contains(&name) {
            return;
        }
        if time == 0 {
            let all: Vec<&str> = std::iter::once("Time").chain(dimensions.iter().copied()).collect();
            let mut variable = self.file.add_variable::<f32>(name, &all).unwrap();
            variable.set_compression(4, true).unwrap();
        }
        let mut extents: Vec<netcdf::Extent> = vec![(time..time + 1).into()];
        extents.extend(dimensions.iter().map(|_| netcdf::Extent::from(..)));
        self.file
            .variable_mut(name)
            .unwrap()
            .put_values(values, extents)
            .unwrap();
    }
}

struct Sampler<'a> {
    grid: &'a WrfGrid,
    atmosphere: &'a dyn Atmosphere,
    time: UtcTime,
    offset: (f64, f64),
}

impl Sampler<'_> {
    fn place(&self, at: At, j: usize, i: usize) -> LonLat {
        let (x, y) = (i as f64 + at.dx + self.offset.0, j as f64 + at.dy + self.offset.1);
        self.grid.place(x, y)
    }

    fn plane(&self, at: At, value: impl Fn(LonLat, &Ground) -> f64) -> Vec<f32> {
        let (ny, nx) = (
            self.grid.ny + usize::from(at.dy != 0.0),
            self.grid.nx + usize::from(at.dx != 0.0),
        );
        let points = (0..ny).flat_map(|j| (0..nx).map(move |i| (j, i)));
        let value = |(j, i)| {
            let place = self.place(at, j, i);
            value(place, &self.atmosphere.ground(place, self.time)) as f32
        };
        points.map(value).collect()
    }

    fn volume(&self, at: At, etas: &[f64], value: impl Fn(LonLat, &Ground, &Air, f64) -> f64) -> Vec<f32> {
        let level = |&eta: &f64| {
            self.plane(at, |place, ground| {
                let pressure_pa = self.grid.pressure_pa(eta, ground.pressure_pa);
                let air = self.atmosphere.air(place, self.time, pressure_pa);
                value(place, ground, &air, eta)
            })
        };
        etas.iter().flat_map(level).collect()
    }

    fn write(&self, out: &mut Out<'_>, time: usize) {
        self.write_ground(out, time);
        let (faces, levels, grid) = (&self.grid.eta, self.grid.levels(), self.grid);
        let (mass, stag) = (["bottom_top", "south_north", "west_east"], "bottom_top_stag");
        let (on_x, on_y) = (
            ["bottom_top", "south_north", "west_east_stag"],
            ["bottom_top", "south_north_stag", "west_east"],
        );
        let on_z = [stag, "south_north", "west_east"];
        let pressure = |ground: &Ground, eta| grid.pressure_pa(eta, ground.pressure_pa);
        let base_pa =
            |ground: &Ground, eta| grid.pressure_pa(eta, 1e5 * (-G * ground.terrain_m / (R_D * BASE_K)).exp());
        let base_phi = |ground: &Ground, eta: f64| {
            G * ground.terrain_m + R_D * BASE_K * (base_pa(ground, 1.0) / base_pa(ground, eta)).ln()
        };
        let theta = |air: &Air, pressure_pa: f64| air.temperature_k * (1e5 / pressure_pa).powf(KAPPA);
        let moist = |air: &Air| 1.0 + VAPOUR_TO_DRY * air.mixing_ratio;
        let mut put = |name, dims: &[&str], values: Vec<f32>| out.put(name, dims, time, &values);
        put(
            "U",
            &on_x,
            self.volume(FACES_X, &levels, |place, _, air, _| {
                grid.grid_wind(place, air.wind_m_s)[0]
            }),
        );
        put(
            "V",
            &on_y,
            self.volume(FACES_Y, &levels, |place, _, air, _| {
                grid.grid_wind(place, air.wind_m_s)[1]
            }),
        );
        put("W", &on_z, self.volume(MASS, faces, |_, _, air, _| air.w_m_s));
        put(
            "PB",
            &mass,
            self.volume(MASS, &levels, |_, ground, _, eta| base_pa(ground, eta)),
        );
        put(
            "P",
            &mass,
            self.volume(MASS, &levels, |_, ground, _, eta| {
                pressure(ground, eta) - f64::from(base_pa(ground, eta) as f32)
            }),
        );
        put(
            "PHB",
            &on_z,
            self.volume(MASS, faces, |_, ground, _, eta| base_phi(ground, eta)),
        );
        put(
            "PH",
            &on_z,
            self.volume(MASS, faces, |_, ground, air, eta| {
                G * air.height_m - f64::from(base_phi(ground, eta) as f32)
            }),
        );
        put(
            "QVAPOR",
            &mass,
            self.volume(MASS, &levels, |_, _, air, _| air.mixing_ratio),
        );
        if grid.theta != Theta::Moist {
            put(
                "T",
                &mass,
                self.volume(MASS, &levels, |_, ground, air, eta| {
                    let wet = if grid.theta == Theta::Mislabelled {
                        moist(air)
                    } else {
                        1.0
                    };
                    theta(air, pressure(ground, eta)) * wet - 300.0
                }),
            );
        }
        if matches!(grid.theta, Theta::Moist | Theta::Both) {
            put(
                "THM",
                &mass,
                self.volume(MASS, &levels, |_, ground, air, eta| {
                    theta(air, pressure(ground, eta)) * moist(air) - 300.0
                }),
            );
        }
        let profile = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<_>>();
        put("ZNU", &["bottom_top"], profile(&levels));
        put("ZNW", &[stag], profile(faces));
        if grid.mean_fluxes {
            self.write_fluxes(out, time);
        }
    }

    fn write_ground(&self, out: &mut Out<'_>, time: usize) {
        let plane = ["south_north", "west_east"];
        let mut put = |name, value: &dyn Fn(LonLat, &Ground) -> f64| {
            out.put(name, &plane, time, &self.plane(MASS, value));
        };
        let wind = |place, ground: &Ground| self.grid.grid_wind(place, ground.wind_m_s);
        put("XLAT", &|place, _| place.lat_deg);
        put("XLONG", &|place, _| place.lon_deg);
        put("HGT", &|_, ground| ground.terrain_m);
        put("PSFC", &|_, ground| ground.pressure_pa);
        put("T2", &|_, ground| ground.temperature_k);
        put("TSK", &|_, ground| ground.temperature_k + 3.0);
        put("Q2", &|_, ground| ground.mixing_ratio);
        put("U10", &|place, ground| wind(place, ground)[0]);
        put("V10", &|place, ground| wind(place, ground)[1]);
        put("UST", &|_, ground| ground.friction_velocity_m_s);
        put("PBLH", &|_, ground| ground.mixing_height_m);
        put("HFX", &|_, ground| ground.heat_w_m2);
        put("LH", &|_, ground| ground.latent_w_m2);
        put("ZNT", &|_, _| 0.1);
        put("SWDOWN", &|_, ground| ground.sunlight_w_m2);
        put("RAINC", &|_, ground| ground.convective_rain_mm);
        put("RAINNC", &|_, ground| ground.rain_mm - ground.convective_rain_mm);
        put("MAPFAC_M", &|place, _| self.grid.map.factors(place).0);
    }

    fn write_fluxes(&self, out: &mut Out<'_>, time: usize) {
        let (faces, levels, grid) = (&self.grid.eta, self.grid.levels(), self.grid);
        let column = |ground: &Ground| ground.pressure_pa - TOP_PA;
        let mass = |ground: &Ground, eta: f64| {
            let (c1, c2) = grid.mass(eta);
            c1 * column(ground) + c2
        };
        let (x, y) = (["south_north", "west_east_stag"], ["south_north_stag", "west_east"]);
        let plane = ["south_north", "west_east"];
        let mut put = |name, dims: &[&str], values: Vec<f32>| out.put(name, dims, time, &values);
        let factors = |place| grid.map.factors(place);
        put("MUB", &plane, self.plane(MASS, |_, _| 90_000.0));
        put("MU", &plane, self.plane(MASS, |_, ground| column(ground) - 90_000.0));
        put("MAPFAC_UY", &x, self.plane(FACES_X, |place, _| factors(place).1));
        put("MAPFAC_VX", &y, self.plane(FACES_Y, |place, _| factors(place).0));
        put("MAPFAC_MY", &plane, self.plane(MASS, |place, _| factors(place).1));
        if grid.hybrid {
            let profile =
                |etas: &[f64], c: fn((f64, f64)) -> f64| etas.iter().map(|&eta| c(grid.mass(eta)) as f32).collect();
            put("C1H", &["bottom_top"], profile(&levels, |c| c.0));
            put("C2H", &["bottom_top"], profile(&levels, |c| c.1));
            put("C1F", &["bottom_top_stag"], profile(faces, |c| c.0));
            put("C2F", &["bottom_top_stag"], profile(faces, |c| c.1));
        }
        let u = self.volume(FACES_X, &levels, |place, ground, air, eta| {
            grid.grid_wind(place, air.wind_m_s)[0] * mass(ground, eta) / factors(place).1
        });
        put("AVGFLX_RUM", &["bottom_top", x[0], x[1]], u);
        let v = self.volume(FACES_Y, &levels, |place, ground, air, eta| {
            grid.grid_wind(place, air.wind_m_s)[1] * mass(ground, eta) / factors(place).0
        });
        put("AVGFLX_RVM", &["bottom_top", y[0], y[1]], v);
        let w = self.volume(MASS, faces, |place, ground, _, eta| {
            self.atmosphere.eta_rate(eta) * mass(ground, eta) / factors(place).1
        });
        put("AVGFLX_WWM", &["bottom_top_stag", plane[0], plane[1]], w);
    }
}
