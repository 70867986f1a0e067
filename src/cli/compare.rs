//! `airshed compare`: a model's series against a station's, or tracer samples in DATEM files.

use std::path::{Path, PathBuf};

use crate::cli::{Ending, print};
use crate::compare::{
    Averaging, Comparison, ComparisonOptions, Errors, Grouping, Hours, Matching, ModelOptions, ModelSeries,
    group_table, statistics_table, tracer_statistics, tracer_table,
};
use crate::error::{Error, Result};
use crate::observations::datem::read_datem;
use crate::observations::{Flags, Layout, Observations, ReadOptions, Unit};
use crate::stations::Station;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// CSV with time and value, a wide CSV, enhancements.csv of a run, or DATEM
    model: PathBuf,
    /// ICOS ATC release, ObsPack netCDF, CSV with time and value, or DATEM
    observations: PathBuf,
    /// Writes the matched series as CSV
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Unit of the statistics: ppm, ppb, mol mol-1, per mil, Bq m-3 … (default: that of the observations)
    #[arg(long)]
    unit: Option<String>,
    /// Statistics of groups too: season, month, hour, wind-sector
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    model_choice: ModelChoice,
    #[command(flatten)]
    observed_choice: ObservedChoice,
    #[command(flatten)]
    pairing: Pairing,
    /// DATEM: what a concentration must exceed to count for FMS
    #[arg(long, default_value_t = 0.0)]
    threshold: f64,
}

#[derive(clap::Args)]
#[command(next_help_heading = "The model")]
struct ModelChoice {
    /// Column of a wide table, such as co2.stilt
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Unit of a table that does not state it
    #[arg(long, value_name = "UNIT")]
    model_unit: Option<String>,
    /// Flux of enhancements.csv, several with commas or `all`, added up (may be left out if there is one)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    flux: Vec<String>,
    /// Grid of enhancements.csv, if it has several
    #[arg(long, value_name = "NAME")]
    grid: Option<String>,
    /// Height of the model above ground, m (default: that of the observations, or the stated model height)
    #[arg(long, value_name = "M")]
    model_height: Option<f64>,
    /// Added to every modelled value, in its unit
    #[arg(long, default_value_t = 0.0, allow_hyphen_values = true)]
    background: f64,
}

