//! Files that a run writes.

pub mod enhancements;
