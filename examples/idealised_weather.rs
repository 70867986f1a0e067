//! Writes idealised weather over Europe as an ARL file: `idealised_weather FILE [KEY=VALUE ...]`, with keys of
//! `WeatherOptions` such as `hours=264 interval_h=1 west_deg=-130 spacing_deg=1`.

use airshed::met::MetReader;
use airshed::met::arl::write_arl;
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let path = words.next().ok_or("usage: idealised_weather FILE [KEY=VALUE ...]")?;
    let mut options = WeatherOptions::default();
    for word in words {
        let (key, value) = word.split_once('=').ok_or(format!("{word} is not KEY=VALUE"))?;
        match key {
            "hours" => options.hours = value.parse()?,
            "interval_h" => options.interval_h = value.parse()?,
            "west_deg" => options.west_deg = value.parse()?,
            "east_deg" => options.east_deg = value.parse()?,
            "south_deg" => options.south_deg = value.parse()?,
            "north_deg" => options.north_deg = value.parse()?,
            "spacing_deg" => options.spacing_deg = value.parse()?,
            _ => return Err(format!("{key} is none of hours, interval_h, west_deg … north_deg, spacing_deg").into()),
        }
    }
    let mut weather = SyntheticWeather::new(options)?;
    let description = weather.description().clone();
    let snapshots = (0..description.times.len()).map(|time_index| weather.read(time_index));
    write_arl(&path, &description, snapshots)?;
    println!(
        "{path}: {} times on {}",
        description.times.len(),
        description.grid.summary()
    );
    Ok(())
}
