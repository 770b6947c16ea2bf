# `make bench`: spikard beside its peers. Included by the Makefile at the root; works from there as well with
# `make -f benches/bench.mk bench`.

BENCH_VENV := benches/.venv
BENCH_PYTHON ?= python3
BENCH_STUBS := benches/python/generated/bench_pb2_grpc.py
# The interpreter that the embedded server is built against: naming it spares rebuilds when PATH changes.
BENCH_BASE_PYTHON = $(shell $(BENCH_PYTHON) -c 'import os, sys; print(os.path.realpath(sys._base_executable))')

BENCH_WHEEL_SOURCES := pyproject.toml Cargo.toml Cargo.lock $(shell find spikard spikard-macros -type f ! -name '*.pyc')

.PHONY: bench bench-full bench-messages bench-build bench-instructions bench-instructions-baseline

bench: bench-build ## Measure spikard beside its peers, in under three minutes.
	target/release/spikard-bench quick $(BENCH_ARGS)

bench-full: bench-build ## Measure every size, number and framing: more than an hour.
	target/release/spikard-bench full $(BENCH_ARGS)

bench-messages: bench-build ## Measure how handlers in Python see their messages: raw, decoded, typed, columns.
	target/release/spikard-bench messages $(BENCH_ARGS)

bench-build: $(BENCH_STUBS) $(BENCH_VENV)/wheel
	cargo build --release --package spikard-benches
	PYO3_PYTHON=$(BENCH_BASE_PYTHON) cargo build --release --package spikard-benches-embedded

bench-instructions: ## Count instructions with callgrind and compare them with the baseline.
	cargo build --release --package spikard-benches --bin instructions
	target/release/instructions check

bench-instructions-baseline: ## Make what is counted now the baseline.
	cargo build --release --package spikard-benches --bin instructions
	target/release/instructions record

$(BENCH_VENV)/installed: benches/python/requirements.txt
	$(BENCH_PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

# A release build with debugging left out, as users get it.
$(BENCH_VENV)/wheel: $(BENCH_WHEEL_SOURCES) $(BENCH_VENV)/installed
	CARGO_TARGET_DIR=$(CURDIR)/target $(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall .
	touch $@

$(BENCH_STUBS): benches/proto/bench.proto $(BENCH_VENV)/installed
	mkdir -p $(@D)
	PATH=$(CURDIR)/$(BENCH_VENV)/bin:$$PATH $(BENCH_VENV)/bin/python -m grpc_tools.protoc -Ibenches/proto \
	    --python_out=$(@D) --grpc_python_out=$(@D) --py_out=$(@D) bench.proto
