# `make` lists the targets. Running needs less than testing (no torch, no linters), so each has its own stamp in .venv, and
# completed steps are not repeated.

BIN := .venv/bin
# Tests of processes that keep real time do not run in parallel, nor do those with devices.
APART := tests/bridge/io tests/bridge/plugin tests/bridge/synth tests/gui/bench tests/gui/engine
SIDE_BY_SIDE := --numprocesses 2 --dist loadgroup $(addprefix --ignore=,$(APART))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test test-long test-fast check pytest format languages plugin lock licences audit dist train train-gpu clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.test-ready ## Make .venv with everything for running, testing and training

run: .venv/.run-ready ## Open the app, or play the demo if there is no screen
	@$(BIN)/antiphon

test: check pytest ## Check and test everything, stopping at the first failure

check: .venv/.test-ready ## Check formatting, lint, types and the direction of imports
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

pytest: .venv/.test-ready ## Run all tests, those with devices last, one after another
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) -m 'not gpu and not device and not long'
	$(BIN)/pytest --quiet $(APART) -m 'not gpu and not device and not long'
	$(BIN)/pytest --quiet -m 'device and not gpu and not long'

test-long: .venv/.test-ready ## Run the tests that take minutes each, one after another
	$(BIN)/pytest --quiet -m 'long and not gpu'

test-fast: .venv/.test-ready ## Run the fast tests that need no device, two at a time
	$(BIN)/pytest --quiet $(SIDE_BY_SIDE) -m 'not gpu and not device and not slow and not long'
	$(BIN)/pytest --quiet $(APART) -m 'not gpu and not device and not slow and not long'

format: .venv/.test-ready ## Format the code and apply the linter's safe fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

languages: .venv/.test-ready ## Collect the window's texts for translators, and compile the translations
	@dev/languages

lock: .venv/.test-ready ## Choose newer versions of all packages, and write them with checksums
	@$(BIN)/python dev/lock_packages.py

licences: .venv/.test-ready ## List the licences of all packages, and check those that running needs
	@$(BIN)/python dev/licences.py

audit: .venv/.test-ready ## Ask the package index which locked packages have known faults
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement dev/lock-test.txt

dist: .venv/.test-ready ## Build the wheel and the sdist into dist/, twice, and compare them
	@dev/dist

plugin: ## Build the DAW plugin (VST3, CLAP, LV2) and install it for this user
	$(MAKE) -C bridge/plugin install

train: runs/shards/.made ## Train on the CPU, continuing a stopped run: make train CORPUS=folder
	$(BIN)/python -m model.train runs/shards runs/small --device cpu

train-gpu: .venv/.test-ready ## Train the shipped size on NVIDIA GPUs: make train-gpu CORPUS=folder MINUTES=20
	@test -n "$(CORPUS)" || { echo 'make train-gpu CORPUS=folder: a folder of MIDI files with a manifest.csv' >&2; exit 2; }
	PYTHON="$(BIN)/python" dev/train_gpu "$(CORPUS)" runs/base $(MINUTES)

clean: ## Remove the files of tools and builds, but not .venv
	rm -rf build dist .hypothesis .grimp_cache .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/.run-ready: pyproject.toml dev/setup dev/lock-run.txt
	@dev/setup run

.venv/.test-ready: pyproject.toml dev/setup dev/lock-test.txt
	@dev/setup test

# CORPUS is a folder of MIDI files with a manifest.csv. It is tokenized once; remove runs/shards to tokenize another.
runs/shards/.made: | .venv/.test-ready
	@test -n "$(CORPUS)" || { echo 'make train CORPUS=folder: a folder of MIDI files with a manifest.csv' >&2; exit 2; }
	$(BIN)/python -m model.data "$(CORPUS)" runs/shards
	@touch $@
