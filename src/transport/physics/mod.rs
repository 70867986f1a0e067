//! Physics mode: the same ensemble as in parity mode, moved as the literature says.

mod column;
mod course;
mod ensemble;
mod layer;
mod step;

use std::ops::{ControlFlow, Range};

use rayon::prelude::*;

use super::blocks::{Blocks, Each};
use super::conditions::{Conditions, Place};
use super::options::TransportOptions;
use super::release::{AirOverPlace, Release, noise_key};
use super::stretches::Stretches;
use crate::constants::GRAVITY_M_S2;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::store::{MetStore, MetWindow};
use crate::receptor::Receptor;
use crate::rng::Noise;
use crate::time::UtcTime;
use crate::trajectory::{Status, Trajectories};
use crate::turbulence::langevin::VerticalState;
use crate::turbulence::structure::VerticalStructure;
use crate::turbulence::updrafts::Updrafts;
use column::{Column, TurbulentAir};
use ensemble::{Sky, Stretch};
use step::{Particle, Scheme};

/// As [`simulate_each`](super::simulate_each), which checks the options.
pub(super) fn follow_all(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    each: Each<'_>,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    let scheme = Scheme::new(options);
    let receptor = &receptor.facing(options.hours > 0);
    let key = noise_key(options.seed, receptor);
    let mut stretches = Stretches::new(met, options, options.derive, receptor.time)?;
    let mut release = Release::plan(&stretches.window, receptor, options)?;
    let mut particles = vec![Particle::waiting(); release.count()];
    let mut blocks = Blocks::new(receptor, options, &[], each);
    while let Some((time, span)) = stretches.next()? {
        let window = &stretches.window;
        begin(
            &mut release,
            window,
            (time, span.clone()),
            &mut particles,
            (&scheme, key),
        )?;
        let stretch = Stretch {
            sky: &Sky::new(window, time),
            release: &release,
            scheme: &scheme,
            key,
            first: span.start,
        };
        blocks.fly(span.clone(), particles.par_iter_mut(), |index, particle, (row, _)| {
            stretch.follow(particle, index, row);
        })?;
        blocks.know((statuses(&particles), &release));
        if watch(span.end as f64).is_break() {
            return Err(Error::Interrupted);
        }
    }
    if !stretches.is_complete() {
        end_all(&mut particles);
    }
    blocks.finish((statuses(&particles), &release))
}

fn statuses(particles: &[Particle]) -> Vec<Status> {
    particles.iter().map(|particle| particle.status).collect()
}

/// The air at a place as a particle meets it; `None` outside the meteorology.
pub(super) fn conditions(window: &MetWindow, place: &Place) -> Option<Conditions> {
    let lon_lat = LonLat {
        lon_deg: place.lon_deg,
        lat_deg: place.lat_deg,
    };
    let sky = Sky::new(window, place.time);
    let column = sky.column(lon_lat, 0.0)?;
    let z_m = place.height_agl_m;
    if !(0.0..column.top_m()).contains(&z_m) {
        return None;
    }
    let layer = column.layer_at(z_m, 0);
    let (air_density_kg_m3, pressure_hpa) = layer.air(z_m);
    let turbulence = TurbulentAir::new(&column, &layer, column.top_m(), Updrafts::default()).at(z_m);
    let [u_m_s, v_m_s] = column.earth_wind(layer.wind(z_m));
    Some(Conditions {
        mixing_height_m: column.scales.mixing_height_m,
        sigma_w_m_s: turbulence.sigma_w_m_s,
        lagrangian_time_s: turbulence.time_s,
        air_density_kg_m3,
        pressure_hpa,
        terrain_m: column.scales.terrain_m,
        u_m_s,
        v_m_s,
        w_m_s: layer.rise(z_m),
    })
}

fn end_all(particles: &mut [Particle]) {
    for particle in particles.iter_mut().filter(|p| p.status == Status::Alive) {
        particle.status = Status::MetGap;
    }
}

/// Puts the particles that start in these steps, the first of them at `time`, to their places.
fn begin(
    release: &mut Release<'_>,
    window: &MetWindow,
    (time, steps): (UtcTime, Range<usize>),
    particles: &mut [Particle],
    (scheme, key): (&Scheme, [u32; 2]),
) -> Result<()> {
    let sky = Sky::new(window, time);
    for (index, particle) in particles.iter_mut().enumerate() {
        let step = release.step(index);
        if particle.status != Status::Alive || !steps.contains(&step) {
            continue;
        }
        let place = release.site(index).place();
        let at_s = scheme.direction * 60.0 * (step - steps.start) as f64;
        let Some(column) = sky.column(place, at_s) else {
            return Err(window.no_place(place));
        };
        let height_m = release.enter_height(index, column.scales.terrain_m);
        let top_m = scheme.top_m(&column);
        if height_m >= top_m {
            let allowed = format!("below the model top, {top_m:.0} m above ground");
            return Err(Error::config("receptor height", height_m, allowed));
        }
        let mut noise = Noise::new(key, index as u32, 0);
        *particle = Particle {
            plane: place.into(),
            vertical: VerticalState::released(height_m, &mut noise),
            gusts: [noise.normal(), noise.normal()],
            meander: [noise.normal(), noise.normal()],
            layer: 0,
            status: Status::Alive,
        };
    }
    Ok(())
}

/// The air over a place.
pub(super) fn air_over(window: &MetWindow, place: LonLat, time: UtcTime) -> Result<Box<dyn AirOverPlace + '_>> {
    match Sky::new(window, time).column(place, 0.0) {
        Some(column) => Ok(Box::new(column)),
        None => Err(window.no_place(place)),
    }
}

impl AirOverPlace for Column<'_> {
    fn terrain_m(&self) -> f64 {
        self.scales.terrain_m
    }

    fn dry_density_kg_m3(&self, height_agl_m: f64) -> f64 {
        self.layer_at(height_agl_m, 0).air(height_agl_m).0
    }

    fn atmosphere_kg_m2(&self) -> f64 {
        let top_m = self.top_m();
        let (_, top_hpa) = self.layer_at(top_m, usize::MAX).air(top_m);
        self.dry_mass_below(top_m, usize::MAX) + 100.0 * top_hpa / GRAVITY_M_S2
    }
}
