//! The portal's components of what was booked at particles.

use super::components::{Components, Source, Vegetation};
use crate::attribution::Contributions;
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

impl Components {
    /// Of what was booked at the particles of a receptor, and backgrounds [ppm].
    ///
    /// Sectors are IPCC categories, or the portal's own groups (`energy`, `transport` …); methane from `wet`, `peat`, `uptake`,
    /// `fire`, `soil`, `lakes` and `ocean` is natural. Tracers other than CO₂, CO and CH₄ have no columns.
    ///
    /// # Errors
    /// [`Error::Config`] if two inventories of a tracer were booked: which of them is meant must be said by `inventories`,
    /// their names; empty takes all.
    pub fn of(told: &Contributions, inventories: &[&str], background_ppm: Vec<(Tracer, f64)>) -> Result<Self> {
        let receptor = &told.receptor;
        let height_agl_m = receptor.height_agl_m().unwrap_or(f64::NAN);
        let mut components = Self::at(receptor.time, receptor.lon_deg, receptor.lat_deg, height_agl_m);
        components.background_ppm = background_ppm;
        let mut names: Vec<(Tracer, &str)> = Vec::new();
        for (index, label) in told.labels.iter().enumerate() {
            let meant = inventories.is_empty() || inventories.contains(&label.inventory.as_str());
            let Some(tracer) = Tracer::from_formula(&label.tracer).filter(|_| meant) else {
                continue;
            };
            let ppm = told.sum(|_, entry| entry.label == index).ppm;
            if !label.vegetation_class.is_empty() {
                components.add_vegetation(&label.vegetation_class, &label.sector, ppm);
                continue;
            }
            match names.iter().find(|(held, _)| *held == tracer) {
                Some((_, other)) if *other != label.inventory => {
                    let allowed = format!(
                        "{} has several inventories: name the one that is meant",
                        tracer.formula()
                    );
                    return Err(Error::config(
                        "inventories",
                        format!("{other}, {}", label.inventory),
                        allowed,
                    ));
                }
                Some(_) => {}
                None => names.push((tracer, &label.inventory)),
            }
            components.add_source(tracer, (&label.sector, &label.fuel), ppm);
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
