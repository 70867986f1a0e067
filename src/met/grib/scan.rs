//! Where the messages of a file lie: found by their marks and lengths, without reading what they hold.

use super::bytes::ByteFile;
use super::octets::Octets;
use crate::error::{Error, Result};

/// One message of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// From 1.
    pub number: usize,
    pub edition: u8,
    pub offset: u64,
    pub length: u64,
}

/// Where in the file, for messages to a person.
impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "message {} (edition {}, byte {})",
            self.number, self.edition, self.offset
        )
    }
}

const MARK: &[u8; 4] = b"GRIB";
const END: &[u8; 4] = b"7777";
/// Bytes looked through at once for a mark.
const BLOCK: usize = 1 << 16;
/// Mark, length and edition of either edition.
const HEAD: usize = 16;
/// Set in the length of a message of edition 1 that is counted in units of 120 octets.
const LARGE: u64 = 0x80_0000;

/// The messages of a file, and whether its last is cut off.
///
/// # Errors
/// [`Error::Format`] if there is no message, or one is damaged.
pub(super) fn messages(file: &mut ByteFile, path: &std::path::Path) -> Result<(Vec<Message>, Option<String>)> {
    let mut found = Vec::new();
    let mut cut_off: Option<String> = None;
    let mut from = 0;
    while let Some(offset) = next_mark(file, from)? {
        from = offset + 4;
        let number = found.len() + 1;
        let (edition, length) = match edition_and_length(file, offset)? {
            Some(found) => found,
            None => continue,
        };
        let left = file.stamp.bytes - offset;
        let Some(length) = length.filter(|&length| length <= left) else {
            let whole = length.map_or("more".to_string(), |length| length.to_string());
            cut_off = Some(format!(
                "message {number} at byte {offset} is cut off ({left} bytes of {whole})"
            ));
            continue;
        };
        let message = Message {
            number,
            edition,
            offset,
            length,
        };
        if length < HEAD as u64 || file.at_most(offset + length - 4, 4)? != END {
            let problem = format!("{message}: no end mark 7777 after its {length} bytes; the file is damaged");
            return Err(Error::format(path, problem));
        }
        if let Some(problem) = cut_off {
            let problem = format!("{problem}, but {message} follows it; the file is damaged");
            return Err(Error::format(path, problem));
        }
        found.push(message);
        from = offset + length;
    }
    if found.is_empty() {
        let problem = cut_off.unwrap_or("no GRIB message".to_string());
        return Err(Error::format(path, problem));
    }
    Ok((found, cut_off.map(|problem| format!("{problem} and not used"))))
}

/// Of the message whose mark is at `offset`; the length is none where the file ends before it. None if it is no message.
fn edition_and_length(file: &mut ByteFile, offset: u64) -> Result<Option<(u8, Option<u64>)>> {
    let head = file.at_most(offset, HEAD)?;
    Ok(match head.get(7).copied() {
        Some(1) => Some((1, length_of_edition_1(file, offset)?)),
        Some(2) => Some((2, Octets::new(0, &head).unsigned(9, 8).ok())),
        Some(_) => None,
        None => Some((0, None)),
    })
}

/// Offset of the next mark at or after `from`.
fn next_mark(file: &mut ByteFile, mut from: u64) -> Result<Option<u64>> {
    let mut count = MARK.len();
    loop {
        let block = file.at_most(from, count)?;
        if block.len() < MARK.len() {
            return Ok(None);
        }
        if let Some(place) = block.windows(MARK.len()).position(|four| four == MARK) {
            return Ok(Some(from + place as u64));
        }
        from += (block.len() - MARK.len() + 1) as u64;
        count = BLOCK;
    }
}

/// Three octets; of a message of more than 8 MB in units of 120, less what the length of its data section says.
fn length_of_edition_1(file: &mut ByteFile, offset: u64) -> Result<Option<u64>> {
    let head = file.at_most(offset, HEAD)?;
    let Ok(length) = Octets::new(0, &head).unsigned(5, 3) else {
        return Ok(None);
    };
    if length & LARGE == 0 {
        return Ok(Some(length));
    }
    let Some(data) = super::edition_1::data_section_offset(file, offset)? else {
        return Ok(None);
    };
    let stated = Octets::new(4, &file.at_most(data, 3)?).unsigned(1, 3).unwrap_or(0);
    Ok(match stated < 120 {
        true => ((length & !LARGE) * 120 + 4).checked_sub(stated),
        false => Some(length),
    })
}
