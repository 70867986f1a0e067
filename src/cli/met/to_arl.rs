//! `airshed met FILE --to-arl OUT` and `--estimate`.

use std::path::Path;

use super::{Arguments, bytes, warn};
use crate::cli::progress::Progress;
use crate::cli::{Ending, print};
use crate::error::Result;
use crate::met::arl::{ArlConversion, ConversionReport};
use crate::met::size::MetSize;
use crate::met::store::MetStore;

pub(super) fn run(met: &MetStore, arguments: &Arguments) -> Result<Ending> {
    let reader = met.nest_reader(arguments.nest(met)?)?;
    let mut conversion = ArlConversion::new(arguments.cut.cut(reader)?)?;
    for warning in conversion.warnings() {
        warn(warning);
    }
    let size = conversion.size()?;
    print(&estimate(&size, &conversion.description().grid.summary()))?;
    let Some(path) = arguments.to_arl.as_deref().filter(|_| !arguments.estimate) else {
        return Ok(Ending::Done);
    };
    met.refuse_to_replace(path)?;
    let progress = Progress::new()?;
    progress.begin(size.times as u64, "times written");
    let report = conversion.write(path, &mut |times| progress.reached(times as u64));
    progress.clear();
    print(&written(path, &report?))?;
    Ok(Ending::Done)
}

fn estimate(size: &MetSize, grid: &str) -> String {
    format!(
        "grid      {grid}\nfields    {} a time, {} times\nARL file  {} bytes ({})\nmemory    {} a time, as numbers",
        size.fields,
        size.times,
        size.arl_bytes,
        bytes(size.arl_bytes),
        bytes(size.memory_bytes),
    )
}

fn written(path: &Path, report: &ConversionReport) -> String {
    let steps = report
        .packing_steps
        .iter()
        .map(|(name, step)| format!("{name} {step:.2e}"));
    let mut text = format!("written   {}, {}\n", path.display(), bytes(report.bytes));
    text += &format!(
        "steps     of the packed values, largest: {}",
        steps.collect::<Vec<_>>().join(", ")
    );
    if report.clamped > 0 {
        text += &format!("\ncut off   {} differences between neighbours", report.clamped);
    }
    text
}
