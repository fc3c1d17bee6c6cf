"""An allowance says which difference may be, and why."""

import pickle

import pytest

from fakevirt.conversion.allowance import ANYTHING, Allowance, Fitting
from fakevirt.conversion.difference import ABSENT, Difference
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.observation import COMPARED
from fakevirt.manager.work_items import item_names


@pytest.mark.parametrize(
    ("allowance", "channel", "operation", "field", "covered"),
    [
        (Allowance("db", "why"), "db", "update instances", None, True),
        (Allowance("db", "why"), "driver", "update instances", None, False),
        (Allowance("db", "why"), "db", "update instances", "arguments.values", False),
        (Allowance("db", "why", "update instances"), "db", "update instances", None, True),
        (Allowance("db", "why", "update instances"), "db", "insert instances", None, False),
        (Allowance("db", "why", "update instances"), "db", "update instances_more", None, False),
        (Allowance("db", "why", "*instances"), "db", "insert instances", None, True),
        (Allowance("db", "why", "* instances"), "db", "insert faults", None, False),
        (Allowance("db", "why", field="arguments.values.host"), "db", "x", "arguments.values.host", True),
        (Allowance("db", "why", field="arguments.values.host"), "db", "x", "arguments.values.hosts", False),
        (Allowance("db", "why", field="arguments.values.host"), "db", "x", None, False),
        (Allowance("db", "why", field="arguments.*.host"), "db", "x", "arguments.values.host", True),
        (Allowance("db", "why", field="arguments.rows[*].host"), "db", "x", "arguments.rows[0].host", True),
        (Allowance("db", "why", field="arguments.rows[0].host"), "db", "x", "arguments.rows0.host", False),
        (Allowance("db", "why", field="arguments.values.host"), "db", "x", "argumentsXvaluesXhost", False),
    ],
)
def test_it_covers_the_place_that_it_names(allowance, channel, operation, field, covered):
    assert allowance.covers(Difference(channel, operation, "src", field, "a", "b", row=0)) is covered


@pytest.mark.parametrize(("legacy", "covered"), [(["net"], True), ([], False), (None, False)])
def test_a_value_can_be_one_that_a_test_lets_pass(legacy, covered):
    allowance = Allowance("network", "why", field="arguments.networks", legacy=Fitting(lambda value: value == ["net"]))
    assert allowance.covers(Difference("network", "x", "src", "arguments.networks", legacy, "b", row=0)) is covered
    assert {allowance: "it can be a key"}


@pytest.mark.parametrize("allowance", KNOWN, ids=lambda allowance: allowance.reason[:30])
def test_every_known_one_names_a_channel_that_is_compared_a_work_item_and_a_reason(allowance):
    assert allowance.channel in COMPARED
    assert allowance.work_item is None or allowance.work_item in item_names()
    assert len(allowance.reason) > 20
    assert pickle.loads(pickle.dumps(allowance)) == allowance


def test_no_known_one_covers_a_whole_channel():
    assert [a for a in KNOWN if a.operation == "*"] == []


def test_an_allowance_is_the_same_in_another_process():
    allowance = Allowance("db", "it may", objects=ABSENT)
    assert pickle.loads(pickle.dumps(allowance)) == allowance
    assert repr(ANYTHING) == "ANYTHING"
