//! Receptors: where and when an air sample was taken.
//!
//! A sample need not come from one point: particles start at several points, along a vertical column or a slant path,
//! on the track of an aircraft, and over a span of time ([`Shape`], [`Receptor::over_hours`]). A particle's start depends on
//! its number alone ([`Layout`]).
//!
//! [`Description`] is a receptor in the words of the configuration, of Python and of the tables ([`read_csv`]).

mod description;
mod layout;
mod series;
mod shape;
mod station;
mod table;

pub use description::{Description, Waypoint};
pub use layout::{Layout, Start};
pub use series::{check_unique_ids, series};
pub use shape::{Datum, EvenIn, MeanOver, Shape, Site, Stop};
pub use table::read_csv;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Longest release, h.
const MAX_RELEASE_H: f64 = 240.0;

/// Where and when an air sample was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Description", into = "Description")]
pub struct Receptor {
    /// Name of the output files; STILT's `yyyymmddHHMM_lon_lat_zagl` by default. No `/`.
    pub id: String,
    /// When the air was sampled: the origin of the time axis, where a backward run starts.
    pub time: UtcTime,
    /// Longitude of the point, or of the first place of another shape, degrees east.
    pub lon_deg: f64,
    /// Latitude of it, degrees north.
    pub lat_deg: f64,
    /// Height of it, m above `datum`.
    pub height_m: f64,
    /// What heights count from, also those of `shape`.
    pub datum: Datum,
    /// What the particles start from.
    pub shape: Shape,
    /// Hours over which they start, from `time` on in the direction of the run; `None`: as the run's options say.
    pub release_h: Option<f64>,
}

impl Receptor {
    /// A point above ground, with STILT's own id.
    ///
    /// # Errors
    /// [`Error::Config`] if a coordinate is not finite or out of range.
    pub fn new(time: UtcTime, lon_deg: f64, lat_deg: f64, height_agl_m: f64) -> Result<Self> {
        let site = Site::new(lon_deg, lat_deg, height_agl_m);
        Self::of_shape(time, site, Datum::Ground, Shape::Point)
    }

    /// Several points at one time, the particles shared out among them.
    ///
    /// # Errors
    /// [`Error::Config`] if there is none, or one is impossible.
    pub fn points(time: UtcTime, sites: Vec<Site>, datum: Datum) -> Result<Self> {
        let first = first_of("points", &sites)?;
        Self::of_shape(time, first, datum, Shape::Points(sites))
    }

    /// A vertical column from `site` up to `top_m`; particle i of N starts at bottom + (i − ½)(top − bottom)/N.
    ///
    /// # Errors
    /// [`Error::Config`] if the top does not lie above the bottom, or a coordinate is impossible.
    pub fn column(time: UtcTime, site: Site, top_m: f64, datum: Datum) -> Result<Self> {
        if top_m <= site.height_m {
            let allowed = format!("above the bottom of the column, {} m", site.height_m);
            return Err(Error::config("height_top_m", top_m, allowed));
        }
        let top = Site {
            height_m: top_m,
            ..site
        };
        Self::path(time, vec![site, top], datum)
    }

    /// A path through the air at one time, such as the slant column below a satellite: great circles between the
    /// sites, heights linear along them.
    ///
    /// # Errors
    /// [`Error::Config`] if there are less than two sites, or one is impossible.
    pub fn path(time: UtcTime, sites: Vec<Site>, datum: Datum) -> Result<Self> {
        let first = first_of("path", &sites)?;
        let shape = Shape::Path {
            sites,
            even_in: EvenIn::Length,
            mean_over: MeanOver::Release,
        };
        Self::of_shape(time, first, datum, shape)
    }

    /// The track of an aircraft, a ship or a car, sampled evenly in time; `time` becomes that of its last stop (of its
    /// first in a forward run).
    ///
    /// # Errors
    /// [`Error::Config`] if there are less than two stops, their times do not ascend, or one is impossible.
    pub fn track(stops: Vec<Stop>, datum: Datum) -> Result<Self> {
        let sites: Vec<Site> = stops.iter().map(|stop| stop.site).collect();
        let first = first_of("track", &sites)?;
        let time = stops.last().map_or(UtcTime::from_seconds(0), |stop| stop.time);
        Self::of_shape(time, first, datum, Shape::Track(stops))
    }

    fn of_shape(time: UtcTime, site: Site, datum: Datum, shape: Shape) -> Result<Self> {
        let id = default_id(time, site, datum, &shape);
        Self {
            id,
            time,
            lon_deg: site.lon_deg,
            lat_deg: site.lat_deg,
            height_m: site.height_m,
            datum,
            shape,
            release_h: None,
        }
        .validated()
    }

