//! Columns of a grid, made in small tiles when one of them is first looked at.
//!
//! A plume touches few of the columns of a met time. Each tile is made once, by the thread that first needs it, from
//! fields that do not change; which thread that is does not matter.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::met::MetDescription;
use crate::time::UtcTime;

/// Columns along a side of a tile: 2 to this power.
const SIDE_BITS: u32 = 2;

/// A rectangle of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub i: Range<usize>,
    pub j: Range<usize>,
    /// Columns between one row and the next in the tables of the area.
    pub stride: usize,
}

/// Makes the columns of an area; what it makes is the same whenever and wherever it is made.
pub(crate) trait MakeColumns {
    /// Tables of the columns of an area, `[y][x]` with its stride.
    type Block: Default;

    fn make(&self, area: &Area) -> Self::Block;

    /// Memory of what was made, bytes.
    fn bytes(block: &Self::Block) -> usize;
}

/// The columns of a grid. By default there are none.
#[derive(Debug)]
pub(crate) struct Tiles<M: MakeColumns> {
    maker: Option<M>,
    nx: usize,
    ny: usize,
    side_bits: u32,
    across: usize,
    stride: usize,
    tiles: Vec<OnceLock<M::Block>>,
    made_bytes: AtomicUsize,
    making: Stopwatch,
}

/// Time that threads have spent on something, in all; clones add to the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopwatch {
    nanoseconds: Arc<AtomicU64>,
}

impl Stopwatch {
    pub fn seconds(&self) -> f64 {
        1e-9 * self.nanoseconds.load(Ordering::Relaxed) as f64
    }

    fn add_since(&self, started: Instant) {
        let nanoseconds = started.elapsed().as_nanos() as u64;
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl Area {
    /// The whole of a grid.
    pub fn whole(nx: usize, ny: usize) -> Self {
        Self {
            i: 0..nx,
            j: 0..ny,
            stride: nx,
        }
    }

    /// Columns in the tables of the area, used or not.
    pub fn slots(&self) -> usize {
        self.j.len() * self.stride
    }

    /// The columns (i, j), each with its place in the tables.
    pub fn columns(&self) -> impl Iterator<Item = (usize, (usize, usize))> {
        let row = |j: usize| self.i.clone().map(move |i| (i, j));
        let place = |(i, j): (usize, usize)| (j - self.j.start) * self.stride + i - self.i.start;
        self.j.clone().flat_map(row).map(move |at| (place(at), at))
    }
}

impl<M: MakeColumns> Default for Tiles<M> {
    fn default() -> Self {
        Self {
            maker: None,
            nx: 0,
            ny: 0,
            side_bits: SIDE_BITS,
            across: 0,
            stride: 0,
            tiles: Vec::new(),
            made_bytes: AtomicUsize::new(0),
            making: Stopwatch::default(),
        }
    }
}

impl<M: MakeColumns> Tiles<M> {
    /// Columns that are made when they are needed.
    pub fn new(maker: M, (nx, ny): (usize, usize)) -> Self {
        let count = |columns: usize| columns.div_ceil(1 << SIDE_BITS);
        Self {
            maker: Some(maker),
            nx,
            ny,
            across: count(nx),
            stride: 1 << SIDE_BITS,
            tiles: (0..count(nx) * count(ny)).map(|_| OnceLock::new()).collect(),
            ..Self::default()
        }
    }

    /// Columns that are there already, as one tile.
    pub fn made(block: M::Block, (nx, ny): (usize, usize)) -> Self {
        Self {
            nx,
            ny,
            side_bits: usize::BITS - 1,
            across: 1,
            stride: nx,
            made_bytes: AtomicUsize::new(M::bytes(&block)),
            tiles: vec![OnceLock::from(block)],
            ..Self::default()
        }
    }

    /// The tables that hold a column, and its place in them.
    #[inline]
    pub fn at(&self, i: usize, j: usize) -> (&M::Block, usize) {
        let (mask, tile) = (
            (1 << self.side_bits) - 1,
            (j >> self.side_bits) * self.across + (i >> self.side_bits),
        );
        let block = self.tiles[tile].get_or_init(|| self.make(tile));
        (block, (j & mask) * self.stride + (i & mask))
    }

    #[cold]
    fn make(&self, tile: usize) -> M::Block {
        let started = Instant::now();
        let side = 1 << self.side_bits;
        let span = |index: usize, count: usize| index * side..((index + 1) * side).min(count);
        let area = Area {
            i: span(tile % self.across, self.nx),
            j: span(tile / self.across, self.ny),
            stride: self.stride,
        };
        let block = self
            .maker
            .as_ref()
            .map_or_else(M::Block::default, |maker| maker.make(&area));
        self.made_bytes.fetch_add(M::bytes(&block), Ordering::Relaxed);
        self.making.add_since(started);
        block
    }

    /// Lets the time that making takes be added to a stopwatch.
    pub fn time_with(&mut self, stopwatch: &Stopwatch) {
        self.making = stopwatch.clone();
    }

    pub fn maker(&self) -> Option<&M> {
        self.maker.as_ref()
    }

    /// Memory of the tiles, bytes.
    pub fn memory_bytes(&self) -> usize {
        self.made_bytes.load(Ordering::Relaxed) + size_of_val(&*self.tiles)
    }
}

/// What is wrong with a column.
pub(crate) type Problem = &'static str;

/// The columns of a met time that cannot be used, as far as they have been looked at.
#[derive(Debug)]
pub(crate) struct Problems {
    source_name: String,
    time: UtcTime,
    /// Grid indices (j, i) of the first one in the order of the grid.
    first: Mutex<Option<((usize, usize), Problem)>>,
}

impl Problems {
    pub fn new(description: &MetDescription, time: UtcTime) -> Self {
        Self {
            source_name: description.source.display().to_string(),
            time,
            first: Mutex::new(None),
        }
    }

    pub fn add(&self, at: (usize, usize), problem: Problem) {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_none_or(|(known, _)| at < known) {
            *first = Some((at, problem));
        }
    }

    /// # Errors
    /// [`Error::MetField`] if a column cannot be used.
    pub fn check(&self) -> Result<()> {
        match *self.first.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(((j, i), problem)) => Err(Error::MetField {
                source_name: self.source_name.clone(),
                field: problem.to_owned(),
                needed_for: format!("column ({}, {}) at {} cannot be used", i + 1, j + 1, self.time),
            }),
        }
    }
}
