//! Coordinates of a file as a regular axis: where its cells begin and how large they are.

use std::str::FromStr;

use crate::error::Error;

/// A coordinate may miss its place on the regular axis by this share of a cell.
const IRREGULAR_SHARE: f64 = 0.01;
/// Decimals tried when single precision has rounded the coordinates.
const MOST_DECIMALS: i32 = 6;

/// What the coordinate of a cell stands for where a file gives no bounds: files of STILT v1's kin differ by half a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellAnchor {
    /// The middle of the cell.
    Centre,
    /// Its lower left (south-western) corner.
    LowerLeft,
}

impl FromStr for CellAnchor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "centre" | "center" => Ok(Self::Centre),
            "lower-left" => Ok(Self::LowerLeft),
            _ => Err(Error::config("anchor", text, "centre or lower-left")),
        }
    }
}

/// Cells of one size without a gap, ascending.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RegularAxis {
    /// Lower edge of the first cell.
    pub lower: f64,
    pub size: f64,
    pub count: usize,
    /// The file's order is the other way round.
    pub descends: bool,
}

/// Coordinates as a file holds them.
pub(super) struct Coordinates {
    pub values: Vec<f64>,
    /// Lower and upper edge of each, or upper and lower.
    pub bounds: Option<Vec<[f64; 2]>>,
    /// Stored in single precision.
    pub is_single: bool,
}

impl Coordinates {
    /// [`unwrap_turns`], bounds and all.
    pub fn unwrap_turns(&mut self) -> usize {
        let before = self.values.clone();
        let begin = unwrap_turns(&mut self.values);
        if let Some(cells) = &mut self.bounds {
            cells.rotate_left(begin);
            let count = before.len();
            for (i, cell) in cells.iter_mut().enumerate() {
                let moved = self.values[i] - before[(i + begin) % count];
                *cell = cell.map(|edge| edge + moved);
            }
        }
        begin
    }

    /// The axis, or what is wrong with the coordinates.
    pub fn regular(mut self, anchor: CellAnchor) -> Result<RegularAxis, String> {
        let count = self.values.len();
        let edges = self.bounds.iter().flatten().flatten();
        if let Some(value) = self.values.iter().chain(edges).find(|v| !v.is_finite()) {
            return Err(format!("coordinate or bound {value}"));
        }
        let descends = count > 1 && self.values[count - 1] < self.values[0];
        if descends {
            self.values.reverse();
            self.bounds.iter_mut().for_each(|cells| cells.reverse());
        }
        let axis = |lower, size| RegularAxis {
            lower,
            size,
            count,
            descends,
        };
        if let Some(cells) = &self.bounds {
            return regular_cells(cells).map(|(lower, size)| axis(lower, size));
        }
        if count < 2 {
            return Err(format!(
                "{count} coordinates and no bounds: the size of a cell is unknown"
            ));
        }
        let spacing = (self.values[count - 1] - self.values[0]) / (count - 1) as f64;
        require_regular(&self.values, self.values[0], spacing)?;
        let decimals = self.is_single.then(|| decimals_of(&self.values, spacing)).flatten();
        let (first, spacing) = decimals.unwrap_or((self.values[0], spacing));
        Ok(match anchor {
            CellAnchor::Centre => axis(first - spacing / 2.0, spacing),
            CellAnchor::LowerLeft => axis(first, spacing),
        })
    }
}

fn regular_cells(cells: &[[f64; 2]]) -> Result<(f64, f64), String> {
    let lower: Vec<f64> = cells.iter().map(|c| c[0].min(c[1])).collect();
    let upper: Vec<f64> = cells.iter().map(|c| c[0].max(c[1])).collect();
    let (Some(&first), Some(&last)) = (lower.first(), upper.last()) else {
        return Err("no cells".into());
    };
    let size = (last - first) / cells.len() as f64;
    require_regular(&lower, first, size)?;
    require_regular(&upper, first + size, size)?;
    Ok((first, size))
}

fn require_regular(values: &[f64], first: f64, spacing: f64) -> Result<(), String> {
    if !(spacing.is_finite() && spacing > 0.0) {
        return Err(format!("a spacing of {spacing}"));
    }
    let places = (0..).map(|i| first + f64::from(i) * spacing);
    let misplaced = places
        .zip(values)
        .find(|(place, value)| (*value - place).abs() > IRREGULAR_SHARE * spacing);
    match misplaced {
        Some((place, value)) => Err(format!(
            "coordinate {value} where a spacing of {spacing:.6} puts {place:.6}: not a regular grid"
        )),
        None => Ok(()),
    }
}

/// First coordinate and spacing of fewest decimals that single precision rounds to the values.
fn decimals_of(values: &[f64], spacing: f64) -> Option<(f64, f64)> {
    (0..=MOST_DECIMALS).find_map(|decimals| {
        let unit = 10_f64.powi(decimals);
        let short = |v: f64| (v * unit).round() / unit;
        let (first, spacing) = (short(values[0]), short(spacing));
        let place = |i: usize| (first + i as f64 * spacing) as f32;
        let meets = |(i, v): (usize, &f64)| (place(i) - *v as f32).abs() <= 2.0 * f32::EPSILON * (*v as f32).abs();
        (spacing > 0.0 && values.iter().enumerate().all(meets)).then_some((first, spacing))
    })
}

