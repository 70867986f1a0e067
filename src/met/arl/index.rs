//! The index that begins each period: model, grid, levels, and the names and checksums of all fields.

use super::label::{self, Label};
use super::number::{columns, fitted, integer, real};

/// Length of the fixed part of an index; two more in the dialect with a five-character length (`X` in column 105).
const FIXED_LEN: usize = 108;
/// Column of the length of the index.
const LENGTH_AT: usize = 104;
/// Largest length that the format can state: a negative one stands for 10000 minus it.
const MAX_LEN: usize = 10_999;

/// One period's index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Index {
    pub structure: Structure,
    pub forecast_hour: i32,
    pub minutes: i32,
    /// One per data record, in file order; `None` means unchecked.
    pub checksums: Vec<Option<u16>>,
}

/// What all periods of a file have in common.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Structure {
    pub model: String,
    pub grid_reals: [f64; 12],
    pub nx: usize,
    pub ny: usize,
    pub vertical_flag: i32,
    /// Surface first.
    pub levels: Vec<Level>,
}

/// One level of an index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    pub value: f64,
    pub names: Vec<String>,
}

impl Structure {
    pub(super) fn field_count(&self) -> usize {
        self.levels.iter().map(|level| level.names.len()).sum()
    }

    /// Level and name of each data record, in file order.
    pub(super) fn fields(&self) -> impl Iterator<Item = (usize, &str)> {
        self.levels
            .iter()
            .enumerate()
            .flat_map(|(k, level)| level.names.iter().map(move |name| (k, name.as_str())))
    }

    /// What another index has different, in words; `None` if nothing.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let Self {
            model,
            grid_reals,
            nx,
            ny,
            vertical_flag,
            levels,
        } = self;
        let (a, b) = if (nx, ny) != (&other.nx, &other.ny) {
            (format!("{nx} x {ny} points"), format!("{} x {}", other.nx, other.ny))
        } else if grid_reals != &other.grid_reals {
            (format!("grid {grid_reals:?}"), format!("{:?}", other.grid_reals))
        } else if vertical_flag != &other.vertical_flag {
            (
                format!("vertical flag {vertical_flag}"),
                format!("{}", other.vertical_flag),
            )
        } else if levels.len() != other.levels.len() {
            (format!("{} levels", levels.len()), format!("{}", other.levels.len()))
        } else if let Some(k) = (0..levels.len()).find(|&k| levels[k] != other.levels[k]) {
            (format!("level {k} {:?}", levels[k]), format!("{:?}", other.levels[k]))
        } else if model != &other.model {
            (format!("model {model:?}"), format!("{:?}", other.model))
        } else {
            return None;
        };
        Some(format!("{a} before, {b} here"))
    }
}

/// The fixed part of an index, enough to know how long the rest and the file's records are.
#[derive(Clone, Debug)]
pub(super) struct IndexHead {
    structure: Structure,
    forecast_hour: i32,
    minutes: i32,
    level_count: usize,
    fixed_len: usize,
    /// Length of the whole index text.
    pub len: usize,
}

fn number(text: &[u8], what: &str, from: usize, to: usize) -> Result<i32, String> {
    integer(text, from, to).ok_or_else(|| {
        let found = columns(text, from, to).unwrap_or("not ASCII");
        format!("index columns {}-{to} ({what}) {found:?} are no number", from + 1)
    })
}

fn grid_reals(text: &[u8]) -> Result<[f64; 12], String> {
    let mut reals = [0.0; 12];
    for (k, value) in reals.iter_mut().enumerate() {
        let (from, to) = (9 + 7 * k, 16 + 7 * k);
        let field = columns(text, from, to).unwrap_or("");
        let reserved_and_blank = k == 11 && field == "       ";
        *value = real(text, from, to)
            .or(reserved_and_blank.then_some(0.0))
            .ok_or_else(|| format!("grid number {} of 12 is {field:?}", k + 1))?;
    }
    Ok(reals)
}

