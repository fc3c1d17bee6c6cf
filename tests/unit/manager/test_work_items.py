"""The list is the blueprint's."""

from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import WorkItemMethod
from fakevirt.manager.work_items import NAMES, WORK_ITEMS

METHODS = {name: m.work_item for name, m in vars(ComputeManager).items() if isinstance(m, WorkItemMethod)}


def test_names_and_titles_are_given_once():
    assert len(set(NAMES)) == len({item.title for item in WORK_ITEMS}) == len(WORK_ITEMS) == 12


def test_every_method_belongs_to_an_item_of_the_list():
    assert METHODS
    assert set(METHODS.values()) <= set(NAMES)


def test_every_item_has_a_method_and_a_scenario():
    entered = frozenset().union(*(scenario.enters for scenario in SCENARIOS.values()))
    assert set(METHODS.values()) == entered == set(NAMES)


def test_a_method_that_the_blueprint_names_belongs_to_the_item_of_its_name():
    named = {name: item for name, item in METHODS.items() if name in NAMES}
    assert named
    assert all(name == item for name, item in named.items())
