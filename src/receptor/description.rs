//! A receptor in the words of its users: the keys of a `[[receptor]]` table, Python's keyword arguments, the columns of a
//! CSV table and the attribute of a file are all these.

use serde::{Deserialize, Serialize};

use super::{Datum, EvenIn, MeanOver, Receptor, Shape, Site, Stop, series};
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// A receptor, or a series of them, as its user describes it; what is absent is `None`.
///
/// A place (`lon_deg`, `lat_deg` and `height_agl_m` or `height_asl_m`), with `height_top_m` a column above it, or one of
/// `points`, `path` and `track`. Units as the names say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Description {
    /// Name of the output files; of a series, its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When the air was sampled; a track brings its own times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<UtcTime>,
    /// First time of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<UtcTime>,
    /// Last time of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<UtcTime>,
    /// Hours between the times of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_h: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon_deg: Option<f64>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat_deg: Option<f64>,
    /// Height above ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_agl_m: Option<f64>,
    /// Height above sea level, in place of `height_agl_m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_asl_m: Option<f64>,
    /// Top of a column, above the same datum as its bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_top_m: Option<f64>,
    /// Longitude of the top of a slant column, if not straight above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon_top_deg: Option<f64>,
    /// Latitude of the top of a slant column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat_top_deg: Option<f64>,
    /// What the particles of a column or path divide evenly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub even_in: Option<EvenIn>,
    /// What its footprint is a mean over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_over: Option<MeanOver>,
    /// Hours over which particles start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_h: Option<f64>,
    /// Several points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Vec<Waypoint>>,
    /// Sites of a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<Waypoint>>,
    /// Stops of a track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Vec<Waypoint>>,
}

/// One place of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waypoint {
    /// When a track passed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<UtcTime>,
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
    /// Height above ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_agl_m: Option<f64>,
    /// Height above sea level, in place of `height_agl_m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_asl_m: Option<f64>,
    /// Factor on the influence of the particles that start there; 1 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

impl Description {
    /// The receptors described: one, or those of a series.
    ///
    /// # Errors
    /// [`Error::Config`] if keys are missing, exclude each other or have impossible values.
    pub fn expand(&self) -> Result<Vec<Receptor>> {
        match (self.time, self.start, self.end, self.every_h) {
            (_, None, None, None) => Ok(vec![self.receptor()?]),
            (None, Some(start), Some(end), Some(every_h)) if self.track.is_none() => {
                let first = Self {
                    time: Some(start),
                    start: None,
                    end: None,
                    every_h: None,
                    id: None,
                    ..self.clone()
                };
                series(&first.receptor()?, self.id.as_deref(), end, every_h)
            }
            _ => Err(self.fault("give either time, or start, end and every_h")),
        }
    }

    fn receptor(&self) -> Result<Receptor> {
        let receptor = match (&self.points, &self.path, &self.track) {
            (None, None, None) => self.at_a_place()?,
            (points, path, track) if [points, path, track].iter().filter(|list| list.is_some()).count() == 1 => {
                self.of_a_list()?
            }
            _ => return Err(self.fault("give only one of points, path and track")),
        };
        let receptor = match (self.even_in, self.mean_over) {
            (None, None) => receptor,
            (even_in, mean_over) => receptor.evenly(even_in.unwrap_or_default(), mean_over.unwrap_or_default())?,
        };
        let receptor = match self.release_h {
            Some(hours) => receptor.over_hours(hours)?,
            None => receptor,
        };
        match &self.id {
            Some(id) => receptor.with_id(id),
            None => Ok(receptor),
        }
    }

    fn at_a_place(&self) -> Result<Receptor> {
        let (Some(lon_deg), Some(lat_deg)) = (self.lon_deg, self.lat_deg) else {
            return Err(self.fault("give lon_deg and lat_deg, or points, path or track"));
        };
        let (height_m, datum) = height(self.height_agl_m, self.height_asl_m).map_err(|why| self.fault(why))?;
        let bottom = Site::new(lon_deg, lat_deg, height_m);
        let time = self.time.ok_or_else(|| self.fault("give time"))?;
        let Some(top_m) = self.height_top_m else {
            if self.lon_top_deg.is_some() || self.lat_top_deg.is_some() {
                return Err(self.fault("lon_top_deg and lat_top_deg need height_top_m"));
            }
            return Receptor::of_shape(time, bottom, datum, Shape::Point);
        };
        let (lon_top_deg, lat_top_deg) = (self.lon_top_deg.unwrap_or(lon_deg), self.lat_top_deg.unwrap_or(lat_deg));
        if (lon_top_deg, lat_top_deg) == (lon_deg, lat_deg) {
            return Receptor::column(time, bottom, top_m, datum);
        }
        Receptor::path(time, vec![bottom, Site::new(lon_top_deg, lat_top_deg, top_m)], datum)
    }