impl IndexHead {
    /// Parses the text that follows the label of a period's first record.
    pub(super) fn parse(text: &[u8], label: &Label) -> Result<Self, String> {
        let number = |what: &str, from, to| number(text, what, from, to);
        let (more_x, more_y) = label::thousands(label.grid);
        let points = |what, from, more| match usize::try_from(number(what, from, from + 3)?) {
            Ok(n) if n + more >= 2 => Ok(n + more),
            _ => Err(format!("{what} must be at least 2")),
        };
        let (nx, ny) = (
            points("points along x", 93, more_x)?,
            points("points along y", 96, more_y)?,
        );
        let level_count = usize::try_from(number("levels", 99, 102)?).unwrap_or(0);
        let minutes = number("minutes", 7, 9)?;
        if level_count == 0 || !(0..60).contains(&minutes) {
            return Err(format!(
                "{level_count} levels at minute {minutes}: expected 1 to 999 and 0 to 59"
            ));
        }
        let (fixed_len, len) = if text.get(LENGTH_AT) == Some(&b'X') {
            (FIXED_LEN + 2, number("length", LENGTH_AT + 1, FIXED_LEN + 2)?)
        } else {
            (FIXED_LEN, number("length", LENGTH_AT, FIXED_LEN)?)
        };
        let len = usize::try_from(if len < 0 { 10_000 - len } else { len }).unwrap_or(0);
        if len < fixed_len + 8 * level_count {
            return Err(format!("index length {len} is too short for {level_count} levels"));
        }
        let model = columns(text, 0, 4).ok_or("the model id is not ASCII")?.to_owned();
        Ok(Self {
            structure: Structure {
                model,
                grid_reals: grid_reals(text)?,
                nx,
                ny,
                vertical_flag: number("vertical flag", 102, 104)?,
                levels: Vec::new(),
            },
            forecast_hour: number("forecast hour", 4, 7)?,
            minutes,
            level_count,
            fixed_len,
            len,
        })
    }

    /// Bytes that may be needed to parse a head.
    pub(super) const MAX_BYTES: usize = FIXED_LEN + 2;

    pub(super) fn grid_points(&self) -> (usize, usize) {
        (self.structure.nx, self.structure.ny)
    }

    /// Whether this model's files are known to be packed in 16 bits.
    pub(super) fn is_16_bit_model(&self) -> bool {
        let model = self.structure.model.as_str();
        model.starts_with("ECX") || ["RAMS", "DWRF", "NWRF", "DGEO"].contains(&model)
    }

    /// Parses the levels of the whole index text; checksums are `checksum_width` characters wide.
    pub(super) fn parse_levels(mut self, text: &[u8], checksum_width: usize) -> Result<Index, String> {
        let mut checksums = Vec::new();
        let mut at = self.fixed_len;
        for k in 0..self.level_count {
            let damaged = |what: &str, from: usize, to: usize| {
                let found = text.get(from..to.min(text.len())).map(String::from_utf8_lossy);
                format!("{what} of level {k} in the index is {:?}", found.unwrap_or_default())
            };
            let value = real(text, at, at + 6).ok_or_else(|| damaged("the value", at, at + 6))?;
            let count = integer(text, at + 6, at + 8).and_then(|n| usize::try_from(n).ok());
            let count = count.ok_or_else(|| damaged("the number of fields", at + 6, at + 8))?;
            at += 8;
            let mut names = Vec::with_capacity(count);
            for _ in 0..count {
                let name = columns(text, at, at + 4).filter(|n| n.bytes().all(|c| c.is_ascii_graphic() || c == b' '));
                names.push(name.ok_or_else(|| damaged("a name", at, at + 4))?.trim_end().to_owned());
                let checksum = integer(text, at + 4, at + 4 + checksum_width).and_then(|c| u16::try_from(c).ok());
                checksums.push(checksum.filter(|c| *c != 0));
                at += 5 + checksum_width;
            }
            self.structure.levels.push(Level { value, names });
        }
        // The last entry's trailing blank may be cut off.
        if at != self.len && at != self.len + 1 {
            return Err(format!(
                "the index says it is {} characters long, but its levels need {at}",
                self.len
            ));
        }
        let Self {
            structure,
            forecast_hour,
            minutes,
            ..
        } = self;
        Ok(Index {
            structure,
            forecast_hour,
            minutes,
            checksums,
        })
    }
}

impl Index {
    /// The fixed part states the record length, so it must lie in the first record.
    pub(super) const MIN_GRID_POINTS: usize = FIXED_LEN;

    /// Length of the text of an index with this structure.
    pub(super) fn text_len(structure: &Structure) -> usize {
        FIXED_LEN + 8 * structure.levels.len() + 8 * structure.field_count()
    }

