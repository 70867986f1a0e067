//! A field that stays packed, with running sums at hand so that single values are found with few additions. The sums are
//! worked out where a value is looked at: a plume touches few of the rows.

use std::sync::OnceLock;

use ndarray::Array2;

use super::packing::{power_of_two, row_starts, unpack_8bit, unpack_16bit};
use super::scan::Packing;

/// Points along a row from one running sum to the next.
const SUM_EVERY: usize = 8;
/// Rows that are summed side by side: their additions do not wait for each other.
const LANES: usize = 8;

/// A packed field, `[y][x]`. Values are those of [`unpack_8bit`](super::packing::unpack_8bit), bit for bit.
#[derive(Clone, Debug)]
pub(crate) struct PackedRows {
    packing: Packing,
    /// The record, the first of its packed bytes, and points along a row.
    record: Vec<u8>,
    start: usize,
    nx: usize,
    scale: Scale,
    quantum: f32,
    /// The value that each row begins with.
    starts: Vec<f32>,
    /// The running value at every [`SUM_EVERY`]th point of some rows, `[y][x/8]`, by [`LANES`] rows.
    sums: Vec<OnceLock<Box<[f32]>>>,
}

/// What the label of a record says of its packing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub exponent: i32,
    pub precision: f32,
    pub first_value: f32,
}

