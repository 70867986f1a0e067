//! Sums by country, age, group of particles and source.

use super::GROUPS;
use crate::countries::{Countries, CountryId};

const UNSEEN: u8 = u8::MAX;

/// Contributions of the sources of a batch, summed over particles, ppm.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    sources: usize,
    ages: usize,
    countries: Vec<CountryId>,
    /// Place of each country in `countries`.
    place: Vec<u8>,
    /// `[country][age][group][source]`
    sums: Vec<f64>,
    /// Influence where a source has no data, `[source]`.
    pub missing_foot: Vec<f64>,
}

impl Ledger {
    pub fn new(sources: usize, ages: usize) -> Self {
        Self {
            sources,
            ages,
            countries: Vec::new(),
            place: vec![UNSEEN; Countries::world().count() + 1],
            sums: Vec::new(),
            missing_foot: vec![0.0; sources],
        }
    }

    /// Books fluxes × factors × influence of one record of a particle.
    #[inline]
    pub fn book(
        &mut self,
        (country, age, group): (CountryId, usize, usize),
        foot: f32,
        flux: &[f32],
        factors: Option<&[f32]>,
    ) {
        let place = match self.place[country.index()] {
            UNSEEN => self.open(country),
            place => usize::from(place),
        };
        let start = ((place * self.ages + age) * GROUPS + group) * self.sources;
        let sums = &mut self.sums[start..start + self.sources];
        match factors {
            None => {
                for (sum, flux) in sums.iter_mut().zip(flux) {
                    *sum += f64::from(foot * flux);
                }
            }
            Some(factors) => {
                for ((sum, flux), factor) in sums.iter_mut().zip(flux).zip(factors) {
                    *sum += f64::from(foot * flux * factor);
                }
            }
        }
    }

    /// Notes influence where sources have no data.
    pub fn miss(&mut self, foot: f64, missing: &[bool]) {
        for (sum, missing) in self.missing_foot.iter_mut().zip(missing) {
            *sum += if *missing { foot } else { 0.0 };
        }
    }

    fn open(&mut self, country: CountryId) -> usize {
        let place = self.countries.len();
        self.place[country.index()] = place as u8;
        self.countries.push(country);
        self.sums
            .resize(self.sums.len() + self.ages * GROUPS * self.sources, 0.0);
        place
    }

    /// Sums by group of a source, country by country and age by age, where there are any.
    pub fn of_source(&self, source: usize) -> impl Iterator<Item = (CountryId, usize, [f64; GROUPS])> + '_ {
        let each = self.countries.iter().enumerate();
        let each = each.flat_map(move |(place, country)| (0..self.ages).map(move |age| (place, *country, age)));
        each.map(move |(place, country, age)| {
            let start = (place * self.ages + age) * GROUPS;
            (
                country,
                age,
                std::array::from_fn(|g| self.sums[(start + g) * self.sources + source]),
            )
        })
        .filter(|(_, _, groups)| groups.iter().any(|sum| *sum != 0.0))
    }
}