    /// The same receptor under another id.
    ///
    /// # Errors
    /// [`Error::Config`] if the id is empty or contains `/`.
    pub fn with_id(self, id: impl Into<String>) -> Result<Self> {
        Self { id: id.into(), ..self }.validated()
    }

    /// The same receptor, its height (and all of its shape) above sea level.
    ///
    /// # Errors
    /// [`Error::Config`] if a height is impossible then.
    pub fn above_sea_level(self) -> Result<Self> {
        let had_default_id = self.id == default_id(self.time, self.site(), self.datum, &self.shape);
        let datum = Datum::SeaLevel;
        let id = match had_default_id {
            true => default_id(self.time, self.site(), datum, &self.shape),
            false => self.id,
        };
        Self { id, datum, ..self }.validated()
    }

    /// The same receptor, sampled evenly over so many hours: those before `time` in a backward run, those after it in
    /// a forward run.
    ///
    /// # Errors
    /// [`Error::Config`] if it is negative, above ten days, or if the receptor is a track.
    pub fn over_hours(self, hours: f64) -> Result<Self> {
        let release_h = Some(hours);
        Self { release_h, ..self }.validated()
    }

    /// The same path, its particles even in length or in pressure.
    ///
    /// # Errors
    /// [`Error::Config`] if this is no path.
    pub fn evenly(self, even_in: EvenIn, mean_over: MeanOver) -> Result<Self> {
        let Shape::Path { sites, .. } = self.shape else {
            let allowed = "only a column or a path can be even in something";
            return Err(Error::config("even_in", even_in.name(), allowed));
        };
        let shape = Shape::Path {
            sites,
            even_in,
            mean_over,
        };
        Self { shape, ..self }.validated()
    }

    /// Height above ground, m, of the point or the first place; `None` if heights count from sea level.
    pub fn height_agl_m(&self) -> Option<f64> {
        (self.datum == Datum::Ground).then_some(self.height_m)
    }

    /// The point, or the first place of another shape.
    pub fn site(&self) -> Site {
        Site::new(self.lon_deg, self.lat_deg, self.height_m)
    }

    /// Whether all particles start from one point whose height above ground is known.
    pub fn is_plain_point(&self) -> bool {
        self.shape == Shape::Point && self.datum == Datum::Ground && self.release_h.is_none()
    }

    /// The receptor as a run in one direction meets it: a track's time is that of its end or, forward, of its start.
    #[must_use]
    pub fn facing(&self, forward: bool) -> Self {
        let mut receptor = self.clone();
        if let Shape::Track(stops) = &self.shape
            && let Some(stop) = if forward { stops.first() } else { stops.last() }
        {
            receptor.time = stop.time;
        }
        receptor
    }

    fn validated(self) -> Result<Self> {
        if self.id.is_empty() || self.id.contains(['/', '\0']) || self.id == "." || self.id == ".." {
            return Err(Error::config(
                "receptor id",
                &self.id,
                "an id names output files: not empty, no `/`",
            ));
        }
        self.shape.check(self.datum)?;
        self.site().check(self.datum)?;
        match (self.release_h, &self.shape) {
            (Some(hours), Shape::Track(_)) => Err(Error::config(
                "release_h",
                hours,
                "a track brings its own times: leave release_h out",
            )),
            (Some(hours), _) if !(0.0..=MAX_RELEASE_H).contains(&hours) => Err(Error::config(
                "release_h",
                hours,
                format!("h, from 0 to {MAX_RELEASE_H}"),
            )),
            _ => Ok(self),
        }
    }
}

fn first_of(key: &str, sites: &[Site]) -> Result<Site> {
    let none = || Error::config(key, "[]", "at least one place");
    sites.first().copied().ok_or_else(none)
}

/// STILT's `yyyymmddHHMM_lon_lat_zagl`, with `msl` after a height above sea level, and X in place of the height where there are
/// many.
fn default_id(time: UtcTime, site: Site, datum: Datum, shape: &Shape) -> String {
    let height = match (shape, datum) {
        (Shape::Point, Datum::Ground) => site.height_m.to_string(),
        (Shape::Point, Datum::SeaLevel) => format!("{}msl", site.height_m),
        _ => "X".into(),
    };
    format!("{}_{}_{}_{height}", time.compact(), site.lon_deg, site.lat_deg)
}
