//! The spread of influence about its mean place, on the sphere.

use std::collections::BTreeMap;

use super::ellipse::Ellipse;
use crate::constants::EARTH_RADIUS_M;
use crate::footprint::gridder::Deposit;
use crate::geo::{SpherePoint, dot};

/// Particles behind a spread, if a part has as many.
const ENOUGH: f64 = 100.0;

/// Covariance of places about their mean, m², in the plane that touches the sphere there.
#[derive(Clone, Copy, Debug)]
pub(in crate::footprint) struct Spread {
    middle: [f64; 3],
    east: [f64; 3],
    north: [f64; 3],
    pub covariance: Ellipse,
}

/// Influence of one age in a part.
struct Cohort {
    age: i64,
    influence: f64,
    /// Equally strong particles that the influence is worth, (Σw)²/Σw².
    particles: f64,
    spread: Spread,
}

impl Spread {
    /// Of weighted places; distances from the mean place along great circles (Pennec 2006: covariance in the
    /// exponential map).
    fn of(places: &[(SpherePoint, f64)]) -> Self {
        let mut sum = [0.0; 3];
        for (place, weight) in places {
            let vector = place.vector();
            (0..3).for_each(|c| sum[c] += weight * vector[c]);
        }
        let middle = SpherePoint::towards(if sum == [0.0; 3] { [0.0, 0.0, 1.0] } else { sum });
        let mut spread = Self::about(middle, Ellipse::default());
        let total = influence(places);
        let offsets: Vec<_> = places
            .iter()
            .map(|(place, w)| (spread.metres_to(*place), w / total))
            .collect();
        let mean = [0, 1].map(|axis| offsets.iter().map(|(offset, share)| share * offset[axis]).sum::<f64>());
        for ([x, y], share) in offsets {
            let (x, y) = (x - mean[0], y - mean[1]);
            spread.covariance = spread.covariance.plus(Ellipse {
                xx: share * x * x,
                xy: share * x * y,
                yy: share * y * y,
            });
        }
        spread
    }

    fn about(middle: SpherePoint, covariance: Ellipse) -> Self {
        let (east, north) = middle.east_north();
        Self {
            middle: middle.vector(),
            east,
            north,
            covariance,
        }
    }

    /// Metres east and north of a place along the great circle from the middle.
    fn metres_to(&self, place: SpherePoint) -> [f64; 2] {
        let vector = place.vector();
        let (x, y) = (dot(vector, self.east), dot(vector, self.north));
        let sine = x.hypot(y);
        let angle = sine.atan2(dot(vector, self.middle));
        let metres = EARTH_RADIUS_M * if sine > 0.0 { angle / sine } else { 1.0 };
        [x * metres, y * metres]
    }

    /// The covariance carried along the great circle to another place, in metres east and north there.
    pub fn at(&self, place: SpherePoint) -> Ellipse {
        let vector = place.vector();
        let (east, north) = place.east_north();
        let along = (1.0 + dot(vector, self.middle)).max(f64::MIN_POSITIVE);
        let (to_east, to_north) = (dot(vector, self.east) / along, dot(vector, self.north) / along);
        let back = |v: [f64; 3]| {
            let beyond = dot(v, self.middle);
            [
                dot(v, self.east) - beyond * to_east,
                dot(v, self.north) - beyond * to_north,
            ]
        };
        self.covariance.mapped([back(east), back(north)])
    }

    /// Mean place.
    pub fn place(&self) -> SpherePoint {
        SpherePoint::towards(self.middle)
    }
}

/// What a part says of its particles.
pub(super) struct Paths {
    /// Equally strong particles that the influence is worth: (ΣW)²/ΣW², W the sum of each particle (Kish 1965).
    pub effective_particles: f64,
    /// Mean covariance of the places of a particle about its own mean.
    pub spread: Spread,
}

impl Paths {
    /// `None` without deposits.
    pub fn of(deposits: &[Deposit], places: &[SpherePoint]) -> Option<Self> {
        let particles: Vec<(f64, Spread)> = places_by(deposits, places, |deposit| deposit.particle)
            .into_values()
            .map(|places| (influence(&places), Spread::of(&places)))
            .collect();
        let middles: Vec<_> = particles.iter().map(|(weight, path)| (path.place(), *weight)).collect();
        let middle = Spread::of(&middles).place();
        let total: f64 = particles.iter().map(|(weight, _)| weight).sum();
        let sum = particles.iter().fold(Ellipse::default(), |sum, (weight, path)| {
            sum.plus(path.at(middle).scaled(weight / total))
        });
        (total > 0.0).then(|| Self {
            effective_particles: kish(particles.iter().map(|(weight, _)| *weight)),
            spread: Spread::about(middle, sum),
        })
    }
}

type Places = Vec<(SpherePoint, f64)>;

