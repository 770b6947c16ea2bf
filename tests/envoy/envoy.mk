# `make envoy`: servers behind the real Envoy, and the manifests for Kubernetes. Not a part of `make test`: it takes
# minutes, and tools that nothing else needs.

ENVOY_VENV := target/envoy/venv
INTEROP_CLIENT := target/envoy/interop_client

.PHONY: envoy
envoy: wheel $(ENVOY_VENV)/installed $(INTEROP_CLIENT) ## Restart and kill servers behind the real Envoy, under load
	nice cargo build $(ALL) --bin fleet_server --bin interop_server
	$(ENVOY_VENV)/bin/envoy --mode validate --log-level error -c examples/envoy/envoy.yaml
	ENVOY=$(ENVOY_VENV)/bin/envoy INTEROP_CLIENT=$(INTEROP_CLIENT) $(PY) tests/envoy/main.py target/envoy $(ENVOY_ARGS)

.PHONY: kubernetes
kubernetes: $(ENVOY_VENV)/installed ## Check the manifests for Kubernetes against its schemas
	$(ENVOY_VENV)/bin/python tests/envoy/kubernetes.py

# grpc-go's, as its module has it.
$(INTEROP_CLIENT): tests/envoy/interop/go.mod tests/envoy/interop/go.sum
	cd $(<D) && nice go build -trimpath -o $(CURDIR)/$@ google.golang.org/grpc/interop/client

$(ENVOY_VENV)/installed: tests/envoy/requirements.txt
	$(PYTHON) -m venv $(ENVOY_VENV)
	$(ENVOY_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@
