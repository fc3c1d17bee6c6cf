"""Which partial conversions are verified, and which runs prove them."""

import itertools

import pytest

from fakevirt.conversion.plans import CHOICES, in_order, plans_of, unproved
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names
from fakevirt.usage_error import UsageError

ONE, TWO, THREE = item_names()[:3]


def test_each_choice_has_the_plans_of_the_one_before():
    chosen = [plans_of(choice) for choice in CHOICES]
    assert [len(plans) for plans in chosen] == [2, 26, 158, 4096]
    for fewer, more in itertools.pairwise(chosen):
        assert set(fewer) < set(more)
        assert len(set(more)) == len(more)


def test_ends_are_nothing_and_everything():
    assert plans_of("ends") == (ConversionPlan.legacy(), ConversionPlan.objects())


def test_singles_convert_one_work_item_or_all_but_one():
    assert {ConversionPlan.only(ONE), ConversionPlan.all_but(TWO)} < set(plans_of("singles"))


def test_pairs_convert_two_work_items_or_all_but_two():
    assert {ConversionPlan.only(ONE, TWO), ConversionPlan.all_but(TWO, THREE)} < set(plans_of("pairs"))


def test_another_choice_is_refused():
    with pytest.raises(UsageError) as refused:
        plans_of("each")
    assert refused.value.expected == "a choice of plans: ends, singles, pairs, all"


@pytest.mark.parametrize("matter", [(), (ONE,), (ONE, TWO), (ONE, TWO, THREE)], ids=len)
def test_every_subset_of_what_matters_is_run_once(matter):
    runs = unproved(plans_of("all"), frozenset(matter), ())
    assert len(runs) == 2 ** len(matter)
    assert len({run.converted & set(matter) for run in runs}) == len(runs)


def test_what_was_run_is_not_run_again_and_what_turns_out_to_matter_is():
    plans = plans_of("singles")
    ran = unproved(plans, frozenset({ONE}), ())
    assert [str(plan) for plan in ran] == ["legacy", "objects"]
    assert unproved(plans, frozenset({ONE}), ran) == []
    more = unproved(plans, frozenset({ONE, TWO}), ran)
    assert [plan.converted & {ONE, TWO} for plan in more] == [{ONE}, {TWO}]


def test_work_items_are_put_in_the_order_of_the_list():
    assert in_order({THREE, ONE, TWO}) == [ONE, TWO, THREE]
