//! One met time, ready for transport.

use crate::time::UtcTime;

/// One met time on the engine's own levels. Immutable and shared between threads.
#[derive(Debug)]
pub struct Snapshot {
    /// Time of validity.
    pub time: UtcTime,
}

impl Snapshot {
    /// Memory held, bytes.
    pub fn memory_bytes(&self) -> usize {
        0
    }
}
