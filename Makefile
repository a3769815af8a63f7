# What a contributor and a newcomer run. Needs only Python 3.11 or newer, make and a package index.
#
#   make demo       see it work: an embedded Flyte Admin, examples applied, applied again
#   make test       everything CI runs: lint, types, tests
#   make test-long  the tests too long for every commit
#   make bench      the figures that the README promises
#   make lint       style and types only
#   make docs       the API reference, from the docstrings
#   make clean      forget the virtual environment
#
# PYTHON picks the interpreter:  make test PYTHON=python3.13

PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: help demo test test-long bench lint docs protos constraints clean
.DEFAULT_GOAL := help

help:
	@sed -n '3,12s/^# \{0,1\}//p' Makefile

# What the program needs; what its tests need as well.
$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer found; name one: make PYTHON=…" >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) (once; a minute or so) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "Adding what the tests need to $(VENV) (once) …"
	@$(PIP) -e '.[dev]'
	@touch $@

demo: $(VENV)/.installed
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	RECONCILER_ADMIN="sandbox:$$folder/flyte.sqlite" && export RECONCILER_ADMIN && \
	try() { printf '\n\033[1m$$ reconciler %s\033[0m\n' "$$*"; $(BIN)/reconciler "$$@"; } && \
	try plan examples/manifests && \
	try apply examples/manifests --auto-approve && \
	try apply examples/manifests --auto-approve && \
	try get launchplans --active

test: lint
	$(BIN)/pytest -n 2 -m "not long"

test-long: $(VENV)/.dev
	$(BIN)/pytest -n 2 -m long

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

protos: $(VENV)/.dev
	$(BIN)/python protos/generate.py

constraints:
	$(PYTHON) -m venv $(VENV)-fresh
	$(VENV)-fresh/bin/python -m pip install --quiet -e '.[dev]'
	@{ sed -n '/^#/p' constraints.txt; $(VENV)-fresh/bin/python -m pip freeze --exclude-editable; } > constraints.new
	@mv constraints.new constraints.txt && rm -rf $(VENV)-fresh

clean:
	rm -rf $(VENV)
