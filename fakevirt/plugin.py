"""The pytest plugin: options, markers and fixtures.

It only binds what the rest of the package does, and imports that when a test asks for it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from fakevirt import hooks, running_test
from fakevirt.location import DATABASES, MESSAGES, Location
from fakevirt.passwords import hide, passwords_in
from fakevirt.running_test import RunningTest
from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_mock import MockerFixture

    from fakevirt.cloud import Cloud
    from fakevirt.db.engine import Database
    from fakevirt.driver.interface import ComputeDriver
    from fakevirt.manager.plan import CallPath
    from fakevirt.suite.requirements import Requirements
    from fakevirt.testing.checker import ConversionChecker

    T = TypeVar("T")

CALL_PATHS = ("legacy", "objects")
#: The arguments of a cloud that an option can name a factory for.
FACTORIES = {"manager": "compute managers", "driver": "virt drivers"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line and the ini file say.

    Args:
        call_path: The call path that ``call_path`` is restricted to, None: both.
        conversion_board: Whether the board is printed.
        conversion_html: Where the report is written, None: nowhere.
        conversion_junit: Whether the JUnit report tells what each test compared.
        cloud: The arguments of every cloud.
    """

    call_path: str | None
    conversion_board: bool
    conversion_html: Path | None
    conversion_junit: bool
    cloud: Mapping[str, Any]


OPTIONS = pytest.StashKey[Options]()
RUNNING = pytest.StashKey[RunningTest]()

# What fails in the contract of drivers is told with its values, in whichever module of the suite it stands.
pytest.register_assert_rewrite("fakevirt.suite")

