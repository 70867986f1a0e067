//! Writing a series as the CSV of the portal's packages.

use std::path::Path;

use super::series::{PACKAGE, PortalSeries};
use crate::error::{Error, Result};
use crate::output::write_whole;
use crate::time::UtcTime;

/// Writes `isodate` and the columns of the portal's packages, in their order; those that the series lacks are empty. With
/// `further`, all others follow. The file appears whole or not at all.
///
/// # Errors
/// [`Error::Config`] if columns differ in length or names stand twice; [`Error::Io`] if it cannot be written.
pub fn write_csv(path: impl AsRef<Path>, series: &PortalSeries, further: bool) -> Result<()> {
    let path = path.as_ref();
    series.check_shape()?;
    let others = series.columns.iter().map(|(name, _)| name.as_str());
    let others = others.filter(|name| further && !PACKAGE.contains(name));
    let names: Vec<&str> = PACKAGE.into_iter().chain(others).collect();
    write_whole(path, |beside| {
        let refused = |problem: csv::Error| Error::io("write", path)(problem.into());
        let mut table = csv::Writer::from_path(beside).map_err(refused)?;
        table.write_record(["isodate"].iter().chain(&names)).map_err(refused)?;
        for (k, time) in series.times.iter().enumerate() {
            let value = |name: &&str| {
                let held = series
                    .column(name)
                    .map(|values| values[k])
                    .filter(|value| !value.is_nan());
                held.map_or_else(String::new, |value| value.to_string())
            };
            let cells = [isodate(*time)].into_iter().chain(names.iter().map(value));
            table.write_record(cells).map_err(refused)?;
        }
        table.flush().map_err(Error::io("write", path))
    })
}

fn isodate(time: UtcTime) -> String {
    time.civil().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
