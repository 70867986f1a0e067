#!/usr/bin/env bash
# Builds the wheel, and tries it in a fresh virtual environment that sees nothing of the build.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${CARGO_TARGET_DIR:=$PWD/target}"
PYTHON=${PYO3_PYTHON:-python3}
HIDDEN=$CARGO_TARGET_DIR.hidden
ELSEWHERE=$(mktemp -d)

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

restore() {
    [ ! -d "$HIDDEN" ] || mv "$HIDDEN" "$CARGO_TARGET_DIR"
    rm -rf "$ELSEWHERE"
}
trap restore EXIT

# maturin itself compares the libraries and symbol versions that are needed with the manylinux policies
build() {
    maturin build --release --quiet --auditwheel check --manifest-path python/Cargo.toml --out "$ELSEWHERE"
    WHEEL=$(echo "$ELSEWHERE"/airshed-*.whl)
}

# Of all that netCDF, HDF5, SQLite and PROJ define nothing may meet the same names of another package.
check_symbols() {
    local module exported needed
    "$PYTHON" -m zipfile -e "$WHEEL" "$ELSEWHERE/unpacked"
    module=$(echo "$ELSEWHERE"/unpacked/airshed/_core*.so)
    exported=$(nm -D --defined-only "$module" | awk '{ print $3 }')
    [ "$exported" = PyInit__core ] || fail "the module exports more than PyInit__core:" $exported
    needed=$(objdump -p "$module" | awk '$1 == "NEEDED" { print $2 }')
    if grep -vE '^(lib(c|m|dl|gcc_s|pthread|rt|stdc\+\+)\.so\.[0-9]+|ld-linux.*)$' <<<"$needed"; then
        fail "the module needs these libraries, which a machine may not have"
    fi
}

install() {
    "$PYTHON" -m venv "$ELSEWHERE/venv"
    "$ELSEWHERE/venv/bin/pip" install --quiet --disable-pip-version-check "$WHEEL" netCDF4 h5py pytest
    cp python/tests/test_coexistence.py "$ELSEWHERE"
}

# With no PROJ around, and with the folder of another PROJ whose database this one cannot read.
try() {
    mkdir "$ELSEWHERE/another_proj"
    echo "of another version" >"$ELSEWHERE/another_proj/proj.db"
    cd "$ELSEWHERE"
    unset PROJ_LIB PROJ_DATA PYTHONPATH
    venv/bin/python -m pytest -q test_coexistence.py
    PROJ_DATA=$ELSEWHERE/another_proj venv/bin/python -m pytest -q test_coexistence.py
}

build
check_symbols
install
mv "$CARGO_TARGET_DIR" "$HIDDEN"
(try)
restore_wheel() { mkdir -p "$CARGO_TARGET_DIR/wheels" && cp "$WHEEL" "$CARGO_TARGET_DIR/wheels"; }
mv "$HIDDEN" "$CARGO_TARGET_DIR"
restore_wheel
printf '%s\n' "The wheel is $CARGO_TARGET_DIR/wheels/$(basename "$WHEEL"), $(du -k "$WHEEL" | cut -f1) kB."
