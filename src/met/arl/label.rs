//! The label that begins each record: time, forecast hour, level, grid, variable, packing.

use super::number::{exponent_format, integer, real_f32};
use crate::time::UtcTime;

/// Length of an ordinary label.
pub(super) const LABEL_LEN: usize = 50;

/// Name of index records.
pub(super) const INDEX_NAME: &str = "INDX";

/// A record's label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    /// To the hour: minutes stand in the index only.
    pub time: UtcTime,
    /// Negative marks a record that was reserved but never written.
    pub forecast_hour: i32,
    pub level: i32,
    pub grid: [u8; 2],
    pub name: String,
    pub exponent: i32,
    pub precision: f32,
    pub first_value: f32,
}

/// Length of the label that these bytes begin: 52 in the dialect with four-character levels (`X` in column 11).
pub(super) fn label_len(record: &[u8]) -> usize {
    if record.get(10) == Some(&b'X') {
        LABEL_LEN + 2
    } else {
        LABEL_LEN
    }
}

impl Label {
    /// Parses a label; the reason, naming the columns, if it is none.
    pub(super) fn parse(record: &[u8]) -> Result<Self, String> {
        let extended = label_len(record) - LABEL_LEN;
        let name_at = 14 + extended;
        let text = |from: usize, to: usize| {
            let bytes = record.get(from..to.min(record.len())).unwrap_or(&[]);
            format!("columns {}-{to} {:?}", from + 1, String::from_utf8_lossy(bytes))
        };
        let number = |from, to| integer(record, from, to).ok_or_else(|| format!("{} are no number", text(from, to)));
        let name = match record.get(name_at..name_at + 4) {
            Some(name) if name.iter().all(|c| c.is_ascii_graphic() || *c == b' ') => {
                String::from_utf8_lossy(name).trim_end().to_owned()
            }
            _ => return Err(format!("{} name no variable", text(name_at, name_at + 4))),
        };
        let time = calendar(number(0, 2)?, number(2, 4)?, number(4, 6)?, number(6, 8)?)
            .ok_or_else(|| format!("{} are no date (yymmddhh)", text(0, 8)))?;
        let float = |from: usize, to: usize| {
            real_f32(record, from, to).ok_or_else(|| format!("{} are no number", text(from, to)))
        };
        let blank_is_zero = |from: usize, to: usize| match record.get(from..to) {
            Some(b"              ") => Ok(0.0),
            _ => float(from, to),
        };
        let is_index = name == INDEX_NAME;
        Ok(Self {
            time,
            forecast_hour: number(8, 10)?,
            level: if extended > 0 { number(11, 14)? } else { number(10, 12)? },
            grid: [record[name_at - 2], record[name_at - 1]],
            exponent: number(name_at + 4, name_at + 8)?,
            precision: blank_is_zero(name_at + 8, name_at + 22)?,
            first_value: if is_index {
                0.0
            } else {
                float(name_at + 22, name_at + 36)?
            },
            name,
        })
    }

    /// The label as text of [`LABEL_LEN`] characters.
    pub(super) fn format(&self) -> String {
        let civil = self.time.civil();
        format!(
            "{:2}{:2}{:2}{:2}{:2}{:2}{}{:<4}{:4}{}{}",
            civil.year().rem_euclid(100),
            civil.month(),
            civil.day(),
            civil.hour(),
            self.forecast_hour.clamp(-1, 99),
            self.level,
            String::from_utf8_lossy(&self.grid),
            self.name,
            self.exponent,
            exponent_format(self.precision),
            exponent_format(self.first_value),
        )
    }

    /// Whether the record was reserved but never written.
    pub(super) fn is_missing(&self) -> bool {
        self.forecast_hour < 0 || self.name == "NULL"
    }

    /// Refuses an exponent that the precision, 2ⁿ/254 (or 2ⁿ/65534 of 16-bit data), contradicts.
    pub(super) fn check_exponent(&self) -> Result<(), String> {
        let quantum = f64::from(self.exponent).exp2();
        let agrees = |divisor: f64| (f64::from(self.precision) * divisor / quantum - 1.0).abs() < 1e-3;
        if agrees(254.0) || agrees(65534.0) {
            return Ok(());
        }
        let Self {
            exponent, precision, ..
        } = self;
        Err(format!(
            "exponent {exponent} and precision {precision:e} contradict each other (expected 2^n/254)"
        ))
    }
}

