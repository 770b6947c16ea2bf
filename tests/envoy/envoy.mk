# `make envoy`: servers behind the real Envoy, and the manifests for Kubernetes. Not a part of `make test`: it takes
# minutes, and tools that nothing else needs.

ENVOY_VENV := target/envoy/venv

.PHONY: envoy
envoy: wheel $(ENVOY_VENV)/installed ## Restart and kill servers behind the real Envoy, under load
	nice cargo build $(ALL) --bin fleet_server
	$(ENVOY_VENV)/bin/envoy --mode validate --log-level error -c examples/envoy/envoy.yaml
	ENVOY=$(ENVOY_VENV)/bin/envoy $(PY) tests/envoy/main.py target/envoy $(ENVOY_ARGS)

.PHONY: kubernetes
kubernetes: $(ENVOY_VENV)/installed ## Check the manifests for Kubernetes against its schemas
	$(ENVOY_VENV)/bin/python tests/envoy/kubernetes.py

$(ENVOY_VENV)/installed: tests/envoy/requirements.txt
	$(PYTHON) -m venv $(ENVOY_VENV)
	$(ENVOY_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@
