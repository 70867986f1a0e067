//! What the name of a file tells: the year, the month and the sector.

use std::path::Path;

use super::times::plus_months;
use crate::time::UtcTime;

/// The year that a file's name tells.
pub(crate) fn year_of_name(path: &Path) -> Option<i32> {
    FileName::of(path).year
}

/// What the name of a file tells, as EDGAR builds them: `v50_CO2_2015_7_ENE.0.1x0.1.nc`, `v8.0_FT2022_GHG_CH4_2021_SWD_LDF_flx.nc`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileName {
    pub(super) year: Option<i32>,
    /// 1…12, right after the year.
    pub(super) month: Option<u8>,
    /// What follows them, in capitals.
    pub(super) sector: Option<String>,
}

impl FileName {
    pub(super) fn of(path: &Path) -> Self {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let words: Vec<&str> = name
            .split('_')
            .map(|word| word.split('.').next().unwrap_or_default())
            .collect();
        let is_year = |word: &&str| word.len() == 4 && word.parse().is_ok_and(|year| (1700..2300).contains(&year));
        let Some(place) = words.iter().rposition(is_year) else {
            return Self::default();
        };
        let month = words
            .get(place + 1)
            .and_then(|word| word.parse().ok())
            .filter(|month| (1..=12).contains(month));
        let rest = words
            .get(place + 1 + usize::from(month.is_some())..)
            .unwrap_or_default();
        let endings = ["emi", "flx", "nc"];
        let sector: Vec<&str> = rest
            .iter()
            .copied()
            .filter(|word| !word.is_empty() && !endings.contains(word))
            .collect();
        Self {
            year: words[place].parse().ok(),
            month,
            sector: sector
                .first()
                .is_some_and(|word| word.starts_with(char::is_uppercase))
                .then(|| sector.join("_")),
        }
    }

    /// The month, if the name tells one.
    pub(super) fn month(&self) -> Option<(UtcTime, UtcTime)> {
        let start = UtcTime::from_calendar(self.year?, self.month?, 1, 0, 0)?;
        Some((start, plus_months(start, 1)?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn year_month_and_sector_are_read_from_the_names_that_edgar_gives() {
        for (name, year, month, sector) in [
            (
                "edgar_v6.0_CO2_excl_short-cycle_org_C_2015_TOTALS.5.3x5.1.nc",
                Some(2015),
                None,
                Some("TOTALS"),
            ),
            (
                "v50_CO2_excl_short-cycle_org_C_2015_7_ENE.0.1x0.1.nc",
                Some(2015),
                Some(7),
                Some("ENE"),
            ),
            (
                "v8.0_FT2022_GHG_CH4_2021_SWD_LDF_flx.nc",
                Some(2021),
                None,
                Some("SWD_LDF"),
            ),
            (
                "EDGAR_2024_GHG_CO2_2023_TOTALS_emi.nc",
                Some(2023),
                None,
                Some("TOTALS"),
            ),
            ("v432_CH4_1978.0.1x0.1.nc", Some(1978), None, None),
            ("openghg_ch4-anthro_EUROPE_2012.nc", Some(2012), None, None),
            ("flux.nc", None, None, None),
            ("v42_12345_1.nc", None, None, None),
        ] {
            let told = FileName::of(Path::new(name));
            assert_eq!(
                (told.year, told.month, told.sector.as_deref()),
                (year, month, sector),
                "{name}"
            );
        }
    }
}
