"""Everything public is in the README."""

import inspect
import re
from pathlib import Path

import pytest

from fakevirt import cli, hooks, matchers, plugin, suite
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.observation import COMPARED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted((ROOT / "docs").rglob("*.md"))
PLACE = re.compile(r"<!-- generated: (\w+) -->")
SECTION = re.compile(r'^--8<-- "(.+)"$', re.MULTILINE)


def documented(name):
    return f"`{name}" in README


@pytest.mark.parametrize("name", sorted(re.findall(r"@pytest\.fixture.*?\ndef (\w+)\(", inspect.getsource(plugin))))
def test_a_pytest_fixture_is_documented(name):
    assert documented(f"{name}`")


def test_the_pytest_fixtures_were_found():
    assert len(re.findall(r"@pytest\.fixture", inspect.getsource(plugin))) == 7


@pytest.mark.parametrize("option", sorted(set(re.findall(r'"(--[\w-]+)"', inspect.getsource(plugin)))))
def test_a_pytest_option_is_documented_with_its_ini_entry(option):
    assert documented(option)
    assert documented(option.removeprefix("--").replace("-", "_") + "`")


@pytest.mark.parametrize("option", sorted(set(re.findall(r'"(--[\w-]+)"', inspect.getsource(cli)))))
def test_an_option_of_the_command_is_documented(option):
    assert documented(option)


@pytest.mark.parametrize(
    "marker",
    ["work_item(name)", 'allow(channel, reason, operation="*", field=None)', "release(conductor=None, **hosts)"],
)
def test_a_marker_is_documented_as_it_is_registered(marker, pytestconfig):
    assert any(line.startswith(f"{marker}:") for line in pytestconfig.getini("markers"))
    assert documented(f"{marker}`")


@pytest.mark.parametrize("hook", [name for name in vars(hooks) if name.startswith("pytest_")])
def test_a_hook_is_documented_with_an_example(hook):
    assert documented(f"{hook}()`")
    assert f"\ndef {hook}():\n" in README


@pytest.mark.parametrize("name", [name for name in suite.__all__ if name != "Requirements"])
def test_a_class_of_the_suite_is_documented(name):
    assert documented(f"{name}`")


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_documented(verdict):
    assert documented(f"{verdict.value}`")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, value in vars(matchers).items()
        if inspect.isclass(value) and value.__module__ == matchers.__name__
    ],
)
def test_a_matcher_is_documented(name):
    assert name.startswith("_") or name == "Traced" or documented(f"{name}`")


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures").glob("*.py")), ids=lambda path: path.name)
def test_a_fixture_class_is_documented(path):
    (name,) = re.findall(r"^class (\w+Fixture)\(", path.read_text(), re.MULTILINE)
    assert documented(f"{path.stem}.{name}`")


def test_every_channel_is_described():
    described = re.findall(r'^    "(\w+)": "', (ROOT / "docs" / "generated.py").read_text(), re.MULTILINE)
    assert set(described) == COMPARED


@pytest.mark.parametrize("place", [place for page in PAGES for place in PLACE.findall(page.read_text())])
def test_what_a_page_has_from_the_code_is_generated(place):
    assert f'\n    "{place}": ' in (ROOT / "docs" / "generated.py").read_text()


@pytest.mark.parametrize("section", sorted({one for page in PAGES for one in SECTION.findall(page.read_text())}))
def test_a_section_that_a_page_shows_is_marked(section):
    file, _, name = section.partition(":")
    text = (ROOT / file).read_text()
    assert text.index(f"[start:{name}]") < text.index(f"[end:{name}]")


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text()
    assert [str(page.relative_to(ROOT / "docs")) in navigation for page in PAGES] == [True] * len(PAGES)
    assert len(PAGES) > 15


@pytest.mark.parametrize("target", ["verify", "test"])
def test_a_command_of_make_is_documented(target):
    assert f"$ make {target}" in README
