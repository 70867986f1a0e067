//! The receptors of a run, being worked off: many in flight, a turn for each thread, one thread that writes.
//!
//! While memory holds all the meteorology of a flight, receptors fly one after the other. Where it does not, they advance
//! in step, the one that lags behind first, so that each met time is decoded once for all of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::met::store::MetStore;
use crate::receptor::Receptor;
use crate::run::manifest::{Manifest, ReceptorReport};
use crate::run::receptor_run::{Flown, Outcome, Workshop};
use crate::run::turns::{Place, Turns};
use crate::run::{Event, Watch, tell};

/// The manifest is brought up to date this often during a run.
const MANIFEST_EVERY: Duration = Duration::from_secs(5);

/// Receptors in flight, at most: what each holds of particles and maps stays in memory.
const MOST_IN_FLIGHT: usize = 256;

pub(super) struct Batch<'a> {
    workshop: &'a Workshop<'a>,
    met: &'a MetStore,
    receptors: &'a [Receptor],
    /// Reports of an earlier run, by id.
    kept: &'a BTreeMap<String, ReceptorReport>,
    watch: Watch<'a>,
    output: &'a Path,
    schedule: Schedule,
    turns: Turns,
    /// Of `schedule.order`.
    next: AtomicUsize,
    /// Threads that carry receptors.
    carriers: AtomicUsize,
    ledger: Mutex<Ledger<'a>>,
}

struct Ledger<'a> {
    /// By receptor, in the order of the configuration.
    outcomes: Vec<Option<Outcome>>,
    draft: &'a mut Manifest,
    written: Instant,
    ended: Result<()>,
}

type ToWrite<'r> = (usize, Flown<'r>);

/// Who flies when.
struct Schedule {
    /// Receptors in the order of their starts on the way through the meteorology.
    order: Vec<usize>,
    /// By receptor: seconds from 1970 along that way to its start.
    start_s: Vec<i64>,
    /// Of each flight.
    hours: f64,
    /// Hours of meteorology that receptors flying one after the other share.
    shared_hours: f64,
    /// Receptors that share a stream of meteorology; all of them if they may be in flight together.
    group: usize,
}

impl<'a> Batch<'a> {
    pub fn new(
        workshop: &'a Workshop<'a>,
        receptors: &'a [Receptor],
        kept: &'a BTreeMap<String, ReceptorReport>,
        watch: Watch<'a>,
        draft: &'a mut Manifest,
    ) -> Self {
        let threads = rayon::current_num_threads();
        let outcomes = receptors.iter().map(|r| kept.get(&r.id).map(Outcome::kept));
        Self {
            met: workshop.met,
            output: workshop.output,
            schedule: Schedule::of(receptors, workshop.hours(), threads),
            turns: Turns::new(threads),
            next: AtomicUsize::new(0),
            carriers: AtomicUsize::new(0),
            ledger: Mutex::new(Ledger {
                outcomes: outcomes.collect(),
                draft,
                written: Instant::now(),
                ended: Ok(()),
            }),
            workshop,
            receptors,
            kept,
            watch,
        }
    }

    /// Works off all receptors, and says what became of those that were.
    ///
    /// Plain threads carry the receptors and the rayon pool does the work: a thread that waits for meteorology must not be
    /// handed another receptor to begin.
    pub fn work_off(self) -> (Vec<Option<Outcome>>, Result<()>) {
        // a full footprint is large: none waits but in the hands of the thread that made it
        let (to_write, queue) = sync_channel(0);
        std::thread::scope(|scope| {
            let writer = Builder::new().name("write".into());
            let begun = writer.spawn_scoped(scope, || self.end(self.write_all(queue)));
            self.end(begun.map(drop).map_err(Error::io("start to write in", self.output)));
            self.carry_beside(scope, &to_write, rayon::current_num_threads());
            drop(to_write);
        });
        let ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        (ledger.outcomes, ledger.ended)
    }

