//! `airshed met`: what meteorology files hold.

use std::fmt::Write;
use std::path::PathBuf;

use crate::cli::{Ending, print};
use crate::error::Result;
use crate::met::cf::Mapping;
use crate::met::derive::{DeriveOptions, derivations};
use crate::met::store::{MetStore, PartOptions};
use crate::met::{MetDescription, VerticalCoordinate};
use crate::variable::Variable;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files or globs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What variables of netCDF files are, where their names do not tell: a TOML file with lines such as U = "UWND"
    #[arg(long, value_name = "TOML")]
    mapping: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let files: Vec<String> = arguments
        .files
        .iter()
        .map(|f| f.to_string_lossy().into_owned())
        .collect();
    let mapping = arguments.mapping.as_ref().map(Mapping::open).transpose()?;
    let options = PartOptions {
        mapping: mapping.unwrap_or_default(),
        ..PartOptions::default()
    };
    let met = MetStore::open_with(&files, &options)?;
    for (number, nest) in met.nests().iter().enumerate() {
        if number > 0 {
            print("")?;
        }
        print(describe(nest).trim_end())?;
    }
    for warning in met.warnings() {
        eprintln!("airshed: warning: {warning}");
    }
    Ok(Ending::Done)
}

fn describe(nest: &MetDescription) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({})", nest.source.display(), nest.model);
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
    match derivations(nest, &DeriveOptions::default()) {
        Ok(all) => {
            for derivation in all {
                let how = if derivation.derived { "derived" } else { "read" };
                let _ = writeln!(out, "  {how:7} {}: {}", derivation.quantity, derivation.from);
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