/// A date with a two-digit year: 40 to 99 are 1940 to 1999, 0 to 39 are 2000 to 2039.
fn calendar(year: i32, month: i32, day: i32, hour: i32) -> Option<UtcTime> {
    let century = match year {
        0..40 => 2000,
        40..100 => 1900,
        _ => return None,
    };
    let small = |v: i32| u8::try_from(v).ok();
    UtcTime::from_calendar(century + year, small(month)?, small(day)?, small(hour)?, 0)
}

/// Thousands of points along x and y from a label's two grid characters: `@` is 0, `A` 1000, `B` 2000 …; an ordinary
/// grid number means no thousands, and so does a digit beside a letter.
pub(super) fn thousands(grid: [u8; 2]) -> (usize, usize) {
    let of = |c: u8| {
        if (b'@'..=b'Z').contains(&c) {
            1000 * usize::from(c - b'@')
        } else {
            0
        }
    };
    (of(grid[0]), of(grid[1]))
}

/// The grid characters for a grid of nx by ny points; `None` if it is too large for the format.
pub(super) fn grid_characters(nx: usize, ny: usize) -> Option<[u8; 2]> {
    if nx < 1000 && ny < 1000 {
        return Some(*b"99");
    }
    let character = |n: usize| u8::try_from(n / 1000).ok().filter(|k| *k <= 26).map(|k| b'@' + k);
    Some([character(nx)?, character(ny)?])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_label_comes_back_as_it_was() {
        let text = b"10 21112 6 199UMOF  -2 0.9842520E-03 0.3916247E+00";
        let label = Label::parse(text).unwrap();
        assert_eq!(label.time, UtcTime::from_calendar(2010, 2, 11, 12, 0).unwrap());
        assert_eq!((label.forecast_hour, label.level, label.exponent), (6, 1, -2));
        assert_eq!(
            (label.name.as_str(), label.precision, label.first_value),
            ("UMOF", 9.842_52e-4, 0.391_624_7)
        );
        assert_eq!(label.format().as_bytes(), text);
        label.check_exponent().unwrap();
    }

    #[test]
    fn other_writers_labels_are_read() {
        let ngm = Label::parse(b"9510160000 1 6UWND   5  .1259843E+00 -.3619764E+01").unwrap();
        assert_eq!(ngm.time, UtcTime::from_calendar(1995, 10, 16, 0, 0).unwrap());
        assert_eq!(ngm.first_value, -3.619_764);
        let extended = b"10 21112 0X12399UWND   5 0.1259843E+00-0.3619764E+01";
        let label = Label::parse(extended).unwrap();
        assert_eq!(
            (label_len(extended), label.level, label.name.as_str()),
            (52, 123, "UWND")
        );
        assert!(
            Label::parse(b"10 21112-1 199UMOF   0 0.0000000E+00 0.0000000E+00")
                .unwrap()
                .is_missing()
        );
    }

    #[test]
    fn the_century_turns_at_40() {
        assert_eq!(calendar(40, 1, 1, 0), UtcTime::from_calendar(1940, 1, 1, 0, 0));
        assert_eq!(calendar(39, 1, 1, 0), UtcTime::from_calendar(2039, 1, 1, 0, 0));
        assert_eq!(calendar(10, 2, 30, 0), None);
    }

    #[test]
    fn damaged_labels_are_refused() {
        let good = b"10 21112 6 199UMOF  -2 0.9842520E-03 0.3916247E+00";
        for (column, byte) in [(2, b'x'), (4, b'9'), (15, 7), (21, b'?'), (30, b'Q'), (40, b' ')] {
            let mut bad = *good;
            bad[column] = byte;
            assert!(Label::parse(&bad).is_err(), "column {column}");
        }
        assert!(Label::parse(&good[..30]).is_err());
        let mut other = *good;
        other[21] = b'3';
        assert!(Label::parse(&other).unwrap().check_exponent().is_err());
        let mut underflow = *good;
        underflow[34] = b'8';
        assert!(Label::parse(&underflow).is_err());
    }

    #[test]
    fn letters_stand_for_thousands_of_points() {
        assert_eq!(thousands(*b"AA"), (1000, 1000));
        assert_eq!(thousands(*b"@B"), (0, 2000));
        assert_eq!(thousands(*b"A0"), (1000, 0));
        assert_eq!(thousands(*b"99"), (0, 0));
        assert_eq!(grid_characters(1799, 1059), Some(*b"AA"));
        assert_eq!(grid_characters(300, 2000), Some(*b"@B"));
        assert_eq!(grid_characters(300, 200), Some(*b"99"));
        assert_eq!(grid_characters(27_000, 200), None);
    }
}
