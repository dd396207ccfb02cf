# Every target sets up what it needs: a fresh machine wants only Python 3.11+, its venv module, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One environment serves both: the second lock holds the first and more, so each is installed on top of what is there.
RUNTIME := $(VENV)/.installed
DEVELOPMENT := $(VENV)/.installed-dev
INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes --no-deps
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra postgres \
    --generate-hashes --no-annotate --no-header --quiet

# Tests start the service often, and without this each start would compile all of its modules.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check bench soak screenshots container lock clean
.DEFAULT_GOAL := help

help:  ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: $(RUNTIME)  ## Install what the desk needs to run into .venv

$(RUNTIME): requirements.lock
	@$(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Installing what the desk needs to run into $(VENV) (about 300 MB in all). This can take a minute."
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) -r requirements.lock
	@touch $@
	@echo "Installed what the desk needs to run."

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@echo "Installing the tools for tests and checks into $(VENV) (about 940 MB in all). This can take two minutes."
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
	@echo "Installed the tools for tests and checks."

demo: $(RUNTIME)  ## Run the whole desk with a simulated carrier and a browser phone
	$(BIN)/python app.py demo

test: $(DEVELOPMENT)  ## Run the tests, on SQLite, on PostgreSQL and in Chromium
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(DEVELOPMENT)  ## Lint, types, layers, structure, dependencies and their known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.structure
	$(BIN)/deptry .
	$(BIN)/deptry . --exclude '\.venv' --non-dev-dependency-groups dev
	$(BIN)/python -m tests.dependency_audit

bench: $(DEVELOPMENT)  ## Measure speed beside something named
	$(BIN)/python -m tests.bench

SAMPLE = 1
soak: $(DEVELOPMENT)  ## The slow proofs; SAMPLE=4 runs one in four
	$(BIN)/python -m pytest -m soak -n 2 --dist worksteal --sample $(SAMPLE)

screenshots: $(DEVELOPMENT)  ## Take the README's pictures again
	$(BIN)/python -m tests.browser.screenshots

ENGINE = $(firstword $(foreach engine,podman docker,$(if $(shell command -v $(engine)),$(engine))))
container:  ## Build the container image nightdesk
	@test -n "$(ENGINE)" || { echo "Neither podman nor docker is installed. Install one of them." >&2; exit 1; }
	@$(ENGINE) info >/dev/null 2>&1 || \
	    { echo "$(ENGINE) is installed, but does not answer. Start its service, or check your rights." >&2; exit 1; }
	$(ENGINE) build --tag nightdesk --file deploy/Containerfile .

lock:  ## Renew both locks from pyproject.toml; versions stay unless UPGRADE=--upgrade
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check uv
	$(COMPILE) $(UPGRADE) --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## Remove what was made here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
