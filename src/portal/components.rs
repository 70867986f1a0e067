//! What a slot of a station's series is made of.

use crate::time::UtcTime;
use crate::tracer::Tracer;

/// All that a station's air at one time is made of.
///
/// A part that was not computed stays empty: the columns that need it are then NaN, never a sum that lacks it.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Time of the receptor.
    pub time: UtcTime,
    /// Longitude of the receptor, degrees east.
    pub lon_deg: f64,
    /// Latitude of the receptor, degrees north.
    pub lat_deg: f64,
    /// Height of the receptor above ground, m.
    pub height_agl_m: f64,
    /// Background of CO₂, CO and CH₄, ppm.
    pub background_ppm: Vec<(Tracer, f64)>,
    /// What sectors and fuels add.
    pub sources: Vec<Source>,
    /// What vegetation adds to CO₂.
    pub vegetation: Vec<Vegetation>,
    /// What natural sources add to CH₄, ppm: `wet`, `peat`, `uptake` (of soils, negative), `fire`, `soil`, `lakes`, `ocean`.
    /// One that is left out is not known. Others (`geo`) have no column.
    pub natural_ch4_ppm: Vec<(String, f64)>,
    /// Radon of each flux map.
    pub radon: Vec<RadonSource>,
    /// Weather at the receptor.
    pub weather: Option<Weather>,
}

/// What one sector and fuel add to one gas.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The gas: CO₂, CO or CH₄.
    pub tracer: Tracer,
    /// IPCC category as the portal groups them: `1a1a`, `1a2+6cd`, `4b` …; whatever the case.
    pub category: String,
    /// `coal_hard`, `gas_nat`, `oil_light`, `bio_solid`, `solid_waste` …, `cement`, or `others` for what is no fuel.
    pub fuel: String,
    /// What they add, ppm.
    pub ppm: f64,
}

/// What a class of vegetation adds to CO₂.
#[derive(Clone, Debug, PartialEq)]
pub struct Vegetation {
    /// Its name: `evergreen`, `decid`, `mixfrst`, `shrb`, `savan`, `crop`, `grass`, `others`.
    pub class: String,
    /// By photosynthesis, ppm, negative.
    pub gee_ppm: f64,
    /// By respiration, ppm.
    pub respiration_ppm: f64,
}

/// Radon of one flux map, Bq m⁻³.
#[derive(Clone, Debug, PartialEq)]
pub struct RadonSource {
    /// Which map: empty for the constant one, `noah`, `era`.
    pub map: String,
    /// Background.
    pub background_bq_m3: f64,
    /// What the ground adds.
    pub ground_bq_m3: f64,
}

/// Weather at the receptor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weather {
    /// Mixing height, m.
    pub mixing_height_m: f64,
    /// Wind to the east, north and up, m s⁻¹.
    pub wind_m_s: [f64; 3],
    /// Direction from which the wind comes, degrees from north.
    pub wind_direction_deg: f64,
}

impl Components {
    /// A slot that nothing is known of yet.
    pub const fn at(time: UtcTime, lon_deg: f64, lat_deg: f64, height_agl_m: f64) -> Self {
        Self {
            time,
            lon_deg,
            lat_deg,
            height_agl_m,
            background_ppm: Vec::new(),
            sources: Vec::new(),
            vegetation: Vec::new(),
            natural_ch4_ppm: Vec::new(),
            radon: Vec::new(),
            weather: None,
        }
    }

    /// Background of a gas, ppm; NaN if it is not known.
    pub(super) fn background(&self, tracer: Tracer) -> f64 {
        let found = self.background_ppm.iter().find(|(held, _)| *held == tracer);
        found.map_or(f64::NAN, |(_, ppm)| *ppm)
    }
}
