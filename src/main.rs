//! The command `airshed`.

use std::process::ExitCode;

fn main() -> ExitCode {
    airshed::cli::main()
}
