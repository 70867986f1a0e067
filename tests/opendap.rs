//! A server of data that does not answer as it should, before a netCDF library with OPeNDAP and before one without.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use airshed::met::store::MetStore;

/// A server on the loopback that gives each request the same answer: its URL, and how often it was asked.
fn server(answer: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/dodsC/met.nc", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
        }
    });
    (url, asked)
}

/// What opening the URL tells; it never succeeds.
fn refusal(url: &str) -> String {
    MetStore::open_with_index(&[url], None)
        .map(drop)
        .unwrap_err()
        .to_string()
}

const WITHOUT: &str = "without OPeNDAP";

#[test]
fn a_connection_that_is_dropped_is_tried_again_and_then_named() {
    let (url, asked) = server(b"");
    let told = refusal(&url);
    assert!(told.starts_with(&format!("{url}: cannot open: ")), "{told}");
    if told.contains(WITHOUT) {
        return assert_eq!(asked.load(Ordering::SeqCst), 0, "{told}");
    }
    assert!(told.contains("asked 4 times") && told.contains("NetCDF: "), "{told}");
    assert!(asked.load(Ordering::SeqCst) >= 4, "{told}");
}

#[test]
fn a_file_behind_a_url_is_no_data_set() {
    let (url, _) = server(b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nGRIB");
    let told = refusal(&url);
    assert!(told.contains(WITHOUT) || told.contains("must be downloaded"), "{told}");
}

#[test]
fn what_is_not_there_is_not_asked_for_again() {
    let (url, _) = server(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let told = refusal(&url);
    assert!(told.starts_with(&url) && !told.contains("asked"), "{told}");
    assert!(told.contains(WITHOUT) || told.contains("not found"), "{told}");
}
