# Everything is installed into .venv, in this folder; `make clean` removes it.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak check lock audit clean

help:  ## List the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with the locked dependencies that alflow needs to run

# torch has a lock of its own: its wheel for processors is another one than PyPI's, and so cannot have one digest. It comes
# last, and brings the CUDA libraries that its GPU build wants; its CPU build wants none.
$(READY): requirements.lock requirements-torch.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"alflow needs Python 3.11 to 3.13, and {sys.executable} is {v.major}.{v.minor}; name another with `make PYTHON=python3.12`")'
	@echo "Installing the dependencies of requirements.lock and alflow itself into $(CURDIR)/$(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement requirements-torch.lock
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	@echo "Installing what the tests need besides, by requirements-dev.lock"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements-dev.lock
	@touch $@

demo: $(READY)  ## Run an experiment on the embedded sample data, in a minute
	@$(VENV)/bin/alflow run examples/demo.yaml

test: check  ## Check the code and run all tests
	@$(VENV)/bin/pytest --quiet --numprocesses 4 --dist loadfile --no-loadscope-reorder

soak: $(DEV)  ## Play what is too long for CI: kills, restarts, a busy machine, fuzzing, new random examples
	@$(VENV)/bin/python benchmarks/chaos.py --kills 60
	@$(VENV)/bin/python benchmarks/up_rounds.py --rounds 20
	@$(VENV)/bin/python benchmarks/busy.py --rounds 20
	@$(VENV)/bin/python -W ignore benchmarks/fuzz.py --minutes 10
	@$(VENV)/bin/pytest --quiet -m soak
	@$(VENV)/bin/pytest --quiet --hypothesis-profile soak tests/al_core tests/contracts tests/properties

check: $(DEV)  ## Check style, types and architecture
	@$(VENV)/bin/ruff format --check --quiet . && $(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }

# torch stays where it is, and the CUDA libraries of its GPU build are left out: it names their versions itself.
lock: $(READY)  ## Write requirements.lock and requirements-dev.lock anew from pyproject.toml
	@$(VENV)/bin/pip install --quiet uv
	@for one in 'requirements.lock --extra build --extra offline --extra s3' 'requirements-dev.lock --extra dev'; do \
		$(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --generate-hashes \
			--constraints requirements-torch.lock --no-emit-index-url --no-header --no-annotate --quiet --output-file $$one; \
	done
	@$(VENV)/bin/python -c "import re, pathlib; [f.write_text('\n'.join(b for b in re.split(r'\n(?=\S)', f.read_text().strip()) \
		if not re.match('torch==|nvidia-|cuda-|triton', b)) + '\n') for f in map(pathlib.Path, ['requirements.lock', 'requirements-dev.lock'])]"

audit: $(READY)  ## Ask whether a locked dependency has a known hole; nothing depends on the answer
	@$(VENV)/bin/pip install --quiet pip-audit
	-@$(VENV)/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock

clean:  ## Remove .venv and caches; results stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .lint-imports.log
