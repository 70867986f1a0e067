//! One file over HTTP: begun, broken off, taken up again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

use super::checksum::{self, StatedMd5};
use super::{FetchEvent, FetchOptions, Progress, validator};
use crate::error::{Error, Result};

const LONGEST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_LISTING: u64 = 64 << 20;
const CHUNK: usize = 1 << 16;

/// Why an attempt failed.
enum Failure {
    /// It may go better next time.
    Passing(String),
    /// It will not.
    Lasting(Error),
}

type Outcome<T> = std::result::Result<T, Failure>;

/// A file on its way.
pub(super) struct Download<'a> {
    agent: &'a Agent,
    url: String,
    target: &'a Path,
    part: PathBuf,
    options: FetchOptions,
    stated: Option<StatedMd5>,
}

/// A file that is locked, and goes when the lock does.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl<'a> Download<'a> {
    pub fn new(agent: &'a Agent, url: String, target: &'a Path, options: FetchOptions) -> Self {
        Self {
            agent,
            url,
            target,
            part: with_ending(target, ".part"),
            options,
            stated: None,
        }
    }

    /// The file as far as it is here.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// The sum that the headers state.
    pub fn stated_md5(&self) -> Option<StatedMd5> {
        self.stated.clone()
    }

    pub fn fail(&self, problem: String) -> Error {
        Error::fetch(&self.url, problem)
    }

    pub fn discard(&self) {
        let _ = std::fs::remove_file(&self.part);
        validator::forget(&self.part);
    }

    /// Gives the file its name; its size, bytes.
    pub fn keep(&self) -> Result<u64> {
        let bytes = held(&self.part);
        std::fs::rename(&self.part, self.target).map_err(Error::io("rename", self.target))?;
        validator::forget(&self.part);
        Ok(bytes)
    }

    /// Length that the server tells, bytes.
    pub fn length(&mut self, progress: Progress<'_>) -> Result<Option<u64>> {
        let ask = || {
            let response = self.agent.head(&self.url).call().map_err(|e| self.failure(e))?;
            self.check_status(&response)?;
            Ok(number(response.headers(), "content-length"))
        };
        stubbornly(&self.url, self.options, progress, &mut |_| (ask(), false))
    }

    /// Keeps others from fetching the same file as long as what it returns lives.
    pub fn lock(&self) -> Result<Lock> {
        let path = with_ending(self.target, ".lock");
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(self.fail(format!(
                "another process fetches {} now; wait for it",
                self.target.display()
            ))),
            // a file system without locks does not keep anybody from fetching
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Lock { path, _file: file }),
        }
    }

    /// Goes on until all bytes are here.
    pub fn complete(&mut self, progress: Progress<'_>) -> Result<()> {
        let (url, options) = (self.url.clone(), self.options);
        stubbornly(&url, options, progress, &mut |progress| {
            let before = held(&self.part);
            let outcome = self.attempt(progress);
            (outcome, held(&self.part) > before)
        })
    }

    fn attempt(&mut self, progress: Progress<'_>) -> Outcome<()> {
        let here = held(&self.part);
        let tag = validator::load(&self.part).filter(|_| here > 0);
        let mut request = self.agent.get(&self.url).header("accept-encoding", "identity");
        if let Some(tag) = &tag {
            request = request
                .header("range", format!("bytes={here}-"))
                .header("if-range", tag);
        }
        let response = request.call().map_err(|e| self.failure(e))?;
        let status = response.status().as_u16();
        if tag.is_some() && status == 416 {
            return self.beyond_the_end(&response, here);
        }
        self.check_status(&response)?;
        let goes_on = tag.is_some() && status == 206 && first_byte(response.headers()) == Some(here);
        if status == 206 && !goes_on {
            self.discard();
            return Err(Failure::Passing(
                "the server sent another part than was asked for".into(),
            ));
        }
        self.stated = checksum::stated(response.headers(), !goes_on);
        if !goes_on {
            self.discard();
        }
        let length = number(response.headers(), "content-length");
        let total = length.map(|length| if goes_on { here + length } else { length });
        validator::store(&self.part, validator::of(response.headers()).as_deref());
        self.append(response, if goes_on { here } else { 0 }, total, progress)
    }

    /// The part is as long as the file, or longer.
    fn beyond_the_end(&self, response: &Response<Body>, here: u64) -> Outcome<()> {
        let range = response.headers().get("content-range").and_then(|v| v.to_str().ok());
        let total = range.and_then(|range| range.rsplit('/').next()?.parse::<u64>().ok());
        if total == Some(here) {
            return Ok(());
        }
        self.discard();
        Err(Failure::Passing("the part at hand is not one of this file".into()))
    }

    fn append(&self, response: Response<Body>, here: u64, total: Option<u64>, progress: Progress<'_>) -> Outcome<()> {
        let disk = |e| Failure::Lasting(Error::io("write", &self.part)(e));
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.part)
            .map_err(disk)?;
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; CHUNK];
        let mut done = here;
        loop {
            let read = body.read(&mut buffer).map_err(|e| Failure::Passing(e.to_string()))?;
            if read == 0 {
                break;
            }
            file.write_all(&buffer[..read]).map_err(disk)?;
            done += read as u64;
            if progress(FetchEvent::Bytes(done, total)).is_break() {
                return Err(Failure::Lasting(Error::Interrupted));
            }
        }
        file.sync_all().map_err(disk)?;
        if held(&self.part) != done {
            self.discard();
            return Err(Failure::Passing("something else writes to the same part".into()));
        }
        match total {
            Some(total) if done < total => Err(Failure::Passing(format!("it ended after {done} of {total} bytes"))),
            _ => Ok(()),
        }
    }

    fn failure(&self, error: ureq::Error) -> Failure {
        failure(&self.url, error)
    }

    fn check_status(&self, response: &Response<Body>) -> Outcome<()> {
        check_status(&self.url, response)
    }
}

