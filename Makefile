# `make` lists what can be made. Running needs less than testing (no torch, no linters), so each has its own stamp in
# .venv, and what is there already is not made again.

BIN := .venv/bin
# Tests that measure time on devices are not among those that run side by side.
SIDE_BY_SIDE := --numprocesses 2 --dist loadgroup

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test test-fast check pytest format languages plugin dist train train-gpu clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.test-ready ## Make .venv with all that running, testing and training need

run: .venv/.run-ready ## Open the app; without a screen, play the demo
	@$(BIN)/antiphon

test: check pytest ## Check and test everything, stopping at the first failure

check: .venv/.test-ready ## Formatting, lint, types, direction of imports
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

pytest: .venv/.test-ready ## The tests alone, those with devices last, one after another
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) -m 'not gpu and not device'
	$(BIN)/pytest --quiet -m 'device and not gpu'

test-fast: .venv/.test-ready ## The tests that need no device and no patience, two at a time
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) -m 'not gpu and not device and not slow'

format: .venv/.test-ready ## Rewrite the code as `make check` wants it, where that can be done safely
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

languages: .venv/.test-ready ## Gather the window's texts for translators, and build what the app loads
	@dev/languages

dist: .venv/.test-ready ## Build the wheel and the sdist into dist/, twice, and compare them
	@dev/dist

plugin: ## Build the DAW plugin (VST3, CLAP, LV2) and install it for this user
	$(MAKE) -C bridge/plugin install

train: runs/shards/.made ## Train on the CPU, going on where it stopped: make train CORPUS=folder
	$(BIN)/python -m model.train runs/shards runs/small --device cpu

train-gpu: .venv/.test-ready ## Train the shipped size on NVIDIA GPUs: make train-gpu CORPUS=folder MINUTES=20
	@test -n "$(CORPUS)" || { echo 'make train-gpu CORPUS=folder: a folder of MIDI files with a manifest.csv' >&2; exit 2; }
	PYTHON="$(BIN)/python" dev/train_gpu "$(CORPUS)" runs/base $(MINUTES)

clean: ## Remove what tools and builds left; .venv stays
	rm -rf build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/.run-ready: pyproject.toml dev/setup
	@dev/setup run

.venv/.test-ready: pyproject.toml dev/setup
	@dev/setup test

# A folder of MIDI files with a manifest.csv, tokenized once; remove runs/shards to tokenize another.
runs/shards/.made: | .venv/.test-ready
	@test -n "$(CORPUS)" || { echo 'make train CORPUS=folder: a folder of MIDI files with a manifest.csv' >&2; exit 2; }
	$(BIN)/python -m model.data "$(CORPUS)" runs/shards
	@touch $@
