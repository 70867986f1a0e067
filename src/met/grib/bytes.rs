//! A file read in pieces, and whether it is still the file it was.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};

/// Size and time of the last change of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub length: u64,
    modified: Option<SystemTime>,
}

/// A file open for reading.
pub(super) struct ByteFile {
    path: PathBuf,
    reader: BufReader<File>,
    position: u64,
    pub stamp: Stamp,
}

impl ByteFile {
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let metadata = file.metadata().map_err(Error::io("read", path))?;
        let stamp = Stamp {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        Ok(Self {
            path: path.to_path_buf(),
            reader: BufReader::new(file),
            position: 0,
            stamp,
        })
    }

    /// Opens a file that was read before.
    ///
    /// # Errors
    /// [`Error::Format`] if it has changed since.
    pub fn reopen(path: &Path, stamp: Stamp) -> Result<Self> {
        let file = Self::open(path)?;
        file.unchanged_since(stamp)?;
        Ok(file)
    }

    /// # Errors
    /// [`Error::Format`] if the file at this path is not the one that `stamp` was taken of.
    pub fn unchanged_since(&self, stamp: Stamp) -> Result<()> {
        let metadata = std::fs::metadata(&self.path).map_err(Error::io("read", &self.path))?;
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        if length == stamp.length && modified == stamp.modified && self.stamp == stamp {
            return Ok(());
        }
        Err(Error::format(
            &self.path,
            format!(
                "the file changed while it was read: it had {} bytes and now has {length}; start again when it is whole",
                stamp.length
            ),
        ))
    }

    /// `count` bytes from `offset` on; fewer where the file ends.
    pub fn at_most(&mut self, offset: u64, count: usize) -> Result<Vec<u8>> {
        let there = self.stamp.length.saturating_sub(offset);
        let count = count.min(usize::try_from(there).unwrap_or(usize::MAX));
        let mut bytes = vec![0; count];
        self.seek(offset)
            .and_then(|()| self.reader.read_exact(&mut bytes))
            .map_err(Error::io("read", &self.path))?;
        self.position = offset + count as u64;
        Ok(bytes)
    }

    fn seek(&mut self, offset: u64) -> std::io::Result<()> {
        let step = i128::from(offset) - i128::from(self.position);
        match i64::try_from(step) {
            Ok(step) => self.reader.seek_relative(step),
            Err(_) => self.reader.seek(SeekFrom::Start(offset)).map(|_| ()),
        }
    }
}