/// Longitudes without the jump of a whole turn that some files have inside their domain.
///
/// Returns the place at which the domain begins: files that sort longitudes to −180…180 split one across the
/// antimeridian in two, and its western part comes last.
fn unwrap_turns(lon_deg: &mut [f64]) -> usize {
    let begin = split_at(lon_deg).unwrap_or(0);
    lon_deg.rotate_left(begin);
    for i in 1..lon_deg.len() {
        let step = lon_deg[i] - lon_deg[i - 1];
        if step.abs() > 180.0 {
            lon_deg[i] -= 360.0 * (step / 360.0).round();
        }
    }
    begin
}

/// Where ascending longitudes have a gap, if the last is one step short of the first, a turn on.
fn split_at(lon_deg: &[f64]) -> Option<usize> {
    let (first, last) = (*lon_deg.first()?, *lon_deg.last()?);
    let step = first + 360.0 - last;
    let is_gap = |pair: &[f64]| pair[1] - pair[0] > 1.5 * step;
    let mut gaps = (1..lon_deg.len()).filter(|&i| is_gap(&lon_deg[i - 1..=i]));
    let gap = gaps.next()?;
    (step > 0.0 && gaps.next().is_none()).then_some(gap)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn coordinates(values: &[f64]) -> Coordinates {
        Coordinates {
            values: values.to_vec(),
            bounds: None,
            is_single: false,
        }
    }

    #[test]
    fn the_anchor_moves_the_cells_by_half_a_cell() {
        let values = [-15.0, -14.875, -14.75];
        let centre = coordinates(&values).regular(CellAnchor::Centre).unwrap();
        let corner = coordinates(&values).regular(CellAnchor::LowerLeft).unwrap();
        assert_eq!((centre.lower, centre.size), (-15.0625, 0.125));
        assert_eq!((corner.lower, corner.size), (-15.0, 0.125));
    }

    #[test]
    fn single_precision_gives_back_the_decimals_it_rounded() {
        let values: Vec<f64> = (0..391)
            .map(|i| f64::from((-97.9 + 0.352 * f64::from(i)) as f32))
            .collect();
        let rounded = Coordinates {
            is_single: true,
            ..coordinates(&values)
        };
        let axis = rounded.regular(CellAnchor::Centre).unwrap();
        assert_eq!(axis.size, 0.352);
        assert_eq!(axis.lower, -97.9 - 0.176);
    }

    #[test]
    fn bounds_win_over_the_anchor_and_descending_axes_are_turned() {
        let cells = Coordinates {
            bounds: Some(vec![[2.0, 1.0], [1.0, 0.0]]),
            ..coordinates(&[1.5, 0.5])
        };
        let axis = cells.regular(CellAnchor::LowerLeft).unwrap();
        assert_eq!((axis.lower, axis.size, axis.descends), (0.0, 1.0, true));
    }

    #[test]
    fn what_is_not_a_regular_grid_is_refused() {
        let refused = |values: &[f64]| coordinates(values).regular(CellAnchor::Centre).unwrap_err();
        assert!(refused(&[0.0, 1.0, 3.0]).contains("not a regular grid"));
        assert!(refused(&[0.0, 0.5, 1.02, 1.5]).contains("coordinate 1.02"));
        assert!(refused(&[1.0]).contains("no bounds"));
        assert!(refused(&[1.0, 1.0]).contains("spacing of 0"));
        assert!(refused(&[1.0, f64::NAN]).contains("NaN"));
        let unbounded = Coordinates {
            bounds: Some(vec![[0.0, 1.0], [1.0, f64::NAN]]),
            ..coordinates(&[0.5, 1.5])
        };
        assert!(unbounded.regular(CellAnchor::Centre).unwrap_err().contains("NaN"));
        assert!(
            coordinates(&[0.0, 0.5, 1.004, 1.5]).regular(CellAnchor::Centre).is_ok(),
            "1 % of a cell is rounding"
        );
    }

    #[test]
    fn longitudes_go_on_across_the_antimeridian() {
        let mut lon = [179.0, 180.0, -179.0, -178.0];
        assert_eq!(unwrap_turns(&mut lon), 0);
        assert_eq!(lon, [179.0, 180.0, 181.0, 182.0]);
        let mut sorted = [-179.5, -178.5, 177.5, 178.5, 179.5];
        assert_eq!(unwrap_turns(&mut sorted), 2);
        assert_eq!(sorted, [177.5, 178.5, 179.5, 180.5, 181.5]);
        let mut plain = [-15.0, -14.0, -13.0];
        assert_eq!(unwrap_turns(&mut plain), 0);
        assert_eq!(plain, [-15.0, -14.0, -13.0]);
    }
}
