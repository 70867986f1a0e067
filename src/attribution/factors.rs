//! Temporal factors of all sources of a batch by country, hemisphere and local hour, made when first asked for.

use crate::countries::{Countries, CountryId};
use crate::error::Result;
use crate::inventory::{Inventory, LocalHour, TemporalProfile};
use crate::time::UtcTime;

/// Local hours around the globe at one time.
const LOCAL_HOURS: usize = 27;
const UNMADE: u32 = u32::MAX;

/// Factors of the sources of a batch, `[source]` for each place in time.
pub(super) struct Factors {
    /// Local hour of the first column of `rows_of`.
    base: i64,
    /// By country and hemisphere, then local hour.
    rows_of: Vec<u32>,
    rows: Vec<f32>,
    /// Calendar year of the factors, UTC, and its seconds since 1970, from … up to.
    year: (i16, i64, i64),
}

impl Factors {
    /// None made yet.
    pub(super) const fn new() -> Self {
        Self {
            base: 0,
            rows_of: Vec::new(),
            rows: Vec::new(),
            year: (0, 0, 0),
        }
    }

    /// Factors at a time and place: longitude, whether south of the equator, country.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the yearly scaling does not know the year.
    pub(super) fn at(
        &mut self,
        sources: &[(&Inventory, usize)],
        time: UtcTime,
        (lon_deg, south, country): (f64, bool, CountryId),
    ) -> Result<&[f32]> {
        let hour = LocalHour::count_at(time, lon_deg);
        let mut column = hour - self.base;
        let in_year = (self.year.1..self.year.2).contains(&time.seconds());
        if !in_year {
            self.year = year_of(time);
        }
        if !in_year || !(0..LOCAL_HOURS as i64).contains(&column) {
            self.base = time.seconds().div_euclid(3600) - 13;
            self.rows_of = vec![UNMADE; 2 * (Countries::world().count() + 1) * LOCAL_HOURS];
            self.rows.clear();
            column = hour - self.base;
        }
        let count = sources.len();
        let place = (2 * country.index() + usize::from(south)) * LOCAL_HOURS + column as usize;
        if self.rows_of[place] == UNMADE {
            self.rows_of[place] = (self.rows.len() / count) as u32;
            let local = LocalHour::numbered(hour);
            for (inventory, source) in sources {
                self.rows
                    .push(factor((*inventory, *source), (local, self.year.0), south, country)? as f32);
            }
        }
        let row = self.rows_of[place] as usize;
        Ok(&self.rows[row * count..(row + 1) * count])
    }
}

fn year_of(time: UtcTime) -> (i16, i64, i64) {
    let year = time.civil().year();
    let start = |year: i16| UtcTime::from_calendar(i32::from(year), 1, 1, 0, 0).map(UtcTime::seconds);
    (
        year,
        start(year).unwrap_or(i64::MIN),
        start(year + 1).unwrap_or(i64::MAX),
    )
}

fn factor(
    (inventory, source): (&Inventory, usize),
    (local, year): (LocalHour, i16),
    south: bool,
    country: CountryId,
) -> Result<f64> {
    let world = Countries::world();
    let codes = [world.alpha2(country), world.alpha3(country)];
    let source = &inventory.sources[source];
    let profile: Option<&TemporalProfile> = inventory.profiles.of(&source.sector, &source.fuel, &codes);
    let in_time = profile.map_or(1.0, |profile| profile.factor(local, south));
    let yearly = match &inventory.scaling {
        Some((base, scaling)) => scaling.factor(&source.fuel, &codes, *base, year)?,
        None => 1.0,
    };
    Ok(in_time * yearly)
}
