//! `airshed met FILE --plot MAP.png`.

use std::path::Path;

use super::{Arguments, warn};
use crate::cli::print;
use crate::error::Result;
use crate::met::MetReader;
use crate::met::map_fields::MapFields;
use crate::met::store::MetStore;
use crate::weather_map::draw;

pub(super) fn run(met: &MetStore, arguments: &Arguments, path: &Path) -> Result<()> {
    let mut reader = arguments.cut.cut(met.nest_reader(arguments.nest(met)?)?)?;
    reader.warnings().iter().for_each(|warning| warn(warning));
    let times = &reader.description().times;
    let off = |index: &usize| {
        arguments
            .time
            .map_or(0.0, |time| times[*index].minutes_since(time).abs())
    };
    let nearest = (0..times.len()).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(0);
    let fields = MapFields::read(&mut reader, nearest)?;
    draw(&fields, path)?;
    print(&format!("drawn     {} at {}", path.display(), fields.time))
}