fn places_by<K: Ord>(deposits: &[Deposit], places: &[SpherePoint], key: impl Fn(&Deposit) -> K) -> BTreeMap<K, Places> {
    let mut by_key: BTreeMap<K, Places> = BTreeMap::new();
    for (deposit, place) in deposits.iter().zip(places) {
        by_key.entry(key(deposit)).or_default().push((*place, deposit.foot));
    }
    by_key
}

fn influence(places: &[(SpherePoint, f64)]) -> f64 {
    places.iter().map(|(_, weight)| weight).sum()
}

fn kish(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares): (f64, f64), w| (sum + w, squares + w * w));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// The spread by age. Ages whose influence comes from less than 100 particles share the fewest neighbouring ages that
/// together reach so many. Empty where no age has two particles.
pub(super) fn by_age(deposits: &[Deposit], places: &[SpherePoint]) -> BTreeMap<i64, Spread> {
    let cohorts = cohorts(deposits, places);
    (0..cohorts.len())
        .filter_map(|k| Some((cohorts[k].age, pooled(&cohorts, k)?)))
        .collect()
}

fn cohorts(deposits: &[Deposit], places: &[SpherePoint]) -> Vec<Cohort> {
    let cohort = |(age, places): (i64, Places)| Cohort {
        age,
        influence: influence(&places),
        particles: kish(places.iter().map(|(_, weight)| *weight)),
        spread: Spread::of(&places),
    };
    places_by(deposits, places, |deposit| deposit.age)
        .into_iter()
        .map(cohort)
        .collect()
}

fn pooled(cohorts: &[Cohort], of: usize) -> Option<Spread> {
    let (mut first, mut last) = (of, of);
    let particles = |first: usize, last: usize| cohorts[first..=last].iter().map(|c| c.particles).sum::<f64>();
    while particles(first, last) < ENOUGH && (first > 0 || last + 1 < cohorts.len()) {
        first = first.saturating_sub(1);
        last = (last + 1).min(cohorts.len() - 1);
    }
    let middle = cohorts[of].spread.place();
    let (mut sum, mut influence) = (Ellipse::default(), 0.0);
    for cohort in cohorts[first..=last].iter().filter(|c| c.particles > 1.5) {
        let unbiased = cohort.particles / (cohort.particles - 1.0);
        sum = sum.plus(cohort.spread.at(middle).scaled(cohort.influence * unbiased));
        influence += cohort.influence;
    }
    (influence > 0.0).then(|| Spread::about(middle, sum.scaled(1.0 / influence)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::LonLat;

    /// Places on a cross around a pivot, `reach` metres to each side, twice as far along the direction `angle`.
    fn cross(pivot: SpherePoint, angle: f64, reach: f64) -> Vec<(SpherePoint, f64)> {
        let arm = |turn: f64, length: f64| pivot.moved(length * (angle + turn).cos(), length * (angle + turn).sin());
        let quarter = std::f64::consts::FRAC_PI_2;
        [(0.0, 2.0), (1.0, 1.0), (2.0, 2.0), (3.0, 1.0)]
            .map(|(turn, stretch)| (arm(turn * quarter, stretch * reach), 1.0))
            .to_vec()
    }

    fn place(lon_deg: f64, lat_deg: f64) -> SpherePoint {
        LonLat { lon_deg, lat_deg }.into()
    }

    #[test]
    fn the_spread_is_the_same_at_the_equator_over_the_dateline_and_over_the_pole() {
        for (lon, lat) in [(0.0, 0.0), (179.9, 52.0), (30.0, 89.9), (-60.0, -90.0)] {
            let spread = Spread::of(&cross(place(lon, lat), 0.0, 40e3));
            let [long, short] = spread.covariance.principal().variances;
            approx::assert_relative_eq!(long, 6.4e9 / 2.0, max_relative = 1e-9);
            approx::assert_relative_eq!(short, 1.6e9 / 2.0, max_relative = 1e-9);
        }
    }

    #[test]
    fn a_spread_keeps_its_direction_along_a_great_circle() {
        // along the equator and along a meridian, over the pole: there north becomes south, an ellipse stays the same
        let spread = Spread::of(&cross(place(0.0, 0.0), 0.5, 10e3));
        for there in [place(90.0, 0.0), place(0.0, 60.0), place(180.0, 70.0)] {
            let carried = spread.at(there);
            approx::assert_relative_eq!(carried.xx, spread.covariance.xx, max_relative = 1e-9);
            approx::assert_relative_eq!(carried.xy, spread.covariance.xy, max_relative = 1e-9);
        }
        // a quarter of a turn around the pole turns it by as much
        let polar = Spread::of(&cross(place(0.0, 89.0), 0.0, 10e3));
        let turned = polar.at(place(90.0, 89.0));
        assert!((turned.xx / polar.covariance.yy - 1.0).abs() < 1e-3, "{turned:?}");
    }
}
