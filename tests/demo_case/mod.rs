//! The demo's files, for tests that run a case.

use std::sync::OnceLock;

use airshed::demo::{DemoCase, write_case};
use tempfile::TempDir;

/// Written once for all tests of a file.
pub fn demo() -> &'static DemoCase {
    static CASE: OnceLock<(TempDir, DemoCase)> = OnceLock::new();
    let (_, case) = CASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let case = write_case(&folder.path().join("demo")).unwrap();
        (folder, case)
    });
    case
}
