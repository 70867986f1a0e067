//! `[[receptor]]` tables, or the CSV table that `run.receptors` names.

use std::path::Path;

use crate::error::{Error, Result};
use crate::receptor::{Description, Receptor, read_csv};

/// The table that is read if the file names neither a table nor receptors.
const DEFAULT_TABLE: &str = "receptors.csv";

/// The receptors of a configuration: `[[receptor]]` tables or a CSV table, not both.
pub(super) fn resolve(entries: Option<Vec<Description>>, table: Option<&Path>, folder: &Path) -> Result<Vec<Receptor>> {
    match (entries, table) {
        (Some(_), Some(table)) => Err(Error::config(
            "run.receptors",
            table.display(),
            "give either run.receptors or [[receptor]] tables, not both",
        )),
        (Some(entries), None) if !entries.is_empty() => {
            let expanded: Result<Vec<_>> = entries.iter().map(Description::expand).collect();
            Ok(expanded?.concat())
        }
        (None, Some(table)) => read_csv(&folder.join(table)),
        _ if folder.join(DEFAULT_TABLE).is_file() => read_csv(&folder.join(DEFAULT_TABLE)),
        _ => Err(Error::config(
            "run.receptors",
            "missing",
            "no receptors: name a CSV table, or write [[receptor]] tables",
        )),
    }
}
