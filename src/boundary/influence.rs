//! Ends of particles counted by side, place along the side and height.

use ndarray::{Array2, Zip};

use super::domain::{Domain, Side};
use super::ends::{End, EndTracker, Fate};
use crate::error::{Error, Result};
use crate::grid::Grid;

/// One value for each side.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides<T> {
    /// Upper edge in y.
    pub north: T,
    /// Upper edge in x.
    pub east: T,
    /// Lower edge in y.
    pub south: T,
    /// Lower edge in x.
    pub west: T,
}

/// From north, east, south, west.
impl<T> From<[T; 4]> for Sides<T> {
    fn from([north, east, south, west]: [T; 4]) -> Self {
        Self {
            north,
            east,
            south,
            west,
        }
    }
}

impl<T> Sides<T> {
    /// In the order north, east, south, west.
    pub fn each(&self) -> [&T; 4] {
        [&self.north, &self.east, &self.south, &self.west]
    }

    fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::North => &mut self.north,
            Side::East => &mut self.east,
            Side::South => &mut self.south,
            Side::West => &mut self.west,
        }
    }
}

/// Shares of all particles by where they left the domain. Sides, `top`, `inside`, `left_meteorology`, `met_gap` and
/// `started_outside` add up to 1 (to the mean weight, if particles have weights).
#[derive(Clone, Debug, PartialEq)]
pub struct BoundaryInfluence {
    /// The grid whose outer edges are the sides.
    pub grid: Grid,
    /// Edges of the height layers above ground, m, ascending; one more than layers.
    pub height_edges_m: Vec<f64>,
    /// Share that left through each cell of a side: north and south `[height][x]`, east and west `[height][y]`.
    pub fraction: Sides<Array2<f64>>,
    /// Mean age of these particles, h, in the same layout; 0 where none left.
    pub mean_age_h: Sides<Array2<f64>>,
    /// Share that left through the top.
    pub top: f64,
    /// Share that was inside at the end of the run.
    pub inside: f64,
    /// Share that left the meteorology inside the domain.
    pub left_meteorology: f64,
    /// Share for which the meteorology ended.
    pub met_gap: f64,
    /// Share that started outside the domain.
    pub started_outside: f64,
}

/// Ends of an ensemble at the edge of a grid, one by one and counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Ends {
    /// Of each particle.
    pub each: Vec<End>,
    /// Counted by side, place and height.
    pub influence: BoundaryInfluence,
}

impl From<EndTracker> for Ends {
    fn from(tracker: EndTracker) -> Self {
        let (domain, each) = tracker.finish();
        Self {
            influence: BoundaryInfluence::of(&domain, &each),
            each,
        }
    }
}

/// What the air of the sides brings to the receptor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurtainMean {
    /// Σ share · mole fraction, in the unit of the curtains.
    pub sum: f64,
    /// Share of the particles that it stands for; the rest did not leave through a side, or where the curtains have no data.
    pub share: f64,
}

impl BoundaryInfluence {
    /// Counts the ends of an ensemble of `ends.len()` particles.
    pub fn of(domain: &Domain, ends: &[End]) -> Self {
        let axes = domain.axes();
        let layers = domain.height_edges_m().len() - 1;
        let empty = || Sides {
            north: Array2::zeros((layers, axes.nx)),
            east: Array2::zeros((layers, axes.ny)),
            south: Array2::zeros((layers, axes.nx)),
            west: Array2::zeros((layers, axes.ny)),
        };
        let mut counted = Self {
            grid: domain.grid().clone(),
            height_edges_m: domain.height_edges_m().to_vec(),
            fraction: empty(),
            mean_age_h: empty(),
            top: 0.0,
            inside: 0.0,
            left_meteorology: 0.0,
            met_gap: 0.0,
            started_outside: 0.0,
        };
        for end in ends {
            counted.count(domain, end, end.weight / ends.len() as f64);
        }
        for side in [Side::North, Side::East, Side::South, Side::West] {
            let fraction = counted.fraction.of_mut(side).clone();
            Zip::from(counted.mean_age_h.of_mut(side))
                .and(&fraction)
                .for_each(|age, share| *age = if *share > 0.0 { *age / share } else { 0.0 });
        }
        counted
    }

    fn count(&mut self, domain: &Domain, end: &End, share: f64) {
        let side = match end.fate {
            Fate::Left(side) => side,
            Fate::Top => return self.top += share,
            Fate::Inside => return self.inside += share,
            Fate::LeftMeteorology => return self.left_meteorology += share,
            Fate::MetGap => return self.met_gap += share,
            Fate::StartedOutside => return self.started_outside += share,
        };
        let axes = domain.axes();
        let (x, y) = domain.plane(end.lon_deg, end.lat_deg, None);
        let (column, row) = axes.cell(x, y);
        let along = match side {
            Side::North | Side::South => column.clamp(0, axes.nx as i64 - 1),
            Side::East | Side::West => row.clamp(0, axes.ny as i64 - 1),
        };
        let edges = &self.height_edges_m;
        let above = edges.partition_point(|edge| *edge <= end.height_agl_m);
        let cell = [above.clamp(1, edges.len() - 1) - 1, along as usize];
        self.fraction.of_mut(side)[cell] += share;
        self.mean_age_h.of_mut(side)[cell] += share * end.age_min / 60.0;
    }

    /// Centres of the height layers, m.
    pub fn height_centres_m(&self) -> Vec<f64> {
        let pairs = self.height_edges_m.windows(2);
        pairs.map(|pair| f64::midpoint(pair[0], pair[1])).collect()
    }

    /// Share that left through the sides, all together.
    pub fn through_sides(&self) -> f64 {
        self.fraction.each().into_iter().map(|side| side.sum()).sum()
    }

    /// What curtains of mole fraction along the sides, in the same layout, bring to the receptor; NaN is no data.
    ///
    /// # Errors
    /// [`Error::Config`] if a curtain has another shape.
    pub fn background(&self, curtains: &Sides<Array2<f64>>) -> Result<CurtainMean> {
        let mut mean = CurtainMean { sum: 0.0, share: 0.0 };
        let names = ["north", "east", "south", "west"];
        for ((name, fraction), curtain) in names.into_iter().zip(self.fraction.each()).zip(curtains.each()) {
            if fraction.dim() != curtain.dim() {
                let allowed = format!("{:?} (heights, cells along the side)", fraction.dim());
                return Err(Error::config(
                    format!("curtain {name}"),
                    format!("{:?}", curtain.dim()),
                    allowed,
                ));
            }
            for (share, value) in fraction.iter().zip(curtain).filter(|(_, value)| !value.is_nan()) {
                mean.sum += share * value;
                mean.share += share;
            }
        }
        Ok(mean)
    }
}
