# `make docs`: the pages, and the reference of both languages, as a site that opens without a network. Included by the
# Makefile at the root. What builds it has a virtual environment of its own.

DOCS_VENV := docs/.venv
DOCS_SITE := target/docs/site

.PHONY: docs
docs: $(DOCS_VENV)/installed $(STAMPS)/venv ## Build the documentation into target/docs/site, and check its links
	$(DOCS_VENV)/bin/python docs/stage.py target/docs
	cd target/docs && $(CURDIR)/$(DOCS_VENV)/bin/zensical build --clean --strict
	@! grep -rn '<p>```' $(DOCS_SITE) --include='*.html' # a block that the builder did not take for one
	@rm -rf target/doc # what other targets documented there
	RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --no-deps --all-features --package spikard --package spikard-build
	cp -r target/doc $(DOCS_SITE)/rustdoc
	$(DOCS_VENV)/bin/lychee --offline --include-fragments --no-progress --exclude-path /rustdoc/ \
	    --root-dir $(CURDIR)/$(DOCS_SITE) '$(DOCS_SITE)/**/*.html'
	@echo 'make docs: open $(DOCS_SITE)/index.html'

$(DOCS_VENV)/installed: docs/requirements.txt
	$(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@
