//! What the particles of a receptor start from.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Highest place that is sampled, m.
const HIGHEST_M: f64 = 20_000.0;
/// Lowest place above sea level, m: below the shore of the Dead Sea.
const LOWEST_ASL_M: f64 = -450.0;

/// What heights count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Datum {
    /// Above ground: STILT's `zagl`, KMSL = 0.
    #[default]
    Ground,
    /// Above sea level, KMSL = 1: the terrain of the meteorology is taken off; what lies below it starts at the ground.
    SeaLevel,
}

/// A place that is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
    /// m above the receptor's datum.
    pub height_m: f64,
    /// Factor on the influence of the particles that start there, such as an averaging kernel; linear in between on a
    /// path.
    pub weight: f64,
}

/// A place of a track, and when it was passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// When.
    pub time: UtcTime,
    /// Where.
    pub site: Site,
}

/// What the particles of a receptor start from.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// The receptor's own place.
    Point,
    /// Several places, the particles shared out among them in blocks.
    Points(Vec<Site>),
    /// A line through the air: a vertical column (two sites), a slant path.
    Path {
        /// Where it bends; great circles in between.
        sites: Vec<Site>,
        /// What the particles divide evenly.
        even_in: EvenIn,
        /// What the footprint is a mean over.
        mean_over: MeanOver,
    },
    /// A line that was travelled: particles start evenly in time.
    Track(Vec<Stop>),
}

/// What the particles on a path divide evenly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvenIn {
    /// Its length; in a vertical column, its height.
    #[default]
    Length,
    /// The mass of dry air along it: the pressure weighting function of a column mean (Wu et al. 2018).
    Pressure,
}

/// What the footprint of a path that is even in pressure is a mean over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeanOver {
    /// The air that was sampled.
    #[default]
    Release,
    /// The whole column of air, up to the top of the atmosphere; what lies outside the path has no influence (the
    /// footprint of an XCO2).
    Atmosphere,
}

impl EvenIn {
    /// As in the configuration: `length`, `pressure`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Pressure => "pressure",
        }
    }
}

impl Datum {
    /// The key of a height: `height_agl_m`, `height_asl_m`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ground => "height_agl_m",
            Self::SeaLevel => "height_asl_m",
        }
    }
}

impl Site {
    /// A place of weight 1.
    pub const fn new(lon_deg: f64, lat_deg: f64, height_m: f64) -> Self {
        Self {
            lon_deg,
            lat_deg,
            height_m,
            weight: 1.0,
        }
    }

    pub(super) fn check(&self, datum: Datum) -> Result<()> {
        if !(-180.0..=360.0).contains(&self.lon_deg) {
            return Err(Error::config("lon_deg", self.lon_deg, "degrees east, from -180 to 360"));
        }
        if !(-90.0..=90.0).contains(&self.lat_deg) {
            return Err(Error::config("lat_deg", self.lat_deg, "degrees north, from -90 to 90"));
        }
        let (lowest_m, above) = match datum {
            Datum::Ground => (0.0, "ground"),
            Datum::SeaLevel => (LOWEST_ASL_M, "sea level"),
        };
        if !(lowest_m..=HIGHEST_M).contains(&self.height_m) {
            let allowed = format!("m above {above}, from {lowest_m} to {HIGHEST_M}");
            return Err(Error::config(datum.key(), self.height_m, allowed));
        }
        match self.weight >= 0.0 && self.weight.is_finite() {
            true => Ok(()),
            false => Err(Error::config("weight", self.weight, "a factor, 0 or greater")),
        }
    }
}

impl Shape {
    /// As in the configuration: `point`, `points`, `column`, `path`, `track`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Points(_) => "points",
            Self::Path { sites, .. } if is_column(sites) => "column",
            Self::Path { .. } => "path",
            Self::Track(_) => "track",
        }
    }

    pub(super) fn check(&self, datum: Datum) -> Result<()> {
        let sites: Vec<Site> = match self {
            Self::Point => Vec::new(),
            Self::Points(sites) | Self::Path { sites, .. } => sites.clone(),
            Self::Track(stops) => stops.iter().map(|stop| stop.site).collect(),
        };
        let name = self.name();
        for (number, site) in sites.iter().enumerate() {
            site.check(datum).map_err(|fault| fault.within(name, number + 1))?;
        }
        let enough = !matches!(self, Self::Path { .. } | Self::Track(_)) || sites.len() >= 2;
        if !enough {
            return Err(Error::config(
                name,
                format!("{} place", sites.len()),
                "at least two places",
            ));
        }
        if let Self::Path { sites, .. } = self
            && sites
                .iter()
                .all(|s| (s.place(), s.height_m) == (sites[0].place(), sites[0].height_m))
        {
            return Err(Error::config(name, "one place", "at least two different places"));
        }
        if !sites.is_empty() && sites.iter().all(|site| site.weight == 0.0) {
            return Err(Error::config("weight", 0, "at least one place with a weight above 0"));
        }
        self.check_times()?;
        self.check_means()
    }

    fn check_times(&self) -> Result<()> {
        let Self::Track(stops) = self else { return Ok(()) };
        match stops.windows(2).position(|pair| pair[1].time <= pair[0].time) {
            None => Ok(()),
            Some(k) => Err(Error::config(
                format!("track, place {}: time", k + 2),
                stops[k + 1].time,
                format!("later than the place before it, {}", stops[k].time),
            )),
        }
    }

    fn check_means(&self) -> Result<()> {
        let Self::Path {
            sites,
            even_in,
            mean_over,
        } = self
        else {
            return Ok(());
        };
        if *even_in == EvenIn::Length && *mean_over == MeanOver::Atmosphere {
            let allowed = "a mean over the atmosphere needs even_in = \"pressure\"";
            return Err(Error::config("mean_over", "atmosphere", allowed));
        }
        if *even_in == EvenIn::Pressure && sites.iter().all(|site| site.height_m == sites[0].height_m) {
            let allowed = "a level path has nothing to divide: leave it out, or give different heights";
            return Err(Error::config("even_in", "pressure", allowed));
        }
        Ok(())
    }
}

/// Whether two sites stand one above the other.
pub(super) fn is_column(sites: &[Site]) -> bool {
    matches!(sites, [bottom, top] if bottom.lon_deg == top.lon_deg
        && bottom.lat_deg == top.lat_deg
        && bottom.height_m < top.height_m
        && bottom.weight == top.weight)
}
