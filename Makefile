# Needs Python 3.11 or newer and make; everything else is installed into a virtual environment of its own.
# `make` alone lists what there is. Another Python: `make test PYTHON=python3.13`.

PYTHON ?= python3
# An environment that somebody else made is left alone.
VENV ?= $(if $(wildcard .venv),$(if $(wildcard .venv/.homing),.venv,.venv-make),.venv)
WORKERS ?= 2
CUSTOMERS ?= 1000000
PYTEST ?= -q -n $(WORKERS)

venv := $(VENV)
bin := $(venv)/bin
ready := $(venv)/.homing-ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint types layers tests format bench soak browser docs words pins clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(ready) ## a virtual environment with everything in it

demo: $(ready) ## a project with synthetic customers in ./demo, run through months of virtual time
	@if [ -e demo ] && [ ! -e demo/homing.toml ]; then \
		echo "./demo is no demo project (it has no homing.toml): move it away first" >&2; exit 2; fi
	@rm -rf demo
	@$(bin)/homing demo demo
	@echo "(homing is $(bin)/homing)"

test: lint types layers tests ## everything that must pass: lint, types, layers, tests

check: lint types layers ## all of that but the tests

lint: $(ready)
	$(bin)/ruff check .
	$(bin)/ruff format --check .

types: $(ready)
	$(bin)/mypy

layers: $(ready)
	$(bin)/lint-imports --no-cache

tests: $(ready)
	$(bin)/python -m pytest $(PYTEST)

format: $(ready) ## put the code into its form, mend what can be mended
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

bench: $(ready) ## the benchmarks, with their figures; fewer customers than a million: CUSTOMERS=100000
	$(bin)/python -m benchmarks.run $(CUSTOMERS)

soak: $(ready) ## the tests with many more generated examples and simulated worlds, and a kill at every write
	HOMING_SEEDS=20000 HOMING_KILLS=100000 HOMING_EVERY=1 $(bin)/python -m pytest $(PYTEST) --hypothesis-profile=soak

browser: $(ready) ## the review room in a headless Chromium; where that is missing, root installs Debian's
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } \
		|| { echo 'this needs Chromium; on Debian: apt-get install chromium fonts-noto-cjk' >&2; exit 2; }
	$(bin)/python -m pytest -q tests/browser/room_in_chromium.py

docs: $(ready) ## the sessions and pictures in the documents, as they go now
	$(bin)/homing graph win_back --rules docs/example/rules --format svg > docs/pictures/win_back.svg
	$(bin)/homing graph retention --rules rules --format svg > docs/pictures/retention.svg
	$(bin)/python -m tests.pictures
	$(bin)/python -m tests.pages
	$(bin)/python -m tests.console README.md docs/tutorial.md docs/operations.md

words: $(ready) ## the catalogues of what people read: new sentences in, gone ones out, compiled; names what has no Chinese
	$(bin)/python -m tests.catalogues

pins: ## constraints.txt anew: the newest versions that fit together; run `make test` before keeping them
	$(PYTHON) -m venv --clear .venv-pins
	.venv-pins/bin/python -m pip install --quiet --disable-pip-version-check '.[dev]'
	{ sed -n '/^#/p' constraints.txt; .venv-pins/bin/python -m pip freeze --exclude homing; } > .venv-pins/pins
	mv .venv-pins/pins constraints.txt
	rm -rf .venv-pins

clean: ## remove the environment made here, caches and the demo
	@if [ -e .venv/.homing ]; then rm -rf .venv; fi
	@if [ -e demo/homing.toml ]; then rm -rf demo; fi
	rm -rf .venv-make .venv-pins .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find dsl engine tui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(ready): pyproject.toml constraints.txt | $(venv)/.homing
	$(bin)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(bin)/python -m compileall -q dsl engine tui
	@touch $@

$(venv)/.homing:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Homing needs Python 3.11 or newer; name one: make PYTHON=python3.13' >&2; exit 2; }
	@$(PYTHON) -m venv --clear $(venv) || { \
		rm -rf $(venv); echo 'Python has no venv module; on Debian: apt-get install python3-venv' >&2; exit 2; }
	@touch $@
