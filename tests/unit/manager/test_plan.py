"""A plan is a set of converted work items."""

import pytest

from fakevirt.manager.plan import CallPath, ConversionPlan, check_work_item
from fakevirt.manager.work_items import item_names
from fakevirt.usage_error import UsageError

HALF = len(item_names()) // 2


def test_everything_is_converted_unless_it_says_otherwise():
    assert ConversionPlan() == ConversionPlan.objects()
    assert {ConversionPlan().path_of(name) for name in item_names()} == {CallPath.OBJECTS}


def test_nothing_is_converted_in_the_legacy_plan():
    assert {ConversionPlan.legacy().path_of(name) for name in item_names()} == {CallPath.LEGACY}


def test_only_converts_just_these():
    plan = ConversionPlan.only("run_instance", "detach_volume")
    assert plan.converted == {"run_instance", "detach_volume"}
    assert plan.path_of("detach_volume") is CallPath.OBJECTS
    assert plan.path_of("live_migration") is CallPath.LEGACY


def test_all_but_converts_the_others():
    plan = ConversionPlan.all_but("run_instance")
    assert plan.converted == set(item_names()) - {"run_instance"}


def test_plans_of_the_same_items_are_one():
    one, other = (
        ConversionPlan.only("run_instance", "detach_volume"),
        ConversionPlan.only("detach_volume", "run_instance"),
    )
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (ConversionPlan.legacy(), "legacy"),
        (ConversionPlan.objects(), "objects"),
        (ConversionPlan.only("detach_volume", "live_migration"), "only live_migration, detach_volume"),
        (ConversionPlan.only(*item_names()[:HALF]), "only " + ", ".join(item_names()[:HALF])),
        (ConversionPlan.only(*item_names()[: HALF + 1]), "all but " + ", ".join(item_names()[HALF + 1 :])),
        (ConversionPlan.all_but("run_instance"), "all but run_instance"),
    ],
)
def test_its_text_is_the_shorter_list(plan, text):
    assert str(plan) == text


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda name: ConversionPlan(frozenset({name})), "ConversionPlan(converted=…)"),
        (ConversionPlan.only, "ConversionPlan(converted=…)"),
        (ConversionPlan.all_but, "ConversionPlan.all_but(…)"),
    ],
)
def test_a_misspelt_work_item_is_refused_with_the_right_name(make, where):
    with pytest.raises(UsageError) as refused:
        make("live_migratoin")
    assert refused.value.happened == "'live_migratoin' is none"
    assert refused.value.where == where
    assert refused.value.how_to_go_on == "did you mean 'live_migration'?"


def test_a_name_like_none_gets_the_whole_list():
    with pytest.raises(UsageError) as refused:
        check_work_item("zzz", where="here")
    assert refused.value.how_to_go_on == (
        f"take one of: {', '.join(item_names())}; or register your own with fakevirt.manager.work_items.register"
    )


@pytest.mark.parametrize("name", item_names())
def test_every_work_item_has_a_name_that_is_taken(name):
    check_work_item(name, where="here")
    assert ConversionPlan.only(name).path_of(name) is CallPath.OBJECTS
