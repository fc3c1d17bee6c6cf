"""The built wheel in an empty virtual environment, where a project uses it that knows nothing of the checkout.

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


@pytest.fixture
def wheel(tmp_path):
    succeed(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    (built,) = tmp_path.glob("fakevirt-*.whl")
    return built


@pytest.fixture
def programs(wheel, tmp_path):
    """Return the folder of the programs of an environment with the wheel, what it depends on, and nothing else.

    The pip of the running environment installs: one of its own would take longer than all the rest.
    """
    environment = tmp_path / "environment"
    succeed(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--disable-pip-version-check")
    constraints = ROOT / "constraints.txt"
    succeed(*pip, "install", "--no-compile", "--constraint", constraints, wheel, cwd=tmp_path)
    return environment / "bin"


def test_the_wheel_has_the_package_with_real_folders_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = {entry.filename: entry for entry in archive.infolist()}
    ours = {path.relative_to(ROOT) for name in LINKED for path in (ROOT / name).rglob("*.py")}
    assert {f"fakevirt/{path}" for path in ours} <= files.keys()
    assert not [name for name, entry in files.items() if stat.S_ISLNK(entry.external_attr >> 16)]
    assert "fakevirt/py.typed" in files
    assert {name.partition("/")[0].partition("-")[0] for name in files} == {"fakevirt"}
    assert not [name for name in files if not name.endswith((".py", "py.typed")) and ".dist-info/" not in name]


def test_a_project_uses_the_wheel_in_an_empty_environment(programs, tmp_path):
    downstream = shutil.copytree(DOWNSTREAM, tmp_path / "downstream", ignore=shutil.ignore_patterns("__pycache__"))

    where = run(programs / "python", "-c", "import fakevirt; print(fakevirt.__file__)", cwd=downstream)
    assert Path(where.stdout.strip()).is_relative_to(programs.parent), where.stdout

    project = run(programs / "pytest", "-v", cwd=downstream / "project")
    assert project.returncode == 0, project.stdout
    assert "test_example.py::test_live_migration_moves_the_guest PASSED" in project.stdout
    # And nothing else: no test was skipped, and there was no warning.
    assert re.search(r"^=+ \d+ passed in ", project.stdout, re.MULTILINE), project.stdout

    planted = run(programs / "pytest", cwd=downstream / "planted_bug")
    assert planted.returncode == pytest.ExitCode.TESTS_FAILED, planted.stdout
    assert "DIVERGED: test_planted_bug.py::test_planted_bug" in planted.stdout
    assert "1 difference; the first: driver get_available_nodes on dst is on the objects path only" in planted.stdout
    assert "  objects  driver dst: get_available_nodes(refresh=false)" in planted.stdout
    assert "= 1 failed in " in planted.stdout

    verify = run(programs / "fakevirt", "verify", "--scenario", "shared_storage", cwd=downstream)
    assert verify.returncode == 0, verify.stdout
