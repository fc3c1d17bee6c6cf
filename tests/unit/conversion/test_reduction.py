"""A plan that fails, reduced to the work items that decide it."""

import pytest

from fakevirt.conversion.reduction import reduced
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names

ITEMS = item_names()[:6]
DESTINATION, SOURCE, MIGRATION, POST, ROLLBACK, AT_DESTINATION = ITEMS


@pytest.mark.parametrize(
    ("plan", "fails", "decision"),
    [
        (ConversionPlan.objects(), lambda c: POST in c, "_post_live_migration=objects"),
        (
            ConversionPlan.only(POST),
            lambda c: POST in c and MIGRATION not in c,
            "live_migration=legacy with _post_live_migration=objects",
        ),
        (
            ConversionPlan.all_but(MIGRATION),
            lambda c: POST in c and MIGRATION not in c,
            "live_migration=legacy with _post_live_migration=objects",
        ),
        (
            ConversionPlan.objects(),
            lambda c: {SOURCE, POST, ROLLBACK} <= c,
            "check_can_live_migrate_source=objects with _post_live_migration=objects "
            "with _rollback_live_migration=objects",
        ),
        (
            ConversionPlan.only(POST, ROLLBACK),
            lambda c: POST in c or {MIGRATION, ROLLBACK} <= c,
            "_post_live_migration=objects",
        ),
        (
            ConversionPlan.only(DESTINATION, SOURCE),
            lambda c: c == {DESTINATION, SOURCE},
            " with ".join(f"{i}={'objects' if i in (DESTINATION, SOURCE) else 'legacy'}" for i in ITEMS),
        ),
    ],
    ids=["one", "one and its caller", "all but its caller", "three", "either of two", "nothing smaller"],
)
def test_the_smallest_set_of_work_items_that_decides_it_is_named(plan, fails, decision):
    assert fails(plan.converted & set(ITEMS))
    assert str(reduced(plan, ITEMS, fails)) == decision


def test_work_items_that_do_not_matter_are_never_tried():
    tried = []

    def fails(converted):
        tried.append(converted)
        return MIGRATION in converted

    reduced(ConversionPlan.objects(), (MIGRATION, POST), fails)
    assert frozenset().union(*tried) == {MIGRATION, POST}


def test_a_decision_holds_in_the_plans_with_the_same_paths():
    decision = reduced(ConversionPlan.only(POST), ITEMS, lambda c: POST in c and MIGRATION not in c)
    assert decision.holds_in(ConversionPlan.all_but(MIGRATION))
    assert not decision.holds_in(ConversionPlan.objects())
    assert not decision.holds_in(ConversionPlan.legacy())
