//! The portal's components of what was booked at particles.

use super::components::{Components, Source, Vegetation};
use crate::attribution::{Contributions, Label};
use crate::error::{Error, Result};
use crate::tracer::Tracer;

/// Natural sources of CH₄ that have columns.
const NATURAL: [&str; 7] = ["wet", "peat", "uptake", "fire", "soil", "lakes", "ocean"];
/// Classes of vegetation by how their names begin, and what the portal calls them.
const CLASSES: [(&str, &str); 8] = [
    ("evergr", "evergreen"),
    ("decid", "decid"),
    ("mix", "mixfrst"),
    ("shr", "shrb"),
    ("savan", "savan"),
    ("crop", "crop"),
    ("grass", "grass"),
    ("other", "others"),
];

/// Which inventories add up to a tracer.
struct Meant<'a> {
    named: &'a [&'a str],
    /// Tracers of which one is named.
    tracers: Vec<&'a str>,
}

impl<'a> Meant<'a> {
    fn of(labels: &'a [Label], named: &'a [&'a str]) -> Result<Self> {
        let of_inventories = || labels.iter().filter(|label| label.vegetation_class.is_empty());
        for name in named {
            if !of_inventories().any(|label| label.inventory == *name) {
                let known: Vec<&str> = of_inventories().map(|label| label.inventory.as_str()).collect();
                return Err(Error::config("inventories", name, format!("booked were {known:?}")));
            }
        }
        if named.is_empty() {
            let rival = of_inventories().find_map(|label| {
                let mut others = of_inventories().filter(|other| other.tracer == label.tracer);
                others
                    .find(|other| other.inventory != label.inventory)
                    .map(|other| (label, other))
            });
            if let Some((one, other)) = rival {
                let allowed = format!("{} has several: name those that add up", one.tracer);
                return Err(Error::config(
                    "inventories",
                    format!("{}, {}", one.inventory, other.inventory),
                    allowed,
                ));
            }
        }
        let is_named = |label: &&Label| named.contains(&label.inventory.as_str());
        let tracers = of_inventories().filter(is_named).map(|label| label.tracer.as_str());
        Ok(Self {
            named,
            tracers: tracers.collect(),
        })
    }

    fn holds(&self, label: &Label) -> bool {
        !self.tracers.contains(&label.tracer.as_str()) || self.named.contains(&label.inventory.as_str())
    }
}

impl Components {
    /// Of what was booked at the particles of a receptor, and backgrounds, ppm.
    ///
    /// Sectors are IPCC categories, or the portal's own groups (`energy`, `transport` …); methane from `wet`, `peat`, `uptake`,
    /// `fire`, `soil`, `lakes` and `ocean` is natural. Tracers other than CO₂, CO and CH₄ have no columns.
    ///
    /// # Errors
    /// [`Error::Config`] if `inventories` is empty and a tracer has two: rivals have no sum, so those that add up must be
    /// named; or if one is named that was not booked. A tracer of which none is named keeps all it has.
    pub fn of(told: &Contributions, inventories: &[&str], background_ppm: Vec<(Tracer, f64)>) -> Result<Self> {
        let receptor = &told.receptor;
        let height_agl_m = receptor.height_agl_m().unwrap_or(f64::NAN);
        let mut components = Self::at(receptor.time, receptor.lon_deg, receptor.lat_deg, height_agl_m);
        components.background_ppm = background_ppm;
        let meant = Meant::of(&told.labels, inventories)?;
        for (index, label) in told.labels.iter().enumerate() {
            let Some(tracer) = Tracer::from_formula(&label.tracer) else {
                continue;
            };
            let ppm = told.sum(|_, entry| entry.label == index).ppm;
            if !label.vegetation_class.is_empty() {
                components.add_vegetation(&label.vegetation_class, &label.sector, ppm);
            } else if meant.holds(label) {
                components.add_source(tracer, (&label.sector, &label.fuel), ppm);
            }
        }
        Ok(components)
    }

    fn add_source(&mut self, tracer: Tracer, (sector, fuel): (&str, &str), ppm: f64) {
        let natural = NATURAL.iter().find(|name| name.eq_ignore_ascii_case(sector));
        match natural.filter(|_| tracer == Tracer::Ch4) {
            Some(name) => self.natural_ch4_ppm.push(((*name).to_owned(), ppm)),
            None => self.sources.push(Source {
                tracer,
                category: sector.to_owned(),
                fuel: fuel.to_owned(),
                ppm,
            }),
        }
    }

    fn add_vegetation(&mut self, class: &str, sector: &str, ppm: f64) {
        let lower = class.to_ascii_lowercase();
        let known = CLASSES.iter().find(|(begin, _)| lower.starts_with(begin));
        let class = known.map_or(class, |(_, name)| name);
        let place = self.vegetation.iter().position(|held| held.class == class);
        let place = place.unwrap_or_else(|| {
            self.vegetation.push(Vegetation {
                class: class.to_owned(),
                gee_ppm: 0.0,
                respiration_ppm: 0.0,
            });
            self.vegetation.len() - 1
        });
        match sector {
            "gee" => self.vegetation[place].gee_ppm += ppm,
            _ => self.vegetation[place].respiration_ppm += ppm,
        }
    }
}