#: The attribute of a test's last report that tells what the test compared; xdist carries it from its workers.
COMPARED = "fakevirt_compared"


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that a project may have."""
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, each with its entry in the ini file."""
    group = parser.getgroup("fakevirt", "fakevirt: two call paths, one behaviour")
    group.addoption(
        "--call-path",
        metavar="PATH",
        help="run tests that use the fixture call_path on this call path only: legacy or objects (ini: call_path)",
    )
    group.addoption(
        "--conversion-board",
        action="store_true",
        help="print one row for each work item that the run compared (ini: conversion_board)",
    )
    group.addoption(
        "--conversion-html",
        metavar="FILE",
        help="write a report with the traces of what the run compared to FILE as HTML (ini: conversion_html)",
    )
    group.addoption(
        "--conversion-junit",
        action="store_true",
        help="add to each test of the JUnit report (--junit-xml) the verdict on each work item that it compared, and "
        "why differences are allowed (ini: conversion_junit)",
    )
    group.addoption(
        "--fakevirt-db",
        metavar="URL",
        help="SQLAlchemy's URL of the database that clouds use, in memory by default; its tables are emptied. {worker} "
        "stands for the name of the xdist worker (environment: FAKEVIRT_DB, ini: fakevirt_db)",
    )
    group.addoption(
        "--fakevirt-transport",
        metavar="URL",
        help="what carries the messages of clouds, fakevirt:// by default: within the process. With rabbit:// the "
        "conductor and each compute host are processes of their own, which need a database on a server "
        "(environment: FAKEVIRT_TRANSPORT, ini: fakevirt_transport)",
    )
    for made, whose in FACTORIES.items():
        group.addoption(
            f"--fakevirt-{made}",
            metavar="NAME",
            help=f"what makes the {whose} of clouds: package.module:Class, or a function (ini: fakevirt_{made})",
        )
        parser.addini(f"fakevirt_{made}", f"what makes the {whose} of clouds", type="string", default="")
    group.addoption(
        "--fakevirt-requirements",
        metavar="NAME",
        help="what fakevirt.suite is not to ask of the managers and drivers: package.module:object, one of "
        "fakevirt.suite.Requirements (ini: fakevirt_requirements)",
    )
    parser.addini("fakevirt_requirements", "what fakevirt.suite is not to ask for", type="string", default="")
    parser.addini("call_path", "call path that the fixture call_path is restricted to", type="string", default="")
    parser.addini("conversion_board", "whether the conversion board is printed", type="bool", default=False)
    parser.addini("conversion_html", "where the conversion report is written", type="string", default="")
    parser.addini("conversion_junit", "whether the JUnit report tells what was compared", type="bool", default=False)
    parser.addini("fakevirt_db", "URL of the database that clouds use", type="string", default="")
    parser.addini("fakevirt_transport", "URL of what carries the messages of clouds", type="string", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers and read the options."""
    config.addinivalue_line(
        "markers",
        "work_item(name): the test is about this work item: conversion.check takes it by default, and both_call_paths "
        "fails unless both runs enter it",
    )
    config.addinivalue_line(
        "markers",
        'allow(channel, reason, operation="*", field=None): the two call paths differ here and may, for this reason; '
        "each comparison of the test must make use of it. The nearest markers apply: the test's own, else its class's, "
        "else its module's",
    )
    config.addinivalue_line(
        "markers",
        "release(conductor=None, **hosts): the clouds of the test have these hosts, each of the release that it names "
        "(icehouse, juno, kilo or one of yours), and a conductor of the newest unless it is given",
    )
    try:
        if any(
            getattr(config.hook, name).get_hookimpls() for name in vars(hooks) if name.startswith("pytest_fakevirt_")
        ):
            from fakevirt.testing import additions

            additions.add(config)
        config.stash[OPTIONS] = _options(config)
        _choose_database(config)
        _choose_transport(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    """Load the bridge to testtools as soon as there is a test case of testtools."""
    testtools = sys.modules.get("testtools")
    plugins = collector.config.pluginmanager
    if testtools is None or plugins.has_plugin("fakevirt-testtools"):
        return
    if isinstance(obj, type) and issubclass(obj, getattr(testtools, "TestCase", ())):
        from fakevirt.testing import testtools_bridge

        plugins.register(testtools_bridge, "fakevirt-testtools")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the call path that is not wanted."""
    wanted = config.stash[OPTIONS].call_path
    if wanted is None:
        return
    unwanted = [item for item in items if _call_path_of(item) not in (None, wanted)]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if _call_path_of(item) in (None, wanted)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, T, T]:
    """Tell the parts that compare which test is running."""
    options = item.config.stash[OPTIONS]
    test = RunningTest(
        item.nodeid,
        f"pytest {shlex.quote(item.nodeid)}",
        lambda name: _nearest_marks(item, name),
        options.cloud,
    )
    if options.conversion_board or options.conversion_junit or options.conversion_html is not None:
        from fakevirt.testing import run_board

        test.board_entry = run_board.entry_maker(test.reproduce, diagrams=options.conversion_html is not None)
    item.stash[RUNNING] = test
    try:
        with running_test.running(test):
            return (yield)
    finally:
        # Clouds are not to outlive their test.
        del item.stash[RUNNING]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that names no work item or no release, even if nothing reads it."""
    if any(item.get_closest_marker(name) is not None for name in ("work_item", "release")):
        from fakevirt.testing import markers

        markers.work_item(item.stash[RUNNING])
        markers.check_releases(item.stash[RUNNING])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, T, T]:
    """Fail a test that allows a difference and compares nothing: the allowance is unused."""
    # A comparison that fails is shown without the way it took.
    __tracebackhide__ = True
    result = yield
    test = item.stash[RUNNING]
    if not test.comparisons and test.nearest_marks("allow"):
        error = UsageError(
            expected="a comparison that makes use of the allowance",
            happened="the test compares nothing",
            where=f"the marker allow of {item.nodeid}",
            how_to_go_on="remove the marker, or use both_call_paths or conversion.check",
        )
        pytest.fail(str(error), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the traces of its clouds to the report of a test that failed, and what it compared to its last report.

    No report has a password of the run's database or broker in it.
    """
    test = item.stash.get(RUNNING, None)
    if test is not None and call.when == "teardown" and item.config.stash[OPTIONS].conversion_junit:
        from fakevirt.testing import run_board

        item.user_properties += run_board.properties(test.board)
    report = yield
    if test is not None and report.failed:
        report.sections += [*test.sections, *_traces(test)]
        # A failure of the teardown does not tell them again.
        test.sections.clear()
        test.clouds.clear()
    if test is not None and call.when == "teardown" and test.board:
        vars(report)[COMPARED] = test.board
    passwords = passwords_in(DATABASES.url) | passwords_in(MESSAGES.url)
    if passwords:
        # Frames of whatever driver broke show their arguments, and what a test prints may be anything.
        report.longrepr, report.sections = hide(report.longrepr, passwords), hide(report.sections, passwords)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the board, and write the report."""
    options = config.stash[OPTIONS]
    # A run that only collects would replace the report of one that compared.
    if config.option.collectonly or (not options.conversion_board and options.conversion_html is None):
        return
    from fakevirt.testing import run_board

    compared = [
        entry
        for reports in terminalreporter.stats.values()
        for report in reports
        for entry in getattr(report, COMPARED, ())
    ]
    if options.conversion_board:
        writer = config.get_terminal_writer()
        terminalreporter.section("conversion board")
        terminalreporter.write(run_board.render(compared, width=writer.fullwidth, colour=writer.hasmarkup))
    if options.conversion_html is not None:
        run_board.write_report(compared, options.conversion_html)
        terminalreporter.write_sep("-", f"report: {options.conversion_html}")


@pytest.fixture
def fake_cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """A cloud of two compute hosts, src and dst, in which everything is converted.

    In a test that uses call_path it runs on that path. Other arguments of Cloud come by indirect parametrization:
    @pytest.mark.parametrize("fake_cloud", [{"shared_storage": False}], indirect=True).
    """
    from fakevirt.cloud import Cloud
    from fakevirt.manager.plan import CallPath, ConversionPlan

    arguments = {**request.node.stash[RUNNING].cloud_arguments, **getattr(request, "param", {})}
    if "call_path" in request.fixturenames:
        path = CallPath(request.getfixturevalue("call_path"))
        arguments["plan"] = ConversionPlan.legacy() if path is CallPath.LEGACY else ConversionPlan.objects()
    with Cloud(**arguments) as cloud:
        yield cloud


@pytest.fixture
def fake_driver(request: pytest.FixtureRequest) -> Iterator[ComputeDriver]:
    """A virt driver on an in-memory hypervisor of its own, whose calls are recorded.

    Arguments of VirtDriverFixture come by indirect parametrization.
    """
    from fakevirt.fixtures.driver import VirtDriverFixture

    with VirtDriverFixture(**getattr(request, "param", {})) as fixture:
        yield fixture.driver


@pytest.fixture
def fake_database() -> Iterator[Database]:
    """An empty database with Nova's tables; fakevirt.db.api uses it for the duration of the test."""
    from fakevirt.fixtures.database import DatabaseFixture

    with DatabaseFixture() as fixture:
        yield fixture.database


