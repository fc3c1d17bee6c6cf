"""The list is the blueprint's, and a project's own entries follow."""

import pytest

from fakevirt import ConversionPlan
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager import work_items
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, WorkItemMethod
from fakevirt.manager.work_items import WORK_ITEMS, WorkItem, item_names
from fakevirt.usage_error import UsageError

METHODS = {name: m.work_item for name, m in vars(ComputeManager).items() if isinstance(m, WorkItemMethod)}


def test_names_and_titles_are_given_once():
    assert len(set(item_names())) == len({item.title for item in WORK_ITEMS}) == len(WORK_ITEMS) == 12


def test_every_method_belongs_to_an_item_of_the_list():
    assert METHODS
    assert set(METHODS.values()) <= set(item_names())


def test_every_item_has_a_method_and_a_scenario():
    entered = frozenset().union(*(scenario.enters for scenario in SCENARIOS.values()))
    assert set(METHODS.values()) == entered == set(item_names())


def test_a_method_that_the_blueprint_names_belongs_to_the_item_of_its_name():
    named = {name: item for name, item in METHODS.items() if name in item_names()}
    assert named
    assert all(name == item for name, item in named.items())


@pytest.fixture
def leases():
    item = work_items.register(WorkItem("leases", "Leases of guests"))
    yield item
    work_items.unregister(item)


def test_an_entry_of_a_project_is_converted_with_all_the_others(leases):
    assert item_names()[-1] == "leases"
    assert "leases" in ConversionPlan.objects().converted
    assert str(ConversionPlan.objects()) == "objects"
    assert str(ConversionPlan.all_but("leases")) == "all but leases"


def test_an_equal_entry_may_be_there_already(leases):
    assert work_items.register(WorkItem("leases", "Leases of guests")) == leases
    assert item_names().count("leases") == 1


def test_an_entry_of_a_name_that_is_taken_is_refused():
    with pytest.raises(UsageError) as refused:
        work_items.register(WorkItem("live_migration", "Something else"))
    assert refused.value.happened == "'live_migration' is on the list already: live_migration"


def test_a_method_of_no_work_item_is_refused():
    with pytest.raises(UsageError) as refused:
        WorkItemMethod(BothPaths(legacy=print, objects=print), "leases")
    assert refused.value.happened == "'leases' is none"
