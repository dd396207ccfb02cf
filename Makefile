# Every target sets up what it needs: a fresh machine wants only Python 3.11+, its venv module, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test check bench soak screenshots lock clean
.DEFAULT_GOAL := help

help:  ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Make the virtual environment from the lock

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

demo: $(STAMP)  ## Run the whole desk with a simulated carrier and a browser phone
	$(BIN)/python app.py demo

test: $(STAMP)  ## Run the tests, on SQLite, on PostgreSQL and in Chromium
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(STAMP)  ## Lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## Measure speed beside something named
	$(BIN)/python -m tests.bench

soak: $(STAMP)  ## The slow proofs
	$(BIN)/python -m pytest -m soak -n 2 --dist worksteal

screenshots: $(STAMP)  ## Take the README's pictures again
	$(BIN)/python -m tests.browser.screenshots

lock:  ## Renew requirements.lock from pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra postgres --group dev \
	    --generate-hashes --no-annotate --no-header -o requirements.lock

clean:  ## Remove what was made here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
