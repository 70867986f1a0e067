//! Differential packing: each value is its neighbour to the west (in the first column: to the south) plus a
//! multiple of a power of two, kept in 8 or 16 bits (Draxler & Hess 1997; HYSPLIT User's Guide).

use ndarray::{Array2, ArrayView2};

use super::packed_rows::{step_8bit, step_16bit};

/// Exponents beyond this have no finite scale in single precision.
pub(super) const MAX_EXPONENT: i32 = 120;

/// A packed field.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedField {
    /// n: differences are multiples of 2^(n−7).
    pub exponent: i32,
    /// 2ⁿ/254; smaller absolute values are unpacked as 0.
    pub precision: f32,
    /// The value of point (0, 0).
    pub first_value: f32,
    /// One byte per point, x fastest.
    pub bytes: Vec<u8>,
    /// How many differences did not fit in a byte and were cut off.
    pub clamped: usize,
}

pub(super) fn power_of_two(exponent: i32) -> f32 {
    f64::from(exponent).exp2() as f32
}

/// n such that all differences between neighbours fit: the largest is at most 2ⁿ.
fn fitting_exponent(field: ArrayView2<'_, f32>) -> i32 {
    let mut largest = 0.0_f32;
    for row in field.rows() {
        for (a, b) in row.iter().zip(row.iter().skip(1)) {
            largest = largest.max((b - a).abs());
        }
    }
    let column = field.column(0);
    for (a, b) in column.iter().zip(column.iter().skip(1)) {
        largest = largest.max((b - a).abs());
    }
    let e = if largest > 0.0 {
        largest.ln() / 2.0_f32.ln()
    } else {
        0.0
    };
    let n = e.trunc() as i32 + i32::from(e >= 0.0 || e.fract() == 0.0);
    n.clamp(-MAX_EXPONENT, MAX_EXPONENT)
}

/// Packs a field `[y][x]` into bytes. Each unpacked value is within 2^(n−8) of the original, plus single-precision
/// rounding; `None` if a value is not finite.
pub fn pack_8bit(field: ArrayView2<'_, f32>) -> Option<PackedField> {
    let first_value = *field.first()?;
    if !field.iter().all(|v| v.is_finite()) {
        return None;
    }
    let exponent = fitting_exponent(field);
    let (scale, quantum) = (power_of_two(7 - exponent), power_of_two(exponent - 7));
    let mut packed = PackedField {
        exponent,
        precision: power_of_two(exponent) / 254.0,
        first_value,
        bytes: Vec::with_capacity(field.len()),
        clamped: 0,
    };
    let mut row_start = first_value;
    for row in field.rows() {
        let mut unpacked = row_start;
        for (i, value) in row.iter().enumerate() {
            let steps = (value - unpacked) * scale + 127.5;
            packed.clamped += usize::from(steps <= -1.0 || steps >= 256.0);
            let byte = steps as u8;
            unpacked += (f32::from(byte) - 127.0) * quantum;
            if i == 0 {
                row_start = unpacked;
            }
            packed.bytes.push(byte);
        }
    }
    Some(packed)
}

/// Unpacks bytes into a field `[y][x]`, by additions in single precision in the order of the reference.
///
/// Values below `precision` become 0 except in the first column, as the reference leaves them; the running sum keeps
/// the value.
///
/// # Panics
/// If there are not `nx · ny` bytes.
pub fn unpack_8bit(bytes: &[u8], (nx, ny): (usize, usize), exponent: i32, precision: f32, first: f32) -> Array2<f32> {
    let quantum = power_of_two(exponent - 7);
    accumulate(bytes.chunks_exact(nx), (nx, ny), precision, first, |byte| {
        step_8bit(*byte, quantum)
    })
}

/// Unpacks the 16-bit dialect: little-endian pairs of bytes, offset 32767, quantum 2^(n−15).
///
/// # Panics
/// If there are not `2 · nx · ny` bytes.
pub(super) fn unpack_16bit(
    bytes: &[u8],
    (nx, ny): (usize, usize),
    exponent: i32,
    precision: f32,
    first: f32,
) -> Array2<f32> {
    let quantum = power_of_two(exponent - 15);
    let (pairs, _) = bytes.as_chunks::<2>();
    accumulate(pairs.chunks_exact(nx), (nx, ny), precision, first, |pair| {
        step_16bit(*pair, quantum)
    })
}

/// The value that each row begins with: sums along the first column.
pub(super) fn row_starts<'a, T: 'a>(
    rows: impl Iterator<Item = &'a [T]>,
    first: f32,
    step: impl Fn(&T) -> f32,
) -> Vec<f32> {
    let mut running = first;
    rows.map(|row| {
        running += step(&row[0]);
        running
    })
    .collect()
}

