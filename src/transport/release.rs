//! Where and how particles start.

use super::column::Column;
use super::options::TransportOptions;
use super::particle::{Particle, Scheme};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::store::{MetWindow, NestWindow};
use crate::receptor::Receptor;
use crate::rng::{Noise, key_of};
use crate::time::UtcTime;
use crate::trajectory::Status;

/// The same receptor draws the same noise, whatever its name.
pub(super) fn noise_key(seed: u64, receptor: &Receptor) -> [u32; 2] {
    let place = [receptor.lon_deg, receptor.lat_deg, receptor.height_agl_m].map(f64::to_bits);
    key_of(seed, &[receptor.time.seconds() as u64, place[0], place[1], place[2]])
}

pub(super) fn release(
    window: &MetWindow,
    receptor: &Receptor,
    options: &TransportOptions,
    scheme: &Scheme,
    key: [u32; 2],
) -> Result<Vec<Particle>> {
    let place = LonLat {
        lon_deg: receptor.lon_deg,
        lat_deg: receptor.lat_deg,
    };
    let Some((nest, x, y, column)) = window.column_at(place, receptor.time) else {
        return Err(Error::MetPlace {
            lon_deg: place.lon_deg,
            lat_deg: place.lat_deg,
            covered: window.describe(),
        });
    };
    let height = receptor.height_agl_m / column.compression;
    if height >= column.top() {
        let allowed = format!("below the model top, {} m", options.derive.model_top_m);
        return Err(Error::config("height_agl_m", receptor.height_agl_m, allowed));
    }
    let released = Particle {
        nest,
        x,
        y,
        height,
        vertical: 0.0,
        horizontal_m_s: [0.0; 2],
        status: Status::Alive,
    };
    Ok((0..options.particles as u32)
        .map(|index| {
            let mut particle = released;
            scheme.release(&mut particle, &column, &mut Noise::new(key, index, 0));
            particle
        })
        .collect())
}

impl MetWindow {
    /// The finest nest that holds a place, the place's indices in it, and the column there.
    pub(super) fn column_at(&self, place: LonLat, time: UtcTime) -> Option<(usize, f64, f64, Column<'_>)> {
        self.nests.iter().enumerate().find_map(|(nest, met)| {
            let (x, y) = met.grid.index_of(place);
            Some((nest, x, y, met.bracket().column(x, y, met.weight(time))?))
        })
    }

    fn describe(&self) -> String {
        let corners = |met: &NestWindow| {
            let southwest = met.grid.place_at(0.0, 0.0);
            let northeast = met.grid.place_at((met.grid.nx - 1) as f64, (met.grid.ny - 1) as f64);
            format!(
                "{:.2} … {:.2} E, {:.2} … {:.2} N (corners)",
                southwest.lon_deg, northeast.lon_deg, southwest.lat_deg, northeast.lat_deg
            )
        };
        let covered: Vec<_> = self.nests.iter().map(corners).collect();
        format!(
            "the files cover {}; move the receptor or add meteorology",
            covered.join("; ")
        )
    }
}
