//! What vegetation takes up and gives off where particles are, class by class.

use ndarray::Array2;

use super::contributions::{Label, Tally};
use super::ledger::Ledger;
use super::recorder::Record;
use crate::countries::CountryId;
use crate::error::{Error, Result};
use crate::trajectory::Trajectories;
use crate::variable::Variable;
use crate::vprm::{Exchange, Vprm};

const ZERO_CELSIUS_K: f64 = 273.15;

/// A model of vegetation, and what is booked there: photosynthesis of each class, then respiration.
pub(super) struct Meadow<'a> {
    name: &'a str,
    vprm: &'a Vprm,
    ledger: Ledger,
    by_class: Vec<Exchange>,
    fluxes: Vec<f32>,
    outside_foot: f64,
}

/// Columns of the particle table that vegetation needs.
pub(super) struct SurfaceAir<'b> {
    temperature_k: &'b Array2<f32>,
    shortwave_w_m2: &'b Array2<f32>,
}

impl<'b> SurfaceAir<'b> {
    pub fn of(block: &'b Trajectories) -> Result<Self> {
        let table = |variable: Variable| {
            block.table(variable).ok_or_else(|| {
                let allowed = "the exchange of vegetation needs temp and dswf of the particles: let them be kept, or attribute \
                               while they fly";
                Error::config("variables", format!("without {}", variable.name()), allowed)
            })
        };
        Ok(Self {
            temperature_k: table(Variable::Temp)?,
            shortwave_w_m2: table(Variable::Dswf)?,
        })
    }

    /// Temperature, °C, and radiation, W m⁻².
    pub fn at(&self, record: [usize; 2]) -> [f64; 2] {
        [
            f64::from(self.temperature_k[record]) - ZERO_CELSIUS_K,
            f64::from(self.shortwave_w_m2[record]),
        ]
    }
}

impl<'a> Meadow<'a> {
    pub fn new(name: &'a str, vprm: &'a Vprm, ages: usize) -> Self {
        let classes = vprm.class_count();
        Self {
            name,
            vprm,
            ledger: Ledger::new(2 * classes, ages),
            by_class: vec![Exchange::default(); classes],
            fluxes: vec![0.0; 2 * classes],
            outside_foot: 0.0,
        }
    }

    pub fn book(&mut self, record: &Record, by_country: bool, [temperature_c, shortwave_w_m2]: [f64; 2]) {
        let place = [record.lon_deg, record.lat_deg];
        let covered = self
            .vprm
            .book(place, record.time, temperature_c, shortwave_w_m2, &mut self.by_class);
        if !covered {
            self.outside_foot += record.foot;
            return;
        }
        let (gee, respiration) = self.fluxes.split_at_mut(self.by_class.len());
        for ((exchange, gee), respiration) in self.by_class.iter().zip(gee).zip(respiration) {
            (*gee, *respiration) = (exchange.gee, exchange.resp);
        }
        let country = if by_country { record.country } else { CountryId::SEA };
        let account = (country, record.age, record.group);
        self.ledger.book(account, record.foot as f32, &self.fluxes, None);
    }

    pub fn tally(self) -> Tally {
        let classes = self.vprm.classes();
        let of = |sector: &'static str| {
            classes.iter().map(move |class| Label {
                tracer: "CO2".into(),
                inventory: self.name.to_owned(),
                sector: sector.into(),
                fuel: String::new(),
                vegetation_class: (*class).to_owned(),
            })
        };
        Tally {
            labels: of("gee").chain(of("respiration")).collect(),
            ledger: self.ledger,
            outside_foot: self.outside_foot,
        }
    }
}
