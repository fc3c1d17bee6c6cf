"""Every public name of the architecture that there is so far can be used as it is written there."""

import importlib
import importlib.metadata
import subprocess
import sys

import pytest

import fakevirt

PYTHON = ["Cloud", "ConversionPlan", "FaultPlan", "Trace", "WorkItem", "both_call_paths", "compare"]
LIBRARY = [
    ("fakevirt.fixtures.cloud", "CloudFixture"),
    ("fakevirt.fixtures.database", "DatabaseFixture"),
    ("fakevirt.fixtures.driver", "VirtDriverFixture"),
    ("fakevirt.fixtures.rpc", "RPCFixture"),
    ("fakevirt.fixtures.conductor", "ConductorFixture"),
    ("fakevirt.fixtures.determinism", "DeterminismFixture"),
    ("fakevirt.matchers", "MadeDriverCalls"),
    ("fakevirt.matchers", "ChangedRows"),
    ("fakevirt.matchers", "Notified"),
    ("fakevirt.matchers", "SentRPC"),
    ("fakevirt.matchers", "SameEffects"),
]


@pytest.mark.parametrize("name", PYTHON)
def test_the_package_has(name):
    assert getattr(fakevirt, name).__name__ == name


def test_the_package_says_so():
    assert sorted(fakevirt.__all__) == PYTHON
    assert set(PYTHON) < set(dir(fakevirt))


def test_its_version_is_that_of_the_distribution():
    assert fakevirt.__version__ == importlib.metadata.version("fakevirt")


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'fakevirt' has no attribute 'Clouds'"):
        fakevirt.Clouds  # noqa: B018


@pytest.mark.parametrize("statement", ["import fakevirt", "import fakevirt; fakevirt.ConversionPlan"])
def test_the_package_imports_nothing_that_was_not_asked_for(statement):
    program = (
        f"import sys; {statement}; print([name for name in sys.modules if name.startswith(('oslo', 'sqlalchemy'))])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(("module", "name"), LIBRARY)
def test_the_library_has(module, name):
    assert isinstance(getattr(importlib.import_module(module), name), type)


def test_the_plugin_has_the_fixtures(
    fake_cloud, fake_driver, fake_database, conversion, call_path, raw_conductor_forbidden
):
    assert str(fake_cloud.plan) == call_path
    assert fake_driver.get_available_nodes()
    assert "instances" in fake_database.content()
    assert callable(conversion.check)
    assert raw_conductor_forbidden is None


@pytest.mark.parametrize("name", ["work_item", "allow"])
def test_the_plugin_has_the_marker(name, pytestconfig):
    assert any(line.startswith(f"{name}(") for line in pytestconfig.getini("markers"))


@pytest.mark.parametrize(
    "name",
    [
        "call_path",
        "conversion_board",
        "conversion_html",
        "fakevirt_db",
        "fakevirt_transport",
        "fakevirt_manager",
        "fakevirt_driver",
    ],
)
def test_the_plugin_has_the_option_on_the_command_line_and_in_the_ini_file(name, pytestconfig):
    pytestconfig.getoption(name)
    pytestconfig.getini(name)


def test_the_command_is_there():
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="fakevirt")
    assert callable(script.load())