fn accumulate<'a, T: 'a>(
    rows: impl Iterator<Item = &'a [T]> + Clone,
    (nx, ny): (usize, usize),
    precision: f32,
    first: f32,
    step: impl Fn(&T) -> f32,
) -> Array2<f32> {
    let mut values = Vec::with_capacity(nx * ny);
    for (row, start) in rows.clone().zip(row_starts(rows, first, &step)) {
        let mut running = start;
        values.push(running);
        values.extend(row[1..].iter().map(|packed| {
            running += step(packed);
            if running.abs() < precision { 0.0 } else { running }
        }));
    }
    assert_eq!(values.len(), nx * ny, "packed bytes do not match the grid");
    Array2::from_shape_vec((ny, nx), values).unwrap_or_else(|_| unreachable!("length checked above"))
}

fn end_around_sum(total: u64, modulus: u64) -> u16 {
    if total == 0 {
        0
    } else {
        ((total - 1) % modulus + 1) as u16
    }
}

/// Values that are added up in 32 bits, and bytes side by side in 16.
const BLOCK: usize = 4096;
const LANES: usize = BLOCK / 256;

/// Checksum of packed bytes: their sum with end-around carry, 0 only if all are 0.
pub fn checksum_8bit(bytes: &[u8]) -> u16 {
    let block = |bytes: &[u8]| {
        let (rows, rest) = bytes.as_chunks::<LANES>();
        let mut lanes = [0_u16; LANES];
        for row in rows {
            lanes
                .iter_mut()
                .zip(row)
                .for_each(|(sum, byte)| *sum += u16::from(*byte));
        }
        lanes
            .into_iter()
            .chain(rest.iter().map(|b| u16::from(*b)))
            .map(u64::from)
            .sum::<u64>()
    };
    end_around_sum(bytes.chunks(BLOCK).map(block).sum(), 255)
}

/// Checksum of 16-bit packed values.
pub(super) fn checksum_16bit(bytes: &[u8]) -> u16 {
    let (pairs, _) = bytes.as_chunks::<2>();
    let block = |pairs: &[[u8; 2]]| u64::from(pairs.iter().map(|p| u32::from(u16::from_le_bytes(*p))).sum::<u32>());
    end_around_sum(pairs.chunks(BLOCK).map(block).sum(), 65535)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_published_vector_packs_and_unpacks_exactly() {
        let field = array![[280.0, 281.5, 279.25], [282.0, 283.75, 278.0]];
        let packed = pack_8bit(field.view()).unwrap();
        assert_eq!((packed.exponent, packed.clamped), (3, 0));
        assert_eq!(packed.bytes, [127, 151, 91, 159, 155, 35]);
        assert_eq!(checksum_8bit(&packed.bytes), 208);
        assert_eq!(packed.precision, 8.0 / 254.0);
        assert_eq!(unpack_8bit(&packed.bytes, (3, 2), 3, packed.precision, 280.0), field);
    }

    #[test]
    fn a_constant_field_is_all_127() {
        let packed = pack_8bit(Array2::from_elem((3, 4), -5.25).view()).unwrap();
        assert_eq!((packed.exponent, packed.bytes), (1, vec![127; 12]));
    }

    #[test]
    fn a_difference_of_exactly_a_power_of_two_fits_both_ways() {
        for top in [1.0_f32, 8.0, 0.25, 0.125, 1024.0] {
            for field in [array![[0.0, top], [0.0, 0.0]], array![[top, 0.0], [0.0, top]]] {
                let packed = pack_8bit(field.view()).unwrap();
                assert_eq!(packed.clamped, 0, "{top}");
                assert_eq!(
                    unpack_8bit(&packed.bytes, (2, 2), packed.exponent, 0.0, field[[0, 0]]),
                    field
                );
            }
        }
    }

    #[test]
    fn small_values_are_zeroed_but_still_summed() {
        let bytes = [127, 128, 128, 127, 128, 130];
        let field = unpack_8bit(&bytes, (3, 2), 7, 1.5, 0.5);
        assert_eq!(field, array![[0.5, 1.5, 2.5], [0.5, 1.5, 4.5]]);
        let field = unpack_8bit(&bytes, (3, 2), 7, 2.0, 0.5);
        assert_eq!(field, array![[0.5, 0.0, 2.5], [0.5, 0.0, 4.5]]);
    }

    #[test]
    fn the_checksum_carries_around() {
        assert_eq!(checksum_8bit(&[0, 0]), 0);
        assert_eq!(checksum_8bit(&[255]), 255);
        assert_eq!(checksum_8bit(&[255, 1]), 1);
        assert_eq!(checksum_8bit(&[200, 100]), 45);
        assert_eq!(checksum_16bit(&[0xff, 0xff, 2, 0]), 2);
    }

    #[test]
    fn sixteen_bits_resolve_256_times_finer() {
        let bytes: Vec<u8> = [32767_u16, 32768, 32766, 65535]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let field = unpack_16bit(&bytes, (2, 2), 15, 0.0, 10.0);
        assert_eq!(field, array![[10.0, 11.0], [9.0, 32777.0]]);
    }

    #[test]
    fn fields_that_are_not_finite_are_refused() {
        assert_eq!(pack_8bit(array![[1.0, f32::NAN]].view()), None);
        assert_eq!(pack_8bit(Array2::zeros((0, 0)).view()), None);
    }
}
