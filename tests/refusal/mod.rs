//! What an error of a configuration must say.

use airshed::Error;

/// The key at fault, and a hint at what is allowed.
pub fn refused<T: std::fmt::Debug>(result: airshed::Result<T>, key: &str, hint: &str) {
    match result.unwrap_err() {
        Error::Config {
            key: found, allowed, ..
        } => {
            assert_eq!(found, key);
            assert!(allowed.contains(hint), "{allowed}");
        }
        other => panic!("{other}"),
    }
}
