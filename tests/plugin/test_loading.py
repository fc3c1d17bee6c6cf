"""What the plugin does to runs that do not use it."""

import subprocess
import sys

import pytest

HEAVY = ("oslo_", "sqlalchemy", "rich", "jinja2", "testtools", "fixtures", "fakevirt.cloud", "fakevirt.conversion")


@pytest.fixture(autouse=True)
def no_database_is_given(monkeypatch):
    """One that is given is looked at before any test."""
    monkeypatch.delenv("FAKEVIRT_DB", raising=False)
    monkeypatch.delenv("FAKEVIRT_TRANSPORT", raising=False)


def loaded_after(program, folder):
    """Return the modules that a new interpreter has loaded after ``program``, far from any conftest.py."""
    program += "\nimport sys; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


@pytest.mark.parametrize(
    "program",
    [
        "import fakevirt",
        "import fakevirt.plugin",
        "from fakevirt import both_call_paths\n@both_call_paths\ndef test(cloud): pass",
        "import pytest; pytest.main(['--version'])",
        "import pytest; pytest.main(['-q', '--collect-only', '-p', 'no:cacheprovider', '/dev/null'])",
    ],
)
def test_nothing_heavy_is_loaded(program, tmp_path):
    heavy = [name for name in loaded_after(program, tmp_path) if name.startswith(HEAVY)]
    assert heavy == []


def test_a_run_that_does_not_use_the_plugin_loads_nothing_heavy(pytester):
    pytester.makepyfile(f"""
import sys

def test_it():
    assert [name for name in sys.modules if name.startswith({HEAVY!r})] == []
""")
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=1)


def test_warnings_as_errors_do_not_fail_its_fixtures(run):
    result = run(
        """
def test_it(fake_cloud):
    request(fake_cloud)
""",
        "-Werror",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_its_fixtures_are_listed_with_what_they_are(run):
    result = run("", "--fixtures")
    for name in ("fake_cloud", "fake_driver", "fake_database", "conversion", "call_path", "raw_conductor_forbidden"):
        lines = result.outlines
        (number,) = (n for n, line in enumerate(lines) if line.startswith(f"{name} -- "))
        assert lines[number + 1].strip()


def test_its_options_are_in_the_help(run):
    output = run("", "--help").stdout.str()
    for name in (
        "--call-path",
        "--conversion-board",
        "--conversion-html",
        "--fakevirt-db",
        "--fakevirt-transport",
        "call_path (",
        "conversion_board (",
        "conversion_html (",
        "fakevirt_db (",
        "fakevirt_transport (",
    ):
        assert name in output
