#!/usr/bin/env bash
# All checks and tests. Stops at the first that fails, and says which.
set -euo pipefail
cd "$(dirname "$0")/.."

step=setup
trap '[ $? = 0 ] || printf "\nFAILED: %s\n" "$step" >&2' EXIT
begin() {
    step=$1
    printf '\n== %s\n' "$step"
}

begin "format"
cargo fmt --all --check
ruff format --quiet --check
ruff check --quiet

begin "clippy"
cargo clippy --quiet --workspace --all-targets -- -D warnings

begin "no C library"
cargo clippy --quiet --no-default-features --lib --tests -- -D warnings

begin "Rust tests and examples in the documents"
cargo test --quiet --no-fail-fast

begin "Rust documents"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps

begin "Python package"
maturin develop --quiet --manifest-path python/Cargo.toml >/dev/null

begin "Python stubs and types"
(cd python && python -m mypy.stubtest airshed._core && mypy airshed)

begin "Python tests"
(cd python && python -m pytest)

begin "user guide and Python reference"
python -m sphinx -W --keep-going -q docs target/guide

printf '\nAll checks and tests passed.\n'
