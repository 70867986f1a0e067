//! Which of the receptors in flight goes on: a bounded number at a time, the one with the lowest place first.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

/// The lower goes first: group, then seconds along the way through the meteorology, then the order of the receptors.
pub(super) type Place = (usize, i64, usize);

/// Turns for the threads that carry receptors.
pub(super) struct Turns {
    state: Mutex<State>,
}

struct State {
    free: usize,
    waiting: BTreeMap<Place, Thread>,
    stopped: bool,
}

/// The right to go on, given back when dropped.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
}

impl Turns {
    /// So many at a time.
    pub const fn new(at_a_time: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free: at_a_time,
                waiting: BTreeMap::new(),
                stopped: false,
            }),
        }
    }

    /// Waits for a turn; no two threads wait at one place. `None` when all are to stop.
    pub fn take(&self, place: Place) -> Option<Turn<'_>> {
        self.wait(place).then_some(Turn { turns: self })
    }

    /// Sends all home, those who wait and those who ask later.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.waiting.values().for_each(Thread::unpark);
    }

    fn wait(&self, place: Place) -> bool {
        {
            let mut state = self.lock();
            state.waiting.insert(place, std::thread::current());
            state.call();
        }
        loop {
            {
                let state = self.lock();
                if state.stopped {
                    return false;
                }
                if !state.waiting.contains_key(&place) {
                    return true;
                }
            }
            std::thread::park();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn call(&mut self) {
        while self.free > 0
            && let Some((_, thread)) = self.waiting.pop_first()
        {
            self.free -= 1;
            thread.unpark();
        }
    }
}

impl Turn<'_> {
    /// Goes on at `place`, after those who wait at lower ones. `Break` when all are to stop.
    pub fn pass(&self, place: Place) -> ControlFlow<()> {
        {
            let mut state = self.turns.lock();
            if state.stopped {
                return ControlFlow::Break(());
            }
            if state.waiting.keys().next().is_none_or(|first| *first > place) {
                return ControlFlow::Continue(());
            }
            state.free += 1;
        }
        match self.turns.wait(place) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.lock();
        state.free += 1;
        state.call();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Hours that eight in flight log, each all of its twenty, as they take their turns; and most at work at once.
    fn log_of_flights(at_a_time: usize) -> (Vec<i64>, usize) {
        let (turns, at_work, most) = (Turns::new(at_a_time), AtomicUsize::new(0), AtomicUsize::new(0));
        let log = Mutex::new(Vec::new());
        let gates: Vec<Turn<'_>> = (0..at_a_time).map(|k| turns.take((0, i64::MIN, k)).unwrap()).collect();
        std::thread::scope(|scope| {
            for receptor in 2..10 {
                let (turns, at_work, most, log) = (&turns, &at_work, &most, &log);
                scope.spawn(move || {
                    let turn = turns.take((0, 0, receptor)).unwrap();
                    for hour in 0..20 {
                        assert!(turn.pass((0, hour, receptor)).is_continue());
                        most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        log.lock().unwrap().push(hour);
                        at_work.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
            while turns.lock().waiting.len() < 8 {
                std::thread::yield_now();
            }
            drop(gates);
        });
        (log.into_inner().unwrap(), most.into_inner())
    }

    #[test]
    fn the_one_that_lags_behind_goes_first() {
        let (hours, most) = log_of_flights(1);
        assert_eq!(most, 1);
        let in_step: Vec<i64> = (0..20).flat_map(|hour| [hour; 8]).collect();
        assert_eq!(hours, in_step);
    }

    #[test]
    fn no_more_at_a_time_than_there_are_turns() {
        let (hours, most) = log_of_flights(2);
        assert!((1..=2).contains(&most), "{most}");
        assert_eq!(hours.len(), 160);
    }

    #[test]
    fn a_stop_sends_home_those_who_wait() {
        let turns = Turns::new(1);
        let turn = turns.take((0, 0, 0)).unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| turns.take((0, 0, 1)).is_none());
            while turns.lock().waiting.is_empty() {
                std::thread::yield_now();
            }
            turns.stop();
            assert!(waits.join().unwrap());
        });
        assert!(turn.pass((0, 1, 0)).is_break());
    }
}
