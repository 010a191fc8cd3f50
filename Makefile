# bvsim: set-up, runs and tests. `make help` lists the targets.
#
# Options, each as NAME=VALUE on the command line:
#   PYTHON    the interpreter to build the environment with (>= 3.11; default: the first found)
#   VENV      where the environment lives (default .venv)
#   LOCKED=1  install the exact versions of requirements.lock
#   SCENARIO  what `make run` runs (default reference);  ARGS: further options of `bvsim run`
#   EXTREMES  models with many extremes at once in make extremes (default 2000)
#   JOBS      test processes (default 2);  FUZZ: inputs of make fuzz (default 10000);  COV=1: with coverage;  PYTEST_ARGS: further options

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
SCENARIO ?= reference
JOBS ?= 2
FUZZ ?= 10000
EXTREMES ?= 2000
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.11 python)
PIP := $(BIN)/python -m pip --disable-pip-version-check

# One stamp for each kind of installation, so that a second call does not install again.
ifdef LOCKED
  CONSTRAIN := -c requirements.lock
  CORE := $(VENV)/.core-locked
  DEV := $(VENV)/.dev-locked
  LOCKFILE := requirements.lock
else
  CORE := $(VENV)/.core
  DEV := $(VENV)/.dev
endif

ifdef COV
  # The threshold only serves to print the total in one line.
  COVERAGE := --cov=bvsim --cov-report= --cov-fail-under=1
endif

.PHONY: help run test lint lock lowest bench check fuzz extremes nightly intervals mutants validation-page clean distclean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 \t/p' Makefile | expand -t 28

run: $(CORE)  ## install bvsim, run the reference scenario; the next run uses a valley compiled meanwhile
	@$(BIN)/python tools/beside.py "$(VENV)/compiled" run $(SCENARIO) $(ARGS)

test: lint  ## install the development tools, lint, check types and run the tests
	@$(BIN)/python -m pytest -n $(JOBS) $(COVERAGE) $(PYTEST_ARGS)

lint: $(DEV)  ## ruff (rules and format) and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(CORE)  ## time one replication and a fan-out on two workers
	@$(BIN)/python benchmarks/replication.py

check: $(CORE)  ## compare the shipped scenarios with their baselines (ARGS: further options)
	@$(BIN)/bvsim check $(ARGS)

fuzz: $(DEV)  ## more than ten thousand broken inputs; none may give a traceback (FUZZ=10000)
	@BVSIM_FUZZ=$(FUZZ) $(BIN)/python -m pytest -n $(JOBS) tests/fuzz $(PYTEST_ARGS)

extremes: $(DEV)  ## every figure at the ends of its range, then many at once (ARGS: further options); takes hours, goes on
	@$(BIN)/python tools/extremes.py $(ARGS)
	@$(BIN)/python tools/extremes.py --many $(EXTREMES) $(ARGS)

intervals: $(CORE)  ## how often printed intervals hold the truth; writes docs/background/intervals.md (ten minutes)
	@PYTHONPATH=tools $(BIN)/python -m pages.intervals $(ARGS)

nightly: $(DEV)  ## two thousand valleys made at random, and their books (ARGS: further options); an hour, goes on; more kills, fuller disks
	@$(BIN)/python tools/valleys.py $(ARGS)
	@BVSIM_NIGHTLY=1 $(BIN)/python -m pytest -n $(JOBS) tests/ensemble/test_scheduler_gone.py tests/ensemble/store $(PYTEST_ARGS)
	@BVSIM_CLIENTS_SECONDS=60 $(BIN)/python -m pytest -n0 tests/show/test_app.py -k clients $(PYTEST_ARGS)

mutants: $(DEV)  ## judge the next piece of a sample of mutants of the valley (ARGS: further options); takes long
	@$(PIP) install --quiet -e ".[mutants]"
	@$(BIN)/python tools/mutants.py $(ARGS)

validation-page: $(CORE)  ## run the hindcast and rewrite the tables of docs/background/validation.md
	@PYTHONPATH=tools $(BIN)/python -m pages.validation --page docs/background/validation.md $(ARGS)

lock: $(VENV)/.made  ## write requirements.lock from a fresh environment
	@set -e; fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(BIN)/python -m venv "$$fresh"; \
	"$$fresh/bin/python" -m pip --disable-pip-version-check install --quiet --upgrade ".[dev]"; \
	{ echo "# Exact versions of bvsim's libraries and development tools; written by: make lock"; \
	  "$$fresh/bin/python" -m pip freeze --exclude bvsim --exclude setuptools; } > requirements.lock; \
	echo "requirements.lock: $$(grep -c == requirements.lock) packages"

lowest: $(VENV)/.made  ## run and test with the oldest libraries that pyproject.toml allows
	@set -e; fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(BIN)/python -c 'import tomllib; wanted = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	  print("\n".join(each.replace(">=", "==") for each in wanted["dependencies"]))' > "$$fresh/lowest.txt"; \
	$(BIN)/python -m venv "$$fresh/venv"; \
	"$$fresh/venv/bin/python" -m pip --disable-pip-version-check install --quiet \
	  -c "$$fresh/lowest.txt" -e . pytest hypothesis; \
	cat "$$fresh/lowest.txt"; \
	"$$fresh/venv/bin/bvsim" run reference -n 2 --out "$$fresh/run"; \
	"$$fresh/venv/bin/bvsim" export "$$fresh/run" --to xlsx; \
	"$$fresh/venv/bin/python" -m pytest -p no:cacheprovider tests/reading tests/ensemble/test_run.py $(PYTEST_ARGS)

clean:  ## remove caches and built files (runs and the environment stay)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .coverage htmlcov
	find src tests benchmarks notebooks -name __pycache__ -type d -exec rm -rf {} +

distclean: clean  ## clean, and remove the environment too
	rm -rf "$(VENV)"

$(CORE): pyproject.toml $(LOCKFILE) | $(VENV)/.made
	@echo "installing bvsim and its libraries into $(VENV) (a minute or two, once)"
	@$(PIP) install --quiet $(CONSTRAIN) -e .
	@$(BIN)/bvsim --version
	@touch $@

$(DEV): pyproject.toml $(LOCKFILE) | $(VENV)/.made
	@echo "installing bvsim and its development tools into $(VENV) (a minute or two, once)"
	@$(PIP) install --quiet $(CONSTRAIN) -e ".[dev]"
	@$(BIN)/bvsim --version
	@touch $(CORE) $@

# Some systems ship Python without ensurepip; their pip can fill an environment all the same.
$(VENV)/.made:
	@set -e; found=''; \
	for candidate in $(CANDIDATES); do \
	  if command -v "$$candidate" >/dev/null 2>&1 && "$$candidate" -c \
	    'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "bvsim needs Python 3.11 or newer; none found among: $(CANDIDATES)" >&2; \
	  for candidate in $(CANDIDATES); do \
	    if command -v "$$candidate" >/dev/null 2>&1; then \
	      echo "  $$candidate is $$("$$candidate" --version 2>&1)" >&2; fi; \
	  done; \
	  echo "install a newer one, or name it: make run PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	echo "making $(VENV) with $$("$$found" --version)"; \
	if "$$found" -c 'import ensurepip' 2>/dev/null; then "$$found" -m venv "$(VENV)"; \
	else "$$found" -m venv --without-pip "$(VENV)"; \
	  "$$found" -m pip --python "$(BIN)/python" install --quiet pip; fi; \
	touch $@
