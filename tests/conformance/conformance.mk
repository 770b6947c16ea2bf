# `make conformance`: the protocol by suites that others wrote, against servers in both languages. Included by the Makefile
# at the root; not part of `make test`. The suites are Go programs, and their .proto files lie in Go's module cache.

# The versions are those that docs/reference/conformance.md counts.
CONFORMANCE_MODULE := connectrpc.com/conformance
CONFORMANCE_SUITES := \
    $(CONFORMANCE_MODULE)/cmd/connectconformance@v1.0.7 \
    google.golang.org/grpc/interop/client@v1.85.0 \
    github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible
CONFORMANCE_VERSION := $(word 2,$(subst @, ,$(filter $(CONFORMANCE_MODULE)/%,$(CONFORMANCE_SUITES))))
CONFORMANCE := target/conformance

.PHONY: conformance
conformance: $(CONFORMANCE)/installed wheel ## The protocol, by the suites of Connect, gRPC and HTTP/2 (needs Go)
	CONFORMANCE_PROTO=$$(cat $(CONFORMANCE)/proto) nice cargo build $(ALL) --bin conformance_server --bin interop_server
	PYTHONPATH=$(PYTHONPATH):$(CONFORMANCE)/python:tests/conformance/python $(PY) tests/conformance/run.py $(CONFORMANCE)/bin

$(CONFORMANCE)/installed: tests/conformance/conformance.mk $(STAMPS)/tests
	@type -P go >/dev/null || { \
	    echo 'missing: go, for the suites' >&2; \
	    echo '    install Go 1.26 or later: https://go.dev/dl' >&2; \
	    exit 1; \
	}
	@mkdir -p $(CONFORMANCE)/bin $(CONFORMANCE)/python
	@for suite in $(CONFORMANCE_SUITES); do \
	    echo "go install $$suite"; \
	    GOBIN=$(CURDIR)/$(CONFORMANCE)/bin nice go install "$$suite" || exit 1; \
	done
	@echo "$$(go env GOMODCACHE)/$(CONFORMANCE_MODULE)@$(CONFORMANCE_VERSION)/proto" > $(CONFORMANCE)/proto
	@proto=$$(cat $(CONFORMANCE)/proto); cd "$$proto" && \
	    $(PY) -m grpc_tools.protoc --proto_path=. --python_out=$(CURDIR)/$(CONFORMANCE)/python \
	        connectrpc/conformance/v1/service.proto connectrpc/conformance/v1/server_compat.proto \
	        connectrpc/conformance/v1/config.proto
	@touch $@
