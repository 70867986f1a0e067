//! The countries of the world on cells of 0.1°: Natural Earth 1:50m with the codes of ISO 3166 (`data/README.md`).

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use crate::error::{Error, Result};
use crate::nearest::nearest;

static CELLS: &[u8] = include_bytes!("../data/countries_0p1deg.bin");
static NAMES: &str = include_str!("../data/countries.csv");

/// Rows of cells, from 90° S to 90° N.
const ROWS: usize = 1800;
/// Cells of a row, from 180° W.
const COLUMNS: u16 = 3600;
const CELLS_PER_DEGREE: f64 = 10.0;

static WORLD: LazyLock<Countries> = LazyLock::new(|| Countries::read(CELLS, NAMES));

/// A country's number in [`Countries`]; 0 is the sea. Numbers may differ between versions: keep codes, not numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryId(u8);

impl CountryId {
    /// No country.
    pub const SEA: Self = Self(0);

    /// The number, from 0 (sea) up to [`Countries::count`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which country lies where. Borders are those that Natural Earth draws, as countries are in fact administered;
/// territories with a code of their own (French Guiana, Svalbard …) are countries here.
#[derive(Debug)]
pub struct Countries {
    /// Cells of a row that follow one another in one country, and the column where they end.
    runs: Vec<(u16, CountryId)>,
    /// Where the runs of each row start, and the end of the last.
    rows: Vec<u32>,
    /// Of each number from 1.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    alpha2: String,
    alpha3: String,
    name: String,
    /// Separated by `;`.
    other_names: String,
}

impl Countries {
    /// The world.
    ///
    /// ```
    /// use airshed::countries::{Countries, CountryId};
    /// let world = Countries::world();
    /// let cabauw = world.at(4.927, 51.971);
    /// assert_eq!(world.alpha3(cabauw), "NLD");
    /// assert_eq!(world.id("Netherlands")?, cabauw);
    /// assert_eq!(world.at(-30.0, 45.0), CountryId::SEA);
    /// # Ok::<(), airshed::Error>(())
    /// ```
    pub fn world() -> &'static Self {
        &WORLD
    }

    /// The country of the cell of 0.1° around a place, degrees, any convention of longitude; [`CountryId::SEA`] at sea and
    /// where there is no such place.
    #[inline]
    pub fn at(&self, lon_deg: f64, lat_deg: f64) -> CountryId {
        if !(lon_deg.is_finite() && (-90.0..=90.0).contains(&lat_deg)) {
            return CountryId::SEA;
        }
        let row = (((lat_deg + 90.0) * CELLS_PER_DEGREE) as usize).min(ROWS - 1);
        let column = ((lon_deg + 180.0).rem_euclid(360.0) * CELLS_PER_DEGREE) as u16;
        let runs = self.row(row);
        let run = runs.partition_point(|(end, _)| *end <= column.min(COLUMNS - 1));
        runs.get(run).map_or(CountryId::SEA, |(_, country)| *country)
    }

    /// The code ISO 3166-1 alpha-2 (Kosovo: XK; land without a code: XX); `--` for the sea.
    pub fn alpha2(&self, country: CountryId) -> &str {
        self.entry(country).map_or("--", |entry| &entry.alpha2)
    }

    /// The code ISO 3166-1 alpha-3 (Kosovo: XKX; land without a code: XXX); `SEA` for the sea.
    pub fn alpha3(&self, country: CountryId) -> &str {
        self.entry(country).map_or("SEA", |entry| &entry.alpha3)
    }

    /// The name in English.
    pub fn name(&self, country: CountryId) -> &str {
        self.entry(country).map_or("sea", |entry| &entry.name)
    }

    /// The country with a code (two or three letters) or name, whatever the case; `SEA` is the sea.
    ///
    /// # Errors
    /// [`Error::Config`] if there is none, with the one that may be meant.
    pub fn id(&self, text: &str) -> Result<CountryId> {
        let is = |word: &str| word.eq_ignore_ascii_case(text.trim());
        let others = |id| self.entry(id).map_or("", |entry| &entry.other_names).split(';');
        let named = |id: &CountryId| is(self.alpha2(*id)) || is(self.alpha3(*id)) || is(self.name(*id));
        let also_named = || self.ids().filter(|id| others(*id).any(is));
        let only = || also_named().next().filter(|_| also_named().count() == 1);
        let found = self.ids().find(named).or_else(only);
        found.ok_or_else(|| {
            let names = || self.ids().map(|id| self.name(id));
            let codes = self.ids().map(|id| self.alpha3(id));
            let close = match text.trim().len() {
                0..=3 => nearest(text.trim(), codes),
                _ => nearest(text.trim(), names()).or_else(|| names().find(|name| contains(name, text.trim()))),
            };
            let hint = close.map_or(String::new(), |close| format!("did you mean {close}? "));
            Error::config(
                "country",
                text,
                format!("{hint}expected a code of ISO 3166, such as DE or DEU, or its name in English"),
            )
        })
    }

