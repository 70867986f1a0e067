//! Sources that are looked up together: the same cells, the same times of maps, the same loss on the way.

use super::cells::SourceCells;
use crate::inventory::{Inventory, Loss};

/// Sources with one look-up for all.
#[derive(Debug)]
pub(super) struct Batch {
    /// Inventory, and source in it.
    pub sources: Vec<(usize, usize)>,
    pub cells: SourceCells,
    pub loss: Loss,
    /// Whether emissions follow profiles or yearly scaling.
    pub in_time: bool,
    /// Whether these differ by country.
    pub by_country: bool,
}

pub(super) fn of_inventories(inventories: &[Inventory], region: [f64; 4]) -> Vec<Batch> {
    let mut groups: Vec<Vec<(usize, usize)>> = Vec::new();
    for (i, inventory) in inventories.iter().enumerate() {
        for (s, source) in inventory.sources.iter().enumerate() {
            let alike = |group: &&mut Vec<(usize, usize)>| {
                let (other, first) = group[0];
                let flux = &inventories[other].sources[first].flux;
                inventories[other].loss == inventory.loss && SourceCells::fits(flux.mesh(), flux.times(), &source.flux)
            };
            match groups.iter_mut().find(alike) {
                Some(group) => group.push((i, s)),
                None => groups.push(vec![(i, s)]),
            }
        }
    }
    let batch = |sources: Vec<(usize, usize)>| {
        let flux = |&(i, s): &(usize, usize)| inventories[i].sources[s].flux.clone();
        let any = |holds: fn(&Inventory) -> bool| sources.iter().any(|&(i, _)| holds(&inventories[i]));
        Batch {
            cells: SourceCells::new(sources.iter().map(flux).collect(), region),
            loss: inventories[sources[0].0].loss,
            in_time: any(Inventory::varies_in_time),
            by_country: any(Inventory::differs_by_country),
            sources,
        }
    };
    groups.into_iter().map(batch).collect()
}
