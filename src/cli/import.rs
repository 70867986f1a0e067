//! `airshed import`: footprint files of other models and portals.

use std::path::PathBuf;

use crate::cli::{Ending, print};
use crate::error::Result;
use crate::formats::{CellAnchor, Format, ReadOptions, ReceptorHint, import};
use crate::time::UtcTime;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Footprint files of STILT v2, PYSTILT, the ICOS portal, OpenGHG or PARIS
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// auto, stilt, pystilt, icos, openghg or paris
    #[arg(long, default_value = "auto")]
    format: String,
    /// What coordinates without bounds stand for, centre or lower-left [default: what the file says, or centre]
    #[arg(long)]
    anchor: Option<CellAnchor>,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Hours that a sum over time covers, where the file does not say (openghg, paris: 720 unless given)
    #[arg(long, value_name = "HOURS")]
    hours: Option<f64>,
    /// Time of the receptor, in place of what the file or its name says; likewise the next three
    #[arg(long, value_parser = UtcTime::parse)]
    time: Option<UtcTime>,
    /// Longitude of the receptor, degrees east
    #[arg(long, allow_negative_numbers = true)]
    lon_deg: Option<f64>,
    /// Latitude of the receptor, degrees north
    #[arg(long, allow_negative_numbers = true)]
    lat_deg: Option<f64>,
    /// Height of the receptor above ground, m
    #[arg(long)]
    height_agl_m: Option<f64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let format = match arguments.format.as_str() {
        "auto" => None,
        named => Some(named.parse::<Format>()?),
    };
    let options = ReadOptions {
        format,
        anchor: arguments.anchor,
        receptor: ReceptorHint {
            time: arguments.time,
            lon_deg: arguments.lon_deg,
            lat_deg: arguments.lat_deg,
            height_agl_m: arguments.height_agl_m,
        },
        hours: arguments.hours,
    };
    for file in &arguments.files {
        let written = import(file, &options, &arguments.out)?;
        written.iter().try_for_each(|path| print(&path.display().to_string()))?;
    }
    Ok(Ending::Done)
}
