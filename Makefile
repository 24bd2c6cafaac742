# Every target makes its own environment in .venv first: Python >= 3.12 is all that it asks of a machine.
SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
PIP   := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests run in two processes, the tests of a file in one of them.
SPLIT := --numprocesses 2 --dist loadfile

export PYTHON

.PHONY: help demo test check slow proofs calibration picture ui wheel serve openapi lock clean environment
.DEFAULT_GOAL := environment

environment: $(READY)  ## make .venv from the lock file (the default)

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##\(.*\)/\1\t\2/p' Makefile | expand -t 14

$(BIN)/python:
	@python=$$(./scripts/find_python.sh) || exit 1; \
	echo "making $(VENV) with $$python"; "$$python" -m venv $(VENV)

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing from requirements.lock (a few minutes the first time)"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## fit a world of known truth, question it, plan its next quarter
	@$(BIN)/python -m app.demo

test: $(READY)  ## the quick tests
	@$(BIN)/python -m pytest -q -m "not slow and not proof" $(SPLIT)

slow: $(READY)  ## the long tests: real fits, killed processes, a small version of each proof
	@$(BIN)/python -m pytest -q -m "slow and not proof" $(SPLIT) || [ $$? -eq 5 ]

proofs: $(READY)  ## the proofs in full (an hour or more; benchmarks/README.md has their figures)
	@$(BIN)/python -m pytest -q -m proof $(SPLIT)

check: $(READY)  ## lint, format, types, direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/architecture

calibration: $(READY)  ## measure how honest intervals are (hours, in the background; goes on where it stopped)
	@OMP_NUM_THREADS=1 nice -n 15 $(BIN)/python -m benchmarks.calibration

picture: $(READY)  ## draw the plan that the README shows, from a fresh fit
	@$(BIN)/python -m scripts.plan_picture

ui: $(READY)  ## build the workbench, the page of the service
	@$(BIN)/python -m scripts.build_ui

wheel: ui  ## build the wheel, with the page in it
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

serve: ui  ## run the service on the loopback address
	@$(BIN)/prudent serve

openapi: $(READY)  ## write openapi.json from the code
	@$(BIN)/prudent openapi

lock: $(READY)  ## pin every dependency again, with hashes, for all platforms
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.12 --upgrade \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml docker/build.in --extra telemetry --universal \
		--constraint requirements.lock --python-version 3.12 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --quiet -o docker/requirements.lock

clean:  ## remove what was built or cached, the environment included
	rm -rf $(VENV) app/ui/node_modules app/ui/dist build dist *.egg-info demo-output .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
