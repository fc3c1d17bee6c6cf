"""What a project adds to fakevirt's lists in its conftest.py."""

import pytest

from fakevirt import releases
from fakevirt.conversion import entities
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager import work_items
from fakevirt.objects.base import NovaVersionedObjectRegistry

LEASES = """
from fakevirt.conversion.scenarios import scenario
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, WorkItemMethod
from fakevirt.objects.base import NovaObject, NovaVersionedObjectRegistry
from oslo_versionedobjects import fields

@NovaVersionedObjectRegistry.register
class Lease(NovaObject):
    VERSION = "1.0"
    fields = {"server": fields.UUIDField(), "days": fields.IntegerField()}

class Ticket:
    def __init__(self, number):
        self.number = number

class Driver(FakeVirtDriver):
    def __init__(self, parts):
        super().__init__(parts.hypervisor, peers=parts.peers, image_api=parts.image_api)

    def renew(self, lease, ticket):
        pass

def legacy(manager, context, instance, days):
    manager.driver.renew({"server": instance["uuid"], "days": days}, Ticket(1))

def objects(manager, context, instance, days):
    manager.driver.renew(Lease(server=instance.uuid, days=days), Ticket(NUMBER))

class Manager(ComputeManager):
    renew_lease = WorkItemMethod(BothPaths(legacy=legacy, objects=objects), "leases")

@scenario(enters=frozenset({"leases"}))
def lease_renewed(cloud):
    "A lease is renewed."
    cloud.call("src", "renew_lease", instance=cloud.boot("src"), days=7)
"""
HOOKS = """
import dataclasses
from fakevirt import releases
from fakevirt.manager.work_items import WorkItem

def pytest_fakevirt_work_items():
    return [WorkItem("leases", "Leases of guests")]

def pytest_fakevirt_scenarios():
    return ["leases"]

def pytest_fakevirt_releases():
    return [dataclasses.replace(releases.JUNO, name="mine", service_version=4)]

def pytest_fakevirt_canonical_forms():
    from leases import Ticket

    return {Ticket: lambda ticket: {"number": ticket.number}}

def pytest_fakevirt_dict_forms():
    return {"Lease": {"server", "days"}}
"""
ALLOWANCES = """
def pytest_fakevirt_allowances():
    from fakevirt.conversion.allowance import Allowance

    reason = "tickets are numbered anew"
    return [Allowance("driver", reason, operation="renew", field="arguments.ticket.number", work_item="leases")]
"""
OWN = ("--fakevirt-manager=leases:Manager", "--fakevirt-driver=leases:Driver")
CHECKED = """
def test_leases(conversion):
    conversion.check("leases", "lease_renewed")
"""
MIXED = """
@pytest.mark.release(src="mine", dst="juno")
def test_mine(fake_cloud):
    assert fake_cloud.conductor_release.name == "mine"
"""


@pytest.fixture
def leases(pytester, mocker):
    """Return a function that writes the project, given the number of the ticket on the object path and its hooks."""
    pytester.syspathinsert()
    # What is run in this process registers its classes with this process.
    mocker.patch.dict(NovaVersionedObjectRegistry.obj_classes())
    mocker.patch.dict(SCENARIOS)

    def write(number=1, hooks=HOOKS):
        pytester.makepyfile(leases=LEASES.replace("NUMBER", str(number)))
        pytester.makeconftest(hooks)

    return write


def test_a_work_item_of_the_project_is_compared_and_has_its_row_on_the_board(run, leases):
    leases()
    result = run(CHECKED, *OWN, "--conversion-board")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*leases*1*SAME*driver.renew*"])


def test_what_a_canonical_form_tells_is_compared(run, leases):
    leases(number=2)
    result = run(CHECKED, *OWN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*driver renew on src: arguments.ticket.number is 1 on legacy and 2 on objects*"])


def test_without_a_canonical_form_there_is_only_the_name_of_the_type(run, leases):
    leases(number=2, hooks=HOOKS.replace('{Ticket: lambda ticket: {"number": ticket.number}}', "{}"))
    run(CHECKED, *OWN).assert_outcomes(passed=1)


def test_without_its_keys_a_dict_is_not_the_object_that_it_stands_for(run, leases):
    leases(hooks=HOOKS.replace('{"Lease": {"server", "days"}}', "{}"))
    result = run(CHECKED, *OWN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*driver renew on src: arguments.lease*"])


def test_a_difference_that_the_conversion_makes_is_allowed_wherever_it_shows(run, leases):
    leases(number=2, hooks=HOOKS + ALLOWANCES)
    result = run(CHECKED, *OWN, "--conversion-board")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*leases*1*ALLOWED*", "*allowed: tickets are numbered anew*"])
    assert not [allowance for allowance in KNOWN if allowance.work_item == "leases"]


def test_a_release_of_the_project_is_known_by_its_name(run, leases):
    leases()
    run(MIXED).assert_outcomes(passed=1)


def test_what_was_added_is_taken_off_when_pytest_ends(run, leases):
    leases()
    run(CHECKED, *OWN).assert_outcomes(passed=1)
    assert "leases" not in work_items.item_names()
    assert "mine" not in [release.name for release in releases.registered()]
    assert entities.recognise({"server": "x", "days": 1}) is None


def test_each_worker_of_xdist_has_what_was_added(run, leases):
    leases()
    result = run(CHECKED, *OWN, "--conversion-board", "--numprocesses=1", subprocess=True)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*leases*1*SAME*driver.renew*"])


@pytest.mark.parametrize(
    ("hooks", "expected"),
    [
        ("def pytest_fakevirt_work_items(): return ['leases']", "an iterable of WorkItem"),
        ("def pytest_fakevirt_releases(): return 'juno'", "an iterable of Release"),
        ("def pytest_fakevirt_scenarios(): return 'leases'", "an iterable of str"),
        ("def pytest_fakevirt_allowances(): return ['once more']", "an iterable of Allowance"),
        ("def pytest_fakevirt_dict_forms(): return ['Lease']", "a mapping whose keys are of type str"),
        ("def pytest_fakevirt_canonical_forms(): return {'Ticket': str}", "a mapping whose keys are of type type"),
    ],
)
def test_a_hook_that_returns_something_else_is_refused(run, pytester, hooks, expected):
    pytester.makeconftest(hooks)
    result = run("def test_nothing(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            f"*expected: *{expected}",
            "*happened: *it returned *",
            "*where: *the hook pytest_fakevirt_*",
            "*how to go on:*",
        ]
    )


def test_a_module_of_scenarios_that_is_not_there_is_told_where_scenarios_are_needed(run, pytester):
    pytester.makeconftest("def pytest_fakevirt_scenarios(): return ['nowhere']")
    result = run(CHECKED.replace('"leases", "lease_renewed"', '"live_migration", "shared_storage"'))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*happened: *No module named 'nowhere'", "*where: *the hook pytest_fakevirt_scenarios: nowhere"]
    )
