//! Tables for people, and the matched series as CSV.

use std::path::Path;

use super::{Comparison, Estimate, Group, Statistics, TracerStatistics};
use crate::error::{Error, Result};
use crate::output::write_whole;

const COLUMNS: [&str; 9] = [
    "time",
    "model",
    "observed",
    "model_stderr",
    "observed_stderr",
    "averaged",
    "wind_speed_m_s",
    "wind_from_deg",
    "selected",
];

impl Comparison {
    /// Writes the matched series, gaps as empty cells, whole or not at all; the unit is that of the comparison.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written; an earlier file of that name then stays as it was.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let refused = |problem: csv::Error| Error::io("write", path)(problem.into());
        write_whole(path, |beside| {
            let mut table = csv::Writer::from_path(beside).map_err(refused)?;
            table.write_record(COLUMNS).map_err(refused)?;
            for row in &self.rows {
                let cell = |value: f64| {
                    if value.is_finite() {
                        value.to_string()
                    } else {
                        String::new()
                    }
                };
                let cells = [
                    row.time.to_string(),
                    cell(row.model),
                    cell(row.observed),
                    cell(row.model_stderr),
                    cell(row.observed_stderr),
                    row.averaged.to_string(),
                    cell(row.wind_speed_m_s),
                    cell(row.wind_from_deg),
                    u8::from(row.selected).to_string(),
                ];
                table.write_record(cells).map_err(refused)?;
            }
            table.flush().map_err(Error::io("write", path))
        })
    }
}

/// All statistics of a comparison, a line each, with their 95 % intervals.
pub fn statistics_table(comparison: &Comparison) -> String {
    let (s, counts, unit) = (comparison.statistics(), comparison.counts(), comparison.unit);
    let head = format!(
        "{} against {}\n{} pairs of {} ({} gaps measured, {} gaps modelled, {} not selected); {:.0} independent (lag-1 autocorrelation {:.2})",
        comparison.model,
        comparison.observed,
        counts.pairs,
        counts.rows,
        counts.gaps_observed,
        counts.gaps_model,
        counts.not_selected,
        s.n_effective,
        s.lag1,
    );
    let line = |name: &str, e: Estimate, unit: &str| {
        format!("{name:<14} {:>10.4}   [{:.4}, {:.4}] {unit}", e.value, e.low, e.high)
    };
    let plain =
        |name: &str, model: f64, observed: f64| format!("{name:<14} {model:>10.4}   measured {observed:.4} {unit}");
    let lines = [
        head,
        plain("mean", s.mean_model, s.mean_observed),
        plain("sd", s.sd_model, s.sd_observed),
        line("bias", s.bias, unit.name()),
        line("RMSE", s.rmse, unit.name()),
        line("centred RMSE", s.centred_rmse, unit.name()),
        line("R", s.r, ""),
        line("slope", s.slope, s.regression),
        line("intercept", s.intercept, unit.name()),
    ];
    lines.map(|line| line.trim_end().to_owned()).join("\n")
}

/// Statistics of groups, a line each.
pub fn group_table(groups: &[Group]) -> String {
    let head = format!(
        "{:<6} {:>6} {:>10} {:>21} {:>10} {:>7} {:>8}",
        "group", "N", "bias", "95 %", "RMSE", "R", "slope"
    );
    let line = |group: &Group| {
        let s: &Statistics = &group.statistics;
        let interval = format!("[{:.3}, {:.3}]", s.bias.low, s.bias.high);
        format!(
            "{:<6} {:>6} {:>10.3} {interval:>21} {:>10.3} {:>7.3} {:>8.3}",
            group.label, s.n, s.bias.value, s.rmse.value, s.r.value, s.slope.value
        )
    };
    std::iter::once(head)
        .chain(groups.iter().map(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Statistics of a tracer experiment, a line each.
pub fn tracer_table(s: &TracerStatistics) -> String {
    format!(
        "{} pairs ({} with zero on both sides left out, {} samples without a counterpart)\n\
         mean  {:>10.4}   measured {:.4}\nR     {:>10.4}\nFB    {:>10.4}\nFMS   {:>10.2} %\nKSP   {:>10.2} %\nrank  {:>10.4}",
        s.n,
        s.both_zero,
        s.unmatched,
        s.mean_model,
        s.mean_observed,
        s.r,
        s.fb,
        s.fms,
        s.ksp,
        s.rank()
    )
}
