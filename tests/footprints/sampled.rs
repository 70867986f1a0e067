//! A footprint made by hand with its sampling error.

use airshed::footprint::{Footprint, GroupDeposit, Sampling};
use ndarray::Array2;

use crate::footprints::{DEGREES, footprint, grid};

pub const GROUPS: usize = 5;

/// Hours of 6 x 10 cells with an error; each group has seen one cell in three.
pub fn sampled(hours: usize) -> Footprint {
    let mut footprint = footprint(grid([0.0, 10.0, 48.0, 54.0], 1.0, DEGREES), hours);
    footprint.stderr = Some(footprint.foot.mapv(|v| v / 3.0));
    let mut deposits = Vec::new();
    let mut layer_foot = Array2::zeros((hours, GROUPS));
    for layer in 0..hours {
        for cell in 0..60 {
            for group in (0..GROUPS).filter(|g| (cell + g + layer) % 3 == 0) {
                // a multiple of 2^-12 below 2^-4 needs no more than the 12 bits that a file keeps
                let foot = ((7 * cell + 11 * group + layer) % 97 + 1) as f32 / 4096.0;
                layer_foot[[layer, group]] += f64::from(foot);
                deposits.push(GroupDeposit {
                    layer: layer as u32,
                    cell: cell as u32,
                    group: group as u32,
                    foot,
                });
            }
        }
    }
    footprint.sampling = Some(Sampling {
        particles: 1000,
        layer_foot,
        deposits,
    });
    footprint
}
