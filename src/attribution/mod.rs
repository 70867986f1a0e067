//! Who emitted what a sample holds: each contribution is booked at the particle's own place and time, while particles fly.
//!
//! A particle that picks up the influence f of a surface [ppm / (µmol m⁻² s⁻¹)] within a minute brings f · F(x, y, t) of
//! each source F at its place to the receptor, times what survives the way. The mean over the particles is booked by
//! source, country and age of the air; no footprint is stored, and the cost hardly grows with the number of sources.

mod batch;
mod cells;
mod contributions;
mod factors;
mod ledger;
mod losses;
mod meadow;
mod recorder;

use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::variable::Variable;
use crate::vprm::Vprm;
use batch::Batch;

pub use contributions::{Amount, Contributions, Entry, Label};
pub use recorder::Recorder;

/// Groups of particles whose spread is the sampling error.
pub const GROUPS: usize = 20;

/// What is to be told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributionOptions {
    /// `[west, east, south, north]`, degrees: beyond it nothing is booked, and the share of influence there is told.
    pub region: [f64; 4],
    /// Edges between ages of the air at which contributions are told apart, h, ascending from 0; older air counts to the
    /// last part. Empty: ages are not told apart.
    pub age_edges_h: Vec<f64>,
    /// Whether countries are told apart.
    pub by_country: bool,
}

impl Default for AttributionOptions {
    fn default() -> Self {
        Self {
            region: [-180.0, 180.0, -90.0, 90.0],
            age_edges_h: Vec::new(),
            by_country: true,
        }
    }
}

/// What surfaces do, ready to be met by particles; receptors and threads may share it.
#[derive(Debug)]
pub struct Attribution {
    inventories: Vec<Inventory>,
    batches: Vec<Batch>,
    /// Its name, and the model.
    vegetation: Option<(String, Vprm)>,
    options: AttributionOptions,
}

impl Attribution {
    /// Of some inventories; their maps are read when the first particle comes.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no inventory, two have one name, the region is none, or ages do not ascend from 0.
    pub fn new(inventories: Vec<Inventory>, options: AttributionOptions) -> Result<Self> {
        check_inventories(&inventories)?;
        check_options(&options)?;
        let batches = batch::of_inventories(&inventories, options.region);
        Ok(Self {
            inventories,
            batches,
            vegetation: None,
            options,
        })
    }

    /// With the exchange of vegetation: CO₂ under this name, by class, sectors `gee` and `respiration`. Particles then need
    /// the variables `temp` and `dswf`.
    ///
    /// # Errors
    /// [`Error::Config`] if an inventory has this name.
    pub fn with_vegetation(mut self, name: impl Into<String>, vprm: Vprm) -> Result<Self> {
        let name = name.into();
        if self.inventories.iter().any(|inventory| inventory.name == name) {
            return Err(Error::config("vegetation", name, "an inventory has this name"));
        }
        self.vegetation = Some((name, vprm));
        Ok(self)
    }

    /// Of vegetation alone.
    ///
    /// # Errors
    /// As [`Attribution::new`].
    pub fn of_vegetation(name: impl Into<String>, vprm: Vprm, options: AttributionOptions) -> Result<Self> {
        check_options(&options)?;
        Ok(Self {
            inventories: Vec::new(),
            batches: Vec::new(),
            vegetation: Some((name.into(), vprm)),
            options,
        })
    }

    /// Columns of the particle table that it needs besides those that are always there.
    pub fn variables(&self) -> &'static [Variable] {
        match self.vegetation {
            Some(_) => &[Variable::Temp, Variable::Dswf],
            None => &[],
        }
    }

    /// The inventories.
    pub fn inventories(&self) -> &[Inventory] {
        &self.inventories
    }

    /// The model of vegetation.
    pub fn vegetation(&self) -> Option<&Vprm> {
        self.vegetation.as_ref().map(|(_, vprm)| vprm)
    }

    /// What is told apart.
    pub const fn options(&self) -> &AttributionOptions {
        &self.options
    }
}

fn check_inventories(inventories: &[Inventory]) -> Result<()> {
    let empty = inventories.iter().find(|inventory| inventory.sources.is_empty());
    if inventories.is_empty() || empty.is_some() {
        let found = empty.map_or("none", |inventory| inventory.name.as_str());
        return Err(Error::config("inventories", found, "at least one, each with a source"));
    }
    for (i, inventory) in inventories.iter().enumerate() {
        if inventories[..i].iter().any(|other| other.name == inventory.name) {
            return Err(Error::config("inventory", &inventory.name, "two have this name"));
        }
    }
    Ok(())
}

fn check_options(options: &AttributionOptions) -> Result<()> {
    let [west, east, south, north] = options.region;
    let is_region = west < east && east - west <= 360.0 && -90.0 <= south && south < north && north <= 90.0;
    if !is_region {
        let allowed = "[west, east, south, north] in degrees; west below east, at most once around";
        return Err(Error::config(
            "attribution region",
            format!("{:?}", options.region),
            allowed,
        ));
    }
    let ages = &options.age_edges_h;
    let ascend = ages.windows(2).all(|pair| pair[0] < pair[1]) && ages.iter().all(|age| age.is_finite());
    match ages.first() {
        Some(first) if !ascend || *first != 0.0 || ages.len() < 2 => {
            let allowed = "hours that ascend from 0, two at least";
            Err(Error::config("attribution ages", format!("{ages:?}"), allowed))
        }
        _ => Ok(()),
    }
}
