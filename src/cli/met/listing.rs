//! What meteorology files hold, what they lack, and what replaces it.

use std::fmt::Write;

use super::{Arguments, bytes, warn};
use crate::cli::print;
use crate::error::Result;
use crate::met::derive::{Derivation, DeriveOptions, derivations};
use crate::met::size::memory_bytes;
use crate::met::store::MetStore;
use crate::met::{MetDescription, MetReader, VerticalCoordinate};
use crate::variable::Variable;

pub(super) fn print_all(met: &MetStore, arguments: &Arguments) -> Result<()> {
    let chosen = arguments.nest.map(|_| arguments.nest(met)).transpose()?;
    let nests = met.nests().len();
    for index in (0..nests).filter(|index| chosen.is_none_or(|nest| nest == *index)) {
        let reader = met.nest_reader(index)?;
        let (nest, warnings) = match arguments.cut.is_all() {
            true => (reader.description().clone(), Vec::new()),
            false => {
                let cut = arguments.cut.cut(reader)?;
                (cut.description().clone(), cut.warnings().to_vec())
            }
        };
        if index > 0 && chosen.is_none() {
            print("")?;
        }
        let place = (nests > 1).then_some((index + 1, nests));
        print(describe(&nest, place, &files(met, index)).trim_end())?;
        warnings.iter().for_each(|warning| warn(warning));
    }
    Ok(())
}

/// How many files a nest is read from, and their size.
fn files(met: &MetStore, nest: usize) -> String {
    let files = met.files_of(nest);
    let size: u64 = files.iter().filter_map(|file| file.bytes).sum();
    format!("{}, {}", files.len(), bytes(size))
}

fn describe(nest: &MetDescription, place: Option<(usize, usize)>, files: &str) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({})", nest.source.display(), nest.model);
    if let Some((number, of)) = place {
        let _ = writeln!(out, "  nest    {number} of {of}");
    }
    let _ = writeln!(out, "  files   {files}");
    let _ = writeln!(out, "  grid    {}", nest.grid.summary());
    let _ = writeln!(out, "  times   {}", times(nest));
    let _ = writeln!(
        out,
        "  levels  {}, {}",
        nest.levels.len().saturating_sub(1),
        vertical(nest)
    );
    for (span, names) in fields(nest) {
        let _ = writeln!(out, "  fields  {span}: {}", names.join(" "));
    }
    let _ = writeln!(
        out,
        "  memory  {} a time, all fields as numbers",
        bytes(memory_bytes(nest))
    );
    match derivations(nest, &DeriveOptions::default()) {
        Ok(all) => {
            for derivation in all {
                let how = if derivation.derived { "derived" } else { "read" };
                let _ = write!(out, "  {how:7} {}: {}", derivation.quantity, derivation.from);
                let _ = writeln!(out, "{}", what_is_not_used(nest, &derivation));
            }
        }
        Err(error) => {
            let _ = writeln!(out, "  missing {error}");
        }
    }
    let offered: Vec<&str> = nest.variables_on_request().iter().map(Variable::name).collect();
    let _ = writeln!(out, "  offers  particle variables on request: {}", offered.join(" "));
    out
}

/// Of a quantity that is derived: the fields that would give it, held or not.
fn what_is_not_used(nest: &MetDescription, derivation: &Derivation) -> String {
    if !derivation.derived {
        return String::new();
    }
    let held = |name: &&&str| nest.variables.iter().take(2).flatten().any(|held| held == **name);
    let found: Vec<&str> = derivation.fields.iter().filter(held).copied().collect();
    match found.is_empty() {
        true => format!(" (no {})", derivation.fields.join(", ")),
        false => format!(" (not from {})", found.join(", ")),
    }
}

fn times(nest: &MetDescription) -> String {
    let (Some(first), Some(last)) = (nest.times.first(), nest.times.last()) else {
        return "none".into();
    };
    let mut steps_h: Vec<f64> = nest.times.windows(2).map(|w| w[1].minutes_since(w[0]) / 60.0).collect();
    steps_h.sort_by(f64::total_cmp);
    steps_h.dedup();
    let every = steps_h.iter().map(f64::to_string).collect::<Vec<_>>().join(" or ");
    match steps_h.is_empty() {
        true => format!("1, {first}"),
        false => format!("{}, {first} to {last}, every {every} h", nest.times.len()),
    }
}

fn vertical(nest: &MetDescription) -> String {
    let range = match (nest.levels.get(1), nest.levels.last()) {
        (Some(lowest), Some(highest)) => format!("{lowest} to {highest}"),
        _ => "none".into(),
    };
    match nest.vertical {
        VerticalCoordinate::Sigma { offset_hpa } => format!("sigma {range}, offset {offset_hpa} hPa"),
        VerticalCoordinate::Pressure => format!("pressure {range} hPa"),
        VerticalCoordinate::TerrainHeight => format!("terrain-following height {range} m"),
        VerticalCoordinate::Hybrid => format!("hybrid {range}"),
        VerticalCoordinate::WrfEta => format!("WRF eta {range}"),
    }
}

/// Field names by runs of levels that hold the same.
fn fields(nest: &MetDescription) -> Vec<(String, &[String])> {
    let mut runs: Vec<(usize, usize, &[String])> = Vec::new();
    for (level, names) in nest.variables.iter().enumerate() {
        match runs.last_mut() {
            Some((first, last, held)) if *first > 0 && *held == names.as_slice() => *last = level,
            _ => runs.push((level, level, names)),
        }
    }
    let label = |(first, last, names): (usize, usize, _)| {
        let span = match (first, last) {
            (0, _) => "surface".to_string(),
            (first, last) if first == last => format!("level {first}"),
            (first, last) => format!("levels {first}-{last}"),
        };
        (span, names)
    };
    runs.into_iter().map(label).collect()
}