    /// Lets so many threads carry receptors.
    fn carry_beside<'s>(&'s self, scope: &'s Scope<'s, '_>, to_write: &SyncSender<ToWrite<'a>>, threads: usize) {
        let wanted = threads.min(self.receptors.len());
        let before = self.carriers.fetch_max(wanted, Ordering::Relaxed);
        for _ in before..wanted {
            let to_write = to_write.clone();
            scope.spawn(move || self.end(self.carry(scope, &to_write)));
        }
    }

    fn carry<'s>(&'s self, scope: &'s Scope<'s, '_>, to_write: &SyncSender<ToWrite<'a>>) -> Result<()> {
        loop {
            let position = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(&index) = self.schedule.order.get(position) else {
                return Ok(());
            };
            let Some(turn) = self.turns.take(self.schedule.place(position, 0.0)) else {
                return Ok(());
            };
            let receptor = &self.receptors[index];
            if let Some(report) = self.kept.get(&receptor.id) {
                self.enter(index, self.workshop.revisit(receptor, report)?)?;
                continue;
            }
            let flown_min = Mutex::new(0.0);
            let in_turn = |event: Event<'_>| {
                if let Event::Advanced(more) = event {
                    let mut flown_min = lock(&flown_min);
                    *flown_min += more;
                    turn.pass(self.place(position, *flown_min, || {
                        self.carry_beside(scope, to_write, MOST_IN_FLIGHT)
                    }))?;
                }
                (self.watch)(event)
            };
            let flown = self.workshop.fly(receptor, &in_turn)?;
            // the writer has gone only after a failure of its own
            if to_write.send((index, flown)).is_err() {
                return Ok(());
            }
        }
    }

    /// Notes how a thread ended; the first that fails stops the others.
    fn end(&self, ended: Result<()>) {
        if let Err(error) = ended {
            self.next.store(self.receptors.len(), Ordering::Relaxed);
            self.turns.stop();
            let ended = &mut lock(&self.ledger).ended;
            // an interruption is what a failure elsewhere may lead to
            if matches!(ended, Ok(()) | Err(Error::Interrupted)) {
                *ended = Err(error);
            }
        }
    }

    /// The place of a receptor that has flown so far. `together` is called where receptors are to fly in step.
    fn place(&self, position: usize, flown_min: f64, together: impl FnOnce()) -> Place {
        if self.met.remembers(self.schedule.shared_hours) {
            return self.schedule.place(position, 0.0);
        }
        together();
        self.schedule.place(position, flown_min)
    }

    fn write_all(&self, queue: Receiver<ToWrite<'a>>) -> Result<()> {
        queue
            .into_iter()
            .try_for_each(|(index, flown)| self.enter(index, self.workshop.write(flown)?))
    }

    fn enter(&self, index: usize, outcome: Outcome) -> Result<()> {
        let go_on = tell(self.watch, Event::Finished(&outcome.report));
        let ledger = &mut *lock(&self.ledger);
        ledger.outcomes[index] = Some(outcome);
        if ledger.written.elapsed() >= MANIFEST_EVERY {
            ledger.draft.receptors = reports(&ledger.outcomes);
            ledger.draft.write(self.output)?;
            ledger.written = Instant::now();
        }
        go_on
    }
}

impl Schedule {
    fn of(receptors: &[Receptor], hours: i32, threads: usize) -> Self {
        let start_s = |r: &Receptor| i64::from(hours.signum()) * r.facing(hours > 0).time.seconds();
        let start_s: Vec<i64> = receptors.iter().map(start_s).collect();
        let mut order: Vec<usize> = (0..receptors.len()).collect();
        order.sort_by_key(|&i| start_s[i]);
        let sorted: Vec<i64> = order.iter().map(|&i| start_s[i]).collect();
        let flight_s = 3600 * i64::from(hours.unsigned_abs());
        let beside = threads.min(sorted.len()).max(1);
        let span_s = sorted
            .windows(beside)
            .map(|starts| starts[beside - 1] - starts[0])
            .max();
        let apart_s = span_s.unwrap_or(0).min((beside as i64 - 1) * flight_s);
        Self {
            hours: flight_s as f64 / 3600.0,
            shared_hours: (flight_s + apart_s) as f64 / 3600.0,
            group: match most_together(&sorted, flight_s) <= MOST_IN_FLIGHT {
                true => sorted.len().max(1),
                false => MOST_IN_FLIGHT,
            },
            order,
            start_s,
        }
    }

    fn place(&self, position: usize, flown_min: f64) -> Place {
        // a second ensemble of a receptor begins again
        let flown_min = flown_min.rem_euclid(60.0 * self.hours);
        let start_s = self.start_s[self.order[position]];
        (position / self.group, start_s + (60.0 * flown_min) as i64, position)
    }
}

/// The most flights that have a moment in common, of starts in ascending order.
fn most_together(start_s: &[i64], flight_s: i64) -> usize {
    let until = |start: &i64| start_s.partition_point(|s| *s <= start + flight_s);
    let counts = start_s.iter().enumerate().map(|(first, start)| until(start) - first);
    counts.max().unwrap_or(0)
}

pub(super) fn reports(outcomes: &[Option<Outcome>]) -> Vec<ReceptorReport> {
    outcomes.iter().flatten().map(|o| o.report.clone()).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::UtcTime;

    fn hourly(count: i64) -> Vec<Receptor> {
        let at = |hour| Receptor::new(UtcTime::from_seconds(3600 * hour), 5.0, 52.0, 100.0).unwrap();
        (0..count).map(at).collect()
    }

    #[test]
    fn receptors_start_in_the_order_in_which_their_flights_pass_through_the_meteorology() {
        let receptors = hourly(30);
        assert_eq!(Schedule::of(&receptors, 24, 2).order[..3], [0, 1, 2]);
        let backward = Schedule::of(&receptors, -24, 2);
        assert_eq!(backward.order[..3], [29, 28, 27]);
        assert_eq!(backward.shared_hours, 25.0);
        assert!(
            backward.place(0, 120.0) > backward.place(1, 0.0),
            "who lags behind goes first"
        );
        assert_eq!(backward.group, 30);
    }

    #[test]
    fn a_year_of_hourly_receptors_is_one_stream_and_a_swarm_of_soundings_is_not() {
        let year = hourly(8760);
        assert_eq!(Schedule::of(&year, -240, 64).group, 8760);
        let swarm: Vec<Receptor> = (0..1000).map(|_| year[7].clone()).collect();
        let schedule = Schedule::of(&swarm, -24, 64);
        assert_eq!(schedule.group, MOST_IN_FLIGHT);
        assert!(
            schedule.place(255, 1000.0) < schedule.place(256, 0.0),
            "groups go one after the other"
        );
    }
}
