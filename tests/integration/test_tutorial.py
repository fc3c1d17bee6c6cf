"""The tutorials: their files are written, their commands are run, and what they show is what those print."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
#: A command and the lines that are shown of what it prints.
STEP = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
#: Stands for lines that are not shown.
LEFT_OUT = "…"
COMMANDS = {
    "cp": ["cp"],
    "fakevirt": [sys.executable, "-c", "from fakevirt.cli import main; raise SystemExit(main())"],
    "pytest": [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider"],
}
#: Without what changes how pytest, its plugins and Rich print.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PY", "COV")) and name not in ("FORCE_COLOR", "COLUMNS")
}


def run(line, folder):
    """Return the lines that a command prints, those on stderr last."""
    program, *arguments = shlex.split(line)
    ended = subprocess.run(
        [*COMMANDS[program], *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return [printed.rstrip() for printed in (ended.stdout + ended.stderr).splitlines()]


def first_missing(shown, printed):
    """Return the first line of what is shown that was not printed where it is shown, None if all were."""
    at, exactly = 0, True
    for line in shown:
        if line == LEFT_OUT:
            exactly = False
            continue
        places = [at] if exactly else range(at, len(printed))
        # pytest goes on behind the name and the outcome of a test.
        found = [place for place in places if place < len(printed) and printed[place].startswith(line)]
        if not found:
            return line
        at, exactly = found[0] + 1, True
    return None


@pytest.mark.parametrize("page", ["tutorial.md", "tutorial-convert.md"])
def test_every_step_leads_to_what_is_shown(tmp_path, page):
    ran, tutorial = 0, (DOCS / page).read_text()
    for kind, name, text in BLOCK.findall(tutorial):
        if name:
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            # A file that is written anew within the same second is not read anew otherwise.
            for cached in path.parent.glob("__pycache__/*"):
                os.remove(cached)
        elif kind == "console" and not text.startswith("$ pip"):
            for command, shown in STEP.findall(text):
                printed = run(command, tmp_path)
                missing = first_missing([line.rstrip() for line in shown.splitlines()], printed)
                assert missing is None, f"{command}\nprints no line {missing!r} there:\n" + "\n".join(printed)
                ran += 1
    assert ran == len(re.findall(r"^\$ (?!pip)", tutorial, re.MULTILINE)) > 5


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (["a", "b"], None),
        (["b"], "b"),
        ([LEFT_OUT, "b"], None),
        (["a", LEFT_OUT, "d"], None),
        (["a", "c"], "c"),
        ([LEFT_OUT, "d", LEFT_OUT, "a"], "a"),
        ([LEFT_OUT, "e"], "e"),
    ],
)
def test_a_line_that_was_not_printed_there_is_missed(shown, missing):
    assert first_missing(shown, ["a", "b", "c", "d"]) == missing
