# The only command list. `make` alone prints it.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# apart, the data have a folder of their own unless one was named
APART := $(or $(CCHC_DATA_DIR),var/distributed)
COPIES ?= 1
export CCHC_DATA_DIR ?= var

.DEFAULT_GOAL := help
.PHONY: help run run-distributed install test test-embedded check format format-check lint types imports bench revision lock clean

help: ## Danh sách lệnh / this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(VENV)/.runtime: requirements.lock pyproject.toml deploy/install.sh
	@sh deploy/install.sh $(PYTHON) $(VENV) requirements.lock && touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@sh deploy/install.sh $(PYTHON) $(VENV) requirements-dev.lock && touch $@

install: $(VENV)/.runtime ## the environment from the hashed lock file; the command is .venv/bin/cchc

run: $(VENV)/.runtime ## start the embedded platform (PORT=8000, CCHC_DATA_DIR=var, CCHC_SAMPLE=0 for an empty one)
	@exec $(BIN)/python -m services.embedded --port $(PORT)

run-distributed: $(VENV)/.runtime ## the services apart, over a PostgreSQL and a RabbitMQ of their own (PORT=8000, COPIES=1)
	@CCHC_DATA_DIR=$(APART) exec sh deploy/local/up.sh --port $(PORT) --apis $(COPIES) --workers $(COPIES)

test: $(VENV)/.dev ## all tests, both modes; starts PostgreSQL and RabbitMQ of its own on free ports
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup

test-embedded: $(VENV)/.dev ## tests that need no other software
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "not distributed"

check: format-check lint types imports test ## what CI runs

format: $(VENV)/.dev ## rewrite the sources in the house format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix-only .

format-check: $(VENV)/.dev
	@$(BIN)/ruff format --check .

lint: $(VENV)/.dev ## ruff, every rule but the few listed with a reason
	@$(BIN)/ruff check .

types: $(VENV)/.dev ## mypy, strict
	@$(BIN)/mypy

imports: $(VENV)/.dev ## who may import whom
	@$(BIN)/lint-imports

bench: $(VENV)/.dev ## measure, as ratios taken in one run; figures go to docs/benchmarks.md
	@$(BIN)/python -m benchmarks

revision: $(VENV)/.dev ## write a migration: make revision s=plans m="what changes"
	@$(BIN)/python -m services.write_revision $(s) "$(m)"

lock: ## rewrite the hashed lock files (needs uv)
	@uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and caches, never the data
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
