# Six commands, and what they need. `make run` and `make test` do the set-up by themselves.
#
#   make run     serve the assistant on the sample documents, at http://127.0.0.1:8765
#   make test    lint, types, and all tests
#   make lint    ruff on Python, and the web client's own checks
#   make types   pyright (strict) and TypeScript (strict)
#   make bench   measure; `make quality DATA=folder` measures answers, retrieval and ears on a data folder
#   make screenshots   take docs/screenshots anew
#   make docs    build the documentation site, into build/site
#   make clean   remove what was built

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.ready
WEB := $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)
# The stock clients of tests/clients that the main environment cannot hold, each with a lock of its own, a linter and a parser.
CLIENTS := $(wildcard tests/clients/*/requirements.lock tests/clients/*/package-lock.json \
	tests/workflows/*/package-lock.json tests/infra/*/package-lock.json)
RUN := $(BIN)/python

.PHONY: setup run test lint types bench quality mutants screenshots docs lock image-lock clean

setup: $(STAMP)

# Everything that needs the network happens here.
$(STAMP): pyproject.toml requirements.lock hatch_build.py $(WEB) $(CLIENTS)
	@test -n "$(PYTHON)" || { echo "Vocative needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; }
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(RUN) tests/browser_setup.py
	$(RUN) tests/redis_setup.py
	$(RUN) tests/clients/install.py
	@touch $@

run: setup
	$(BIN)/vocative run

test: lint types
	$(RUN) -m pytest -n 2 --dist loadgroup --cov=agent --cov=tools --cov-branch --cov-report=json:.coverage.json --cov-report=
	$(RUN) tests/coverage_floor.py .coverage.json

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/pyright --pythonpath $(RUN)
	$(RUN) -m pytest -q tests/web/test_unit.py -k type

bench: setup
	$(RUN) tests/bench/run.py all $(ARGS)

quality: setup
	@test -n "$(DATA)" || { echo "Say which folder to measure on: make quality DATA=folder" >&2; exit 2; }
	$(RUN) tests/quality/speech.py "$(DATA)"
	$(RUN) tests/quality/retrieval.py "$(DATA)"
	$(RUN) tests/quality/answers.py "$(DATA)"
	$(RUN) tests/quality/samples.py

screenshots: setup
	$(RUN) tests/screenshots/make.py $(ARGS)

# Strictly: a warning is an error. Nothing is fetched.
docs: setup
	$(RUN) -m docs.building

mutants: setup
	$(RUN) tests/mutants/run.py $(ARGS)

# For maintainers: pin anew what pyproject.toml and the stock clients ask for. No address of an index goes into a file.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
lock:
	$(COMPILE) --all-extras --group dev pyproject.toml -o requirements.lock
	for folder in $(patsubst %/requirements.lock,%,$(filter %.lock,$(CLIENTS))); do \
		$(COMPILE) $$folder/requirements.in -o $$folder/requirements.lock || exit; done
	$(MAKE) image-lock

# The container image's locks: of requirements.lock what an image needs. WebRTC and Whisper stay out.
IMAGE := infra/container
image-lock:
	$(COMPILE) -c requirements.lock --extra azure-monitor --extra mcp --extra otel --extra redis \
		--excludes $(IMAGE)/engine.in pyproject.toml -o $(IMAGE)/requirements.lock
	$(COMPILE) -c requirements.lock --no-deps $(IMAGE)/engine.in -o $(IMAGE)/engine.lock
	$(COMPILE) -c requirements.lock $(IMAGE)/build.in -o $(IMAGE)/build.lock

clean:
	rm -rf $(VENV) .cache build dist agent/static/web web/node_modules tests/*/*/node_modules .pytest_cache .ruff_cache .hypothesis .coverage*
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
