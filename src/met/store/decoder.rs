//! From a nest's time to its snapshot, once, whoever asks; and the next one ahead of need.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::cache::SharedCache;
use super::source::Sources;
use crate::error::{Error, Result};
use crate::met::StoredSnapshot;
use crate::met::derive::{DeriveOptions, derive};
use crate::met::snapshot::Snapshot;
use crate::met::tiles::Stopwatch;

/// Names a snapshot: source, its time index, and the choices that shape it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Key {
    pub source: usize,
    pub time_index: usize,
    /// Source and time index of the winds, where these are not those of the time itself.
    pub winds_of: Option<(usize, usize)>,
    pub options: DeriveOptions,
}

pub(super) struct Decoder {
    pub sources: Sources,
    pub cache: SharedCache<Key, Snapshot>,
    /// Snapshots made.
    pub decoded: AtomicUsize,
    /// Of the columns that particles came to.
    pub columns: Stopwatch,
    pool: ThreadPool,
}

impl Decoder {
    pub fn new(sources: Sources, budget_bytes: usize) -> Result<Self> {
        let threads = rayon::current_num_threads();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("met {i}"))
            .build()
            .map_err(|refused| Error::config("threads", threads, refused.to_string()))?;
        Ok(Self {
            sources,
            cache: SharedCache::new(budget_bytes, Snapshot::memory_bytes),
            decoded: AtomicUsize::new(0),
            columns: Stopwatch::default(),
            pool,
        })
    }

    pub fn snapshot(&self, key: &Key) -> Result<Arc<Snapshot>> {
        self.cache.get(key, || self.decode_apart(key))
    }

    /// A thread of a rayon pool that waits inside that pool may pick up other work, which may ask for this very
    /// snapshot and wait for itself; hence such a thread hands the work to one that only waits.
    fn decode_apart(&self, key: &Key) -> Result<Snapshot> {
        if rayon::current_thread_index().is_none() {
            return self.decode(key);
        }
        std::thread::scope(|scope| {
            let apart = scope.spawn(|| self.decode(key));
            apart.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// The fields of a time as its file holds them.
    pub fn read(&self, source: usize, time_index: usize) -> Result<StoredSnapshot> {
        self.sources.read(source, time_index, &self.pool)
    }

    fn decode(&self, key: &Key) -> Result<Snapshot> {
        let mut raw = self.read(key.source, key.time_index)?;
        if let Some((source, time_index)) = key.winds_of {
            raw.take_winds_of(self.read(source, time_index)?);
        }
        let description = self.sources.description(key.source);
        let mut snapshot = self.pool.install(|| derive(description, raw, &key.options))?;
        snapshot.time_columns_with(&self.columns);
        self.decoded.fetch_add(1, Ordering::Relaxed);
        Ok(snapshot)
    }
}

/// One background thread that decodes what will be wanted next. A failure there is not told: who really asks for that
/// time tries again and is told.
pub(super) struct Prefetcher {
    wanted: Option<SyncSender<Key>>,
    thread: Option<JoinHandle<()>>,
}

impl Prefetcher {
    pub fn new(decoder: &Arc<Decoder>) -> Self {
        let (wanted, queue) = sync_channel(8);
        let decoder = Arc::clone(decoder);
        let thread = std::thread::Builder::new().name("met prefetch".into());
        Self {
            wanted: Some(wanted),
            thread: thread.spawn(move || work(&decoder, &queue)).ok(),
        }
    }

    /// Asks for a snapshot unless it is known or the thread has enough to do.
    pub fn want(&self, key: Key, decoder: &Decoder) {
        if let Some(wanted) = &self.wanted
            && !decoder.cache.knows(&key)
        {
            // a full queue or a thread that could not start costs only the time gained
            let _ = wanted.try_send(key);
        }
    }
}

fn work(decoder: &Decoder, queue: &Receiver<Key>) {
    while let Ok(key) = queue.recv() {
        if !decoder.cache.knows(&key) {
            let _ = decoder.snapshot(&key);
        }
    }
}

impl Drop for Prefetcher {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
