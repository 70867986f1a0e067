//! Python bindings of airshed: the classes and functions that Python finds in `airshed._core`.
//!
//! One file per module of the crate. What belongs to pandas, xarray or matplotlib stands in the Python part.

use pyo3::prelude::*;

mod attribution;
mod background;
mod boundary;
mod coastlines;
mod compare;
mod conditions;
mod config;
mod countries;
mod crs;
mod dataset;
mod error;
mod flux;
mod footprint;
mod formats;
mod grid;
mod interpreter;
mod inventory;
mod met;
mod observations;
mod portal;
mod receptor;
mod store;
mod time;
mod tracer;
mod trajectory;
mod transport;
mod vprm;

/// The compiled part of airshed.
#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::attribution::{Attribution, Contributions};
    #[pymodule_export]
    use crate::background::{Background, BackgroundMean};
    #[pymodule_export]
    use crate::coastlines::map_lines;
    #[pymodule_export]
    use crate::compare::{Comparison, compare_file, compare_series, ensemble_columns, tracer_numbers};
    #[pymodule_export]
    use crate::conditions::conditions;
    #[pymodule_export]
    use crate::config::Config;
    #[pymodule_export]
    use crate::countries::{country_codes, country_share, country_table};
    #[pymodule_export]
    use crate::crs::{project, unproject};
    #[pymodule_export]
    use crate::flux::{Enhancement, Flux, FluxTotal};
    #[pymodule_export]
    use crate::footprint::Footprint;
    #[pymodule_export]
    use crate::formats::{read_footprints, write_footprints};
    #[pymodule_export]
    use crate::grid::Grid;
    #[pymodule_export]
    use crate::inventory::Inventory;
    #[pymodule_export]
    use crate::met::MetStore;
    #[pymodule_export]
    use crate::observations::{Observations, datem_columns, station_table};
    #[pymodule_export]
    use crate::portal::{
        portal_breaches, portal_of, portal_of_contributions, portal_read, portal_read_raw, portal_write,
    };
    #[pymodule_export]
    use crate::receptor::Receptor;
    #[pymodule_export]
    use crate::store::{Jacobian, Store};
    #[pymodule_export]
    use crate::tracer::{
        ch4_loss_rate, co_loss_rate, convert_unit, delta14c, delta14c_notebook, nuclear_delta14c, nuclear_releases,
        radon_activity, radon_flux, radon_flux_of_atoms,
    };
    #[pymodule_export]
    use crate::trajectory::Trajectories;
    #[pymodule_export]
    use crate::transport::{Settings, follow};
    #[pymodule_export]
    use crate::vprm::Vprm;

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::close_at_exit(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
