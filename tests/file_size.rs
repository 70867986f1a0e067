//! Files stay small enough to be read: sources by lines, fixtures by bytes.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

const SOURCE_LINES: usize = 450;
const FIXTURE_BYTES: u64 = 256 << 10;
const FIXTURES_BYTES: u64 = 5 << 20;
/// Folders that tools fill.
const FOREIGN: [&str; 6] = ["target", ".git", ".venv", "node_modules", "__pycache__", "shared"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() || FOREIGN.contains(&name.as_str()) || name.starts_with('.') {
            continue;
        }
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

fn too_long(path: &Path) -> Option<String> {
    let lines = std::fs::read_to_string(path).unwrap().lines().count();
    (lines > SOURCE_LINES).then(|| format!("{}: {lines} lines, more than {SOURCE_LINES}", path.display()))
}

#[test]
fn no_source_is_longer_than_450_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_source = |path: &PathBuf| path.extension().is_some_and(|e| e == "rs" || e == "py");
    let sources: Vec<PathBuf> = files(root).into_iter().filter(is_source).collect();
    assert!(sources.len() > 20, "only {} sources found", sources.len());
    let faults: Vec<String> = sources.iter().filter_map(|path| too_long(path)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn fixtures_are_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("data"), root.join("tests"), root.join("python/tests")];
    let sizes = folders
        .iter()
        .flat_map(|f| files(f))
        .map(|path| (path.metadata().unwrap().len(), path));
    let sizes: Vec<(u64, PathBuf)> = sizes.collect();
    for (bytes, path) in &sizes {
        assert!(*bytes <= FIXTURE_BYTES, "{}: {bytes} bytes", path.display());
    }
    let total: u64 = sizes.iter().map(|(bytes, _)| bytes).sum();
    assert!(total <= FIXTURES_BYTES, "fixtures: {total} bytes");
}

#[test]
fn a_file_over_the_limit_is_found() {
    let long = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(long.path(), "\n".repeat(SOURCE_LINES + 1)).unwrap();
    assert!(too_long(long.path()).unwrap().contains("451 lines"));
    std::fs::write(long.path(), "\n".repeat(SOURCE_LINES)).unwrap();
    assert!(too_long(long.path()).is_none());
}
