# Everything a developer or an operator starts. `make` alone says what there is.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python that is new enough and can make an environment. Looked for only when .venv has to be made.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$python" && break; done)

VENV := .venv
PY := $(VENV)/bin/python
# Test processes at once; every one starts its own PostgreSQL when it meets a test that needs it.
JOBS ?= 2
PYTEST_ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help venv run test bench lint format texts shots system

help: ## say what there is to make
	@echo "退费工作台 · Refund Desk"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(VENV)/.for-tests ## make .venv with everything that runs, tests and checks the product

run: $(VENV)/.for-running ## start the product with demonstration data (settings: environment, see README)
	@export REFUND_DEMO="$${REFUND_DEMO-1}"; \
	host="$${REFUND_HOST:-127.0.0.1}"; port="$${REFUND_PORT:-8501}"; \
	if [ "$$REFUND_DEMO" = 1 ]; then $(PY) -m core demo --if-empty; fi; \
	echo "退费工作台 Refund Desk: http://$$host:$$port" >&2; \
	exec $(VENV)/bin/streamlit run app.py --server.address="$$host" --server.port="$$port"

test: venv system ## check and test everything, PostgreSQL and the browser included
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(PY) -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

bench: venv system ## measure: figure, floor, ratio, target
	$(PY) -m tests.bench

lint: venv ## ruff, formatting and types, without running anything
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

format: venv ## write every file the way ruff formats it
	$(VENV)/bin/ruff format

texts: venv ## bring the English catalogue in step with the code and name what wants a translation
	$(PY) -m core.texts

shots: venv system ## take the pictures of the README
	$(PY) -m tests.shots

# What pip cannot install: PostgreSQL, Chromium and a Chinese font. Found, or installed as root, or named in one sentence.
system: $(VENV)/.for-tests
	@$(PY) -m tests.support.system

# The two stamps are younger than the requirements they were installed from; a changed requirement installs again.
$(VENV)/.for-running: requirements.txt | $(VENV)/bin/pip
	$(PY) -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.for-tests: requirements.txt requirements-dev.txt | $(VENV)/bin/pip
	$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $(VENV)/.for-running $@

$(VENV)/bin/pip:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer with its venv module was not found: install it (Debian: python3-venv), or say 'make PYTHON=/path/to/python3'." >&2; \
		exit 1; \
	fi
	$(PYTHON) -m venv $(VENV)
