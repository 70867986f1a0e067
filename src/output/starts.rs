//! Where particles start, in a trajectory file: variables along `particle`, absent if all start from one point at once.

use netcdf::FileMut;

use super::attributes::{Reader, put, text};
use crate::error::Result;
use crate::trajectory::Trajectories;

/// One vector of [`Trajectories`] in a file.
struct Start {
    name: &'static str,
    long_name: &'static str,
    units: &'static str,
    values: fn(&Trajectories) -> &Vec<f64>,
    values_mut: fn(&mut Trajectories) -> &mut Vec<f64>,
}

const STARTS: [Start; 3] = [
    Start {
        name: "xhgt",
        long_name: "height above ground at which the particle starts",
        units: "m",
        values: |t| &t.release_height_agl_m,
        values_mut: |t| &mut t.release_height_agl_m,
    },
    Start {
        name: "release_min",
        long_name: "time from the receptor time to the start of the particle, negative backward",
        units: "min",
        values: |t| &t.release_min,
        values_mut: |t| &mut t.release_min,
    },
    Start {
        name: "weight",
        long_name: "factor on the influence of the particle in a footprint",
        units: "1",
        values: |t| &t.weight,
        values_mut: |t| &mut t.weight,
    },
];

pub(super) fn put_starts(file: &mut FileMut, trajectories: &Trajectories) -> netcdf::Result<()> {
    if trajectories.is_from_a_point() {
        return Ok(());
    }
    for start in &STARTS {
        let mut variable = file.add_variable::<f64>(start.name, &["particle"])?;
        variable.set_fill_value(f64::NAN)?;
        variable.put_values((start.values)(trajectories), ..)?;
        put(
            &mut variable,
            vec![text("long_name", start.long_name), text("units", start.units)],
        )?;
    }
    Ok(())
}

/// Reads what [`put_starts`] wrote; a file without it is that of a point.
pub(super) fn read_starts(reader: &Reader<'_>, trajectories: &mut Trajectories) -> Result<()> {
    for start in &STARTS {
        if reader.file.variable(start.name).is_none() {
            continue;
        }
        if reader.shape(start.name)? != [trajectories.particle_count()] {
            return Err(reader.lacks(&format!("{} of dimension (particle)", start.name)));
        }
        *(start.values_mut)(trajectories) = reader.values(start.name)?;
    }
    Ok(())
}