    fn of_a_list(&self) -> Result<Receptor> {
        let place = [self.lon_deg, self.lat_deg, self.height_agl_m, self.height_asl_m];
        let top = [self.height_top_m, self.lon_top_deg, self.lat_top_deg];
        if place.iter().chain(&top).any(Option::is_some) {
            return Err(self.fault("a list of places (points, path, track) brings its own coordinates"));
        }
        let (name, list) = match (&self.points, &self.path, &self.track) {
            (Some(list), ..) => ("points", list),
            (_, Some(list), _) => ("path", list),
            (.., list) => ("track", list.as_ref().ok_or_else(|| self.fault("no places"))?),
        };
        let (sites, datum) = sites(name, list)?;
        if name == "track" {
            if self.time.is_some() {
                return Err(self.fault("a track brings its own times: leave time out"));
            }
            let times = list.iter().map(|waypoint| waypoint.time);
            let stops = times.zip(sites).map(|(time, site)| Some(Stop { time: time?, site }));
            let stops: Option<Vec<_>> = stops.collect();
            return Receptor::track(
                stops.ok_or_else(|| self.fault("every place of a track needs a time"))?,
                datum,
            );
        }
        if list.iter().any(|waypoint| waypoint.time.is_some()) {
            return Err(self.fault("only the places of a track have times of their own"));
        }
        let time = self.time.ok_or_else(|| self.fault("give time"))?;
        match name {
            "points" => Receptor::points(time, sites, datum),
            _ => Receptor::path(time, sites, datum),
        }
    }

    fn fault(&self, what_to_do: impl Into<String>) -> Error {
        Error::config("receptor", self.id.as_deref().unwrap_or("without id"), what_to_do)
    }
}

fn height(agl_m: Option<f64>, asl_m: Option<f64>) -> std::result::Result<(f64, Datum), &'static str> {
    match (agl_m, asl_m) {
        (Some(height_m), None) => Ok((height_m, Datum::Ground)),
        (None, Some(height_m)) => Ok((height_m, Datum::SeaLevel)),
        _ => Err("give either height_agl_m or height_asl_m"),
    }
}

fn sites(name: &str, list: &[Waypoint]) -> Result<(Vec<Site>, Datum)> {
    let mut sites = Vec::with_capacity(list.len());
    let mut datum = None;
    for (number, waypoint) in list.iter().enumerate() {
        let fault = |why: &str| Error::config(name, format!("place {}", number + 1), why);
        let (height_m, own) = height(waypoint.height_agl_m, waypoint.height_asl_m).map_err(fault)?;
        if *datum.get_or_insert(own) != own {
            return Err(fault(
                "all heights of a receptor count from the same: ground or sea level",
            ));
        }
        sites.push(Site {
            weight: waypoint.weight.unwrap_or(1.0),
            ..Site::new(waypoint.lon_deg, waypoint.lat_deg, height_m)
        });
    }
    Ok((sites, datum.unwrap_or_default()))
}

impl TryFrom<Description> for Receptor {
    type Error = Error;

    fn try_from(description: Description) -> Result<Self> {
        match (description.start, description.end, description.every_h) {
            (None, None, None) => description.receptor(),
            _ => Err(description.fault("one receptor, not a series: give time")),
        }
    }
}

impl From<Receptor> for Description {
    fn from(receptor: Receptor) -> Self {
        let described = Self {
            id: Some(receptor.id),
            time: Some(receptor.time),
            release_h: receptor.release_h,
            ..Self::default()
        };
        let datum = receptor.datum;
        let list = |sites: &[Site]| sites.iter().map(|site| Waypoint::new(site, datum, None)).collect();
        match receptor.shape {
            Shape::Point => Self {
                lon_deg: Some(receptor.lon_deg),
                lat_deg: Some(receptor.lat_deg),
                height_agl_m: (datum == Datum::Ground).then_some(receptor.height_m),
                height_asl_m: (datum == Datum::SeaLevel).then_some(receptor.height_m),
                ..described
            },
            Shape::Points(sites) => Self {
                points: Some(list(&sites)),
                ..described
            },
            Shape::Path {
                sites,
                even_in,
                mean_over,
            } => Self {
                path: Some(list(&sites)),
                even_in: (even_in != EvenIn::default()).then_some(even_in),
                mean_over: (mean_over != MeanOver::default()).then_some(mean_over),
                ..described
            },
            Shape::Track(stops) => Self {
                time: None,
                track: Some(
                    stops
                        .iter()
                        .map(|stop| Waypoint::new(&stop.site, datum, Some(stop.time)))
                        .collect(),
                ),
                ..described
            },
        }
    }
}