#[derive(clap::Args)]
#[command(next_help_heading = "The observations")]
struct ObservedChoice {
    /// Which quantity, of a file with several: WS
    #[arg(long)]
    species: Option<String>,
    /// Which station, of a table with several
    #[arg(long)]
    station: Option<String>,
    /// Which height above ground, m, of a file with several
    #[arg(long, value_name = "M")]
    height: Option<f64>,
    /// Quality flags to keep, several with commas, or `all` (default: good)
    #[arg(long, value_delimiter = ',')]
    flags: Vec<String>,
    /// Unit of a CSV table that does not state it
    #[arg(long, value_name = "UNIT")]
    observed_unit: Option<String>,
    /// Hours that each value of a CSV table stands for, from its time on
    #[arg(long, value_name = "HOURS")]
    interval_h: Option<f64>,
    /// Hours by which an ICOS file that is not in UTC is ahead of it
    #[arg(long, value_name = "HOURS", allow_hyphen_values = true)]
    utc_offset_h: Option<f64>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Which pairs")]
struct Pairing {
    /// Hours in local solar time: any, afternoon (12-16), night (0-4), representative (night on mountains, else afternoon), or such as 9-15
    #[arg(long, default_value = "any")]
    hours: String,
    /// Compares means over local solar days
    #[arg(long)]
    daily: bool,
    /// Hours after the model stamp over which observations are averaged, such as -1.5,1.5 (default: the observation that holds the stamp)
    #[arg(long, value_name = "FROM,TO", allow_hyphen_values = true)]
    window: Option<String>,
    /// Least wind speed of the model series, m/s
    #[arg(long, value_name = "M/S")]
    min_wind: Option<f64>,
    /// Longitude for local solar time, degrees east, if the observations do not state it
    #[arg(long, value_name = "DEG", allow_hyphen_values = true)]
    lon: Option<f64>,
    /// Whether the station stands on a mountain (default: as the station table has it)
    #[arg(long)]
    mountain: Option<bool>,
    /// Compares although heights differ
    #[arg(long)]
    any_height: bool,
    /// Standard error of a modelled value, in the unit of the statistics, for the regression
    #[arg(long)]
    model_error: Option<f64>,
    /// Standard error of an observed value, in the unit of the statistics
    #[arg(long)]
    observation_error: Option<f64>,
    /// Variance of the model's errors over that of the observations', where only the ratio is known
    #[arg(long)]
    error_ratio: Option<f64>,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let layouts = (Layout::of(&arguments.observations)?, Layout::of(&arguments.model)?);
    match layouts {
        (Layout::Datem, Layout::Datem) => return tracer(arguments),
        (Layout::Datem, _) => return Err(not_datem(&arguments.model)),
        (_, Layout::Datem) => return Err(not_datem(&arguments.observations)),
        _ => {}
    }
    let observed = observations(arguments)?;
    let options = arguments.pairing.options()?;
    let model = ModelSeries::open(
        &arguments.model,
        &arguments.model_choice.options(&observed, options.any_height)?,
    )?;
    let comparison = Comparison::new(&model, &observed, &options)?;
    let groupings: Vec<Grouping> = arguments
        .by
        .iter()
        .map(|name| Grouping::parse(name))
        .collect::<Result<_>>()?;
    let mut text = statistics_table(&comparison);
    for grouping in groupings {
        text += &format!("\n\n{}", group_table(&comparison.by(grouping)?));
    }
    if let Some(path) = &arguments.out {
        comparison.write_csv(path)?;
    }
    print(&text).map(|()| Ending::Done)
}

fn tracer(arguments: &Arguments) -> Result<Ending> {
    if arguments.out.is_some() {
        return Err(Error::config(
            "--out",
            "DATEM",
            "the samples of DATEM files are matched as they are: leave --out away",
        ));
    }
    let (model, observed) = (read_datem(&arguments.model)?, read_datem(&arguments.observations)?);
    let statistics = tracer_statistics(&model, &observed, arguments.threshold)?;
    print(&tracer_table(&statistics)).map(|()| Ending::Done)
}

fn not_datem(path: &Path) -> Error {
    Error::format(
        path,
        "no DATEM file, but the other one is: tracer samples are compared with tracer samples",
    )
}

/// The series asked for, in the unit asked for; what a reader should know goes to stderr.
fn observations(arguments: &Arguments) -> Result<Observations> {
    let path = &arguments.observations;
    let choice = &arguments.observed_choice;
    let observed = Observations::open_with(path, &choice.options()?)?;
    for note in &observed.notes {
        eprintln!("airshed: {}: {note}", path.display());
    }
    if observed.rejected > 0 {
        eprintln!(
            "airshed: {}: {} values left out for their flag",
            path.display(),
            observed.rejected
        );
    }
    match &arguments.unit {
        Some(unit) => observed.in_unit(Unit::parse(unit)?),
        None => Ok(observed),
    }
}

fn unit(text: Option<&String>) -> Result<Option<Unit>> {
    text.map(|text| Unit::parse(text)).transpose()
}

impl ModelChoice {
    fn options(&self, observed: &Observations, any_height: bool) -> Result<ModelOptions> {
        let stated = Station::find(&observed.station)
            .ok()
            .and_then(|station| station.model_height_agl_m);
        let usual = observed.height_agl_m.into_iter().chain(stated);
        Ok(ModelOptions {
            column: self.column.clone(),
            unit: unit(self.model_unit.as_ref())?,
            fluxes: self.flux.clone(),
            grid: self.grid.clone(),
            heights_agl_m: match self.model_height {
                Some(height) => vec![height],
                None if any_height => Vec::new(),
                None => usual.collect(),
            },
            place: observed.place,
            background: self.background,
        })
    }
}

impl ObservedChoice {
    fn options(&self) -> Result<ReadOptions> {
        Ok(ReadOptions {
            species: self.species.clone(),
            station: self.station.clone(),
            height_agl_m: self.height,
            flags: match self.flags.as_slice() {
                [] => Flags::Good,
                [all] if all == "all" => Flags::All,
                listed => Flags::Listed(listed.to_vec()),
            },
            unit: unit(self.observed_unit.as_ref())?,
            interval_h: self.interval_h,
            utc_offset_h: self.utc_offset_h,
        })
    }
}

impl Pairing {
    fn options(&self) -> Result<ComparisonOptions> {
        Ok(ComparisonOptions {
            matching: self.window.as_deref().map(Matching::parse_window).transpose()?,
            hours: Hours::parse(&self.hours)?,
            min_wind_m_s: self.min_wind,
            averaging: if self.daily { Averaging::Daily } else { Averaging::None },
            errors: Errors {
                model: self.model_error,
                observed: self.observation_error,
                variance_ratio: self.error_ratio,
            },
            lon_deg: self.lon,
            mountain: self.mountain,
            any_height: self.any_height,
            seed: self.seed,
        })
    }
}
