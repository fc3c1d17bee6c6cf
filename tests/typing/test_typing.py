"""What fakevirt's types tell a project: run by ``make types``."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests" / "downstream" / "typed.py"
#: How much of what is public must have a type that every checker reads alike.
COMPLETE = 0.99


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_what_is_public_has_types(tmp_path):
    done = run("pyright", "--verifytypes", "fakevirt", "--ignoreexternal", "--outputjson", cwd=tmp_path)
    score = json.loads(done.stdout)["typeCompleteness"]["completenessScore"]
    assert score >= COMPLETE, "pyright --verifytypes fakevirt --ignoreexternal tells what lacks a type"


@pytest.fixture
def project(tmp_path):
    return Path(shutil.copy(PROJECT, tmp_path))


@pytest.mark.parametrize("checker", [(sys.executable, "-m", "mypy", "--strict"), ("pyright",)], ids=["mypy", "pyright"])
def test_a_project_that_uses_it_has_no_errors(checker, project, tmp_path):
    done = run(*checker, project, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("checker", [(sys.executable, "-m", "mypy", "--strict"), ("pyright",)], ids=["mypy", "pyright"])
def test_a_mistake_in_a_project_is_found(checker, project, tmp_path):
    text = project.read_text()
    assert text.count('to="dst"') == 1
    project.write_text(text.replace('to="dst"', "to=2"))
    done = run(*checker, project, cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    assert '"live_migrate"' in done.stdout
