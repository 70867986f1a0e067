//! The part of meteorology that a command works on.

use crate::error::Result;
use crate::met::MetReader;
use crate::met::cut::{Cut, CutOptions, Top};
use crate::met::projection::Region;
use crate::time::UtcTime;

#[derive(clap::Args)]
#[command(next_help_heading = "Part of the files")]
pub(super) struct CutArguments {
    /// Region: west, east, south and north, degrees; its grid points and those around it are kept
    #[arg(long, value_name = "DEG", requires_all = ["east", "south", "north"], allow_negative_numbers = true)]
    west: Option<f64>,
    #[arg(long, value_name = "DEG", requires = "west", allow_negative_numbers = true)]
    east: Option<f64>,
    #[arg(long, value_name = "DEG", requires = "west", allow_negative_numbers = true)]
    south: Option<f64>,
    #[arg(long, value_name = "DEG", requires = "west", allow_negative_numbers = true)]
    north: Option<f64>,
    /// Levels up to this pressure
    #[arg(long, value_name = "HPA", conflicts_with = "levels")]
    top_hpa: Option<f64>,
    /// So many levels above the surface
    #[arg(long, value_name = "N")]
    levels: Option<usize>,
    /// Times from here, such as 2010-02-12T18:00; one before it if it lies between two
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: Option<UtcTime>,
    /// Times up to here; one after it if it lies between two
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    to: Option<UtcTime>,
}

pub(super) fn parse_time(text: &str) -> std::result::Result<UtcTime, String> {
    UtcTime::parse(text).map_err(|error| error.to_string())
}

impl CutArguments {
    fn options(&self) -> Result<CutOptions> {
        let bounds = self.west.zip(self.east).zip(self.south.zip(self.north));
        let region = bounds.map(|((west, east), (south, north))| Region::new(west, east, south, north));
        let levels = self.levels.map(Top::Levels);
        Ok(CutOptions {
            region: region.transpose()?,
            top: self.top_hpa.map(Top::PressureHpa).or(levels),
            from: self.from,
            to: self.to,
        })
    }

    pub(super) fn cut<R: MetReader>(&self, reader: R) -> Result<Cut<R>> {
        Cut::new(reader, self.options()?)
    }

    pub(super) fn is_all(&self) -> bool {
        self.options().is_ok_and(|options| options == CutOptions::default())
    }
}
