//! Many receptors: one place at many times, and ids that differ.

use std::collections::HashSet;

use super::{Receptor, default_id};
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// The same receptor at many times: from its own (inclusive) to `end` every `every_h` hours.
///
/// With an `id`, the receptors are called `<id>_yyyymmddHHMM`; else they get STILT's own ids.
///
/// # Errors
/// [`Error::Config`] if `end` lies before the receptor's time, or `every_h` is less than a minute.
pub fn series(first: &Receptor, id: Option<&str>, end: UtcTime, every_h: f64) -> Result<Vec<Receptor>> {
    let step_s = (every_h * 3600.0).round();
    if !(60.0..=1e9).contains(&step_s) {
        return Err(Error::config(
            "receptor every_h",
            every_h,
            "hours, at least one minute (0.0166667)",
        ));
    }
    if end < first.time {
        return Err(Error::config(
            "receptor end",
            end,
            format!("not before start = {}", first.time),
        ));
    }
    (first.time.seconds()..=end.seconds())
        .step_by(step_s as usize)
        .map(|seconds| {
            let time = UtcTime::from_seconds(seconds);
            let id = match id {
                Some(id) => format!("{id}_{}", time.compact()),
                None => default_id(time, first.site(), first.datum, &first.shape),
            };
            Receptor { time, ..first.clone() }.with_id(id)
        })
        .collect()
}

/// Checks that no two receptors share an id.
///
/// # Errors
/// [`Error::Config`] naming the id.
pub fn check_unique_ids(receptors: &[Receptor]) -> Result<()> {
    let mut seen = HashSet::new();
    match receptors.iter().find(|r| !seen.insert(r.id.as_str())) {
        None => Ok(()),
        Some(twice) => Err(Error::config(
            "receptor id",
            &twice.id,
            "given twice: ids name output files and must be unique (remove the duplicate, or give each its own id)",
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_series_holds_both_ends() {
        let start = UtcTime::parse("2010-02-12T00:00").unwrap();
        let place = Receptor::new(start, 4.927, 51.97, 207.0).unwrap();
        let all = series(&place, Some("CBW"), start.plus_hours(24), 3.0).unwrap();
        assert_eq!(all.len(), 9);
        assert_eq!(
            (all[8].id.as_str(), all[8].time),
            ("CBW_201002130000", start.plus_hours(24))
        );
        assert!(series(&place, None, start.plus_hours(-1), 3.0).is_err());
        assert!(series(&place, None, start, 0.0).is_err());
        assert!(check_unique_ids(&all).is_ok());
        assert!(
            check_unique_ids(&[place.clone(), place])
                .unwrap_err()
                .to_string()
                .contains("given twice")
        );
    }
}
