//! A file read in pieces, and whether it is still the file it was.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::met::file_stamp::FileStamp;

/// A file open for reading.
pub(super) struct ByteFile {
    path: PathBuf,
    reader: BufReader<File>,
    position: u64,
    pub stamp: FileStamp,
}

impl ByteFile {
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let metadata = file.metadata().map_err(Error::io("read", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            reader: BufReader::new(file),
            position: 0,
            stamp: FileStamp::of(&metadata),
        })
    }

    /// `count` bytes from `offset` on; fewer where the file ends.
    pub fn at_most(&mut self, offset: u64, count: usize) -> Result<Vec<u8>> {
        let there = self.stamp.bytes.saturating_sub(offset);
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
