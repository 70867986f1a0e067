//! Idealised weather: meteorology from formulas, for tests, benchmarks, documentation and the demo.
//!
//! [`SyntheticWeather`] is a mid-latitude cyclone with an anticyclone behind it, drifting on a sheared westerly over a
//! diurnal boundary layer; [`SyntheticFlow`] holds flows whose trajectories are known exactly. Both are
//! [`MetReader`](super::MetReader)s, in the units and on the kind of levels of an ARL file.

mod boundary_layer;
mod flow;
mod options;
mod reader;
mod reference;
mod vortex;
mod weather;

pub use flow::{Flow, SurfaceState, SyntheticFlow};
pub use options::WeatherOptions;
pub use reader::{Domain, SyntheticWeather};
pub use vortex::Vortex;
pub use weather::{Air, Column, Surface, Weather};

/// Pressure levels of the idealised sources, hPa.
pub const PRESSURE_LEVELS_HPA: [f64; 28] = [
    1000.0, 975.0, 950.0, 925.0, 900.0, 875.0, 850.0, 825.0, 800.0, 775.0, 750.0, 700.0, 650.0, 600.0, 550.0, 500.0,
    450.0, 400.0, 350.0, 300.0, 250.0, 225.0, 200.0, 175.0, 150.0, 125.0, 100.0, 50.0,
];