    /// The text of an 8-bit file's index; the reason, if a number does not fit in its columns.
    pub(super) fn format(&self) -> Result<String, String> {
        let Structure {
            model,
            grid_reals,
            nx,
            ny,
            vertical_flag,
            levels,
        } = &self.structure;
        let len = Self::text_len(&self.structure);
        if len > MAX_LEN || levels.len() > 99 {
            return Err(format!(
                "{} levels with {} fields in all: the format holds 99 levels and an index of {MAX_LEN} characters",
                levels.len(),
                self.structure.field_count()
            ));
        }
        let hour = self.forecast_hour.clamp(-1, 999);
        let mut text = format!("{model:<4.4}{hour:3}{:2}", self.minutes);
        for value in grid_reals {
            text += &fitted(*value, 7, 5).ok_or_else(|| format!("grid number {value} does not fit in 7 columns"))?;
        }
        let stated_len = if len > 9999 { 10_000 - len as i64 } else { len as i64 };
        text += &format!(
            "{:3}{:3}{:3}{vertical_flag:2}{stated_len:4}",
            nx % 1000,
            ny % 1000,
            levels.len()
        );
        self.format_levels(&mut text)?;
        Ok(text)
    }

    fn format_levels(&self, text: &mut String) -> Result<(), String> {
        let mut checksums = self.checksums.iter();
        for level in &self.structure.levels {
            let value = fitted(level.value, 6, 5);
            *text += &value.ok_or_else(|| format!("level value {} does not fit in 6 columns", level.value))?;
            if level.names.len() > 99 {
                return Err(format!(
                    "{} fields on one level: the format holds 99",
                    level.names.len()
                ));
            }
            *text += &format!("{:2}", level.names.len());
            for name in &level.names {
                let checksum = checksums.next().copied().flatten().unwrap_or(0);
                *text += &format!("{name:<4}{checksum:3} ");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LABEL: &[u8] = b"19 620 0 0 099INDX   0 0.0000000E+00 0.0000000E+00";
    const TEXT: &str = "SYNT  0 070.000040.0000.500000.500000.000000.000000.0000001.000001.0000030.0000-40.000.000000\
        161 81  2 2 148.00000 2PRSS237 SHGT  7 1011.2 1TEMP237 ";

    fn parse(text: &str) -> Result<Index, String> {
        let label = Label::parse(LABEL).unwrap();
        IndexHead::parse(text.as_bytes(), &label)?.parse_levels(text.as_bytes(), 3)
    }

    #[test]
    fn an_index_comes_back_as_it_was() {
        let index = parse(TEXT).unwrap();
        assert_eq!(
            (index.structure.nx, index.structure.ny, index.structure.vertical_flag),
            (161, 81, 2)
        );
        assert_eq!(
            index.structure.fields().collect::<Vec<_>>(),
            [(0, "PRSS"), (0, "SHGT"), (1, "TEMP")]
        );
        assert_eq!(index.checksums, [Some(237), Some(7), Some(237)]);
        assert_eq!(index.structure.levels[1].value, 1011.2);
        let again = parse(&index.format().unwrap()).unwrap();
        assert_eq!(again, index);
    }

    #[test]
    fn a_length_above_9999_is_written_negative() {
        let mut index = parse(TEXT).unwrap();
        let names = (0..62).map(|k| format!("V{k:03}")).collect::<Vec<_>>();
        index.structure.levels = (0..20)
            .map(|k| Level {
                value: f64::from(k),
                names: names.clone(),
            })
            .collect();
        index.checksums = vec![Some(1); 20 * 62];
        let text = index.format().unwrap();
        assert_eq!((text.len(), &text[104..108]), (10_188, "-188"));
        assert_eq!(parse(&text).unwrap(), index);
    }

    #[test]
    fn an_unreadable_checksum_means_unchecked() {
        let index = parse(&TEXT.replace("SHGT  7", "SHGT***")).unwrap();
        assert_eq!(index.checksums, [Some(237), None, Some(237)]);
    }

    #[test]
    fn the_dialect_with_a_long_length_is_read() {
        let extended = TEXT.replace(" 148.00000", "X  150.00000");
        assert_eq!(parse(&extended).unwrap(), parse(TEXT).unwrap());
    }

    #[test]
    fn damaged_indices_are_refused() {
        for (good, bad) in [
            ("161 81", "161  1"),
            ("161 81", "1x1 81"),
            (" 148.0", " 149.0"),
            (" 148.0", "  99.0"),
            ("2PRSS", "3PRSS"),
            ("0.50000", "0,50000"),
            (" 81  2", " 81  0"),
            ("1011.2", "10z1.2"),
        ] {
            assert!(parse(&TEXT.replacen(good, bad, 1)).is_err(), "{bad}");
        }
        assert!(parse(&TEXT[..120]).is_err());
        assert!(parse("").is_err());
    }
}