    /// All countries, the sea first.
    pub fn ids(&self) -> impl Iterator<Item = CountryId> + '_ {
        (0..=u8::MAX).take(self.count() + 1).map(CountryId)
    }

    /// Number of countries, without the sea.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Rows of cells that touch a range of latitudes, each with the latitudes of its edges, degrees.
    pub(crate) fn rows_between(south_deg: f64, north_deg: f64) -> impl Iterator<Item = (usize, [f64; 2])> {
        let row = |lat_deg: f64| ((lat_deg + 90.0) * CELLS_PER_DEGREE).clamp(0.0, ROWS as f64);
        let rows: Range<usize> = row(south_deg).floor() as usize..row(north_deg).ceil() as usize;
        rows.map(|row| (row, [row, row + 1].map(|edge| edge as f64 / CELLS_PER_DEGREE - 90.0)))
    }

    /// Longitudes between which a row lies in one country, degrees from −180 to 180.
    pub(crate) fn runs(&self, row: usize) -> impl Iterator<Item = ([f64; 2], CountryId)> + '_ {
        let mut west_deg = -180.0;
        self.row(row).iter().map(move |&(end, country)| {
            let east_deg = f64::from(end) / CELLS_PER_DEGREE - 180.0;
            ([std::mem::replace(&mut west_deg, east_deg), east_deg], country)
        })
    }

    #[inline]
    fn row(&self, row: usize) -> &[(u16, CountryId)] {
        &self.runs[self.rows[row] as usize..self.rows[row + 1] as usize]
    }

    fn entry(&self, country: CountryId) -> Option<&Entry> {
        self.entries.get(country.index().wrapping_sub(1))
    }

    fn read(cells: &[u8], names: &str) -> Self {
        let mut bytes = cells.iter().copied();
        let (mut runs, mut rows) = (Vec::new(), vec![0]);
        for _ in 0..ROWS {
            let mut end = 0;
            while end < COLUMNS
                && let Some(country) = bytes.next()
            {
                end += count(&mut bytes);
                runs.push((end, CountryId(country)));
            }
            rows.push(runs.len() as u32);
        }
        let mut table = csv::Reader::from_reader(names.as_bytes());
        let entries = table
            .deserialize::<(String, String, String, String)>()
            .filter_map(|entry| {
                let (alpha2, alpha3, name, other_names) = entry.ok()?;
                Some(Entry {
                    alpha2,
                    alpha3,
                    name,
                    other_names,
                })
            });
        Self {
            runs,
            rows,
            entries: entries.collect(),
        }
    }
}

impl fmt::Display for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} countries on cells of 0.1 degrees", self.count())
    }
}

/// Cells of a run: groups of seven bits, the lowest first.
fn count(bytes: &mut impl Iterator<Item = u8>) -> u16 {
    let mut number = 0;
    for (group, byte) in (0..2).zip(bytes) {
        number |= u16::from(byte & 127) << (7 * group);
        if byte < 128 {
            break;
        }
    }
    number
}

fn contains(name: &str, part: &str) -> bool {
    name.to_lowercase().contains(&part.to_lowercase())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_row_goes_once_round_the_globe_and_every_country_has_a_cell() {
        let world = Countries::world();
        let mut cells = vec![0_u32; world.count() + 1];
        for row in 0..ROWS {
            let mut from = 0;
            for &(end, country) in world.row(row) {
                assert!(end > from, "row {row}");
                cells[country.index()] += u32::from(end - from);
                from = end;
                if country != CountryId::SEA {
                    assert!(world.entry(country).is_some(), "row {row}");
                }
            }
            assert_eq!(from, COLUMNS, "row {row}");
        }
        assert_eq!(world.count(), NAMES.lines().count() - 1);
        assert!(cells.iter().all(|cells| *cells > 0));
    }
}
