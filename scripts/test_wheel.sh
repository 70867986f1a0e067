#!/usr/bin/env bash
# Builds the wheel (with these options of `maturin build`; --release if there are none), and tries it in a fresh
# virtual environment while the build is out of sight.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
PYTHON=${PYO3_PYTHON:-python3}
HIDDEN=$CARGO_TARGET_DIR.hidden
WHEELS=$CARGO_TARGET_DIR/wheels
ELSEWHERE=$(mktemp -d)

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

hide() { mv "$CARGO_TARGET_DIR" "$HIDDEN"; }
show() { [ ! -d "$HIDDEN" ] || [ -d "$CARGO_TARGET_DIR" ] || mv "$HIDDEN" "$CARGO_TARGET_DIR"; }
trap 'show; rm -rf "$ELSEWHERE"' EXIT

# maturin compares libraries and symbol versions with the manylinux policies, and names the wheel by the oldest that fits.
build() {
    rm -f "$WHEELS"/airshed-*.whl
    maturin build --features static "$@" --quiet --auditwheel check --interpreter "$PYTHON" \
        --manifest-path python/Cargo.toml --out "$WHEELS" >/dev/null
    cp "$WHEELS"/airshed-*.whl "$ELSEWHERE"
    WHEEL=$(echo "$ELSEWHERE"/airshed-*.whl)
}

# Nothing that netCDF, HDF5, SQLite and PROJ define may meet the same names of another package.
check_symbols() {
    local module exported needed
    "$PYTHON" -m zipfile -e "$WHEEL" "$ELSEWHERE/unpacked"
    module=$(echo "$ELSEWHERE"/unpacked/airshed/_core*.so)
    exported=$(nm -D --defined-only "$module" | awk '{ print $3 }')
    [ "$exported" = PyInit__core ] || fail "the module exports more than PyInit__core:" $exported
    needed=$(objdump -p "$module" | awk '$1 == "NEEDED" { print $2 }' |
        grep -vE '^(lib(c|m|dl|gcc_s|pthread|rt|stdc\+\+)\.so\.[0-9]+|ld-linux.*)$' || true)
    [ -z "$needed" ] || fail "the module needs libraries that a machine may not have:" $needed
}

install() {
    "$PYTHON" -m venv "$ELSEWHERE/venv"
    "$ELSEWHERE/venv/bin/pip" install --quiet --disable-pip-version-check "$WHEEL" netCDF4 h5py pytest
    cp python/tests/test_coexistence.py "$ELSEWHERE"
}

# Where no other PROJ is, and where PROJ_DATA names the database of another one, which this one cannot read.
try() {
    cd "$ELSEWHERE"
    mkdir another_proj
    echo "of another version" >another_proj/proj.db
    unset PROJ_LIB PROJ_DATA PYTHONPATH
    venv/bin/python -m pytest -q test_coexistence.py
    PROJ_DATA=$PWD/another_proj venv/bin/python -m pytest -q test_coexistence.py
}

show
[ $# -gt 0 ] || set -- --release
build "$@"
check_symbols
install
hide
(try)
show
printf '%s, %s kB\n' "$WHEELS/$(basename "$WHEEL")" "$(du -k "$WHEEL" | cut -f1)"
