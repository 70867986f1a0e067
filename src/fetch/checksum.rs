//! What tells whether a file came over as it left.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use ureq::http::HeaderMap;

use crate::error::{Error, Result};

/// An MD5 sum that the other side states, in hexadecimal digits of lower case, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedMd5 {
    /// 32 digits.
    pub hex: String,
    /// `ETag`, `Content-MD5`, `listing.md5.txt`.
    pub from: &'static str,
}

/// MD5 of a file, hexadecimal.
///
/// # Errors
/// [`Error::Io`] if it cannot be read.
pub(super) fn md5_of(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    let mut sum = Md5::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(Error::io("read", path))? {
            0 => return Ok(hex(&sum.finalize())),
            n => sum.update(&buffer[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|c| c.is_ascii_hexdigit())
}

/// The sum of a whole file that its headers state. An `ETag` is one only where the server is Amazon's store and the
/// file was put there in one piece.
pub(super) fn stated(headers: &HeaderMap, whole: bool) -> Option<StatedMd5> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let encoded = |text: &str| STANDARD.decode(text.trim()).ok().filter(|sum| sum.len() == 16);
    let found = |hex: String, from| Some(StatedMd5 { hex, from });
    if whole && let Some(sum) = text("content-md5").and_then(encoded) {
        return found(hex(&sum), "Content-MD5");
    }
    let digest = text("digest").and_then(|all| all.split(',').find_map(|one| one.trim().strip_prefix("md5=")));
    if whole && let Some(sum) = digest.and_then(encoded) {
        return found(hex(&sum), "Digest");
    }
    let tag = text("etag").map(|tag| tag.trim_matches('"').to_lowercase())?;
    let amazon = headers.contains_key("x-amz-request-id") || text("server") == Some("AmazonS3");
    let keyed = text("x-amz-server-side-encryption").is_some_and(|how| how != "AES256");
    (amazon && !keyed && is_md5(&tag)).then_some(StatedMd5 { hex: tag, from: "ETag" })
}

/// The sum of a file in a list whose lines hold a sum and a path, in either order.
pub(super) fn listed(listing: &str, path: &str) -> Option<StatedMd5> {
    let name = path.rsplit('/').next().unwrap_or(path);
    listing.lines().find_map(|line| {
        let words = || line.split_whitespace();
        let last = |word: &str| word.trim_start_matches('*').rsplit('/').next() == Some(name);
        let sum = words().find(|word| is_md5(word))?;
        words().any(last).then(|| StatedMd5 {
            hex: sum.to_lowercase(),
            from: "listing.md5.txt",
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    /// Of "123456789".
    const HEX: &str = "25f9e794323b453885f5181f1b624d0b";
    const BASE64: &str = "JfnnlDI7RTiF9RgfG2JNCw==";

    #[test]
    fn a_sum_is_found_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("check");
        std::fs::write(&path, "123456789").unwrap();
        assert_eq!(md5_of(&path).unwrap(), HEX);
        let quoted = format!("\"{HEX}\"");
        let digest = format!("sha-256=abc, md5={BASE64}");
        for (pairs, from) in [
            (vec![("content-md5", BASE64)], "Content-MD5"),
            (vec![("digest", digest.as_str())], "Digest"),
            (vec![("etag", quoted.as_str()), ("server", "AmazonS3")], "ETag"),
        ] {
            let found = stated(&headers(&pairs), true).unwrap();
            assert_eq!((found.hex.as_str(), found.from), (HEX, from));
        }
        assert_eq!(
            stated(&headers(&[("content-md5", BASE64)]), false),
            None,
            "it is that of the part sent"
        );
        assert_eq!(
            stated(&headers(&[("etag", &quoted)]), true),
            None,
            "another server's tag may be anything"
        );
        let parts = [
            ("etag", "\"25f9e794323b453885f5181f1b624d0b-7\""),
            ("server", "AmazonS3"),
        ];
        assert_eq!(stated(&headers(&parts), true), None, "put there in several pieces");
    }

    #[test]
    fn a_list_is_searched_by_the_name_of_the_file() {
        let list = format!("0123456789abcdef0123456789abcdef  2019/gdas1.jul19.w2\n{HEX} *./2019/gdas1.jul19.w1\n");
        assert_eq!(listed(&list, "gdas1/2019/gdas1.jul19.w1").unwrap().hex, HEX);
        assert_eq!(listed(&list, "gdas1/2019/gdas1.jul19.w"), None);
        assert_eq!(listed("gdas1.jul19.w1 404\n<html>", "gdas1.jul19.w1"), None);
    }
}
