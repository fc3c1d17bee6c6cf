"""Everything public is in the documentation, and so is everything that the code registers."""

import dataclasses
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

import fakevirt
from fakevirt import cli, hooks, matchers, plugin, releases, suite
from fakevirt.audit import command as audit_command
from fakevirt.audit.rules import Rule
from fakevirt.audit.settings import Settings
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.invariants import INVARIANTS
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.observation import COMPARED
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.convert import command as convert_command
from fakevirt.manager.work_items import item_names

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMAND, AUDIT = ((ROOT / "docs" / page).read_text() for page in ("reference/command.md", "how-to/audit.md"))
PAGES = sorted((ROOT / "docs").rglob("*.md"))
SITE = "\n".join(page.read_text() for page in PAGES)
SHOWN = re.compile(r'^--8<-- "(.+)"$', re.MULTILINE)


@pytest.fixture(scope="module")
def generated():
    """The hook of MkDocs."""
    spec = importlib.util.spec_from_file_location("generated", ROOT / "docs" / "generated.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options_told_in(text):
    """Return the options in the first column of tables."""
    cells = re.findall(r"^\| (`--.+?) \|", text, re.MULTILINE)
    return {option for cell in cells for option in re.findall(r"`(--[\w-]+)", cell)}


def documented(name):
    return f"`{name}" in SITE


@pytest.mark.parametrize("name", sorted(re.findall(r"@pytest\.fixture.*?\ndef (\w+)\(", inspect.getsource(plugin))))
def test_a_pytest_fixture_is_documented(name):
    assert documented(f"{name}`")


def test_the_pytest_fixtures_were_found():
    assert len(re.findall(r"@pytest\.fixture", inspect.getsource(plugin))) == 7


@pytest.mark.parametrize("option", sorted(set(re.findall(r'"(--[\w-]+)"', inspect.getsource(plugin)))))
def test_a_pytest_option_is_documented_with_its_ini_entry(option):
    assert documented(option)
    assert documented(option.removeprefix("--").replace("-", "_") + "`")


def test_every_option_of_the_command_is_in_its_table():
    assert options_told_in(COMMAND) == set(re.findall(r'"(--[\w-]+)"', inspect.getsource(cli)))


@pytest.mark.parametrize("command", [audit_command, convert_command])
def test_every_option_of_the_commands_that_read_code_is_in_a_table(command):
    options = set(re.findall(r'"(--[\w-]+)"', inspect.getsource(command)))
    assert options
    assert options <= options_told_in(AUDIT)


def test_every_setting_of_the_audit_is_in_its_table():
    told = set(re.findall(r"^\| `([a-z][a-z-]+)` \|", AUDIT, re.MULTILINE))
    assert told == {each.name.replace("_", "-") for each in dataclasses.fields(Settings)}


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
    assert f"\ndef {hook}():\n" in SITE


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
    names = re.findall(r"^class (\w+Fixture)\(", path.read_text(), re.MULTILINE)
    assert names
    # Those for Nova stand under its name.
    module = "" if path.stem == "nova" else f"{path.stem}."
    assert [name for name in names if not documented(f"{module}{name}")] == []


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("scenarios", [*SCENARIOS, *(f"## {name}" for name in item_names())]),
        ("allowances", {allowance.reason.replace("|", "\\|") for allowance in KNOWN}),
        ("channels", COMPARED),
        ("invariants", [invariant.__name__ for invariant in INVARIANTS]),
        ("releases", [release.name for release in releases.registered()]),
        ("fixtures", [path.stem for path in (ROOT / "fixtures").glob("*.py") if path.stem != "nova"]),
        (
            "fixtures_for_nova",
            re.findall(r"^class ([A-Z]\w+)\(?", (ROOT / "fixtures" / "nova.py").read_text(), re.MULTILINE),
        ),
        ("rules", [rule.title for rule in Rule]),
    ],
)
def test_the_site_has_everything_that_the_code_registers(generated, place, names):
    assert f"<!-- generated: {place} -->" in SITE
    page = generated.on_page_markdown(f"<!-- generated: {place} -->")
    assert names
    assert [name for name in names if name not in page] == []


def test_every_place_for_what_is_generated_is_tested_and_used(generated):
    (marks,) = (mark for mark in test_the_site_has_everything_that_the_code_registers.pytestmark)
    tested = {place for place, _ in marks.args[1]}
    assert tested == set(generated.GENERATED) == set(re.findall(r"<!-- generated: (\w+) -->", SITE))


def test_the_site_shows_no_roles_of_sphinx(generated):
    assert generated.on_page_content("<p>see :class:<code>Cloud</code> and <code>a:b</code></p>") == (
        "<p>see <code>Cloud</code> and <code>a:b</code></p>"
    )


def test_every_section_of_the_readme_and_of_the_architecture_that_is_marked_is_shown():
    marked = [
        f"{file}:{name}"
        for file in ("README.md", "ARCHITECTURE.md")
        for name in re.findall(r"\[start:(\w+)\]", (ROOT / file).read_text())
    ]
    assert set(SHOWN.findall(SITE)) == set(marked)
    assert len(marked) > 5


@pytest.mark.parametrize("shown", sorted(set(SHOWN.findall(SITE))))
def test_a_section_that_a_page_shows_is_marked(shown):
    file, _, name = shown.partition(":")
    text = (ROOT / file).read_text()
    assert text.index(f"[start:{name}]") < text.index(f"[end:{name}]")


@pytest.mark.parametrize("name", fakevirt.__all__)
def test_a_name_of_the_package_is_in_the_reference(name):
    value = getattr(fakevirt, name)
    homes = (f"fakevirt.{name}", value.__module__, f"{value.__module__}.{name}", f"fakevirt.cloud.{name}")
    references = re.findall(r"^::: (.+)$", SITE, re.MULTILINE)
    assert any(home in references for home in homes)


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text()
    assert [str(page.relative_to(ROOT / "docs")) in navigation for page in PAGES] == [True] * len(PAGES)
    assert len(PAGES) > 15


@pytest.mark.parametrize("target", ["verify", "test"])
def test_a_command_of_make_is_documented(target):
    assert f"$ make {target}" in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^):]+)\)", README))
def test_a_link_of_the_readme_leads_somewhere(link):
    path, _, anchor = link.partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE) if anchor else []
    assert (ROOT / path).is_file()
    assert not anchor or anchor in [heading.lower().replace(" ", "-") for heading in headings]


def test_the_readme_leads_to_every_guide():
    assert [page.name for page in PAGES if page.parent.name == "how-to" and f"how-to/{page.name}" not in README] == []
