"""Named ways to set up a cloud and to ask for something."""

import pytest

from fakevirt.conversion.scenarios import SCENARIOS, Scenario, scenario, scenario_named
from fakevirt.manager.work_items import item_names
from fakevirt.usage_error import UsageError

each_scenario = pytest.mark.parametrize("chosen", SCENARIOS.values(), ids=SCENARIOS)


@each_scenario
def test_each_tells_in_a_sentence_what_happens(chosen):
    assert chosen.title == (chosen.request.__doc__ or "").rstrip(".")
    assert ": " in chosen.title or " " in chosen.title


@each_scenario
def test_each_enters_work_items_of_the_list(chosen):
    assert chosen.enters
    assert chosen.enters <= set(item_names())


def test_a_scenario_without_a_docstring_has_its_name_for_a_title():
    assert Scenario("the_name", lambda cloud: None, frozenset()).title == "the_name"


def test_a_scenario_is_found_by_its_name():
    assert scenario_named("shared_storage") is SCENARIOS["shared_storage"]
    assert scenario_named("shared_storage", "live_migration") is SCENARIOS["shared_storage"]


def test_a_misspelt_name_is_refused_with_the_right_one():
    with pytest.raises(UsageError) as refused:
        scenario_named("shared_storag")
    assert refused.value.expected == "the name of a scenario"
    assert refused.value.how_to_go_on == "did you mean 'shared_storage'?"


def test_a_scenario_that_never_enters_the_work_item_is_refused():
    with pytest.raises(UsageError) as refused:
        scenario_named("refused_by_the_source", "_rollback_live_migration_at_destination")
    assert refused.value.expected == "the name of a scenario that enters _rollback_live_migration_at_destination"


def test_a_name_like_none_gets_the_list_of_those_that_fit():
    with pytest.raises(UsageError) as refused:
        scenario_named("zzz", "detach_volume")
    fitting = [s.name for s in SCENARIOS.values() if "detach_volume" in s.enters]
    assert refused.value.how_to_go_on == f"take one of: {', '.join(fitting)}"


def test_a_function_is_registered_under_its_name_with_its_cloud(monkeypatch):
    monkeypatch.setattr("fakevirt.conversion.scenarios.registry.SCENARIOS", registered := {})

    @scenario(enters=frozenset({"run_instance"}), shared_storage=False)
    def of_my_own(cloud):
        """What happens.

        More of it.
        """

    assert registered == {
        "of_my_own": Scenario("of_my_own", of_my_own, frozenset({"run_instance"}), {"shared_storage": False})
    }
    assert registered["of_my_own"].title == "What happens"
