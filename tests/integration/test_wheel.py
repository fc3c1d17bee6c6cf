"""The built wheel in an empty virtual environment, where two projects use it that know nothing of the checkout.

The environment's packages come from wherever pip is told to look, in the versions of the constraints file.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

# The environment takes long to make, and one worker makes it for all of them.
pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[2]
DOWNSTREAM = ROOT / "tests" / "downstream"
LINKED = ("fixtures", "manager")


def run(*command, cwd):
    """Run a command and return what it says: nothing of the user's Python and pytest settings reaches it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "COV"))}
    return subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def succeed(*command, cwd):
    result = run(*command, cwd=cwd)
    assert result.returncode == 0, result.stdout
    return result.stdout


def divergence(output):
    """Return what a report says of the first divergence, without what a runner puts around it."""
    lines = output.splitlines()
    first = next(
        number for number, line in enumerate(lines) if "DIVERGED: " in line and "expected: " in lines[number + 1]
    )
    last = next(number for number, line in enumerate(lines) if number > first and "reproduce: " in line)
    margin = lines[first + 1].index("  expected: ")
    told = [
        "DIVERGED: " + lines[first].partition("DIVERGED: ")[2],
        *(line[margin:] for line in lines[first + 1 : last + 1]),
    ]
    return "".join(f"{line.rstrip()}\n" for line in told)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    path = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", path, ROOT, cwd=path)
    (built,) = path.glob("fakevirt-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    """Return the folder of the programs of an environment with the wheel, what it depends on, and stestr.

    The pip of the running environment installs: one of its own would take longer than all the rest.
    """
    path = tmp_path_factory.mktemp("environment")
    succeed(sys.executable, "-m", "venv", "--without-pip", path, cwd=path)
    pip = (sys.executable, "-m", "pip", "--python", path / "bin" / "python", "--disable-pip-version-check")
    constraints = ROOT / "constraints.txt"
    server, _, _ = os.environ.get("FAKEVIRT_DB", "sqlite").partition("+")
    driver = {"postgresql": "[postgresql]", "mysql": "[mysql]"}.get(server, "")
    succeed(*pip, "install", "--no-compile", "--constraint", constraints, f"{wheel}{driver}", "stestr", cwd=path)
    return path / "bin"


@pytest.fixture
def project(tmp_path):
    """Return a function that copies a project to where nothing else is, with a change of one of its files."""

    def copy(name, changed=None, old="", new=""):
        folder = shutil.copytree(DOWNSTREAM / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        for hidden in DOWNSTREAM.joinpath(name).glob(".*.conf"):
            shutil.copy(hidden, folder)
        if changed is not None:
            text = (folder / changed).read_text()
            assert text.count(old) == 1
            (folder / changed).write_text(text.replace(old, new))
        return folder

    return copy


def test_the_wheel_has_the_package_with_real_folders_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = {entry.filename: entry for entry in archive.infolist()}
    ours = {path.relative_to(ROOT) for name in LINKED for path in (ROOT / name).rglob("*.py")}
    assert {f"fakevirt/{path}" for path in ours} <= files.keys()
    assert not [name for name, entry in files.items() if stat.S_ISLNK(entry.external_attr >> 16)]
    assert "fakevirt/py.typed" in files
    assert {name.partition("/")[0].partition("-")[0] for name in files} == {"fakevirt"}
    templates = {f"fakevirt/conversion/html/templates/report.{ending}" for ending in ("html.j2", "css", "js")}
    assert templates <= files.keys()
    others = [name for name in files if not name.endswith((".py", "py.typed")) and ".dist-info/" not in name]
    assert set(others) == templates


def test_projects_use_the_wheel_and_not_the_checkout(programs, tmp_path):
    where = succeed(programs / "python", "-c", "import fakevirt; print(fakevirt.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(programs.parent)
    succeed(programs / "fakevirt", "verify", "--scenario", "shared_storage", cwd=tmp_path)


def test_a_project_with_a_manager_and_a_driver_of_its_own_runs_under_pytest(programs, project):
    stratus = project("stratus")
    tests = run(programs / "pytest", "-v", "--conversion-board", "--ignore=tests/test_compliance.py", cwd=stratus)
    assert tests.returncode == 0, tests.stdout
    assert "test_example.py::test_live_migration_moves_the_guest PASSED" in tests.stdout
    assert re.search(r"^│ leases +│ +\d+ │ ALLOWED │ +0 │ +0 │ +0 │ driver.renew_lease", tests.stdout, re.MULTILINE)
    # And nothing else: no test was skipped, and there was no warning.
    assert re.search(r"^=+ \d+ passed in ", tests.stdout, re.MULTILINE), tests.stdout

    chosen = (
        "lease_renewed or (TestDriver and (attached or rescued)) or (TestWorkItems and (volume or disks_too_large))"
    )
    suite = run(programs / "pytest", "tests/test_compliance.py", "-k", chosen, cwd=stratus)
    assert suite.returncode == 0, suite.stdout
    assert "disks may be larger than the storage of a host" in suite.stdout
    assert "the driver has no rescue: Stratus has no use for it" in suite.stdout


def test_a_bug_in_its_conversion_is_told(programs, project):
    stratus = project("stratus", "stratus/leases.py", "    instance.save()\n", "")
    tests = run(programs / "pytest", "tests/test_conversion.py", cwd=stratus)
    assert tests.returncode == pytest.ExitCode.TESTS_FAILED, tests.stdout
    assert divergence(tests.stdout) == (DOWNSTREAM / "stratus.txt").read_text()


# stestr's workers have no names, by which each could have a database of its own on a server.
SERIAL = ["--serial"] if "FAKEVIRT_DB" in os.environ else []
RUNNERS = pytest.mark.parametrize(
    "runner", [("stestr", "run", *SERIAL), ("python", "-m", "unittest", "discover", "-t", ".", "-s", "nimbus/tests")]
)


@RUNNERS
def test_a_project_of_test_cases_runs_without_pytest(programs, project, runner):
    program, *arguments = runner
    tests = succeed(programs / program, *arguments, cwd=project("nimbus"))
    assert re.search(r"Passed: 6$|^Ran 6 tests in ", tests, re.MULTILINE), tests


@RUNNERS
def test_a_bug_in_the_conversion_of_a_project_of_test_cases_is_told(programs, project, runner):
    flushed_too_late = """def objects(manager, context, volume_id, instance):
    detach_volume.objects(manager, context, volume_id=volume_id, instance=instance)
    flush(manager, context, volume_id, instance)
"""
    nimbus = project("nimbus")
    manager = nimbus / "nimbus" / "manager.py"
    text, found = re.subn(r"def objects\(.*?\n(?=\n\n)", flushed_too_late, manager.read_text(), flags=re.DOTALL)
    assert found == 1
    manager.write_text(text)
    program, *arguments = runner
    tests = run(programs / program, *arguments, cwd=nimbus)
    assert tests.returncode == 1, tests.stdout
    assert divergence(tests.stdout) == (DOWNSTREAM / "nimbus.txt").read_text()
    assert "fakevirt-trace" in tests.stdout
    assert re.search(r"^ *missing: +flush_volume$", tests.stdout, re.MULTILINE)
