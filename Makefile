# Two commands need nothing but python3 (3.11 or later), pip and make:  make demo   and   make test
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= auto
# System programs (Debian packages) that tests call: the peers that are not Python packages.
PROGRAMS := octave octave-signal octave-image r-base-core imagemagick ffmpeg librsvg2-bin gegl
# Packages that node gets from npm; into the environment's own folder.
NODE_PACKAGES := @resvg/resvg-js@2.6.2 node-web-audio-api@1.0.9

# What only the benchmarks stand beside.
BENCH_PEERS := ducc0 pyfftw numba matplotlib

BIN := $(VENV)/bin
RUN := $(BIN)/python -m
INSTALL := $(RUN) pip install --disable-pip-version-check --quiet
PYTEST := $(RUN) pytest -n $(WORKERS)

# What `make check` runs: the meaning, the engine and the rules; the rest is for `make test`.
QUICK := tests/api tests/engine tests/test_reference.py tests/trace tests/gallery tests/parity/test_cases.py tests/architecture/test_sizes.py

# The tests that compare with other libraries, and the folder into which they count.
PROVING := tests/dialects tests/api tests/diagnose/probing/test_peers.py
PROOF := $(abspath $(VENV))/proof

.DEFAULT_GOAL := help
.PHONY: arm64 bench-peers help demo test test-all test-heavy atlas atlas-page check lint types imports format docs bench clean heavy programs node-packages

help:
	@echo 'make demo      install, then run the demo; its pictures are in demo-output/'
	@echo 'make test      install what the tests need, then lint, types, imports and all tests'
	@echo 'make test-all  the same with torch, JAX, Keras and the system programs; nothing may be skipped'
	@echo 'make check     the quick subset, under a minute'
	@echo 'make format    let ruff lay out and mend the code'
	@echo 'make docs      the documentation, into docs/_build/html'
	@echo 'make atlas     run every library of the atlas, then write its record, its page and its figures'
	@echo 'make atlas-page  its page alone, from the record that there is'
	@echo 'make arm64     tests on an AArch64 processor that qemu imitates (Debian, Ubuntu); some 25 minutes'
	@echo 'make bench     the benchmarks, beside what is installed (make bench-peers installs every peer)'

demo: $(VENV)/.package
	$(BIN)/faltung demo

test: lint types imports
	$(PYTEST) -m 'not heavy'

test-all: heavy programs node-packages lint types imports
	FALTUNG_REQUIRE_PEERS=1 $(PYTEST)

test-heavy: heavy programs node-packages
	FALTUNG_REQUIRE_PEERS=1 $(PYTEST) -m heavy

atlas: heavy programs node-packages
	rm -rf $(PROOF)
	FALTUNG_REQUIRE_PEERS=1 FALTUNG_PROOF=$(PROOF) $(PYTEST) $(PROVING)
	PYTHONPATH=tests $(RUN) proof write $(PROOF)
	$(BIN)/faltung atlas --figures

atlas-page: $(VENV)/.dev
	PYTHONPATH=tests $(RUN) proof page

check: lint types imports
	$(PYTEST) -q -m 'not slow and not heavy' $(QUICK)

lint: $(VENV)/.dev
	$(RUN) ruff check
	$(RUN) ruff format --check

types: $(VENV)/.dev
	$(RUN) mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(RUN) ruff format
	$(RUN) ruff check --fix

docs: $(VENV)/.docs
	$(RUN) sphinx -W --keep-going -E -q -d docs/_build/doctrees -b html docs docs/_build/html
	$(RUN) sphinx -W --keep-going -q -d docs/_build/doctrees -b doctest docs docs/_build/doctest
	@echo 'docs/_build/html/index.html'

bench: $(VENV)/.dev
	$(BIN)/python benchmarks

# Some 25 minutes, and packages of another architecture: not a part of CI.
arm64: $(VENV)/.made
	PIP_PYTHON=$(abspath $(BIN)/python) bash tests/arm64.sh

bench-peers: $(VENV)/.heavy
	$(INSTALL) $(BENCH_PEERS)

heavy: $(VENV)/.heavy

node-packages: $(VENV)/.node

programs:
ifneq ($(strip $(PROGRAMS)),)
	dpkg -s $(PROGRAMS) >/dev/null 2>&1 || { apt-get update -q && apt-get install -q -y --no-install-recommends $(PROGRAMS); }
endif

clean:
	rm -rf $(VENV) docs/_build docs/_generated dist build demo-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# One stamp a set of packages: pip runs again only when pyproject.toml has changed. Where Python comes without its ensurepip
# (Debian keeps it in another package), the pip at hand fills the environment from outside.
$(VENV)/.made:
	$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { $(PYTHON) -m venv --without-pip $(VENV) \
	  && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	@touch $@

$(VENV)/.package: $(VENV)/.made pyproject.toml
	$(INSTALL) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml
	$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.package

$(VENV)/.docs: $(VENV)/.made pyproject.toml
	$(INSTALL) -e '.[docs]'
	@touch $@ $(VENV)/.package

$(VENV)/.heavy: $(VENV)/.dev
	$(INSTALL) -e '.[dev,heavy]'
	@touch $@

$(VENV)/.node: $(VENV)/.made Makefile
	command -v npm >/dev/null || { apt-get update -q && apt-get install -q -y --no-install-recommends nodejs npm; }
	npm install --silent --no-audit --no-fund --prefix $(VENV)/node $(NODE_PACKAGES)
	@touch $@
