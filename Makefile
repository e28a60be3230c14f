# Every target makes the virtual environment that it needs, in .venv, and brings it up to date
# when pyproject.toml, constraints.txt or the sources of the page have changed.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs frontend clean

python := .venv/bin/python
page := $(wildcard hatch_build.py frontend/*.json frontend/*.mjs frontend/src/*.* frontend/src/*/*.*)
asked := pyproject.toml constraints.txt scripts/make_environment.sh $(page)

# Compiled kernels are kept here, so that a second run does not compile them again.
export NUMBA_CACHE_DIR := $(CURDIR)/.venv/numba

# An environment that was moved or copied with its checkout still points to the old place.
$(shell test ! -e .venv/place || test "$$(cat .venv/place)" = "$$(pwd)" || rm -f .venv/*.stamp)

help: ## say what there is
	@echo "make TARGET, with TARGET one of"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' Makefile

demo: .venv/base.stamp ## learn two properties of real molecules and make the page that shows it
	@.venv/bin/atomarium run studies/demo.toml

test: .venv/dev.stamp ## run every test, in minutes: all that is run before a change is taken
	@$(python) -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal $(TESTS)

check: .venv/dev.stamp ## look at style, types, imports and docstrings, in seconds
	@$(python) scripts/check.py

bench: .venv/peers.stamp ## measure against other programs, in one run, as ratios
	@for file in benchmarks/*.py; do echo "== $$file"; $(python) "$$file" || exit 1; done

docs: .venv/docs.stamp ## build the documentation into site/; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(python) -m mkdocs build --strict && echo "Open site/index.html"

frontend: .venv/dev.stamp ## build the page's program again when its sources are newer
	@$(python) hatch_build.py

clean: ## remove what the other targets made
	rm -rf .venv build dist site .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/base.stamp: $(asked)
	@sh scripts/make_environment.sh
	@touch $@

.venv/dev.stamp .venv/peers.stamp .venv/docs.stamp: .venv/%.stamp: $(asked)
	@sh scripts/make_environment.sh dev nn notebook cluster $(filter-out dev,$*)
	@touch $@ .venv/base.stamp
