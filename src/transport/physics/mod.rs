//! Physics mode: the same ensemble as in parity mode, moved as the literature says.

mod column;
mod ensemble;
mod step;

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::conditions::{Conditions, Place};
use super::options::TransportOptions;
use super::record::{Record, table};
use super::release::noise_key;
use super::{STEP_SECONDS, WATCH_EVERY_STEPS};
use crate::error::{Error, Result};
use crate::geo::{LonLat, SpherePoint};
use crate::met::store::{MetStore, MetWindow};
use crate::near_field::dilute_by_taylor;
use crate::receptor::Receptor;
use crate::rng::Noise;
use crate::trajectory::{Status, Trajectories};
use crate::turbulence::langevin::VerticalState;
use crate::turbulence::structure::VerticalStructure;
use column::TurbulentAir;
use ensemble::{Sky, Stretch};
use step::{Particle, Scheme};

/// As [`simulate`](super::simulate), which checks the options.
pub(super) fn simulate(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    let forward = options.hours > 0;
    let step_s = if forward { STEP_SECONDS } else { -STEP_SECONDS };
    let steps = options.hours.unsigned_abs() as usize * 60;
    let scheme = Scheme::new(options);
    let key = noise_key(options.seed, receptor);
    let mut window = met.window(receptor.time, forward, &options.derive)?;
    let mut particles = release(&window, receptor, options, &scheme, key)?;
    let mut records = vec![Record::default(); options.particles * steps];
    let mut done = 0;
    while done < steps {
        let time = receptor.time.plus_seconds(done as i64 * step_s);
        if done > 0 {
            window = match met.window(time, forward, &options.derive) {
                Ok(window) => window,
                Err(Error::MetTime { .. }) => {
                    end_all(&mut particles);
                    break;
                }
                Err(error) => return Err(error),
            };
        }
        let limit = if forward { window.end } else { window.start };
        let in_window = ((limit.seconds() - time.seconds()) / step_s).max(0) as usize;
        if in_window == 0 {
            end_all(&mut particles);
            break;
        }
        let span = in_window.min(WATCH_EVERY_STEPS).min(steps - done);
        let stretch = Stretch {
            sky: &Sky::new(&window, time),
            scheme: &scheme,
            key,
            first: done,
        };
        particles
            .par_iter_mut()
            .zip(records.par_chunks_mut(steps))
            .enumerate()
            .for_each(|(index, (particle, row))| stretch.follow(particle, index as u32, &mut row[done..done + span]));
        done += span;
        if watch(done as f64).is_break() {
            return Err(Error::Interrupted);
        }
    }
    let time_min = (1..=steps).map(|k| k as f64 * step_s as f64 / 60.0).collect();
    let statuses = particles.iter().map(|p| p.status).collect();
    let mut trajectories = table(receptor, time_min, statuses, &records);
    if options.hnf_plume {
        dilute_by_taylor(&mut trajectories, options.veght);
    }
    Ok(trajectories)
}

/// The air at a place as a particle meets it; `None` outside the meteorology.
pub(super) fn conditions(window: &MetWindow, place: &Place) -> Option<Conditions> {
    let lon_lat = LonLat {
        lon_deg: place.lon_deg,
        lat_deg: place.lat_deg,
    };
    let sky = Sky::new(window, place.time);
    let column = sky.column(SpherePoint::from(lon_lat), 0.0)?;
    let z_m = place.height_agl_m;
    if !(0.0..column.top_m()).contains(&z_m) {
        return None;
    }
    let layer = column.layer_at(z_m, 0);
    let (air_density_kg_m3, pressure_hpa) = layer.air(z_m);
    let turbulence = TurbulentAir::new(&column, &layer, column.top_m()).at(z_m);
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

fn release(
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
    let sky = Sky::new(window, receptor.time);
    let Some(column) = sky.column(SpherePoint::from(place), 0.0) else {
        return Err(window.no_place(place));
    };
    let top_m = scheme.top_m(&column);
    if receptor.height_agl_m >= top_m {
        let allowed = format!("below the model top, {top_m:.0} m");
        return Err(Error::config("height_agl_m", receptor.height_agl_m, allowed));
    }
    let released = |index| {
        let mut noise = Noise::new(key, index, 0);
        Particle {
            point: place.into(),
            vertical: VerticalState::released(receptor.height_agl_m, &mut noise),
            gusts: [noise.normal(), noise.normal()],
            meander: [noise.normal(), noise.normal()],
            layer: 0,
            status: Status::Alive,
        }
    };
    Ok((0..options.particles as u32).map(released).collect())
}
