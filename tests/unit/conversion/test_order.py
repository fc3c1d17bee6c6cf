"""Work items in an order that their callers allow."""

import json

import pytest

from fakevirt.conversion.order import ConversionOrder, Gift, Step, in_sequence
from fakevirt.conversion.verification import Failure
from fakevirt.manager.work_items import item_names

ONE, TWO, THREE, FOUR = item_names()[:4]


@pytest.mark.parametrize(
    ("callers", "order"),
    [
        ({ONE: set(), TWO: set(), THREE: set()}, [(ONE,), (TWO,), (THREE,)]),
        ({ONE: {THREE}, TWO: set(), THREE: set()}, [(TWO,), (THREE,), (ONE,)]),
        ({ONE: {THREE}, TWO: {ONE}, THREE: set()}, [(THREE,), (ONE,), (TWO,)]),
        ({ONE: {TWO}, TWO: {ONE}, THREE: set()}, [(ONE, TWO), (THREE,)]),
        ({ONE: {TWO}, TWO: {THREE}, THREE: {ONE}, FOUR: {TWO}}, [(ONE, TWO, THREE), (FOUR,)]),
        ({ONE: {TWO}, TWO: {ONE, THREE}, THREE: set()}, [(THREE,), (ONE, TWO)]),
        ({}, []),
    ],
    ids=["ties", "a caller", "a chain", "a pair", "a ring and after it", "a pair after its caller", "nothing"],
)
def test_each_comes_after_its_callers_otherwise_as_in_the_list(callers, order):
    assert list(in_sequence(callers)) == order


def test_its_primitive_is_json_and_says_the_same():
    order = ConversionOrder(
        (Step((ONE,), (TWO,), ("driver.spawn(Instance)",)),),
        (Gift(ONE, "driver.spawn", "Instance", ("dict",), ("object",)),),
        (THREE,),
        (),
    )
    assert json.loads(json.dumps(order.to_primitive())) == {
        "passes": True,
        "steps": [{"work_items": [ONE], "callers": [TWO], "accept_first": ["driver.spawn(Instance)"]}],
        "gifts": [
            {
                "work_item": ONE,
                "method": "driver.spawn",
                "schema": "Instance",
                "legacy": ["dict"],
                "objects": ["object"],
            }
        ],
        "not_entered": [THREE],
    }


def test_an_order_in_which_something_fails_does_not_pass():
    failure = Failure("one", None, None, None, "it fails")
    assert not ConversionOrder((), (), (), (failure,)).passes