/// A text that the server may not have.
pub(super) fn text(agent: &Agent, url: &str, options: FetchOptions, progress: Progress<'_>) -> Result<Option<String>> {
    let ask = || {
        let mut response = agent.get(url).call().map_err(|e| failure(url, e))?;
        // a bucket says "forbidden" of what it has not
        if matches!(response.status().as_u16(), 403 | 404) {
            return Ok(None);
        }
        check_status(url, &response)?;
        let body = response.body_mut().with_config().limit(LONGEST_LISTING).read_to_vec();
        let bytes = body.map_err(|e| failure(url, e))?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    stubbornly(url, options, progress, &mut |_| (ask(), false))
}

/// Repeats what may go better next time. An attempt tells how it ended and whether it brought anything.
fn stubbornly<T>(
    url: &str,
    options: FetchOptions,
    progress: Progress<'_>,
    attempt: &mut dyn FnMut(Progress<'_>) -> (Outcome<T>, bool),
) -> Result<T> {
    let (mut in_vain, mut wait) = (0, options.first_wait);
    loop {
        let (outcome, brought) = attempt(progress);
        let reason = match outcome {
            Ok(done) => return Ok(done),
            Err(Failure::Lasting(error)) => return Err(error),
            Err(Failure::Passing(reason)) => reason,
        };
        if brought {
            (in_vain, wait) = (0, options.first_wait);
        }
        in_vain += 1;
        if in_vain >= options.attempts {
            return Err(Error::fetch(
                url,
                format!("{reason} ({in_vain} attempts in vain); what is here is kept"),
            ));
        }
        if progress(FetchEvent::Retry(&reason)).is_break() {
            return Err(Error::Interrupted);
        }
        std::thread::sleep(wait);
        wait = (2 * wait).min(LONGEST_WAIT);
    }
}

fn failure(url: &str, error: ureq::Error) -> Failure {
    match error {
        ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::TooManyRedirects => Failure::Lasting(Error::fetch(url, error.to_string())),
        other => Failure::Passing(other.to_string()),
    }
}

fn check_status(url: &str, response: &Response<Body>) -> Outcome<()> {
    let status = response.status();
    match status.as_u16() {
        200 | 206 => Ok(()),
        404 | 403 => Err(Failure::Lasting(Error::fetch(
            url,
            format!("the server has no such file ({status}): is this time in the archive yet?"),
        ))),
        408 | 425 | 429 | 500..=599 => Err(Failure::Passing(format!("the server says {status}"))),
        _ => Err(Failure::Lasting(Error::fetch(url, format!("the server says {status}")))),
    }
}

/// A path with more at its end.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(ending);
    text.into()
}

fn held(part: &Path) -> u64 {
    File::open(part)
        .and_then(|file| file.metadata())
        .map_or(0, |held| held.len())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Of `bytes 100-199/200`: 100.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get("content-range")?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}
