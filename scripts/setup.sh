#!/usr/bin/env bash
# Installs what the build needs and is missing: system libraries (by apt if it may), Python packages in .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

APT_PACKAGES=(build-essential cmake pkg-config libnetcdf-dev sqlite3 libsqlite3-dev python3-venv)
DNF_PACKAGES="gcc gcc-c++ make cmake pkgconf-pkg-config netcdf-devel sqlite sqlite-devel python3"
BREW_PACKAGES="cmake pkg-config netcdf sqlite python@3.12"
RUST_VERSION=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

missing_system() {
    local command
    for command in cc c++ make cmake pkg-config sqlite3; do
        have "$command" || echo "$command"
    done
    if have pkg-config; then
        pkg-config --exists netcdf || echo netcdf
        pkg-config --exists sqlite3 || echo libsqlite3
    fi
    [ -n "$(find_python)" ] || echo "python3 (3.10 or later, with venv)"
}

# The first python3 that is new enough and can make a virtual environment.
find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do
        if have "$candidate" && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

say_what_to_install() {
    say "These are missing: $*"
    say "Install them, then run the same command again:"
    say "  Debian, Ubuntu:  sudo apt-get install ${APT_PACKAGES[*]}"
    say "  Fedora, RHEL:    sudo dnf install $DNF_PACKAGES"
    say "  macOS:           xcode-select --install; brew install $BREW_PACKAGES"
}

install_system() {
    local missing
    missing=$(missing_system)
    [ -n "$missing" ] || return 0
    missing=${missing//$'\n'/, }
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        as_root=(sudo -n)
    fi
    if ! have apt-get || ! "${as_root[@]}" true 2>/dev/null; then
        say_what_to_install "$missing"
        exit 1
    fi
    say "Installing with apt: $missing"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${APT_PACKAGES[@]}" >/dev/null
    missing=$(missing_system)
    if [ -n "$missing" ]; then
        say_what_to_install "${missing//$'\n'/, }"
        exit 1
    fi
}

check_rust() {
    local found
    found=$(cargo --version 2>/dev/null | cut -d' ' -f2 || true)
    if [ -z "$found" ] || [ "$(printf '%s\n%s\n' "$RUST_VERSION" "$found" | sort -V | head -n 1)" != "$RUST_VERSION" ]; then
        say "Rust $RUST_VERSION or later is needed, found ${found:-none}. Install it from https://rustup.rs (or: rustup update)."
        exit 1
    fi
}

# Made anew when pyproject.toml changes.
install_python() {
    local stamp=.venv/.packages
    if [ -f "$stamp" ] && cmp -s "$stamp" python/pyproject.toml; then
        return
    fi
    say "Installing Python packages into .venv"
    [ -x .venv/bin/python ] || "$(find_python)" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
    .venv/bin/python -m pip install --quiet --group python/pyproject.toml:tools
    cp python/pyproject.toml "$stamp"
}

install_system
check_rust
install_python
