//! Writes four days of idealised weather over Europe as an ARL file: `idealised_weather FILE`.

use airshed::met::MetReader;
use airshed::met::arl::write_arl;
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: idealised_weather FILE")?;
    let mut weather = SyntheticWeather::new(WeatherOptions::default())?;
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
