# Thin over pip: each recipe is what one would type by hand. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
# Two workers, whatever the machine has: each holds a TensorFlow of its own.
PYTEST ?= $(VENV)/bin/python -m pytest --numprocesses auto --maxprocesses 2 --dist worksteal
INSTALL = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: help demo test test-slow lint format gallery lessons docs benchmarks benchmarks-quick clean

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12
	@echo "Another Python: make PYTHON=python3.13 demo"

demo: $(VENV)/installed ## Install into .venv and run the demonstration
	$(VENV)/bin/keras-rnn-study demo

test: $(VENV)/installed-test ## Install into .venv and run all but slow tests; PYTEST_ARGS="-k trace" picks some
	@$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-slow: $(VENV)/installed-test ## Run what `test` leaves out, and what it skips where a program is missing
	@$(PYTEST) -m "slow or needs" $(PYTEST_ARGS)

lint: $(VENV)/installed-test ## Check style, formatting and types
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	@# mypy sees no mapped folders: links put the package together as it is installed.
	@rm -rf $(VENV)/typed && mkdir -p $(VENV)/typed/keras_rnn_study
	@ln -s $(CURDIR)/keras_rnn_study/* $(CURDIR)/callbacks $(CURDIR)/datasets $(VENV)/typed/keras_rnn_study/
	MYPYPATH=$(VENV)/typed $(VENV)/bin/mypy -p keras_rnn_study

format: $(VENV)/installed-test ## Mend what the linter can mend
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

gallery: $(VENV)/installed-test ## Draw all tasks again, docs/tasks.md, and the pictures of docs/pictures.md
	$(VENV)/bin/python docs/gallery.py
	$(VENV)/bin/python docs/pictures.py

lessons: $(VENV)/installed-test ## Run all lessons and write their notebooks: some minutes
	$(VENV)/bin/python notebooks/build.py

docs: $(VENV)/installed-test ## Build the site into docs/_build/html; the first time with the trainings of its first page
	@test -e docs/_static/live.html || $(VENV)/bin/python docs/live.py
	$(VENV)/bin/sphinx-build --fail-on-warning --keep-going --builder html docs docs/_build/html

benchmarks-quick: $(VENV)/installed-test ## Compare a few rows with the last time: three minutes
	$(VENV)/bin/python benchmarks/quick.py

benchmarks: $(VENV)/installed-test ## Measure what recording costs: 45 minutes, and docs/performance.md anew
	for name in peers limits start lengths overhead recording growth memory generation scaling seeds frames view; do \
	  $(VENV)/bin/python benchmarks/$$name.py --output benchmarks/results/$$name.json || exit 1; \
	done
	$(VENV)/bin/python benchmarks/page.py

clean: ## Remove .venv and what building and testing left behind
	rm -rf $(VENV) build dist docs/_build docs/_static docs/lessons *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are as old as the last installation: it is repeated when its metadata has changed.
$(VENV)/installed: $(VENV)/bin/python setup.cfg setup.py pyproject.toml
	@echo "Installing into $(VENV): TensorFlow is large, this takes a few minutes the first time."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/bin/python setup.cfg setup.py pyproject.toml
	@echo "Installing into $(VENV): TensorFlow is large, this takes a few minutes the first time."
	@$(INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/installed

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "No $(PYTHON) here. Install Python 3.10 or newer, or name yours: make PYTHON=/path/to/python"; \
	  exit 1; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) --version 2>&1), 3.10 or newer is needed. Name another: make PYTHON=python3.12"; \
	  exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"; \
	  exit 1; } >&2
	@$(PYTHON) -m venv $(VENV)
