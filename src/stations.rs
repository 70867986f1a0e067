//! Stations of the ICOS atmosphere network and its neighbours: where they stand, and at which heights they sample.
//!
//! The table is `data/stations_icos.csv`; `data/README.md` names its sources.

use std::sync::LazyLock;

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::receptor::Receptor;
use crate::time::UtcTime;

const TABLE: &str = include_str!("../data/stations_icos.csv");
/// From here on up a station counts as one on a mountain, m above sea level.
const MOUNTAIN_ASL_M: f64 = 1000.0;
/// Heights that differ by less are the same intake, m.
const SAME_HEIGHT_M: f64 = 0.5;

static STATIONS: LazyLock<Vec<Station>> = LazyLock::new(|| TABLE.lines().skip(1).filter_map(Station::parse).collect());

/// A station, as its network states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Three letters.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// ISO 3166 code of two letters.
    pub country: &'static str,
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
    /// Height of the ground above sea level, m; `None` where no source states it.
    pub elevation_asl_m: Option<f64>,
    /// Sampling heights above ground, m, ascending.
    pub heights_agl_m: Vec<f64>,
    /// Height above the ground of the model at which the ICOS Carbon Portal lets STILT start, m, where it is another by
    /// design: mountains, which the ground of a model cuts off.
    pub model_height_agl_m: Option<f64>,
    /// ICOS class, 1 or 2; `None` where no source states it.
    pub class: Option<u8>,
    /// Source of the coordinates, as `data/README.md` calls it.
    pub source: &'static str,
}

/// At which height of a station air is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Intake {
    /// One of its sampling heights, m above ground.
    Sampling(f64),
    /// Any height, m above ground.
    Any(f64),
    /// The stated model height: [`Station::model_height_agl_m`].
    Model,
}