impl Waypoint {
    fn new(site: &Site, datum: Datum, time: Option<UtcTime>) -> Self {
        Self {
            time,
            lon_deg: site.lon_deg,
            lat_deg: site.lat_deg,
            height_agl_m: (datum == Datum::Ground).then_some(site.height_m),
            height_asl_m: (datum == Datum::SeaLevel).then_some(site.height_m),
            weight: (site.weight != 1.0).then_some(site.weight),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn described(text: &str) -> Result<Receptor> {
        let description: Description =
            toml::from_str(text).map_err(|e| Error::config("receptor", "text", e.message()))?;
        Receptor::try_from(description)
    }

    #[test]
    fn a_receptor_of_any_shape_comes_back_from_its_own_words() {
        let place = "lon_deg = 4.927\nlat_deg = 51.971";
        for text in [
            format!("time = 2010-02-12T18:00:30Z\n{place}\nheight_asl_m = 207"),
            format!("time = \"2010-02-12T18:00\"\n{place}\nheight_agl_m = 0\nheight_top_m = 3000\neven_in = \"pressure\""),
            format!(
                "time = 2010-02-12T18:00:00Z\n{place}\nheight_agl_m = 0\nheight_top_m = 9e3\nlon_top_deg = 5.1\nrelease_h = 0.5\n\
                 even_in = \"pressure\"\nmean_over = \"atmosphere\""
            ),
            "time = \"2010-02-12T18:00\"\npoints = [{ lon_deg = 179.9, lat_deg = -90, height_agl_m = 2, weight = 0.25 }]".into(),
            "track = [{ time = 2010-02-12T18:00:00Z, lon_deg = 4, lat_deg = 51, height_asl_m = 2 },\n\
             { time = 2010-02-12T18:01:00Z, lon_deg = 5, lat_deg = 51, height_asl_m = 9 }]"
                .into(),
        ] {
            let receptor = described(&text).unwrap();
            let words = toml::to_string(&receptor).unwrap();
            assert_eq!(described(&words).unwrap(), receptor, "{words}");
        }
    }

    #[test]
    fn ids_are_those_of_stilt_with_x_for_many_heights() {
        let place = "time = 2010-02-12T18:00:00Z\nlon_deg = 4.927\nlat_deg = 51.971";
        let id = |rest: &str| described(&format!("{place}\n{rest}")).unwrap().id;
        assert_eq!(id("height_agl_m = 207"), "201002121800_4.927_51.971_207");
        assert_eq!(id("height_asl_m = 207"), "201002121800_4.927_51.971_207msl");
        assert_eq!(
            id("height_agl_m = 0\nheight_top_m = 900"),
            "201002121800_4.927_51.971_X"
        );
    }

    #[test]
    fn words_that_exclude_each_other_are_refused() {
        let place = "lon_deg = 4.927\nlat_deg = 51.971\nheight_agl_m = 2";
        let time = "time = 2010-02-12T18:00:00Z";
        let list = "[{ lon_deg = 4, lat_deg = 51, height_agl_m = 2 }, { lon_deg = 5, lat_deg = 51, height_asl_m = 2 }]";
        for (text, expected) in [
            (
                format!("{time}\n{place}\nheight_asl_m = 3"),
                "give either height_agl_m or height_asl_m",
            ),
            (place.to_string(), "give time"),
            (time.to_string(), "give lon_deg and lat_deg, or points, path or track"),
            (format!("{time}\n{place}\npath = {list}"), "brings its own coordinates"),
            (
                format!("{time}\npoints = {list}\npath = {list}"),
                "only one of points, path and track",
            ),
            (
                format!("{time}\npath = {list}"),
                "path = place 2: all heights of a receptor count from the same",
            ),
            (format!("{time}\ntrack = {list}"), "place 2"),
            (format!("{time}\n{place}\nlon_top_deg = 3"), "need height_top_m"),
            (
                format!("{time}\n{place}\neven_in = \"pressure\""),
                "only a column or a path",
            ),
            (
                format!("{time}\n{place}\nheight_top_m = 9\neven_in = \"mass\""),
                "unknown variant `mass`",
            ),
            (
                format!("{time}\n{place}\nheight_top_m = 9\nmean_over = \"atmosphere\""),
                "needs even_in = \"pressure\"",
            ),
            (format!("{time}\n{place}\nrelease_h = -1"), "release_h = -1"),
            (format!("{time}\n{place}\nheigth = 1"), "unknown field `heigth`"),
        ] {
            let message = described(&text).unwrap_err().to_string();
            assert!(message.contains(expected), "{expected:?} not in {message:?}");
        }
    }
}
