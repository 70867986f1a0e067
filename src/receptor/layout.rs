//! Where and when each particle of a receptor starts. A start is a function of the particle's number, so that neither
//! threads nor chance have a part in it.

use super::{Receptor, Shape, Site, Stop};
use crate::geo::{LonLat, between, distance_m};

/// The fractional part of multiples of this fills [0, 1) evenly, whatever the number of terms (Weyl 1916): heights and
/// times of a column that is sampled for an hour must not go together.
const GOLDEN_RATIO: f64 = 0.618_033_988_749_894_9;

/// Where and when a particle starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// Place, height and weight.
    pub site: Site,
    /// Seconds after the receptor time in the direction of the run.
    pub delay_s: f64,
}

/// The starts of a receptor's particles.
pub struct Layout {
    count: usize,
    line: Line,
    timing: Timing,
}

/// How a release goes on in time.
enum Timing {
    /// Evenly over so many seconds, in the order of the particles.
    InOrder(f64),
    /// Evenly over so many seconds, at every place from the first to the last of them.
    Everywhere(f64),
    /// So many particles a minute.
    PerMinute(usize),
}

/// The places of a shape, in the order in which particles take them.
enum Line {
    Points(Vec<Site>),
    /// Sites at ascending marks: length, or time.
    Bends {
        sites: Vec<Site>,
        marks: Vec<f64>,
    },
}

impl Layout {
    /// Of `count` particles; `emisshrs` (h) serves where the receptor has no span of its own.
    pub fn new(receptor: &Receptor, count: usize, forward: bool, emisshrs: f64) -> Self {
        let timing = match (&receptor.shape, receptor.release_h) {
            (Shape::Point, None) => Timing::PerMinute(stilt_rate(count, emisshrs)),
            (Shape::Point, Some(hours)) => Timing::InOrder(3600.0 * hours),
            (_, hours) => Timing::Everywhere(3600.0 * hours.unwrap_or(emisshrs)),
        };
        let (line, timing) = match &receptor.shape {
            Shape::Point => (Line::Points(vec![receptor.site()]), timing),
            Shape::Points(sites) => (Line::Points(sites.clone()), timing),
            Shape::Path { sites, .. } => (Line::along(sites), timing),
            Shape::Track(stops) => Line::travelled(stops, forward),
        };
        Self { count, line, timing }
    }

    /// Particles.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The start of a particle, 0 … count − 1, evenly along the shape.
    pub fn start(&self, index: usize) -> Start {
        self.start_at(index, self.fraction(index))
    }

    /// The middle of a particle's share of the shape, 0 … 1.
    pub fn fraction(&self, index: usize) -> f64 {
        (index as f64 + 0.5) / self.count as f64
    }

    /// The start of a particle that takes the place at a fraction of the shape.
    pub fn start_at(&self, index: usize, fraction: f64) -> Start {
        let delay_s = match self.timing {
            Timing::InOrder(span_s) => self.fraction(index) * span_s,
            Timing::Everywhere(span_s) => (index as f64 * GOLDEN_RATIO).fract() * span_s,
            Timing::PerMinute(rate) => 60.0 * (index / rate) as f64,
        };
        Start {
            site: self.site(fraction),
            delay_s,
        }
    }

    /// The place at a fraction of the shape, 0 … 1.
    pub fn site(&self, fraction: f64) -> Site {
        match &self.line {
            Line::Points(sites) => sites[((fraction * sites.len() as f64) as usize).min(sites.len() - 1)],
            Line::Bends { sites, marks } => {
                let mark = fraction * marks[marks.len() - 1];
                let k = marks.partition_point(|m| *m <= mark).clamp(1, marks.len() - 1) - 1;
                let length = marks[k + 1] - marks[k];
                let part = if length > 0.0 { (mark - marks[k]) / length } else { 0.0 };
                sites[k].towards(&sites[k + 1], part)
            }
        }
    }

    /// Where the shape bends, as fractions of it.
    pub fn bends(&self) -> Vec<f64> {
        match &self.line {
            Line::Points(_) => Vec::new(),
            Line::Bends { marks, .. } => marks.iter().map(|m| m / marks[marks.len() - 1]).collect(),
        }
    }
}

/// Particles that the reference releases per minute: the next whole number above N/(60 EMISSHRS), in single precision as
/// there (exactly 10 become 11).
fn stilt_rate(count: usize, emisshrs: f64) -> usize {
    let rate = count as f32 / emisshrs as f32 * (1.0_f32 / 60.0);
    (rate.ceil() as usize).max(1)
}

impl Line {
    fn travelled(stops: &[Stop], forward: bool) -> (Self, Timing) {
        let mut stops = stops.to_vec();
        if !forward {
            stops.reverse();
        }
        let first = stops[0].time;
        let marks: Vec<f64> = stops.iter().map(|s| 60.0 * s.time.minutes_since(first).abs()).collect();
        let span_s = marks[marks.len() - 1];
        let sites = stops.iter().map(|stop| stop.site).collect();
        (Self::Bends { sites, marks }, Timing::InOrder(span_s))
    }

    fn along(sites: &[Site]) -> Self {
        let mut marks = vec![0.0];
        for pair in sites.windows(2) {
            let length = distance_m(pair[0].place(), pair[1].place()).hypot(pair[1].height_m - pair[0].height_m);
            marks.push(marks[marks.len() - 1] + length);
        }
        Self::Bends {
            sites: sites.to_vec(),
            marks,
        }
    }
}

impl Site {
    /// Longitude and latitude.
    pub const fn place(&self) -> LonLat {
        LonLat {
            lon_deg: self.lon_deg,
            lat_deg: self.lat_deg,
        }
    }

    fn towards(&self, other: &Self, part: f64) -> Self {
        let place = between(self.place(), other.place(), part);
        Self {
            lon_deg: place.lon_deg,
            lat_deg: place.lat_deg,
            height_m: self.height_m + part * (other.height_m - self.height_m),
            weight: self.weight + part * (other.weight - self.weight),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_releases_the_next_whole_number_above_its_rate_each_minute() {
        // (particles, EMISSHRS, particles in the first minute) as hycs_std wrote them
        for (count, emisshrs, seen) in [
            (240, 2.0, 2),
            (300, 2.0, 3),
            (100, 2.0, 1),
            (90, 0.5, 4),
            (100, 0.5, 4),
            (600, 1.0, 11),
            (61, 1.0, 2),
            (60, 0.2, 6),
            (60, 0.25, 4),
            (30, 0.05, 11),
            (180, 3.0, 1),
            (30, 0.02, 26),
        ] {
            assert_eq!(stilt_rate(count, emisshrs), seen, "{count} particles, {emisshrs} h");
        }
        assert!(stilt_rate(1000, 0.01) >= 1000 && stilt_rate(1000, 0.0) >= 1000);
    }
}
