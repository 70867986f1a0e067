//! Numbers in fixed columns, as Fortran writes and reads them.

/// The text of columns `from..to`, if it is ASCII.
pub(super) fn columns(bytes: &[u8], from: usize, to: usize) -> Option<&str> {
    let field = bytes.get(from..to)?;
    if field.is_ascii() {
        std::str::from_utf8(field).ok()
    } else {
        None
    }
}

/// An integer padded with blanks; all blank is 0, as in Fortran.
pub(super) fn integer(bytes: &[u8], from: usize, to: usize) -> Option<i32> {
    let text = columns(bytes, from, to)?.trim_matches(' ');
    if text.is_empty() { Some(0) } else { text.parse().ok() }
}

/// A decimal number padded with blanks, with or without leading zero and exponent (`E` or `D`).
pub(super) fn real(bytes: &[u8], from: usize, to: usize) -> Option<f64> {
    let text = columns(bytes, from, to)?.trim_matches(' ');
    let numeric = |c: u8| c.is_ascii_digit() || b"+-.eEdD".contains(&c);
    if !text.bytes().all(numeric) {
        return None;
    }
    let value: f64 = text.replace(['d', 'D'], "E").parse().ok()?;
    value.is_finite().then_some(value)
}

/// Like [`real`], rounded once to single precision, as the reference reads it; `None` beyond its range.
pub(super) fn real_f32(bytes: &[u8], from: usize, to: usize) -> Option<f32> {
    let double = real(bytes, from, to)?;
    let text = columns(bytes, from, to)?.trim_matches(' ').replace(['d', 'D'], "E");
    let single = text.parse::<f32>().ok()?;
    (single.is_finite() && (single == 0.0) == (double == 0.0)).then_some(single)
}

/// Fortran's E14.7, ` 0.3149606E-01`; in the same width ` 3.1496063E-02` where seven digits are not the same number.
pub(super) fn exponent_format(value: f32) -> String {
    if value == 0.0 {
        return " 0.0000000E+00".to_owned();
    }
    let sign = if value < 0.0 { '-' } else { ' ' };
    let text = |digits: usize, shift: i32| {
        let scientific = format!("{:.*e}", digits - 1, value.abs());
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent = exponent.parse::<i32>().unwrap_or(0) + shift;
        let digits = mantissa.replace('.', "");
        let (whole, decimals) = if shift > 0 {
            ("0", digits.as_str())
        } else {
            digits.split_at(1)
        };
        format!(
            "{sign}{whole}.{decimals}E{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        )
    };
    let seven = text(7, 1);
    if seven.trim_start().parse() == Ok(value) {
        seven
    } else {
        text(8, 0)
    }
}

/// A number in `width` characters with as many decimals (at most `decimals`) as fit; `None` if not even its whole
/// part fits.
pub(super) fn fitted(value: f64, width: usize, decimals: usize) -> Option<String> {
    (0..=decimals).rev().find_map(|places| {
        let text = format!("{value:.places$}");
        let text = if places == 0 { format!("{text}.") } else { text };
        let short = match text.split_once("0.") {
            Some((sign @ ("" | "-"), rest)) if text.len() > width => format!("{sign}.{rest}"),
            _ => text,
        };
        (short.len() <= width && value.is_finite()).then(|| format!("{short:>width$}"))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_several_writers_are_read() {
        for (text, value) in [
            (" 0.3149606E-01", 0.031_496_06),
            ("-.3619764E+01  ", -3.619_764),
            (" 3.1496063D-02", 0.031_496_063),
            ("   .00", 0.0),
            ("1000.0", 1000.0),
        ] {
            assert_eq!(real(text.as_bytes(), 0, text.len()), Some(value));
        }
        for text in ["inf", "NaN", "", "   ", "1 2", "0x10", "1.0E999"] {
            assert_eq!(real(text.as_bytes(), 0, text.len()), None, "{text}");
        }
        assert_eq!(integer(b"  ", 0, 2), Some(0));
        assert_eq!(integer(b" 7", 0, 2), Some(7));
        assert_eq!(integer(b"-1", 0, 2), Some(-1));
        assert_eq!(integer(b"7", 0, 2), None);
    }

    #[test]
    fn numbers_are_written_as_fortran_does() {
        assert_eq!(exponent_format(0.031_496_06), " 0.3149606E-01");
        assert_eq!(exponent_format(-0.031_496_063), "-3.1496063E-02");
        assert_eq!(exponent_format(-1013.25), "-0.1013250E+04");
        assert_eq!(exponent_format(1e10), " 0.1000000E+11");
        assert_eq!(exponent_format(1e-20), " 0.1000000E-19");
        assert_eq!(fitted(0.9963, 6, 5).unwrap(), ".99630");
        assert_eq!(fitted(1011.2, 6, 5).unwrap(), "1011.2");
        assert_eq!(fitted(-122.719_528, 7, 6).unwrap(), "-122.72");
        assert_eq!(fitted(1000.0, 6, 5).unwrap(), "1000.0");
        assert_eq!(fitted(100_000.0, 6, 5), None);
        assert_eq!(fitted(0.0, 6, 5).unwrap(), ".00000");
    }
}
