"""The two traps of the layout, and the import rule for what import-linter does not see."""

import ast
import functools
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import fixtures
import pytest

ROOT = Path(__file__).parents[2]
LINKED = ("fixtures", "manager")
PACKAGE = "fakevirt"


def python_files(*folders):
    """Return the files of ``folders`` (relative to the root), symbolic links not followed."""
    return sorted(
        Path(folder, name)
        for top in folders
        for folder, _, names in os.walk(ROOT / top)
        for name in names
        if name.endswith(".py")
    )


def imported(source, package=""):
    """Return the full names of everything that ``source`` imports, wherever in it.

    Args:
        source: The text of a module.
        package: The dotted name of the package it is in, which relative imports start from.
    """
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def bare_imports(source):
    """Return what ``source`` imports from one of the two folders without ``fakevirt.`` before it."""
    ours = {path.stem for path in (ROOT / "fixtures").glob("*.py")} | {"cloud"}
    found = set()
    for name in imported(source):
        top, _, rest = name.partition(".")
        if top == "manager" or (top == "fixtures" and rest.partition(".")[0] in ours - set(dir(fixtures))):
            found.add(name)
    return found


@functools.cache
def layers():
    """Return import-linter's layers, the highest first: each maps its parts to whether siblings are open to them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (contract for contract in settings["contracts"] if contract["type"] == "layers")
    return [
        {part.strip(" ()"): ":" in layer for part in layer.replace(":", "|").split("|")} for layer in contract["layers"]
    ]


def forbidden(part):
    """Return the parts that ``part`` may not import: those above it, and its siblings unless they are open to it."""
    above = set()
    for layer in layers():
        if part in layer:
            return above if layer[part] else above | (layer.keys() - {part})
        above |= layer.keys()
    raise LookupError(f"{part} is in no layer of pyproject.toml")


def wrong_imports(source, part, package):
    """Return what a module of ``part`` imports against the direction of the layers."""
    parts = {name: name.split(".")[1] for name in imported(source, package) if name.startswith(f"{PACKAGE}.")}
    return {name for name, other in parts.items() if other in forbidden(part)}


def test_the_fixtures_folder_has_no_init_file_that_would_shadow_pypi_s_library():
    assert not (ROOT / "fixtures" / "__init__.py").exists()


@pytest.mark.parametrize("name", LINKED)
def test_the_package_reaches_the_top_level_folder_by_a_relative_link(name):
    link = ROOT / PACKAGE / name
    assert link.is_symlink()
    assert link.readlink() == Path("..", name)
    assert (ROOT / name).is_dir()


@pytest.mark.parametrize("statement", ["import fixtures; fixtures.Fixture", "from fixtures import MonkeyPatch"])
def test_in_the_checkout_fixtures_is_pypi_s_library(statement):
    program = f"{statement}; import fixtures; print(fixtures.__file__)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert not Path(run.stdout.strip()).is_relative_to(ROOT / "fixtures")


def test_neither_folder_is_imported_by_its_bare_name():
    paths = [*python_files(PACKAGE, *LINKED, "tests"), ROOT / "conftest.py"]
    bare = {str(path.relative_to(ROOT)): names for path in paths if (names := bare_imports(path.read_text()))}
    assert bare == {}


@pytest.mark.parametrize(
    "source",
    [
        "import manager",
        "from manager.compute import X",
        "import fixtures.cloud",
        "def f():\n    from fixtures import cloud",
    ],
)
def test_an_import_by_the_bare_name_is_found(source):
    assert bare_imports(source)


@pytest.mark.parametrize(
    "source",
    [
        "import fixtures",
        "from fixtures import Fixture, MonkeyPatch",
        "from fakevirt.fixtures import cloud",
        "from . import manager",
    ],
)
def test_pypi_s_library_and_full_names_are_not_taken_for_it(source):
    assert bare_imports(source) == set()


def test_fixtures_import_nothing_that_stands_above_them():
    wrong = {
        path.name: names
        for path in python_files("fixtures")
        if (names := wrong_imports(path.read_text(), "fixtures", "fakevirt.fixtures"))
    }
    assert wrong == {}


def test_nothing_below_fixtures_imports_them():
    below = [part for layer in layers() for part in layer if "fixtures" in forbidden(part)]
    wrong = {
        str(path.relative_to(ROOT)): names
        for part in below
        for path in [
            *python_files("manager" if part == "manager" else f"{PACKAGE}/{part}"),
            ROOT / PACKAGE / f"{part}.py",
        ]
        if path.exists()
        if (names := {name for name in imported(path.read_text()) if name.startswith("fakevirt.fixtures")})
    }
    assert "cloud" in below
    assert wrong == {}


@pytest.mark.parametrize(
    "source",
    [
        "import fakevirt.plugin",
        "from fakevirt import cli",
        "def f():\n    from fakevirt.testing.markers import X",
        "from .. import plugin",
        "from ..plugin import x",
    ],
)
def test_an_import_upwards_from_fixtures_is_found(source):
    assert wrong_imports(source, "fixtures", "fakevirt.fixtures")


@pytest.mark.parametrize(
    "source", ["from fakevirt.cloud import Cloud", "from fakevirt import db", "from .database import X"]
)
def test_an_import_downwards_or_within_fixtures_is_allowed(source):
    assert wrong_imports(source, "fixtures", "fakevirt.fixtures") == set()
