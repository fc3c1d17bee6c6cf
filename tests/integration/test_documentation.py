"""What the README and the pages of the site show is what happens."""

import inspect
import re
import unittest
from pathlib import Path

import pytest

from fakevirt import releases
from fakevirt.cli import main
from fakevirt.conversion.check import ConversionError, check
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.objects.base import NovaVersionedObjectRegistry

ROOT = Path(__file__).parents[2]
#: The tutorials have a test of their own.
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
    *sorted((ROOT / "docs" / "reference").glob("*.md")),
]
DOCUMENTATION = "\n".join(page.read_text() for page in PAGES)
#: What kills a process is run where there is one to kill (tests/backends), and what is Nova's where Nova is.
ELSEWHERE = re.compile(r"process_id|fakevirt\.fixtures import nova|fakevirt\.suite\.nova")
PYTHON = [
    block for block in re.findall(r"```python\n(.*?)```", DOCUMENTATION, re.DOTALL) if not ELSEWHERE.search(block)
]


def shown(name):
    """Return the text block that a comment of this name stands before."""
    (block,) = re.findall(rf"<!-- {name} -->\n```text\n(.*?)```", DOCUMENTATION, re.DOTALL)
    return block


@pytest.mark.parametrize(("options", "name"), [([], "board"), (["--upgrade"], "upgrades")], ids=["board", "upgrades"])
def test_what_is_verified_is_printed(capsys, monkeypatch, options, name):
    # In this process, so that coverage sees which branches the scenarios reach.
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert main(["verify", *options]) == 0
    printed = "".join(f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines())
    assert printed == shown(name)


def test_the_divergence_is_the_one_that_is_printed(forget_the_node):
    with pytest.raises(ConversionError) as caught:
        check("_post_live_migration", "shared_storage")
    assert f"{caught.value}\n" == shown("divergence")


@pytest.mark.parametrize("source", PYTHON, ids=lambda source: source.splitlines()[0])
def test_the_code_runs(source, request, mocker):
    for registry in (releases._REGISTERED, SCENARIOS, NovaVersionedObjectRegistry.obj_classes()):
        mocker.patch.dict(registry)
    namespace = {"__name__": "documentation"}
    exec(compile(source, "documentation", "exec"), namespace)
    ran = 0
    for name, value in namespace.items():
        if name.startswith("test_"):
            # both_call_paths shows no argument but fixtures.
            value(**{argument: request.getfixturevalue(argument) for argument in inspect.signature(value).parameters})
            ran += 1
        elif name.startswith("pytest_fakevirt_"):
            ran += bool(value())
        elif isinstance(value, type) and issubclass(value, unittest.TestCase):
            result = unittest.defaultTestLoader.loadTestsFromTestCase(value).run(unittest.TestResult())
            assert result.wasSuccessful(), result.errors + result.failures
            ran += result.testsRun
    # A block without a test is a script, which has run by now.
    assert ran or "cloud.live_migrate" in source or "requirements" in namespace


def test_every_block_of_code_was_found():
    assert len(PYTHON) == 13
