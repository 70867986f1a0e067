//! The cells that matter most, and what a network of receptors sees.

use ndarray::{Array2, Axis};

use crate::error::{Error, Result};
use crate::footprint::Footprint;

/// The fewest cells that together hold a share (0…1) of all influence inside the grid, `[y][x]`: cells of all layers
/// summed, the largest first, until the share is reached.
///
/// # Errors
/// [`Error::Config`] if `share` is not within 0 and 1.
pub fn core_area(footprint: &Footprint, share: f64) -> Result<Array2<bool>> {
    if !(0.0..=1.0).contains(&share) {
        return Err(Error::config("share", share, "0 to 1"));
    }
    let foot = footprint.foot.sum_axis(Axis(0));
    let mut largest_first: Vec<(f64, usize)> = foot.iter().copied().zip(0..).filter(|(foot, _)| *foot > 0.0).collect();
    largest_first.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let wanted = share * largest_first.iter().map(|(foot, _)| foot).sum::<f64>();
    let mut area = Array2::from_elem(foot.dim(), false);
    let (columns, mut held) = (area.ncols(), 0.0);
    for (foot, cell) in largest_first {
        // sums of many cells: a share of 1 is not missed by rounding
        if held >= wanted * (1.0 - 1e-12) {
            break;
        }
        held += foot;
        area[[cell / columns, cell % columns]] = true;
    }
    Ok(area)
}

/// What a network sees: in each cell the largest influence that any receptor has there, each cut to its own
/// [`core_area`]; all layers summed, `[y][x]` [ppm / (µmol m⁻² s⁻¹)].
///
/// # Errors
/// [`Error::Config`] if there is no footprint, they differ in their cells, or `share` is not within 0 and 1.
pub fn network_maximum(footprints: &[&Footprint], share: f64) -> Result<Array2<f64>> {
    let Some(first) = footprints.first() else {
        return Err(Error::config("footprints", 0, "at least one to combine"));
    };
    let (_, rows, columns) = first.foot.dim();
    let mut largest = Array2::zeros((rows, columns));
    for footprint in footprints {
        if !first.grid.has_cells_of(&footprint.grid) {
            let allowed = format!("the cells of grid {}: regrid one of them", first.grid.name);
            return Err(Error::config("grid", &footprint.grid.name, allowed));
        }
        let area = core_area(footprint, share)?;
        let foot = footprint.foot.sum_axis(Axis(0));
        ndarray::Zip::from(&mut largest)
            .and(&foot)
            .and(&area)
            .for_each(|largest: &mut f64, &foot, &inside| {
                if inside {
                    *largest = largest.max(foot);
                }
            });
    }
    Ok(largest)
}
