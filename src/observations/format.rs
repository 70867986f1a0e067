//! The layout of a file, by its content.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};

/// Bytes that tell.
const HEAD: u64 = 4096;

/// The layouts of files with observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Icos,
    NetCdf,
    Datem,
    Table,
}

impl Layout {
    /// # Errors
    /// [`Error::Io`] if the file cannot be read.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
        let mut head = Vec::new();
        file.take(HEAD)
            .read_to_end(&mut head)
            .map_err(Error::io("read", path))?;
        Ok(Self::of_head(&head))
    }

    fn of_head(head: &[u8]) -> Self {
        if head.starts_with(b"\x89HDF\r\n\x1a\n") || head.starts_with(b"CDF") {
            return Self::NetCdf;
        }
        let text = String::from_utf8_lossy(head);
        if text.starts_with('#') && text.contains("STATION CODE:") {
            return Self::Icos;
        }
        let is_datem = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.len() > 5 && words[0].eq_ignore_ascii_case("year") && words[1].eq_ignore_ascii_case("mn")
        };
        match text.lines().take(2).any(is_datem) {
            true => Self::Datem,
            false => Self::Table,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_layout() {
        let icos = "# TITLE: x\n# STATION CODE: CBW\n";
        let datem = "\\datem\\x.txt\nyear mn dy  shr  dur   lat     lon    pmch  stn\n";
        for (head, layout) in [
            (icos, Layout::Icos),
            (datem, Layout::Datem),
            ("CDF\u{1}", Layout::NetCdf),
            ("# made by hand\ntime,value\n", Layout::Table),
            ("", Layout::Table),
        ] {
            assert_eq!(Layout::of_head(head.as_bytes()), layout, "{head}");
        }
    }
}
