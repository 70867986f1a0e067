//! Meteorology from public archives: named by time, fetched over HTTPS, taken up again where it broke off.

mod archive;
mod checksum;
mod download;
mod validator;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use archive::{ARCHIVES, Archive, NOAA_BUCKET};
pub use checksum::StatedMd5;

use crate::error::{Error, Result};
use crate::met::arl::ArlReader;
use download::Download;

/// How stubborn to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchOptions {
    /// Attempts one after the other that bring nothing, before it is given up.
    pub attempts: u32,
    /// Wait before the second attempt; it doubles each time.
    pub first_wait: Duration,
    /// Longest silence of the other side.
    pub silence: Duration,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_wait: Duration::from_secs(2),
            silence: Duration::from_secs(60),
        }
    }
}

/// What a fetch is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchEvent<'a> {
    /// So many bytes of so many (if the server tells) are here.
    Bytes(u64, Option<u64>),
    /// It did not go well and is tried again.
    Retry(&'a str),
}

/// Hears how a fetch goes on, and may stop it.
pub type Progress<'a> = &'a mut dyn FnMut(FetchEvent<'_>) -> ControlFlow<()>;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where it is.
    pub path: PathBuf,
    /// Size, bytes.
    pub bytes: u64,
    /// Whether it was there before and had the size that the server tells.
    pub kept: bool,
    /// What it was checked against, if the server or its list states a sum.
    pub checked: Option<StatedMd5>,
}

/// Fetches files of archives from one server, over proxies that the environment names (`HTTPS_PROXY`, `NO_PROXY` …).
pub struct Fetcher {
    agent: ureq::Agent,
    base_url: String,
    options: FetchOptions,
}

impl Fetcher {
    /// A fetcher from the folder of all archives, [`NOAA_BUCKET`] or a copy of it.
    pub fn new(base_url: &str, options: FetchOptions) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("airshed/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(options.silence))
            .timeout_per_read(Some(options.silence))
            .timeout_recv_response(Some(options.silence))
            .build();
        Self {
            agent: config.new_agent(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            options,
        }
    }

    /// The list of MD5 sums of an archive, if the server has one.
    ///
    /// # Errors
    /// [`Error::Fetch`] if the server cannot be reached.
    pub fn listing(&self, archive: &Archive, progress: Progress<'_>) -> Result<Option<String>> {
        let url = format!("{}/{}/listing.md5.txt", self.base_url, archive.name);
        download::text(&self.agent, &url, self.options, progress)
    }

    /// Fetches one file, by its path below the base URL, into a folder. It grows as `NAME.part`, is taken up there when
    /// the fetch is repeated, and gets its name once its length, its MD5 sum (where one is stated: by the headers, or
    /// the list) and its content as ARL file are found right.
    ///
    /// # Errors
    /// [`Error::Fetch`] if the server refuses, stays silent or sends something else; [`Error::Io`];
    /// [`Error::Interrupted`] if `progress` breaks off.
    pub fn fetch(&self, path: &str, folder: &Path, listing: Option<&str>, progress: Progress<'_>) -> Result<Fetched> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let target = folder.join(name);
        let mut download = Download::new(&self.agent, format!("{}/{path}", self.base_url), &target, self.options);
        if let Ok(held) = target.metadata()
            && download.length(progress)? == Some(held.len())
        {
            return Ok(Fetched {
                path: target,
                bytes: held.len(),
                kept: true,
                checked: None,
            });
        }
        let _lock = download.lock()?;
        download.complete(progress)?;
        // the list may be older than a file that still grows
        let checked = download
            .stated_md5()
            .or_else(|| listing.and_then(|list| checksum::listed(list, path)));
        if let Some(stated) = &checked {
            let found = checksum::md5_of(download.part())?;
            if found != stated.hex {
                download.discard();
                let (hex, from) = (&stated.hex, stated.from);
                return Err(download.fail(format!(
                    "MD5 is {found}, {from} says {hex}: damaged on the way, and removed; fetch it again"
                )));
            }
        }
        if let Err(problem) = ArlReader::open(download.part()) {
            download.discard();
            return Err(download.fail(format!("what came is no ARL file, and removed: {problem}")));
        }
        let bytes = download.keep()?;
        Ok(Fetched {
            path: target,
            bytes,
            kept: false,
            checked,
        })
    }
}

impl Error {
    fn fetch(url: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Fetch {
            url: url.into(),
            problem: problem.into(),
        }
    }
}
