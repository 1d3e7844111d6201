# Everything is installed into .venv, in this folder; `make clean` removes it.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak check lock clean

help:  ## List the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with the locked dependencies

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"alflow needs Python 3.11 to 3.13, and {sys.executable} is {v.major}.{v.minor}; name another with `make PYTHON=python3.12`")'
	@echo "Installing the dependencies of requirements.lock and alflow itself into $(CURDIR)/$(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY)  ## Run an experiment on the embedded sample data, in a minute
	@$(VENV)/bin/alflow run examples/demo.yaml

test: check  ## Check the code and run all tests
	@$(VENV)/bin/pytest --quiet --numprocesses 4 --dist loadfile --no-loadscope-reorder

soak: $(READY)  ## Play what is too long for CI: kills, restarts, a busy machine, fuzzing, new random examples
	@$(VENV)/bin/python benchmarks/chaos.py --kills 60
	@$(VENV)/bin/python benchmarks/up_rounds.py --rounds 20
	@$(VENV)/bin/python benchmarks/busy.py --rounds 20
	@$(VENV)/bin/python -W ignore benchmarks/fuzz.py --minutes 10
	@$(VENV)/bin/pytest --quiet -m soak
	@$(VENV)/bin/pytest --quiet --hypothesis-profile soak tests/al_core tests/contracts tests/properties

check: $(READY)  ## Check style, types and architecture
	@$(VENV)/bin/ruff format --check --quiet . && $(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }

# torch is kept where it is, and the CUDA libraries of its GPU build are left out: it names their versions itself, and
# its CPU build has none.
lock: $(READY)  ## Write requirements.lock anew from pyproject.toml
	@$(VENV)/bin/pip install --quiet uv
	@grep '^torch==' requirements.lock > .lock-constraints
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--constraints .lock-constraints --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock
	@sed -i -E '/^(nvidia-|cuda-|triton)/d' requirements.lock
	@rm .lock-constraints

clean:  ## Remove .venv and caches; results stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .lint-imports.log
