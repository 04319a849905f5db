# Wakeful. `make run` and `make test` do all their own set-up: Python 3.11 or newer and a package index are enough.
# What is made lies in .venv (the project's environment), .tools (a private uv, if the machine has none) and build.

SHELL := /bin/sh
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never

UV := $(shell command -v uv 2>/dev/null || echo .tools/uv/bin/uv)
RUN := $(UV) run --no-sync
PYTEST_ARGS ?=

.PHONY: help setup run test soak chaos lint format docs bench clean

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.tools/uv/bin/uv:
	@command -v python3 >/dev/null || { echo 'make: no python3 found; install Python 3.11 or newer' >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $$(python3 --version) is too old; put Python 3.11 or newer first on the PATH" >&2; exit 1; }
	python3 -m venv .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/.ready: pyproject.toml uv.lock | $(filter .tools/%,$(UV))
	$(UV) sync --locked --quiet
	@touch $@

setup: .venv/.ready ## Make the environment

run: setup ## The sample night: http://127.0.0.1:8000, three sample homes, one check missed within two minutes
	$(RUN) wakeful up --sample

test: setup ## All tests, in parallel, but the long ones
	$(RUN) pytest -n auto --dist worksteal -m 'not soak and not chaos' --ignore tests/browser $(PYTEST_ARGS)
	$(RUN) pytest -n auto --dist loadfile -m 'not soak and not chaos' tests/browser $(PYTEST_ARGS)

soak: setup ## The long ones: random nights by the thousand, kills by the dozen
	$(RUN) pytest -n auto --dist worksteal -m soak --timeout 3600 $(PYTEST_ARGS)

chaos: setup ## The long night over a broker: everything is killed; figures in build/chaos.json
	$(RUN) pytest -s -p no:xdist -m chaos tests/chaos $(PYTEST_ARGS)

lint: setup ## Style, formatting, types
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy

format: setup ## Put everything into form
	$(RUN) ruff check --fix
	$(RUN) ruff format

docs: setup ## Make the documents that are made from the code
	$(RUN) python -m tests.documents

bench: setup ## The figures, with what they should reach; also build/bench.json
	$(RUN) python -m tests.load

clean: ## Remove what was made, but no data
	rm -rf .venv .tools build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
