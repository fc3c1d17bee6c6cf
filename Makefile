PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CONSTRAIN := --constraint constraints.txt --disable-pip-version-check --quiet

.PHONY: verify test lint bench planted-bugs clean

verify: $(INSTALLED)
	$(BIN)/fakevirt verify

# Benchmarks are not in this run, and pytest-benchmark would only say that it does not measure under xdist.
test: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup --no-cov -p no:benchmark $(ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED)
	$(BIN)/python -m pytest tests/benchmarks -p no:randomly -p no:xdist --no-cov $(ARGS)

planted-bugs: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m planted_bugs

clean:
	rm -rf $(VENV) build dist htmlcov .benchmarks .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# The build backend comes first and the build is not isolated: an isolated one would install whatever hatchling is newest.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(CONSTRAIN) hatchling editables
	$(BIN)/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[dev]'
	touch $@
