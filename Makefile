PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BROWSER := $(VENV)/.browser-installed
BACKENDS := $(VENV)/.backends-installed
NOVA_INSTALLED := $(VENV)/nova/.installed
CONSTRAIN := --constraint constraints.txt --disable-pip-version-check --quiet
UNDER_NOVA := PYTHONPATH=tests OS_NOVA_DISABLE_EVENTLET_PATCHING=True OS_STDOUT_CAPTURE=1 OS_STDERR_CAPTURE=1 OS_TEST_TIMEOUT=120
IN_PARALLEL := --numprocesses auto --dist loadgroup --no-cov -p no:benchmark

# Where users are: tests of the library and of the plugin run on each of these, and what is missing is told.
PYTHONS := 3.11 3.12 3.13
ACROSS := tests/unit tests/plugin
PYTEST_ACROSS = -m pytest $(ACROSS) --numprocesses auto -p no:benchmark -p no:cacheprovider --quiet $(ARGS)

.SECONDARY:
.PHONY: verify test test-integration test-backends test-nova nova-faults test-pythons test-lowest test-newest test-plain browser-test screenshot lint docs types bench converted-manager nova-history driver-mutants planted-bugs clean

verify: $(INSTALLED)
	$(BIN)/fakevirt verify --html report.html

# Benchmarks are not in this run, and pytest-benchmark would only say that it does not measure under xdist.
test: $(INSTALLED)
	$(BIN)/python -m pytest $(IN_PARALLEL) --ignore=tests/integration $(ARGS)

# Every scenario, plan and sweep as the command runs them, what the documentation prints, and the built wheel where nothing else is.
test-integration: $(INSTALLED)
	$(BIN)/python -m pytest tests/integration $(IN_PARALLEL) $(ARGS)

test-pythons:
	@for version in $(PYTHONS); do \
	    if .ci/find-python $$version >/dev/null; then $(MAKE) --no-print-directory test-python-$$version || exit 1; fi; \
	done

test-python-%: $(VENV)/%/.installed
	$(VENV)/$*/bin/python $(PYTEST_ACROSS)

# The lowest versions that pyproject.toml allows; `uv pip compile --resolution lowest-direct` has computed the list.
test-lowest: $(VENV)/lowest/.installed
	$(VENV)/lowest/bin/python $(PYTEST_ACROSS)

# Whatever is newest today.
test-newest: $(VENV)/newest/.installed
	$(VENV)/newest/bin/python $(PYTEST_ACROSS)

test-plain: $(INSTALLED)
	$(BIN)/python $(PYTEST_ACROSS) --assert=plain

# What is the same on PostgreSQL and MariaDB and over RabbitMQ, and then the other tests on each database; all three are
# started for that, and stopped. EACH names fewer of the other tests, which take three quarters of an hour.
test-backends: EACH := $(ACROSS) tests/integration
test-backends: $(BACKENDS)
	$(BIN)/python -m pytest tests/backends --numprocesses auto --no-cov -p no:benchmark $(ARGS)
	for server in PostgreSQL MariaDB; do \
	    PYTHONPATH=tests $(BIN)/python -m backends $$server \
	        $(BIN)/python -m pytest $(EACH) $(IN_PARALLEL) -p no:cacheprovider $(ARGS) || exit 1; \
	done

# Under Nova itself; ARGS=--all has every test of Nova's that migrates a server, which takes the better part of an hour.
test-nova: $(NOVA_INSTALLED)
	PYTHONPATH=tests $(VENV)/nova/bin/python -m real_nova $(ARGS)

# What Nova leaves behind when something fails during a live migration: writes docs/nova-faults.md.
nova-faults: $(NOVA_INSTALLED)
	$(UNDER_NOVA) $(VENV)/nova/bin/python -m nova_faults $(ARGS)

browser-test: $(BROWSER)
	$(BIN)/python -m pytest tests/browser --no-cov -p no:benchmark $(ARGS)

# The picture of the report that the documentation shows.
screenshot: $(BROWSER)
	$(BIN)/python -m pytest tests/browser/screenshot.py --no-cov -p no:benchmark $(ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(INSTALLED)
	$(BIN)/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[dev,docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

types: $(INSTALLED)
	$(BIN)/python -m pip install $(CONSTRAIN) 'pyright[nodejs]'
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest tests/typing --no-cov -p no:benchmark $(ARGS)

bench: $(INSTALLED)
	$(BIN)/python -m pytest tests/benchmarks -p no:randomly -p no:xdist --no-cov $(ARGS)

# NOVA is a repository of openstack/nova: what the audit and the conversion make of Icehouse's compute manager.
nova-history: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m nova_history $(NOVA)

# What fakevirt convert makes of the legacy half of fakevirt's own manager, run as an object path.
converted-manager: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m converted_manager

# How many drivers with one mistake the contract of drivers tells from the one without, and how many Nova's suite does.
driver-mutants: $(NOVA_INSTALLED)
	$(UNDER_NOVA) $(VENV)/nova/bin/python -m driver_mutants $(ARGS)

planted-bugs: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m planted_bugs

clean:
	rm -rf $(VENV) report.html site build dist htmlcov .benchmarks .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# The build backend comes first and the build is not isolated: an isolated one would install whatever hatchling is newest.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(CONSTRAIN) hatchling editables
	$(BIN)/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[dev]'
	touch $@

# Playwright drives Debian's Chromium and downloads none of its own. Who may not install it is told so by the tests.
$(BROWSER): $(INSTALLED)
	command -v chromium || test "$$(id -u)" != 0 || (apt-get update && apt-get install --yes --no-install-recommends chromium)
	$(BIN)/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[dev,browser]'
	touch $@

# Servers are Debian's. Who may not install them is told so by the tests.
$(BACKENDS): $(INSTALLED)
	test "$$(id -u)" != 0 || (test -x /usr/sbin/mariadbd && test -d /usr/lib/postgresql && test -d /usr/lib/rabbitmq) || \
	    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
	    postgresql mariadb-server rabbitmq-server)
	$(BIN)/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[dev,postgresql,mysql]'
	touch $@

# Nova wants versions of its own, SQLAlchemy's among them. Its tests look for its paste file beside the package, where a
# checkout has it; a wheel's data is in the environment's etc.
$(NOVA_INSTALLED): CONSTRAIN := --constraint constraints-nova.txt --disable-pip-version-check --quiet
$(NOVA_INSTALLED): pyproject.toml constraints-nova.txt
	$(PYTHON) -m venv --clear $(VENV)/nova
	$(VENV)/nova/bin/python -m pip install $(CONSTRAIN) hatchling editables setuptools
	$(VENV)/nova/bin/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[nova,random]'
	ln -s ../../../etc "$$($(VENV)/nova/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/etc"
	touch $@

$(VENV)/lowest/.installed: CONSTRAIN := --constraint constraints-lowest.txt --disable-pip-version-check --quiet
$(VENV)/newest/.installed: CONSTRAIN := --disable-pip-version-check --quiet
$(VENV)/lowest/.installed: VERSION := 3.11
$(VENV)/newest/.installed: VERSION := 3.13
$(VENV)/%/.installed: pyproject.toml constraints.txt constraints-lowest.txt
	$$(.ci/find-python $(or $(VERSION),$*)) -m venv --clear $(VENV)/$*
	$(VENV)/$*/bin/python -m pip install $(CONSTRAIN) hatchling editables
	$(VENV)/$*/bin/python -m pip install $(CONSTRAIN) --no-build-isolation --editable '.[html,random,convert,test]'
	touch $@
