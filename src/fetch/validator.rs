//! What shows that a file on the server is still the one of which a part is here.

use std::path::{Path, PathBuf};

use ureq::http::HeaderMap;

use super::download::with_ending;

/// Where the validator of a part is kept.
fn beside(part: &Path) -> PathBuf {
    with_ending(part, ".tag")
}

/// A strong `ETag`, or the time of the last change.
pub(super) fn of(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let tag = text("etag").filter(|tag| !tag.starts_with("W/"));
    tag.or(text("last-modified")).map(str::to_owned)
}

/// The validator of a part, if one is known.
pub(super) fn load(part: &Path) -> Option<String> {
    let text = std::fs::read_to_string(beside(part)).ok()?;
    let tag = text.trim();
    (!tag.is_empty() && tag.bytes().all(|c| c.is_ascii_graphic() || c == b' ')).then(|| tag.to_owned())
}

/// Keeps the validator of a part; without one the part is begun anew next time.
pub(super) fn store(part: &Path, tag: Option<&str>) {
    let kept = tag.map(|tag| std::fs::write(beside(part), tag));
    if !matches!(kept, Some(Ok(()))) {
        forget(part);
    }
}

pub(super) fn forget(part: &Path) {
    let _ = std::fs::remove_file(beside(part));
}