impl PackedRows {
    /// Of a record whose packed bytes begin at `start`.
    ///
    /// # Panics
    /// If these are not whole rows of `nx` points.
    pub(super) fn new(packing: Packing, (record, start): (Vec<u8>, usize), nx: usize, scale: Scale) -> Self {
        let quantum = power_of_two(scale.exponent - packing.bits_of_fraction());
        let bytes = &record[start..];
        let first = scale.first_value;
        let starts = match packing {
            Packing::Bits8 => row_starts(bytes.chunks_exact(nx), first, |byte| step_8bit(*byte, quantum)),
            Packing::Bits16 => {
                let (pairs, _) = bytes.as_chunks::<2>();
                row_starts(pairs.chunks_exact(nx), first, |pair| step_16bit(*pair, quantum))
            }
        };
        Self {
            packing,
            nx,
            scale,
            quantum,
            sums: vec![OnceLock::new(); starts.len().div_ceil(LANES)],
            starts,
            record,
            start,
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.record[self.start..]
    }

    /// The value at (j, i).
    #[inline]
    pub fn at(&self, (j, i): (usize, usize)) -> f32 {
        let (block, row) = (i / SUM_EVERY, j * self.nx);
        let sums = self.sums[j / LANES].get_or_init(|| self.sum_rows(j / LANES));
        let from = sums[j % LANES * self.nx.div_ceil(SUM_EVERY) + block];
        let span = row + block * SUM_EVERY + 1..row + i + 1;
        let value = match self.packing {
            Packing::Bits8 => (self.bytes()[span].iter()).fold(from, |sum, byte| sum + step_8bit(*byte, self.quantum)),
            Packing::Bits16 => {
                let (pairs, _) = self.bytes()[2 * span.start..2 * span.end].as_chunks::<2>();
                (pairs.iter()).fold(from, |sum, pair| sum + step_16bit(*pair, self.quantum))
            }
        };
        if i > 0 && value.abs() < self.scale.precision {
            0.0
        } else {
            value
        }
    }

    #[cold]
    fn sum_rows(&self, group: usize) -> Box<[f32]> {
        let rows = group * LANES..self.starts.len().min((group + 1) * LANES);
        let (starts, span) = (&self.starts[rows.clone()], rows.start * self.nx..rows.end * self.nx);
        match self.packing {
            Packing::Bits8 => sums(&self.bytes()[span], starts, |byte| step_8bit(*byte, self.quantum)),
            Packing::Bits16 => {
                let (pairs, _) = self.bytes().as_chunks::<2>();
                sums(&pairs[span], starts, |pair| step_16bit(*pair, self.quantum))
            }
        }
    }

    /// All values.
    pub fn unpack(&self) -> Array2<f32> {
        let shape = (self.nx, self.starts.len());
        let Scale {
            exponent,
            precision,
            first_value,
        } = self.scale;
        match self.packing {
            Packing::Bits8 => unpack_8bit(self.bytes(), shape, exponent, precision, first_value),
            Packing::Bits16 => unpack_16bit(self.bytes(), shape, exponent, precision, first_value),
        }
    }

    /// Memory held once all rows have been looked at, bytes.
    pub fn memory_bytes(&self) -> usize {
        let sums = self.starts.len() * self.nx.div_ceil(SUM_EVERY);
        self.record.len() + size_of::<f32>() * (self.starts.len() + sums)
    }
}

#[inline]
pub(super) fn step_8bit(byte: u8, quantum: f32) -> f32 {
    (f32::from(byte) - 127.0) * quantum
}

#[inline]
pub(super) fn step_16bit(pair: [u8; 2], quantum: f32) -> f32 {
    (f32::from(u16::from_le_bytes(pair)) - 32767.0) * quantum
}

/// The running values of rows that begin with `starts`, `[row][block]`.
fn sums<T>(packed: &[T], starts: &[f32], step: impl Fn(&T) -> f32) -> Box<[f32]> {
    let nx = packed.len() / starts.len();
    let mut sums = vec![0.0; starts.len() * nx.div_ceil(SUM_EVERY)];
    let rows: Vec<&[T]> = packed.chunks_exact(nx).collect();
    match (<[_; LANES]>::try_from(&*rows), <[_; LANES]>::try_from(starts)) {
        (Ok(rows), Ok(starts)) => sum_rows(rows, starts, &mut sums, &step),
        _ => {
            let out = sums.chunks_mut(nx.div_ceil(SUM_EVERY));
            for ((row, start), out) in rows.iter().zip(starts).zip(out) {
                sum_rows([*row], [*start], out, &step);
            }
        }
    }
    sums.into()
}

/// The running values of `N` rows, `[row][block]`.
fn sum_rows<T, const N: usize>(rows: [&[T]; N], mut running: [f32; N], out: &mut [f32], step: impl Fn(&T) -> f32) {
    let (nx, per_row) = (rows[0].len(), out.len() / N);
    for block in 0..per_row {
        for (row, value) in running.iter().enumerate() {
            out[row * per_row + block] = *value;
        }
        let span = block * SUM_EVERY + 1..((block + 1) * SUM_EVERY + 1).min(nx);
        let packed = rows.map(|row| &row[span.clone()]);
        for k in 0..span.len() {
            for (sum, row) in running.iter_mut().zip(packed) {
                *sum += step(&row[k]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a generator without order; sums of f32 depend on the order of additions.
    fn bytes(count: usize) -> Vec<u8> {
        let mut state = 12_345_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn values_of_packed_rows_are_those_of_the_unpacked_field_bit_for_bit() {
        let scale = Scale {
            exponent: 3,
            precision: 1.5,
            first_value: 281.1,
        };
        for (nx, ny) in [(1, 3), (8, 8), (9, 17), (37, 11), (64, 1)] {
            let packed = bytes(2 * nx * ny);
            let whole = unpack_8bit(&packed[..nx * ny], (nx, ny), 3, 1.5, 281.1);
            let wide = unpack_16bit(&packed, (nx, ny), 3, 1.5, 281.1);
            let rows = PackedRows::new(Packing::Bits8, (packed[..nx * ny].to_vec(), 0), nx, scale);
            let wide_rows = PackedRows::new(Packing::Bits16, (packed, 0), nx, scale);
            for at in (0..ny).flat_map(|j| (0..nx).map(move |i| (j, i))) {
                assert_eq!(rows.unpack()[at].to_bits(), whole[at].to_bits());
                assert_eq!(rows.at(at).to_bits(), whole[at].to_bits(), "{nx} x {ny} at {at:?}");
                assert_eq!(wide_rows.at(at).to_bits(), wide[at].to_bits(), "{nx} x {ny} at {at:?}");
            }
        }
    }
}
