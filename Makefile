# Perilune's commands. `make demo` and `make test` are all that a newcomer needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH_INDEX ?=
TORCH := torch==2.13.0
PRODUCT := $(VENV)/.product-installed
DEV := $(VENV)/.dev-installed
SOURCES := crawler pipeline models digest web perilune tests benchmarks docs
BENCHMARKS := foundation onboarding_sites feeds refusals health politeness throughput changes ocr dates extraction pdf understanding stories duplicates summaries grounding digest_weeks mail_speed

.DEFAULT_GOAL := help
.PHONY: help install demo serve ocr test test-long chaos test-tools check lint format types contracts migrations docs screenshots classifier bench lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(PRODUCT) ## make .venv and install Perilune with its locked dependencies

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Perilune needs Python 3.11 or later; name one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(PRODUCT): requirements/lock.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DEV): requirements/dev.txt $(PRODUCT)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(PRODUCT) ## crawl a small web of real documents and write demo/digest.html, .eml and .txt
	@$(BIN)/perilune demo

serve: $(PRODUCT) ## open the demo's archive (or, before any demo, your own) at http://127.0.0.1:8600/
	@if [ -d demo ]; then PERILUNE_HOME=demo $(BIN)/perilune serve; else $(BIN)/perilune serve; fi

ocr: ## install Tesseract with its languages, so that scanned documents are read (Debian, Ubuntu)
	@requirements/install-ocr.sh

test-tools: ## install what the tests need beside Python packages: PostgreSQL, Chromium, Tesseract, Pango
	@tests/install-tools.sh

# Tests start hundreds of processes: without cached bytecode each would compile all modules anew.
test test-long: export PYTHONDONTWRITEBYTECODE =
test: $(DEV) test-tools ## run the tests, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-long: $(DEV) test-tools ## run the further cases of the slowest tests, which `make test` samples
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long

chaos: export PYTHONDONTWRITEBYTECODE =
chaos: $(DEV) test-tools ## kill and starve real work a thousand times (half an hour); goes on where it was stopped
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.chaos --kills 1000 --state chaos.state

check: lint types contracts migrations test ## everything that must pass before a change lands

lint: $(DEV) ## check form and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(DEV) ## mend form and style where a tool can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(DEV) ## check types
	$(BIN)/mypy

contracts: $(DEV) ## check who imports whom
	$(BIN)/lint-imports

migrations: $(DEV) ## check that the migrations make exactly the tables of the models
	$(BIN)/python -m models.migrations.check

docs: $(DEV) ## write the reference pages anew from the code
	$(BIN)/python docs/reference.py

screenshots: $(DEV) test-tools ## make the README's pictures anew from the demo
	$(BIN)/python docs/screenshots.py

classifier: $(DEV) ## train the classifier that ships, from the labelled texts (two minutes)
	$(BIN)/perilune learn --to pipeline/understanding/classifiers/multilingual-e5-small.npz

bench: $(DEV) ## run the benchmarks and print their figures
	@for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

lock: $(DEV) ## resolve the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	requirements/lock.sh $(BIN)/uv

clean: ## remove what was built, never an archive
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
