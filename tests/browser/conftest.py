"""A report on a conversion with a bug, and Chromium to read it with."""

import json
import shutil

import pytest
from playwright.sync_api import sync_playwright

from fakevirt import ConversionPlan
from fakevirt.conversion.board import fill_board
from fakevirt.conversion.faults.fault_board import sweep
from fakevirt.conversion.faults.sweep import Mode
from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.page import render
from fakevirt.conversion.html.results import Result
from fakevirt.conversion.observation import observed_plan
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.upgrades.verify import verify_upgrades
from fakevirt.manager import post_live_migration_at_destination
from fakevirt.usage_error import UsageError

NAMES = ("shared_storage", "driver_fails", "refused_by_the_source", "rules_changed", "suspended")


def result(kind, label, found):
    return Result(kind, label, json.loads(json.dumps(found.to_primitive())))


@pytest.fixture(scope="session")
def content():
    """What a report tells of a conversion with a bug, and of the time before.

    The object path of post_live_migration_at_destination saves the node that the instance had.
    """
    scenarios = [SCENARIOS[name] for name in NAMES]
    settle = post_live_migration_at_destination._settle

    def settle_on_the_old_node(manager, context, instance, node, power_state):
        is_legacy = observed_plan() == ConversionPlan.legacy()
        settle(manager, context, instance, node if is_legacy else instance.node, power_state)

    results = [
        result("board", "last-month.json", fill_board(scenarios)),
        result("upgrades", "upgrades.json", verify_upgrades(scenario="shared_storage")),
        result("faults", "faults.json", sweep([SCENARIOS["rules_changed"]], Mode.SINGLE)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post_live_migration_at_destination, "_settle", settle_on_the_old_node)
        board = fill_board(scenarios, diagrams=True)
    return Content("fakevirt verify", board.to_primitive(), board.diagrams, results)


@pytest.fixture(scope="session")
def report(content, tmp_path_factory):
    """The file of that report."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(content))
    return path


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium")
    if program is None:
        error = UsageError(
            expected="Debian's Chromium, in which the report is looked at",
            happened="there is no program named chromium",
            where="tests/browser",
            how_to_go_on="make browser-test as root, or apt-get install chromium",
        )
        pytest.fail(str(error), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Return a function that opens a file and returns its page; afterwards nothing must have been amiss there.

    Arguments besides the file are those of a browser context.
    """
    contexts, amiss = [], []

    def open_page(path, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: amiss.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: amiss.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (amiss.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: request.url == path.as_uri() or amiss.append(f"request: {request.url}"))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert amiss == []


@pytest.fixture
def page(open_page, report):
    """The report, opened."""
    return open_page(report)