impl Station {
    /// All stations of the table, by id.
    pub fn all() -> &'static [Self] {
        &STATIONS
    }

    /// The station of this id or name, whatever the case.
    ///
    /// ```
    /// use airshed::stations::{Intake, Station};
    /// let cabauw = Station::find("CBW")?;
    /// assert_eq!(cabauw.heights_agl_m, [27.0, 67.0, 127.0, 207.0]);
    /// let tower = cabauw.receptor(Intake::Sampling(207.0), airshed::UtcTime::parse("2010-02-12T18:00")?)?;
    /// assert_eq!(tower.id, "CBW207_201002121800");
    /// # Ok::<(), airshed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if there is none; it names the nearest.
    pub fn find(name: &str) -> Result<&'static Self> {
        let asked = name.trim().to_lowercase();
        let is_asked = |s: &&Self| s.id.to_lowercase() == asked || s.name.to_lowercase() == asked;
        Self::all().iter().find(is_asked).ok_or_else(|| {
            let meant = nearest(name.trim(), Self::all().iter().flat_map(|s| [s.id, s.name]));
            let meant = meant.map_or_else(String::new, |known| format!("did you mean {known}? "));
            let ids: Vec<&str> = Self::all().iter().map(|s| s.id).collect();
            let allowed = format!(
                "{meant}there are {}; give any other place by its coordinates",
                ids.join(", ")
            );
            Error::config("station", name, allowed)
        })
    }

    /// Whether it stands 1000 m above sea level or higher: by night it samples air from afar, by day that of the slopes.
    pub fn is_mountain(&self) -> bool {
        self.elevation_asl_m
            .is_some_and(|elevation| elevation >= MOUNTAIN_ASL_M)
    }

    /// A receptor at the station, called `<id><height>_yyyymmddHHMM`.
    ///
    /// # Errors
    /// [`Error::Config`] if the station does not sample there, with the heights where it does; if a model height is asked
    /// for and none is stated.
    pub fn receptor(&self, intake: Intake, time: UtcTime) -> Result<Receptor> {
        let height_m = self.height_agl_m(intake)?;
        let id = format!("{}{height_m:03}_{}", self.id, time.compact());
        Receptor::new(time, self.lon_deg, self.lat_deg, height_m)?.with_id(id)
    }

    fn height_agl_m(&self, intake: Intake) -> Result<f64> {
        let known: Vec<String> = self.heights_agl_m.iter().map(f64::to_string).collect();
        let known = known.join(", ");
        match intake {
            Intake::Any(height_m) => Ok(height_m),
            Intake::Sampling(height_m) => {
                let same = |known: &&f64| (*known - height_m).abs() < SAME_HEIGHT_M;
                self.heights_agl_m.iter().copied().find(|known| same(&known)).ok_or_else(|| {
                    let allowed = format!(
                        "{} samples at {known} m above ground; take one of them, or say that any height will do (any_height)",
                        self.id
                    );
                    Error::config("height", height_m, allowed)
                })
            }
            Intake::Model => self.model_height_agl_m.ok_or_else(|| {
                let allowed = format!("none is stated for {}; it samples at {known} m above ground", self.id);
                Error::config("model height", self.id, allowed)
            }),
        }
    }

    /// A line of the table; `None` if it is none.
    fn parse(line: &'static str) -> Option<Self> {
        let cells: Vec<&'static str> = line.split(',').collect();
        let [
            id,
            name,
            country,
            lat,
            lon,
            elevation,
            heights,
            model_height,
            class,
            source,
        ] = cells[..]
        else {
            return None;
        };
        Some(Self {
            id,
            name,
            country,
            lon_deg: lon.parse().ok()?,
            lat_deg: lat.parse().ok()?,
            elevation_asl_m: elevation.parse().ok(),
            heights_agl_m: heights.split(' ').filter_map(|height| height.parse().ok()).collect(),
            model_height_agl_m: model_height.parse().ok(),
            class: class.parse().ok(),
            source,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn noon() -> UtcTime {
        UtcTime::from_calendar(2020, 6, 1, 12, 0).unwrap()
    }

    #[test]
    fn every_line_of_the_table_is_a_station_on_land_with_its_heights() {
        assert_eq!(Station::all().len(), TABLE.lines().count() - 1);
        assert!(Station::all().is_sorted_by(|a, b| a.id < b.id));
        for station in Station::all() {
            assert!((-90.0..=90.0).contains(&station.lat_deg) && (-180.0..180.0).contains(&station.lon_deg));
            assert!(station.id.len() == 3 && station.country.len() == 2, "{station:?}");
            assert!(
                !station.heights_agl_m.is_empty() && station.heights_agl_m.is_sorted(),
                "{station:?}"
            );
        }
    }

    #[test]
    fn a_station_is_found_by_id_or_name_and_a_misspelt_one_gets_its_neighbour() {
        assert_eq!(Station::find("jungfraujoch").unwrap().id, "JFJ");
        assert_eq!(Station::find(" cbw ").unwrap().name, "Cabauw");
        let problem = Station::find("Cabuw").unwrap_err().to_string();
        assert!(
            problem.contains("did you mean Cabauw?") && problem.contains("ZSF"),
            "{problem}"
        );
    }

    #[test]
    fn only_known_heights_are_taken_unless_any_will_do() {
        let cabauw = Station::find("CBW").unwrap();
        let problem = cabauw
            .receptor(Intake::Sampling(200.0), noon())
            .unwrap_err()
            .to_string();
        assert!(problem.contains("27, 67, 127, 207 m above ground"), "{problem}");
        assert_eq!(cabauw.receptor(Intake::Any(200.0), noon()).unwrap().height_m, 200.0);
        assert!(cabauw.receptor(Intake::Any(-1.0), noon()).is_err());
        let problem = cabauw.receptor(Intake::Model, noon()).unwrap_err().to_string();
        assert!(problem.contains("none is stated"), "{problem}");
    }

    #[test]
    fn a_mountain_has_its_model_height() {
        let summit = Station::find("JFJ").unwrap();
        assert!(summit.is_mountain() && !Station::find("CBW").unwrap().is_mountain());
        let receptor = summit.receptor(Intake::Model, noon()).unwrap();
        assert_eq!((receptor.height_m, receptor.station().as_str()), (720.0, "JFJ720"));
    }
}
