//! One nest of a store as a source of its own: the fields as they stand in its files.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::decoder::Decoder;
use super::{MetFile, MetStore};
use crate::error::{Error, Result};
use crate::met::{MetDescription, MetReader, RawSnapshot, StoredSnapshot};

/// All times of one nest, over all its files, in the order of time.
pub struct NestReader {
    decoder: Arc<Decoder>,
    description: MetDescription,
    places: Vec<(usize, usize)>,
    forecast_hours: Vec<Option<i32>>,
}

impl MetStore {
    /// The files that a nest, by its index in [`nests`](Self::nests), is read from, in the order of their names. Of a
    /// nest that is put together from files of parts, all such files of the store; none over one's own readers.
    pub fn files_of(&self, nest: usize) -> Vec<&MetFile> {
        let places = self.nests.get(nest).map_or(&[][..], |held| &held.places);
        let sources: BTreeSet<usize> = places.iter().map(|place| place.0).collect();
        let whole = self.decoder.sources.whole_files();
        let from_parts = sources.iter().any(|&source| source >= whole);
        let files = self.files.iter().enumerate();
        let of_nest =
            files.filter(|(index, _)| sources.contains(index) && *index < whole || from_parts && *index >= whole);
        of_nest.map(|(_, file)| file).collect()
    }

    /// Reads the fields of a nest, by its index in [`nests`](Self::nests), as its files hold them: to cut them, to write
    /// them elsewhere.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such nest.
    pub fn nest_reader(&self, nest: usize) -> Result<NestReader> {
        let (Some(held), Some(description)) = (self.nests.get(nest), self.descriptions.get(nest)) else {
            let allowed = format!("the meteorology has {} nests, counted from 0", self.nests.len());
            return Err(Error::config("nest", nest, allowed));
        };
        let sources = &self.decoder.sources;
        let mut description = description.clone();
        for &(source, _) in &held.places {
            description.add_variables(&sources.holdings_of(source).description.variables);
        }
        let hours = |&(source, time): &(usize, usize)| {
            let hours = &sources.holdings_of(source).forecast_hours;
            hours.get(time).copied().flatten()
        };
        Ok(NestReader {
            decoder: Arc::clone(&self.decoder),
            description,
            places: held.places.clone(),
            forecast_hours: held.places.iter().map(hours).collect(),
        })
    }
}

impl MetDescription {
    /// Adds the fields that another source of the same levels has and this one has not.
    fn add_variables(&mut self, others: &[Vec<String>]) {
        for (own, others) in self.variables.iter_mut().zip(others) {
            for name in others {
                if !own.contains(name) {
                    own.push(name.clone());
                }
            }
        }
    }
}

impl MetReader for NestReader {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        self.read_stored(time_index).map(RawSnapshot::from)
    }

    fn read_stored(&mut self, time_index: usize) -> Result<StoredSnapshot> {
        let &(source, time_index) = self.places.get(time_index).ok_or_else(|| {
            let allowed = format!("the nest has {} times", self.places.len());
            Error::config("time index", time_index, allowed)
        })?;
        self.decoder.read(source, time_index)
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        self.forecast_hours.clone()
    }
}
