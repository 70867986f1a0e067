# make demo   build, run the small case, draw its picture
# make test   all checks and tests, Rust and Python
# make wheel  build a wheel that needs no library of the machine, and try it where the build is out of sight
# make build  install what is missing and build; `cargo build --release` then gives the command too

SHELL := /bin/bash
.DEFAULT_GOAL := build
.PHONY: setup build python demo test wheel clean

export CARGO_TARGET_DIR ?= $(CURDIR)/target
VENV := $(CURDIR)/.venv
PYTHON := $(VENV)/bin/python
# maturin and cargo must see the same interpreter, or PyO3 is built twice
export PYO3_PYTHON := $(PYTHON)
export PATH := $(VENV)/bin:$(HOME)/.cargo/bin:$(PATH)
DEMO := demo

setup:
	@scripts/setup.sh

build: setup
	cargo build --release
	@echo "The command is $(CARGO_TARGET_DIR)/release/airshed"

python: setup
	maturin develop --release --quiet --manifest-path python/Cargo.toml > /dev/null

demo: build python
	"$(CARGO_TARGET_DIR)/release/airshed" demo "$(DEMO)"
	@$(PYTHON) scripts/draw.py "$(DEMO)"

test: setup
	@scripts/test.sh

wheel: setup
	@scripts/test_wheel.sh

clean:
	rm -rf "$(VENV)" "$(DEMO)" && cargo clean
