//! Fetching from a server on the loopback: broken connections are taken up again, damage and absence are told.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used)]

mod arl_sample;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use airshed::fetch::{Archive, FetchEvent, FetchOptions, Fetched, Fetcher};
use airshed::met::VerticalCoordinate;
use airshed::met::arl::Residuals;
use airshed::{Error, Result};
use arl_sample::{describe, lat_lon, write};
use tempfile::{TempDir, tempdir};

const FILE: &str = "gdas1/2019/gdas1.jul19.w1";
const TAG: &str = "\"version-1\"";

/// How the server treats the requests for a file, one after the other; the last way goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Whole,
    /// Sends so many bytes of what it promised, and hangs up.
    BreakAfter(usize),
    Busy,
    Absent,
    /// Sends everything, whatever part was asked for, with another tag.
    Changed,
    /// As `Whole`, with a header.
    With(&'static str, &'static str),
}

#[derive(Default)]
struct Shelf {
    files: BTreeMap<String, Vec<u8>>,
    ways: Vec<Way>,
    /// Method, path and range of each request.
    asked: Vec<(String, String, Option<String>)>,
}

struct Server {
    url: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl Server {
    fn new(content: Vec<u8>, ways: &[Way]) -> Self {
        let shelf = Shelf {
            files: BTreeMap::from([(format!("/{FILE}"), content)]),
            ways: ways.to_vec(),
            asked: Vec::new(),
        };
        let shelf = Arc::new(Mutex::new(shelf));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = stream.and_then(|stream| answer(stream, &served));
            }
        });
        Self { url, shelf }
    }

    fn put(&self, path: &str, content: &[u8]) {
        self.shelf.lock().unwrap().files.insert(path.into(), content.to_vec());
    }

    fn ways(&self, ways: &[Way]) {
        self.shelf.lock().unwrap().ways = ways.to_vec();
    }

    /// Ranges of the requests for the file so far.
    fn ranges(&self) -> Vec<Option<String>> {
        let shelf = self.shelf.lock().unwrap();
        let gets = shelf
            .asked
            .iter()
            .filter(|(method, path, _)| method == "GET" && path.ends_with("w1"));
        gets.map(|(_, _, range)| range.clone()).collect()
    }

    fn fetch(&self, folder: &Path, listing: Option<&str>) -> Result<Fetched> {
        self.fetch_until(folder, listing, &mut |_| ControlFlow::Continue(()))
    }

    fn fetch_until(
        &self,
        folder: &Path,
        listing: Option<&str>,
        progress: &mut dyn FnMut(FetchEvent<'_>) -> ControlFlow<()>,
    ) -> Result<Fetched> {
        Fetcher::new(&self.url, impatient()).fetch(FILE, folder, listing, progress)
    }
}

fn impatient() -> FetchOptions {
    FetchOptions {
        attempts: 3,
        first_wait: Duration::from_millis(5),
        silence: Duration::from_secs(10),
    }
}

fn answer(stream: TcpStream, shelf: &Mutex<Shelf>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut headers = BTreeMap::new();
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    let mut words = request.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (content, way) = {
        let mut shelf = shelf.lock().unwrap();
        shelf
            .asked
            .push((method.clone(), path.clone(), headers.get("range").cloned()));
        let is_file = path.ends_with("w1");
        let way = match (is_file && method == "GET", shelf.ways.len()) {
            (true, 2..) => shelf.ways.remove(0),
            (true, 1) => shelf.ways[0],
            _ => Way::Whole,
        };
        (shelf.files.get(&path).cloned(), way)
    };
    respond(stream, &method, content, way, &headers)
}