@pytest.fixture
def conversion(request: pytest.FixtureRequest) -> ConversionChecker:
    """Compares the two call paths: conversion.check(work_item, scenario) returns a Comparison, or raises."""
    from fakevirt.testing import additions
    from fakevirt.testing.checker import ConversionChecker

    additions.declare_scenarios(request.config)
    return ConversionChecker(request.node.stash[RUNNING])


@pytest.fixture(scope="session")
def fakevirt_requirements(pytestconfig: pytest.Config) -> Requirements:
    """What fakevirt.suite is not to ask of the project's manager and driver; override it, or name it by option."""
    from fakevirt.suite import requirements

    given = _given(pytestconfig, "fakevirt_requirements", "--fakevirt-requirements")
    if given is not None:
        return requirements.named(*given)
    own_driver = "driver" in pytestconfig.stash[OPTIONS].cloud
    return requirements.Requirements() if own_driver else requirements.FAKE_VIRT_DRIVER


@pytest.fixture(params=CALL_PATHS)
def call_path(request: pytest.FixtureRequest) -> CallPath:
    """Run the test once on each call path; fake_cloud follows."""
    from fakevirt.manager.plan import CallPath

    return CallPath(request.param)


@pytest.fixture
def raw_conductor_forbidden(mocker: MockerFixture) -> None:
    """Fail the test at the first raw conductor call, and say where it was made.

    The setting up of a cloud may make such calls, and in a comparison so may work items that the plan does not convert.
    """
    from fakevirt.testing import raw_conductor

    raw_conductor.forbid(mocker)


def _options(config: pytest.Config) -> Options:
    return Options(
        call_path=_read_call_path(config),
        conversion_board=config.getoption("conversion_board") or config.getini("conversion_board"),
        conversion_html=_read_conversion_html(config),
        conversion_junit=config.getoption("conversion_junit") or config.getini("conversion_junit"),
        cloud={name: factory for name in FACTORIES if (factory := _read_factory(config, name)) is not None},
    )


def _read_call_path(config: pytest.Config) -> str | None:
    given = _given(config, "call_path", "--call-path")
    if given is None:
        return None
    path, where = given
    if path in CALL_PATHS:
        return path
    raise UsageError(
        expected=f"a call path: {' or '.join(CALL_PATHS)}",
        happened=f"{path!r} is none",
        where=where,
        how_to_go_on="name one of the two, or leave it out to run both",
    )


def _read_conversion_html(config: pytest.Config) -> Path | None:
    given = _given(config, "conversion_html", "--conversion-html")
    if given is None:
        return None
    from fakevirt.conversion.html import renderer

    name, where = given
    path = config.invocation_params.dir / name
    # Not after the run: what it took would be lost.
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(
            expected="a file that can be written",
            happened=f"{name!r} cannot",
            where=where,
            how_to_go_on="name a file in a folder that exists",
        )
    renderer(where)
    return path


def _choose_database(config: pytest.Config) -> None:
    """Let every database of the run be where the options say."""
    given = _given(config, "fakevirt_db", "--fakevirt-db", environment=DATABASES.environment)
    if given is None:
        return
    from fakevirt.db.engine import check_url

    url, where = given
    _choose_location(config, DATABASES, url)
    if url == DATABASES.built_in:
        return
    # However they are asked for: --numprocesses is short for as many --tx.
    distributed = hasattr(config, "workerinput") or getattr(config.option, "tx", None)
    if distributed and "{worker}" not in url:
        raise UsageError(
            expected="a database for each xdist worker",
            happened="the URL is the same for all of them",
            where=where,
            how_to_go_on="put {worker} into the URL: it becomes gw0, gw1, …; or run without xdist",
        )
    # The process that only hands out tests looks at its first worker's database, before that one does.
    is_worker = hasattr(config, "workerinput")
    check_url(url.replace("{worker}", "gw0") if distributed and not is_worker else url, where=where)


def _choose_transport(config: pytest.Config) -> None:
    """Let the messages of every cloud of the run go where the options say."""
    given = _given(config, "fakevirt_transport", "--fakevirt-transport", environment=MESSAGES.environment)
    if given is None:
        return
    from fakevirt.rpc.broker import check_url

    url, where = given
    check_url(url, where=where)
    _choose_location(config, MESSAGES, url)


def _choose_location(config: pytest.Config, location: Location, url: str) -> None:
    if url != location.url:
        chosen = contextlib.ExitStack()
        chosen.enter_context(location.at(url))
        config.add_cleanup(chosen.close)


def _read_factory(config: pytest.Config, name: str) -> Any:
    given = _given(config, f"fakevirt_{name}", f"--fakevirt-{name}")
    if given is None:
        return None
    from fakevirt.cloud.factories import factory_named

    path, where = given
    return factory_named(path, name, where=where)


def _given(config: pytest.Config, name: str, option: str, environment: str | None = None) -> tuple[str, str] | None:
    """Return the value of an option and where it was given: command line, environment or ini file, in this order."""
    if config.getoption(name) is not None:
        return config.getoption(name), f"the option {option}"
    if environment is not None and os.environ.get(environment):
        return os.environ[environment], f"the environment variable {environment}"
    if config.getini(name):
        return config.getini(name), f"{name} in {config.inipath}"
    return None


def _traces(test: RunningTest) -> list[tuple[str, str]]:
    if not test.clouds:
        return []
    from fakevirt.conversion.report import last_effects

    return [
        (f"fakevirt trace (plan {cloud.plan})", "\n".join(last_effects(cloud))) for cloud in test.clouds if cloud.trace
    ]


def _nearest_marks(item: pytest.Item, name: str) -> Sequence[pytest.Mark]:
    for node in reversed(item.listchain()):
        marks = [mark for mark in node.own_markers if mark.name == name]
        if marks:
            return marks
    return ()


def _call_path_of(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("call_path") if callspec is not None else None
