//! What was booked: rows by source, country and age, with their sampling error.

use std::collections::BTreeMap;

use super::ledger::Ledger;
use super::{AttributionOptions, GROUPS};
use crate::countries::CountryId;
use crate::footprint::standard_error;
use crate::inventory::Inventory;
use crate::receptor::Receptor;

/// Whose contribution it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Formula of the tracer.
    pub tracer: String,
    /// Name of the inventory or flux model.
    pub inventory: String,
    /// Sector; of a model of vegetation `gee` or `respiration`.
    pub sector: String,
    /// Fuel; empty if it is not told.
    pub fuel: String,
    /// Class of vegetation; empty for an inventory.
    pub vegetation_class: String,
}

impl Label {
    pub(super) fn of_source(inventory: &Inventory, source: usize) -> Self {
        let source = &inventory.sources[source];
        Self {
            tracer: inventory.tracer.clone(),
            inventory: inventory.name.clone(),
            sector: source.sector.clone(),
            fuel: source.fuel.clone(),
            vegetation_class: String::new(),
        }
    }
}

/// A contribution and its sampling error, ppm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// Mole fraction added.
    pub ppm: f64,
    /// Its standard error, from the spread of groups of particles.
    pub stderr_ppm: f64,
}

/// A contribution that is not zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index of its label.
    pub label: usize,
    /// Where it comes from; `None` if countries are not told apart.
    pub country: Option<CountryId>,
    /// Which part of the ages; 0 if they are not told apart.
    pub age: usize,
    /// What each group of particles brings, ppm per particle of the group.
    pub groups: [f64; GROUPS],
}

/// Who emitted what a sample holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// The receptor.
    pub receptor: Receptor,
    /// What was told apart.
    pub options: AttributionOptions,
    /// Whose contributions there may be.
    pub labels: Vec<Label>,
    /// Contributions that are not zero, by label, country and age.
    pub entries: Vec<Entry>,
    /// Share of the influence that lies outside the region or where the source has no data, by label; there the source
    /// counts as zero.
    pub uncovered_share: Vec<f64>,
    /// Influence of the surface per particle, whether booked or not, ppm / (µmol m⁻² s⁻¹).
    pub foot: f64,
    /// Share of the particles in each group.
    group_shares: [f64; GROUPS],
}

/// The books of sources that were looked up together.
pub(super) struct Tally {
    /// Of each source of the ledger.
    pub labels: Vec<Label>,
    pub ledger: Ledger,
    pub outside_foot: f64,
}

impl Contributions {
    pub(super) fn new(
        receptor: Receptor,
        options: AttributionOptions,
        (particles, foot): (usize, f64),
        tallies: Vec<Tally>,
    ) -> Self {
        let in_group = |g: usize| ((particles + GROUPS - 1 - g) / GROUPS) as f64;
        let mut made = Self {
            receptor,
            labels: Vec::new(),
            entries: Vec::new(),
            uncovered_share: Vec::new(),
            foot: foot / particles.max(1) as f64,
            group_shares: std::array::from_fn(|g| in_group(g) / particles.max(1) as f64),
            options,
        };
        let each = tallies.iter().flat_map(|tally| {
            let labels = tally.labels.iter().enumerate();
            labels.map(move |(source, label)| (label, source, tally))
        });
        let mut sources: Vec<(&Label, usize, &Tally)> = each.collect();
        sources.sort_by_key(|(label, ..)| *label);
        for (label, source, tally) in sources {
            let uncovered = tally.outside_foot + tally.ledger.missing_foot[source];
            made.uncovered_share
                .push(if foot > 0.0 { uncovered / foot } else { 0.0 });
            made.enter(source, &tally.ledger, in_group);
            made.labels.push(label.clone());
        }
        made
    }

    fn enter(&mut self, source: usize, ledger: &Ledger, in_group: impl Fn(usize) -> f64) {
        let label = self.labels.len();
        let by_country = self.options.by_country;
        let mut entries: Vec<Entry> = ledger
            .of_source(source)
            .map(|(country, age, sums)| Entry {
                label,
                country: by_country.then_some(country),
                age,
                groups: std::array::from_fn(|g| if sums[g] == 0.0 { 0.0 } else { sums[g] / in_group(g) }),
            })
            .collect();
        entries.sort_by_key(|entry| (entry.country, entry.age));
        self.entries.extend(entries);
    }

    /// The sum of all entries that are meant, with the error of the sum.
    ///
    /// ```no_run
    /// # fn traffic(contributions: airshed::attribution::Contributions) {
    /// let traffic = contributions.sum(|label, _| label.sector == "traffic");
    /// println!("{:.3} ± {:.3} ppm", traffic.ppm, traffic.stderr_ppm);
    /// # }
    /// ```
    pub fn sum(&self, meant: impl Fn(&Label, &Entry) -> bool) -> Amount {
        let meant = self
            .entries
            .iter()
            .filter(|entry| meant(&self.labels[entry.label], entry));
        self.amount(meant)
    }

    /// One entry, with its error.
    pub fn amount_of(&self, entry: &Entry) -> Amount {
        self.amount(std::iter::once(entry))
    }

    /// Sums by what a closure tells of each entry, ascending: `|label, _| label.sector.clone()`.
    pub fn by<K: Ord>(&self, key: impl Fn(&Label, &Entry) -> K) -> Vec<(K, Amount)> {
        let mut sums: BTreeMap<K, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            sums.entry(key(&self.labels[entry.label], entry))
                .or_default()
                .push(entry);
        }
        sums.into_iter()
            .map(|(key, entries)| (key, self.amount(entries.into_iter())))
            .collect()
    }

    fn amount<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> Amount {
        let mut groups = [0.0; GROUPS];
        for entry in entries {
            groups.iter_mut().zip(entry.groups).for_each(|(sum, own)| *sum += own);
        }
        let filled = groups.iter().zip(self.group_shares).filter(|(_, share)| *share > 0.0);
        Amount {
            ppm: groups
                .iter()
                .zip(self.group_shares)
                .map(|(own, share)| own * share)
                .sum(),
            stderr_ppm: standard_error(filled.map(|(own, _)| *own)),
        }
    }

    /// Ages of an entry, h, from … to; the last part has no end. `None` if ages are not told apart.
    pub fn age_h(&self, entry: &Entry) -> Option<(f64, f64)> {
        let edges = &self.options.age_edges_h;
        let from = *edges.get(entry.age)?;
        let to = if entry.age + 2 == edges.len() {
            f64::INFINITY
        } else {
            *edges.get(entry.age + 1)?
        };
        Some((from, to))
    }
}
