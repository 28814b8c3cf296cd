# `make up` runs the product, `make test` passes its tests; both install what they need. `make` alone lists the rest.
PYTHON ?= python3
BIN := .venv/bin
DIST := api/web/static/dist/manifest.json
WEB_SOURCES := $(shell find api/web/builder api/web/templates \( -name node_modules -o -name __pycache__ \) -prune -o -type f -print)
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser)

.PHONY: help up check test journey bench assets chromium
help: ## List what can be done
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' Makefile | awk '{name = $$1; $$1 = ""; printf "  make %-9s%s\n", name, $$0}'

up: .venv/installed $(DIST) ## Run the product with all its parts, until Ctrl-C
	@$(BIN)/throughline up

check: .venv/installed ## Lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

test: check $(DIST) chromium ## Everything: check, tests, journeys, a real browser, faults
	$(BIN)/pytest -q -n 2 tests --ignore tests/journeys --ignore tests/e2e --ignore tests/faults
	$(BIN)/pytest -q tests/journeys
	CHROMIUM=$(CHROMIUM) $(BIN)/pytest -q tests/e2e
	$(BIN)/pytest -q tests/faults

journey: .venv/installed ## Walk all eleven steps against a running `make up`
	@$(BIN)/python -m tests.journeys

bench: .venv/installed $(DIST) ## Measure; asserts no times
	$(BIN)/pytest -q -m bench tests/bench tests/workflows

assets: .venv/installed $(DIST) ## Build styles and scripts when their sources changed

$(DIST): .venv/installed $(WEB_SOURCES)
	@echo "Building styles and scripts ..."
	@$(BIN)/python -m api.web.assets && touch $@

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@echo "Installing what the lock names, once (about 1 GB on disk) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --offline --quiet -e . && touch $@

chromium: # the browser of the browser tests
	@test -n "$(CHROMIUM)" || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "The browser tests need Chromium: sudo apt-get install -y chromium, or CHROMIUM=/path/to/it make test"; exit 1; }