fn respond(
    mut stream: TcpStream,
    method: &str,
    content: Option<Vec<u8>>,
    way: Way,
    headers: &BTreeMap<String, String>,
) -> std::io::Result<()> {
    let Some(content) = content.filter(|_| way != Way::Absent) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    };
    if way == Way::Busy {
        return stream.write_all(b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    let range = headers
        .get("range")
        .filter(|_| headers.get("if-range").is_none_or(|tag| tag == TAG));
    let start = range.filter(|_| way != Way::Changed).and_then(|range| {
        let start = range.strip_prefix("bytes=")?.strip_suffix('-')?;
        start.parse::<usize>().ok()
    });
    if start.is_some_and(|start| start >= content.len()) {
        let head = format!(
            "content-range: bytes */{}\r\ncontent-length: 0\r\nconnection: close",
            content.len()
        );
        return stream.write_all(format!("HTTP/1.1 416 Range Not Satisfiable\r\n{head}\r\n\r\n").as_bytes());
    }
    let (status, part) = match start {
        Some(start) => {
            let range = format!(
                "content-range: bytes {start}-{}/{}\r\n",
                content.len() - 1,
                content.len()
            );
            (format!("206 Partial Content\r\n{range}"), &content[start..])
        }
        None => ("200 OK\r\n".to_owned(), &content[..]),
    };
    let (tag, more) = match way {
        Way::Changed => ("\"version-2\"", String::new()),
        Way::With("etag", value) => (value, "server: AmazonS3\r\n".into()),
        Way::With(name, value) => (TAG, format!("{name}: {value}\r\n")),
        _ => (TAG, String::new()),
    };
    let length = part.len();
    write!(
        stream,
        "HTTP/1.1 {status}etag: {tag}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n"
    )?;
    if method != "HEAD" {
        let sent = if let Way::BreakAfter(bytes) = way {
            bytes.min(length)
        } else {
            length
        };
        stream.write_all(&part[..sent])?;
    }
    Ok(())
}

/// A small ARL file.
fn arl(folder: &TempDir) -> Vec<u8> {
    let path = folder.path().join("sample.arl");
    let description = describe(lat_lon(60, 40), VerticalCoordinate::Pressure, &[0.0, 1000.0, 900.0], 6);
    write(&path, &description, Residuals::Omit);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    bytes
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_comes_whole_and_is_not_fetched_twice() {
    let folder = tempdir().unwrap();
    let content = arl(&folder);
    let server = Server::new(content.clone(), &[Way::Whole]);
    let fetched = server.fetch(folder.path(), None).unwrap();
    assert_eq!(
        (fetched.bytes, fetched.kept, fetched.checked),
        (content.len() as u64, false, None)
    );
    assert_eq!(std::fs::read(&fetched.path).unwrap(), content);
    assert_eq!(names(&folder), ["gdas1.jul19.w1"]);
    assert!(server.fetch(folder.path(), None).unwrap().kept);
    assert_eq!(server.ranges().len(), 1);
    std::fs::write(&fetched.path, &content[..1000]).unwrap();
    assert!(
        !server.fetch(folder.path(), None).unwrap().kept,
        "of another length than the server's"
    );
    assert_eq!(std::fs::read(&fetched.path).unwrap(), content);
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let folder = tempdir().unwrap();
    let content = arl(&folder);
    let ways = [
        Way::BreakAfter(5000),
        Way::Busy,
        Way::BreakAfter(7000),
        Way::BreakAfter(1),
        Way::Whole,
    ];
    let server = Server::new(content.clone(), &ways);
    let mut retries = Vec::new();
    let fetched = server.fetch_until(folder.path(), None, &mut |event| {
        if let FetchEvent::Retry(reason) = event {
            retries.push(reason.to_owned());
        }
        ControlFlow::Continue(())
    });
    assert_eq!(std::fs::read(fetched.unwrap().path).unwrap(), content);
    let from = |byte: usize| Some(format!("bytes={byte}-"));
    assert_eq!(
        server.ranges(),
        [None, from(5000), from(5000), from(12_000), from(12_001)]
    );
    assert_eq!(retries.len(), 4);
    assert!(retries[1].contains("503"), "{retries:?}");
}

#[test]
fn what_is_here_serves_the_next_call() {
    let folder = tempdir().unwrap();
    let content = arl(&folder);
    let server = Server::new(content.clone(), &[Way::BreakAfter(9000), Way::Busy]);
    let refused = server.fetch(folder.path(), None).unwrap_err().to_string();
    assert!(refused.contains("503") && refused.contains("kept"), "{refused}");
    assert_eq!(names(&folder), ["gdas1.jul19.w1.part", "gdas1.jul19.w1.part.tag"]);
    server.ways(&[Way::Whole]);
    let fetched = server.fetch(folder.path(), None).unwrap();
    assert_eq!(std::fs::read(fetched.path).unwrap(), content);
    assert_eq!(server.ranges().last().unwrap().as_deref(), Some("bytes=9000-"));
    assert_eq!(names(&folder), ["gdas1.jul19.w1"]);
}

#[test]
fn a_part_of_another_version_is_not_continued() {
    let folder = tempdir().unwrap();
    let content = arl(&folder);
    let server = Server::new(content.clone(), &[Way::BreakAfter(9000), Way::Changed]);
    let fetched = server.fetch(folder.path(), None).unwrap();
    assert_eq!(
        std::fs::read(fetched.path).unwrap(),
        content,
        "not 9000 bytes of the old before the new"
    );
    // a part that nothing tells the version of is begun anew, and so is one that is longer than the file
    for (length, tag) in [(9000, None), (content.len() + 10, Some(TAG))] {
        let folder = tempdir().unwrap();
        let part = folder.path().join("gdas1.jul19.w1.part");
        std::fs::write(&part, vec![b'x'; length]).unwrap();
        if let Some(tag) = tag {
            std::fs::write(folder.path().join("gdas1.jul19.w1.part.tag"), tag).unwrap();
        }
        server.ways(&[Way::Whole]);
        let fetched = server.fetch(folder.path(), None).unwrap();
        assert_eq!(std::fs::read(fetched.path).unwrap(), content);
    }
}

#[test]
fn a_part_that_is_the_whole_file_needs_nothing_more() {
    let folder = tempdir().unwrap();
    let content = arl(&folder);
    let server = Server::new(content.clone(), &[Way::Whole]);
    std::fs::write(folder.path().join("gdas1.jul19.w1.part"), &content).unwrap();
    std::fs::write(folder.path().join("gdas1.jul19.w1.part.tag"), TAG).unwrap();
    let fetched = server.fetch(folder.path(), None).unwrap();
    assert_eq!(std::fs::read(fetched.path).unwrap(), content);
}

#[test]
fn a_wrong_sum_is_told_and_the_file_removed() {
    let folder = tempdir().unwrap();
    let server = Server::new(arl(&folder), &[Way::Whole]);
    let wrong = "0123456789abcdef0123456789abcdef";
    let listing = format!("{wrong}  2019/gdas1.jul19.w1\n");
    let refused = server.fetch(folder.path(), Some(&listing)).unwrap_err().to_string();
    assert!(
        refused.contains(wrong) && refused.contains("listing.md5.txt"),
        "{refused}"
    );
    for way in [
        Way::With("content-md5", "ASNFZ4mrze8BI0VniavN7w=="),
        Way::With("etag", "\"0123456789abcdef0123456789abcdef\""),
    ] {
        server.ways(&[way]);
        let refused = server.fetch(folder.path(), None).unwrap_err().to_string();
        assert!(refused.contains(wrong), "{way:?}: {refused}");
    }
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn a_right_sum_is_told() {
    let folder = tempdir().unwrap();
    // what Python's hashlib says of these bytes stands in the list that the server gives
    let content = b"123456789".to_vec();
    let server = Server::new(content, &[Way::Whole]);
    server.put(
        "/gdas1/listing.md5.txt",
        b"25f9e794323b453885f5181f1b624d0b  2019/gdas1.jul19.w1\n",
    );
    let fetcher = Fetcher::new(&server.url, impatient());
    let archive = Archive::named("gdas1").unwrap();
    let listing = fetcher
        .listing(archive, &mut |_| ControlFlow::Continue(()))
        .unwrap()
        .unwrap();
    let refused = server.fetch(folder.path(), Some(&listing)).unwrap_err().to_string();
    assert!(refused.contains("no ARL file") && !refused.contains("MD5"), "{refused}");
    let none = fetcher.listing(Archive::named("narr").unwrap(), &mut |_| ControlFlow::Continue(()));
    assert_eq!(none.unwrap(), None);
}

#[test]
fn what_is_no_arl_file_is_not_kept() {
    let folder = tempdir().unwrap();
    let server = Server::new(b"<html>maintenance</html>".to_vec(), &[Way::Whole]);
    let refused = server.fetch(folder.path(), None).unwrap_err().to_string();
    assert!(refused.contains("no ARL file"), "{refused}");
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn a_file_that_the_server_has_not_is_told_at_once() {
    let folder = tempdir().unwrap();
    let server = Server::new(arl(&folder), &[Way::Absent]);
    let refused = server.fetch(folder.path(), None).unwrap_err();
    assert!(
        matches!(refused, Error::Fetch { .. }) && refused.to_string().contains("404"),
        "{refused}"
    );
    assert_eq!((server.ranges().len(), names(&folder)), (1, Vec::new()));
}

#[test]
fn a_fetch_that_is_stopped_keeps_what_it_has() {
    let folder = tempdir().unwrap();
    let content = arl(&folder);
    let server = Server::new(content.clone(), &[Way::Whole]);
    let stopped = server.fetch_until(folder.path(), None, &mut |event| match event {
        FetchEvent::Bytes(..) => ControlFlow::Break(()),
        FetchEvent::Retry(_) => ControlFlow::Continue(()),
    });
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert_eq!(names(&folder), ["gdas1.jul19.w1.part", "gdas1.jul19.w1.part.tag"]);
    assert_eq!(
        std::fs::read(server.fetch(folder.path(), None).unwrap().path).unwrap(),
        content
    );
}

#[test]
fn a_server_that_is_not_there_is_told_after_some_attempts() {
    let folder = tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fetcher = Fetcher::new(&format!("http://127.0.0.1:{port}"), impatient());
    let refused = fetcher.fetch(FILE, folder.path(), None, &mut |_| ControlFlow::Continue(()));
    assert!(refused.unwrap_err().to_string().contains("3 attempts"));
}
