# The commands of this project. `make run` and `make test` need nothing but Python 3.11–3.13 and a network.
# PYTHON=/path/to/python chooses the interpreter; without it the newest one that works is taken.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
WORKERS ?= 2
PYTEST_ARGS ?=

BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --custom-compile-command "make lock"
PACKAGES := agent evals memory prompts tools

.PHONY: help run test test-slow lint types contracts bench evals learn lock clean

help:
	@sed -n 's/^## //p' Makefile

## make run        Friday on http://127.0.0.1:8000, with the demo firm and a sign-in link
run: .venv/app.stamp
	exec $(BIN)/friday serve

## make test       the tests, with the coverage that the gate and the rules must have
test: .venv/dev.stamp
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not slow" --cov --cov-report= $(PYTEST_ARGS)
	$(BIN)/coverage json --quiet -o coverage.json
	$(BIN)/python .ci/coverage_gate.py coverage.json

## make test-slow  kill -9, browsers, fuzzing, other clients
test-slow: .venv/dev.stamp
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m slow --durations=5 $(PYTEST_ARGS)

## make lint       ruff, its formatter, the import contracts
lint: .venv/dev.stamp contracts
	$(BIN)/ruff check $(PACKAGES) tests .ci
	$(BIN)/ruff format --check $(PACKAGES) tests .ci

contracts: .venv/dev.stamp
	$(BIN)/lint-imports --no-logo

## make types      pyright, strict
types: .venv/dev.stamp
	$(BIN)/pyright

## make evals      the core cases, with their pass mark
evals: .venv/app.stamp
	$(BIN)/friday eval run

## make learn      the embedded model's weights, after a change of any examples.yaml or tool
learn: .venv/app.stamp
	$(BIN)/python -m evals.nlu.learning

## make bench      speed and memory, as JSON
bench: .venv/app.stamp
	$(BIN)/python -m evals.bench

## make lock       newest versions that pyproject.toml allows: make lock UPGRADE=--upgrade
lock: .venv/bootstrap.stamp
	$(COMPILE) $(UPGRADE) --group bootstrap -o requirements/bootstrap.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra minilm --group build -o requirements/app.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --extra minilm --group build --group dev -c requirements/app.lock -o requirements/dev.lock

## make clean      removes .venv and what the tools left behind; never data/
clean:
	rm -rf .venv build dist htmlcov coverage.json .coverage* .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than the files that it was installed from, so that a second `make run` installs nothing.
.venv/bootstrap.stamp: requirements/bootstrap.txt $(if $(PYTHON),asked-for)
	.ci/bootstrap $(PYTHON)

.venv/app.stamp: .venv/bootstrap.stamp requirements/app.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements/app.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

.venv/dev.stamp: .venv/app.stamp requirements/dev.lock
	$(INSTALL) --require-hashes -r requirements/dev.lock
	touch $@

# PYTHON= may name another version than .venv has, which only the script can see.
.PHONY: asked-for
asked-for:
