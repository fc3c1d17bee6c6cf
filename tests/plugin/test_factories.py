"""Managers and drivers of a project's own, named on the command line or in the ini file."""

import pytest

MINE = """
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.manager import rollback_live_migration
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, WorkItemMethod

class Driver:
    def __init__(self, parts):
        self._driver = FakeVirtDriver(parts.hypervisor, peers=parts.peers, image_api=parts.image_api)

    def __getattr__(self, name):
        return getattr(self._driver, name)

def forgets_the_state(manager, context, instance, dest, block_migration, migrate_data=None):
    instance.vm_state = "active"
    instance.save(expected_task_state=["migrating"])

class Manager(ComputeManager):
    _rollback_live_migration = WorkItemMethod(
        BothPaths(legacy=rollback_live_migration.legacy, objects=forgets_the_state), "_rollback_live_migration"
    )

answer = 42
"""
TEXT = """
def test_cloud(fake_cloud):
    assert (type(fake_cloud.host("src").manager).__name__, fake_cloud.host("src").driver.__class__.__name__) == (
        "Manager",
        "Driver",
    )

def test_check(conversion):
    conversion.check("_rollback_live_migration", "rollback_without_info_cache")

@both_call_paths
def test_both(cloud):
    assert cloud.host("dst").driver.__class__.__name__ == "Driver"
    request(cloud)

def test_sweep(conversion):
    conversion.sweep("_rollback_live_migration", "rollback_without_info_cache")

def test_upgrades(conversion):
    assert conversion.check_upgrades(scenario="refused_by_the_source").passes
"""


@pytest.fixture
def mine(pytester):
    """The project's module."""
    pytester.makepyfile(mine=MINE)
    pytester.syspathinsert()


@pytest.mark.parametrize("source", ["option", "ini"])
def test_all_that_is_compared_is_compared_with_them(run, mine, source):
    names = {"manager": "mine:Manager", "driver": "mine:Driver"}
    options = [f"--fakevirt-{made}={name}" for made, name in names.items()] if source == "option" else []
    ini = "".join(f"fakevirt_{made} = {name}\n" for made, name in names.items()) if source == "ini" else ""
    result = run(TEXT, *options, ini=ini)
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*db update instances on conductor: arguments.values.task_state is null on legacy and — on objects*",
            "*reproduce: *pytest *::test_check*",
        ]
    )


@pytest.mark.parametrize(
    ("name", "happened"),
    [
        ("nowhere:Driver", "*'nowhere:Driver' cannot be found: No module named 'nowhere'"),
        ("mine:Nothing", "*'mine:Nothing' cannot be found: module 'mine' has no attribute 'Nothing'"),
        ("mine:answer", "*'mine:answer' is 42"),
        ("not a name", "*'not a name' cannot be found: invalid format: 'not a name'"),
    ],
)
def test_a_name_that_names_no_factory_is_refused(run, mine, name, happened):
    result = run(TEXT, f"--fakevirt-driver={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "*expected: *the name of what makes a driver for each host, such as mine.driver:Driver",
            happened,
            "*where: *the option --fakevirt-driver",
            "*how to go on: name the module*",
        ]
    )
