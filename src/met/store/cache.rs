//! A bounded memory of values that are made once and shared.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Result;

/// Values by key: each is made by the first thread that asks, while others that ask for it wait; the least recently
/// used are forgotten when all together exceed the budget. Forgotten values live on where they are in use.
///
/// The size of a value may grow while it is in use.
pub(super) struct SharedCache<K, V> {
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    slots: Vec<Slot<K, V>>,
    bytes_of: fn(&V) -> usize,
    budget_bytes: usize,
    clock: u64,
}

type Cell<V> = Arc<Mutex<Option<Arc<V>>>>;

struct Slot<K, V> {
    key: K,
    cell: Cell<V>,
    /// What the cell holds, known without its lock.
    value: Option<Arc<V>>,
    used: u64,
}

/// A lock that a panic elsewhere does not close: what these locks guard is valid at every moment.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: PartialEq + Clone, V> SharedCache<K, V> {
    pub fn new(budget_bytes: usize, bytes_of: fn(&V) -> usize) -> Self {
        let state = State {
            slots: Vec::new(),
            bytes_of,
            budget_bytes,
            clock: 0,
        };
        Self {
            state: Mutex::new(state),
        }
    }

    pub fn set_budget(&self, bytes: usize) {
        let mut state = lock(&self.state);
        state.budget_bytes = bytes;
        state.forget(None);
    }

    pub fn bytes(&self) -> usize {
        lock(&self.state).bytes()
    }

    /// Whether the budget holds as many values of the largest size seen.
    pub fn holds(&self, values: usize) -> bool {
        let state = lock(&self.state);
        let largest = state.slots.iter().map(|slot| state.bytes_of(slot)).max().unwrap_or(0);
        largest.saturating_mul(values) <= state.budget_bytes
    }

    /// The value of a key; `make` runs outside the lock on the other keys.
    pub fn get(&self, key: &K, make: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        let cell = lock(&self.state).touch(key);
        let mut content = lock(&cell);
        if let Some(value) = &*content {
            lock(&self.state).forget(Some(&cell));
            return Ok(Arc::clone(value));
        }
        match make() {
            Ok(value) => {
                let value = Arc::new(value);
                *content = Some(Arc::clone(&value));
                lock(&self.state).settle(&cell, &value);
                Ok(value)
            }
            Err(error) => {
                lock(&self.state).slots.retain(|slot| !Arc::ptr_eq(&slot.cell, &cell));
                Err(error)
            }
        }
    }

    /// Whether the key's value is there or being made.
    pub fn knows(&self, key: &K) -> bool {
        lock(&self.state).slots.iter().any(|slot| slot.key == *key)
    }
}

impl<K: PartialEq + Clone, V> State<K, V> {
    fn bytes_of(&self, slot: &Slot<K, V>) -> usize {
        slot.value.as_deref().map_or(0, self.bytes_of)
    }

    fn bytes(&self) -> usize {
        self.slots.iter().map(|slot| self.bytes_of(slot)).sum()
    }

    fn touch(&mut self, key: &K) -> Cell<V> {
        self.clock += 1;
        let used = self.clock;
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.key == *key) {
            slot.used = used;
            return Arc::clone(&slot.cell);
        }
        let cell = Cell::default();
        self.slots.push(Slot {
            key: key.clone(),
            cell: Arc::clone(&cell),
            value: None,
            used,
        });
        cell
    }

    fn settle(&mut self, cell: &Cell<V>, value: &Arc<V>) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| Arc::ptr_eq(&slot.cell, cell)) {
            slot.value = Some(Arc::clone(value));
        }
        self.forget(Some(cell));
    }

    /// Forgets values, the least recently used first, but never the one in `keep`, until the rest fits.
    fn forget(&mut self, keep: Option<&Cell<V>>) {
        while self.bytes() > self.budget_bytes {
            let candidates = self.slots.iter().enumerate();
            let oldest = candidates
                .filter(|(_, slot)| slot.value.is_some() && keep.is_none_or(|cell| !Arc::ptr_eq(cell, &slot.cell)))
                .min_by_key(|(_, slot)| slot.used);
            match oldest {
                Some((index, _)) => self.slots.remove(index),
                None => return,
            };
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::Error;

    /// Values of 100 bytes, and what is added to them.
    fn cache(budget: usize) -> SharedCache<u32, AtomicUsize> {
        SharedCache::new(budget, |value| 100 + value.load(Ordering::SeqCst))
    }

    fn value(of: &AtomicUsize) -> usize {
        of.load(Ordering::SeqCst)
    }

    #[test]
    fn memory_stays_within_the_budget_and_the_least_recently_used_goes_first() {
        let cache = cache(250);
        let get = |key: u32| cache.get(&key, || Ok(AtomicUsize::new(0))).unwrap();
        let first = get(1);
        get(2);
        get(1);
        get(3);
        assert!(cache.bytes() <= 250);
        assert!(cache.knows(&1) && cache.knows(&3) && !cache.knows(&2));
        cache.set_budget(0);
        assert_eq!(cache.bytes(), 0);
        assert_eq!(value(&first), 0, "a value in use outlives its place in memory");
    }

    #[test]
    fn values_that_grow_are_counted_as_they_are() {
        let cache = cache(350);
        let get = |key: u32| cache.get(&key, || Ok(AtomicUsize::new(0))).unwrap();
        let first = get(1);
        get(2);
        first.store(200, Ordering::SeqCst);
        assert_eq!(cache.bytes(), 400);
        get(2);
        assert!(cache.bytes() <= 350 && cache.knows(&2) && !cache.knows(&1));
    }

    #[test]
    fn a_value_beyond_the_budget_is_held_alone() {
        let cache = cache(50);
        for key in 0..3 {
            cache.get(&key, || Ok(AtomicUsize::new(0))).unwrap();
            assert_eq!(cache.bytes(), 100);
        }
        assert!(!cache.holds(1));
    }

    #[test]
    fn a_failure_is_told_and_tried_again() {
        let cache = cache(500);
        let failed = cache.get(&1, || Err(Error::Interrupted));
        assert!(matches!(failed, Err(Error::Interrupted)));
        assert!(!cache.knows(&1));
        assert_eq!(value(&cache.get(&1, || Ok(AtomicUsize::new(7))).unwrap()), 7);
    }

    #[test]
    fn many_threads_that_ask_for_one_value_wait_for_one_making() {
        let (cache, made) = (cache(10_000), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for key in 0..5 {
                        let made_or_held = cache.get(&key, || {
                            made.fetch_add(1, Ordering::SeqCst);
                            std::thread::sleep(std::time::Duration::from_millis(2));
                            Ok(AtomicUsize::new(10 * key as usize))
                        });
                        assert_eq!(value(&made_or_held.unwrap()), 10 * key as usize);
                    }
                });
            }
        });
        assert_eq!(made.load(Ordering::SeqCst), 5);
    }
}
