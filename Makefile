# The project's commands; `make help` lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# The interpreter that the virtual environment is made from: any CPython from 3.10 on.
PYTHON ?= python3

VENV := $(CURDIR)/.venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/stamps
EXAMPLE_PB2 := $(patsubst examples/proto/%.proto,examples/python/%_pb2.py,$(wildcard examples/proto/*.proto))
PB2 := $(EXAMPLE_PB2) $(patsubst tests/proto/%.proto,tests/handlers/%_pb2.py,$(wildcard tests/proto/*.proto))
WHEEL_SOURCES := pyproject.toml Cargo.toml Cargo.lock $(shell find spikard spikard-macros -type f ! -name '*.pyc' 2>/dev/null)

# One selection of packages and features for everything: with another one, cargo would build dependencies once more.
ALL := --workspace --all-features
# One target directory for everything, and one interpreter: PyO3 rebuilds when either changes.
export CARGO_TARGET_DIR := $(CURDIR)/target
# What trybuild builds in a folder below that one: the same build scripts and macros serve it.
export CARGO_BUILD_BUILD_DIR := $(CARGO_TARGET_DIR)
export PYO3_PYTHON := $(PY)
# What a program that embeds Python takes its packages from.
export VIRTUAL_ENV := $(VENV)
export PYTHONPATH := $(CURDIR)/examples/python:$(CURDIR)/tests/handlers
# Bytecode beside the sources would be taken for a change of the wheel.
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help
help: ## List the targets
	@echo 'usage: make TARGET'
	@echo
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

.PHONY: demo
demo: $(STAMPS)/venv ## Play the demo: one server, three services, both languages, two clients
	@$(MAKE) --jobs=2 demo-rust demo-python
	@echo
	@target/debug/demo --python $(PY) --log target/demo-server.log

# Nothing but what the demo needs.
.PHONY: demo-rust demo-python
demo-rust: $(STAMPS)/venv
	@cargo build --package spikard-examples --bins

demo-python: $(EXAMPLE_PB2)

# In an order that keeps two processors busy: tests that wait, beside what compiles. What compiles has a lower priority.
PARTS := programs test-python lint-python lint-workflows test-rust lint-rust test-without-python

.PHONY: test
test: format $(STAMPS)/venv ## Run everything: checks and tests, Rust and Python
	@echo 'make test: two parts at a time; what a part prints comes when it is done'
	@$(MAKE) --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) $(PARTS)
	@echo
	@echo 'make test: everything passed'

# For those who work here: under a minute once everything is built. BASE is the commit to compare with, HEAD by default.
.PHONY: check
check: setup ## Formatting, clippy, types, and the quick tests of what has changed since BASE
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	$(PY) -m ruff format --quiet --check
	$(PY) -m ruff check --quiet
	cargo clippy --quiet $(ALL) --all-targets -- --deny warnings
	$(PY) -m mypy --no-error-summary
	@$(PY) tests/changed.py

.PHONY: lint
lint: format lint-rust lint-python lint-workflows ## Formatting, clippy, rustdoc, ruff, mypy, pyright, and the workflows of a forge

.PHONY: format
format:
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check

.PHONY: lint-rust
lint-rust: $(STAMPS)/venv
	nice cargo clippy $(ALL) --all-targets -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' nice cargo doc --quiet $(ALL) --no-deps --lib --bins --examples

.PHONY: lint-python
lint-python: setup
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) -m pyright

# actionlint comes with Go alone; without it the workflows are audited, and their expressions not checked.
.PHONY: lint-workflows
lint-workflows: setup
	$(VENV)/bin/zizmor --offline --quiet .github
	@if type -P go >/dev/null; then \
	    GOBIN=$(CURDIR)/target/tools go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 && target/tools/actionlint; \
	fi

.PHONY: test-rust
test-rust: setup ## Unit tests, doctests, UI tests and end-to-end tests in Rust
	nice cargo test $(ALL) --no-run
	cargo test $(ALL) --lib --bins --examples --tests
	nice cargo test $(ALL) --doc

# PATH holds nothing but the toolchain, so that a Python would not be found.
.PHONY: test-without-python
test-without-python: | tools ## Build the runtime as on a machine without Python
	@if cargo tree --package spikard --edges normal,build | grep -i pyo3; then \
	    echo 'spikard without features depends on PyO3' >&2; exit 1; \
	fi
	@mkdir -p target/without-python
	@for tool in cargo rustc cc gcc ld as ar; do \
	    ! path=$$(type -P $$tool) || ln -sf "$$path" target/without-python/$$tool; \
	done
	nice env PATH=$(CURDIR)/target/without-python PYO3_PYTHON=/nonexistent $$(type -P cargo) build --package spikard

.PHONY: test-python
test-python: wheel programs ## Tests in Python: the package, the examples, and end to end with grpcio
	$(PY) -m pytest -n auto --dist worksteal

# What the tests in Python start.
.PHONY: programs
programs: $(STAMPS)/venv
	nice cargo build $(ALL) --bin demo --bin server --bin probe_server --bin interop_server --bin faults_server \
	    --example in_axum --example in_tonic --example with_layers

# One wheel for all: that is what the stable ABI is for.
.PHONY: test-pythons
test-pythons: setup ## The tests of the Python package on every CPython from 3.10 on that is found
	@rm -rf target/abi3
	PATH=$(VENV)/bin:$$PATH $(PY) -m maturin build --quiet --profile dev --out target/abi3
	@for minor in 10 11 12 13 14 15; do \
	    python=; \
	    for found in $$(type -aP python3.$$minor) ~/.pyenv/versions/3.$$minor.*/bin/python; do \
	        $$found -c 'import sys; sys.exit(sys.version_info[1] != '$$minor')' 2>/dev/null && python=$$found && break; \
	    done; \
	    [ -n "$$python" ] || continue; \
	    echo "$$python"; \
	    venv=$(CURDIR)/target/python3.$$minor; \
	    $$python -m venv $$venv; \
	    $$venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt; \
	    $$venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall target/abi3/spikard-*.whl; \
	    $$venv/bin/python -m pytest -n auto --dist worksteal tests/python tests/readme tests/serve; \
	done

.PHONY: fmt
fmt: setup ## Format everything
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml
	$(PY) -m ruff format
	$(PY) -m ruff check --fix

.PHONY: clean
clean: ## Remove what was built, the virtual environment included
	rm -rf $(VENV) target dist $(PB2) $(PB2:%.py=%.pyi)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .pytest_cache .mypy_cache .ruff_cache

# Set-up: each step runs when what it is made from has changed.

.PHONY: setup
setup: $(STAMPS)/tests $(PB2)

$(STAMPS)/venv: | tools
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/examples: examples/requirements.txt $(STAMPS)/venv
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(STAMPS)/tests: tests/requirements.txt $(STAMPS)/examples
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

examples/python/%_pb2.py: examples/proto/%.proto $(STAMPS)/examples
	$(PY) -m grpc_tools.protoc --proto_path=$(<D) --python_out=$(@D) --pyi_out=$(@D) $<

tests/handlers/%_pb2.py: tests/proto/%.proto $(STAMPS)/examples
	$(PY) -m grpc_tools.protoc --proto_path=$(<D) --python_out=$(@D) --pyi_out=$(@D) --grpc_python_out=$(@D) $<

# A development build: the release build takes long, and is the same code.
.PHONY: wheel
wheel: setup $(STAMPS)/wheel

$(STAMPS)/wheel: $(WHEEL_SOURCES) $(STAMPS)/tests
	PATH=$(VENV)/bin:$$PATH $(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall \
	    --config-settings=build-args='--profile dev' .
	@touch $@

# Says all that is missing, before anything else runs.
.PHONY: tools
tools:
	@missing=; \
	lacks() { missing=1; printf 'missing: %s\n    %s\n' "$$1" "$$2" >&2; }; \
	type -P cargo >/dev/null || lacks 'cargo' 'install Rust 1.88 or later: https://rustup.rs'; \
	type -P cc >/dev/null || lacks 'cc, the C linker' 'Debian and Ubuntu: apt install gcc; Fedora: dnf install gcc'; \
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then \
	    lacks '$(PYTHON), CPython 3.10 or later' 'Debian and Ubuntu: apt install python3; Fedora: dnf install python3; or make PYTHON=/path/to/python3'; \
	else \
	    $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	        || lacks "the module venv of $(PYTHON)" 'Debian and Ubuntu: apt install python3-venv'; \
	    $(PYTHON) -c "$$FIND_LIBPYTHON" \
	        || lacks 'the shared library of $(PYTHON), for programs that embed it' 'Debian and Ubuntu: apt install libpython3-dev; Fedora: dnf install python3-devel; pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared'; \
	fi; \
	[ -z "$$missing" ]

define FIND_LIBPYTHON
import os, sys
from sysconfig import get_config_var as var
library = os.path.join(var("LIBDIR") or "", var("LDLIBRARY") or "")
sys.exit(not (var("PYTHONFRAMEWORK") or var("Py_ENABLE_SHARED") and os.path.exists(library)))
endef
export FIND_LIBPYTHON

# Comparisons with peers, by their own means.
include benches/bench.mk

# The site of the documentation.
include docs/docs.mk

# The protocol, by suites of others.
include tests/conformance/conformance.mk

# Servers behind Envoy, and the manifests for Kubernetes.
include tests/envoy/envoy.mk

# Fuzz targets, built by a nightly compiler.
include fuzz/fuzz.mk
