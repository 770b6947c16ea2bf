# `make fuzz`: requests that no client would send, to handlers in the process. Included by the Makefile at the root.

# Seconds for each target.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := frames headers statuses
FUZZ_TOOL := $(CURDIR)/target/tools/bin/cargo-fuzz

.PHONY: fuzz
fuzz: $(FUZZ_TOOL) ## Fuzz frames, headers and statuses, a minute each; needs Rust nightly and a C++ compiler
	@for target in $(FUZZ_TARGETS); do \
	    echo "make fuzz: $$target, $(FUZZ_SECONDS) s"; \
	    mkdir -p target/fuzz/corpus/$$target; \
	    CARGO_TARGET_DIR=$(CURDIR)/target/fuzz RUSTUP_TOOLCHAIN=nightly CARGO_BUILD_BUILD_DIR=$(CURDIR)/target/fuzz PATH=$(dir $(FUZZ_TOOL)):$$PATH \
	        cargo fuzz run --fuzz-dir fuzz $$target target/fuzz/corpus/$$target fuzz/seeds/$$target -- \
	        -artifact_prefix=$(CURDIR)/target/fuzz/$$target- -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -verbosity=0 -print_final_stats=1; \
	done

$(FUZZ_TOOL):
	@missing=; \
	lacks() { missing=1; printf 'missing: %s\n    %s\n' "$$1" "$$2" >&2; }; \
	rustup run nightly rustc --version >/dev/null 2>&1 || lacks 'Rust nightly' 'rustup toolchain install nightly'; \
	type -P c++ >/dev/null || lacks 'c++, a C++ compiler' 'Debian and Ubuntu: apt install g++; Fedora: dnf install gcc-c++'; \
	[ -z "$$missing" ]
	cargo install --quiet --locked --root target/tools --version 0.13.2 cargo-fuzz
