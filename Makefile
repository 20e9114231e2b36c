# leverset: every command that this project has. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# $(call set-up,ENVIRONMENT,LOCK): a new environment with exactly what is locked, and this project in it.
# A failure is not make's here: see `ready`.
set-up = { \
    $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leverset needs Python 3.11 or newer")' && \
    $(PYTHON) -m venv $(1) && \
    $(1)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r $(2) && \
    $(1)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation --editable . && \
    touch $(1)/.installed; \
  } || true
# The generator's place: what it is built on holds typer and httpx down, and leverset is tested with what users get.
GENERATOR := .venv-generator/bin
# The generator, the layer, and everything that holds them or makes the site.
CODE := generator leverset tests benchmarks hatch_build.py docs/conf.py docs/_ext

# Where it is set, every process that the tests begin would compile all of the project anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-generator demo sandbox test test-generator test-slow test-long test-versions test-browser chromium check format gen contract bench docs lock dist clean

help: ## this list
	@echo "leverset: make TARGET"
	@echo
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{ printf "  %-15s %s\n", $$1, $$2 }'
	@echo
	@echo "Each sets itself up in $(VENV) or .venv-generator first; nothing else needs to be installed but Python 3.11 or newer."

# A set-up that fails leaves no stamp; `ready` then ends make with one line that says what to do, as its last.
set-up-failed = Set-up failed, the reason is above. See that `$(PYTHON)` is Python 3.11 or newer with its venv module \
  (PYTHON=... names another) and that pip reaches its package index; then run `make clean` and the same command again
ready = $(if $(shell test -e $(1)/.installed && echo yes),,$(error $(set-up-failed)))

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@rm -f $@
	@echo "setting up $(VENV) (about half a minute) ..."
	@$(call set-up,$(VENV),requirements-dev.lock)

install: $(VENV)/.installed ## set up the development environment
	@$(call ready,$(VENV)):

.venv-generator/.installed: generator/requirements.lock pyproject.toml
	@rm -f $@
	@echo "setting up .venv-generator (about a quarter of a minute) ..."
	@$(call set-up,.venv-generator,generator/requirements.lock)

install-generator: .venv-generator/.installed
	@$(call ready,.venv-generator):

demo: install ## see it work: every documented example against an exchange on this machine
	@$(BIN)/leverset demo

sandbox: install ## serve that exchange, and print its URL and credentials (ARGS="--port 8000 --json")
	@$(BIN)/leverset sandbox $(ARGS)

test: check test-generator ## formatting, lint, types, freshness of what is generated, and all tests but the slow ones
	$(BIN)/python -m pytest -n 3 --maxfail 20 -m "not slow" --cov --cov-report=term $(ARGS)

test-generator: install-generator ## the generator's tests, which `make test` runs too
	$(GENERATOR)/python -m pytest -n 3 --confcutdir tests/generator tests/generator

test-slow: install install-generator ## the slow tests: processes, real clients, deliberate faults (under 15 minutes)
	$(BIN)/python -m pytest -n 3 --maxfail 5 -m "slow and not long" --timeout 600 -o faulthandler_timeout=900 $(ARGS)

test-long: install install-generator ## what tries everything where other tests try a part: simulations, soak, every point of a call, Valkey
	$(BIN)/python -m pytest -n 2 -m long --timeout 600 -o faulthandler_timeout=900 $(ARGS)

test-versions: install install-generator .venv-lock/bin/uv ## with the lowest and the newest versions, on each Python found (ARGS="lowest -- tests/http")
	$(BIN)/python -m tests.versions $(ARGS)

# A place of its own: what drives the browser has needs that nothing else here has.
.venv-browser/.installed: tests/browser/requirements-browser.txt pyproject.toml
	@rm -f $@
	@$(call set-up,.venv-browser,tests/browser/requirements-browser.txt)

chromium:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
	  echo "chromium and chromedriver have to be on PATH; on Debian: apt-get install chromium chromium-driver" >&2; exit 1; }

