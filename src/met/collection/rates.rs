//! Fluxes that a file gives as means or sums over intervals, as mean rates over the shortest intervals they tell of.

use super::field::When;
use super::inventory::{Held, Terms};
use crate::time::UtcTime;

/// An interval, and the mean rate over it as a sum of fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub from: UtcTime,
    pub to: UtcTime,
    pub rate: Terms,
    /// Hours since the analysis at its end; of two that are otherwise the same the nearer one serves.
    pub forecast_hour: Option<i32>,
}

impl Span {
    pub fn seconds(&self) -> i64 {
        self.to.seconds() - self.from.seconds()
    }
}

/// A field over an interval, as what it adds up to.
#[derive(Clone, Copy)]
struct Total {
    held: Held,
    from: UtcTime,
    to: UtcTime,
    /// From the field to what flowed in all.
    factor: f64,
}

impl Total {
    fn of(held: &Held) -> Option<Self> {
        let (from, to, is_mean) = match held.when {
            When::Mean(from, to) => (from, to, true),
            When::Sum(from, to) => (from, to, false),
            When::At(_) | When::Always => return None,
        };
        let seconds = to.seconds() - from.seconds();
        (seconds > 0).then_some(Self {
            held: *held,
            from,
            to,
            factor: if is_mean { seconds as f64 } else { 1.0 },
        })
    }

    /// The analysis that it starts from, if known.
    fn analysis(&self) -> Option<UtcTime> {
        self.held.forecast_hour.map(|hour| self.to.plus_hours(-i64::from(hour)))
    }

    /// What lies between the end of an earlier total and this one's.
    fn after(&self, earlier: Option<&Self>) -> Span {
        let start = earlier.map_or(self.from, |earlier| earlier.to);
        let per_second = 1.0 / (self.to.seconds() - start.seconds()) as f64;
        let mut rate = vec![(self.held.id, self.factor * per_second)];
        rate.extend(earlier.map(|earlier| (earlier.held.id, -earlier.factor * per_second)));
        Span {
            from: start,
            to: self.to,
            rate,
            forecast_hour: self.held.forecast_hour,
        }
    }
}

/// Totals that begin together and end one after the other (accumulations of a forecast, averages of a bucket) are taken
/// apart by differences.
pub(super) fn spans(fields: &[Held]) -> Vec<Span> {
    let mut totals: Vec<Total> = fields.iter().filter_map(Total::of).collect();
    totals.sort_by_key(|total| (total.from, total.analysis(), total.to));
    let span = |place: usize| {
        let total = &totals[place];
        let before = totals[..place].iter().rev();
        let same = |earlier: &&Total| earlier.from == total.from && earlier.analysis() == total.analysis();
        let earlier = before.take_while(same).find(|earlier| earlier.to < total.to);
        total.after(earlier)
    };
    (0..totals.len()).map(span).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use approx::assert_relative_eq;

    use super::super::inventory::FieldId;
    use super::*;

    fn hour(hour: i64) -> UtcTime {
        UtcTime::from_seconds(0).plus_hours(hour)
    }

    fn held(field: usize, when: When, forecast_hour: i32) -> Held {
        Held {
            id: FieldId { source: 0, field },
            when,
            forecast_hour: Some(forecast_hour),
        }
    }

    fn rates(fields: &[Held], values: &[f64]) -> Vec<(i64, i64, f64)> {
        let spans = spans(fields);
        let of = |span: &Span| {
            let rate = span.rate.iter().map(|(id, factor)| values[id.field] * factor).sum();
            (span.from.seconds() / 3600, span.to.seconds() / 3600, rate)
        };
        spans.iter().map(of).collect()
    }

    #[test]
    fn averages_of_a_bucket_are_taken_apart() {
        // 10 W in the first 3 h, 50 W in the next, then a new bucket
        let fields = [
            held(0, When::Mean(hour(0), hour(3)), 3),
            held(1, When::Mean(hour(0), hour(6)), 6),
            held(2, When::Mean(hour(6), hour(9)), 9),
        ];
        let found = rates(&fields, &[10.0, 30.0, 7.0]);
        assert_eq!(
            found.iter().map(|f| (f.0, f.1)).collect::<Vec<_>>(),
            [(0, 3), (3, 6), (6, 9)]
        );
        for (found, expected) in found.iter().zip([10.0, 50.0, 7.0]) {
            assert_relative_eq!(found.2, expected, max_relative = 1e-12);
        }
    }

    #[test]
    fn sums_from_the_start_of_a_forecast_are_differences_and_other_forecasts_are_left_alone() {
        let fields = [
            held(0, When::Sum(hour(0), hour(3)), 3),
            held(1, When::Sum(hour(0), hour(6)), 6),
            held(2, When::Sum(hour(0), hour(6)), 18),
        ];
        let found = rates(&fields, &[3.0 * 3600.0, 9.0 * 3600.0, 12.0 * 3600.0]);
        let mut found: Vec<_> = found.iter().map(|f| (f.0, f.1, f.2.round() as i64)).collect();
        found.sort_unstable();
        assert_eq!(found, [(0, 3, 1), (0, 6, 2), (3, 6, 2)]);
    }
}