test-browser: chromium .venv-browser/.installed ## the sandbox's console in chromium (ARGS=--pictures draws docs/pictures/ anew)
	@$(call ready,.venv-browser):
	.venv-browser/bin/python -m pytest --confcutdir tests/browser tests/browser $(ARGS)

check: install install-generator ## what `make test` checks before it runs tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(GENERATOR)/mypy --cache-dir .mypy_cache/generator generator tests/generator/*.py
	$(GENERATOR)/python -m generator --check

format: install ## put the code into shape
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

gen: install-generator ## make generated/ and the pages of docs/reference/ anew from specs/
	$(GENERATOR)/python -m generator

contract: install ## hold a server to its spec: the sandbox, or EXCHANGE=okx URL=https://... with credentials from the environment
	$(BIN)/python -m tests.contract $(EXCHANGE) $(URL) $(ARGS)

# A place of its own: what leverset is compared with has other needs than its development.
.venv-bench/.installed: benchmarks/requirements.lock pyproject.toml
	@rm -f $@
	@$(call set-up,.venv-bench,benchmarks/requirements.lock)

bench: .venv-bench/.installed ## what the figures in the documentation come from (about ten minutes)
	@$(call ready,.venv-bench):
	.venv-bench/bin/python -m benchmarks.overhead
	.venv-bench/bin/python -m benchmarks.ratelimit
	.venv-bench/bin/python -m benchmarks.ratelimit --exchange okx
	.venv-bench/bin/python -m benchmarks.limiter_overhead
	.venv-bench/bin/python -m benchmarks.apply
	.venv-bench/bin/python -m benchmarks.tracing

# A place of its own: what makes the site of the pages and docstrings.
.venv-docs/.installed: docs/requirements.lock pyproject.toml
	@rm -f $@
	@$(call set-up,.venv-docs,docs/requirements.lock)

docs: .venv-docs/.installed ## build the site into build/site/; needs no network once .venv-docs is there
	@$(call ready,.venv-docs):
	rm -rf build/site
	.venv-docs/bin/python -m sphinx -E -b html -j auto -W --keep-going -n -q -d build/doctrees docs build/site
	.venv-docs/bin/python docs/_ext/loads.py build/site

dist: install ## build sdist and wheel into dist/, and check them as a package index does
	$(BIN)/python -m tests.packaging.distributions

# pip before 23.3 refuses a lock in which an extra that another package asks for is missing, hence --no-strip-extras.
COMPILE = .venv-lock/bin/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
  --no-strip-extras --no-annotate --no-header
UPGRADE = --upgrade
EXTRAS_OF_DOCS = --extra cli --extra sandbox --extra redis --extra testing --extra otel
CLIENTS = bitget-api-client ccxt python-okx

.venv-lock/bin/uv: Makefile
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

lock: .venv-lock/bin/uv ## renew every lock from pyproject.toml (UPGRADE= keeps the versions that still fit)
	$(COMPILE) pyproject.toml --extra cli --extra sandbox --extra redis --extra otel --group dev --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --group generator --output-file generator/requirements.lock
	$(COMPILE) pyproject.toml --extra sandbox --extra redis --extra otel --group bench --output-file benchmarks/requirements.lock
	$(COMPILE) pyproject.toml --extra sandbox --group browser --output-file tests/browser/requirements-browser.txt
	$(COMPILE) --fork-strategy fewest pyproject.toml $(EXTRAS_OF_DOCS) --group docs --output-file docs/requirements.lock
	$(COMPILE) --group typing --output-file tests/typing/requirements-basedpyright.txt
	$(COMPILE) --group release --output-file tests/packaging/requirements-release.txt
	for client in $(CLIENTS); do \
	  $(COMPILE) --group interop-$$client --output-file tests/interop/requirements-$$client.txt || exit 1; \
	done

clean: ## remove what was installed and built
	rm -rf $(VENV) .venv-* dist build .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants
