"""Tasks spread over processes."""

import operator
import os

import pytest

from fakevirt import location
from fakevirt.conversion.workers import outcomes
from fakevirt.db.engine import worker
from fakevirt.usage_error import UsageError


@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_has_an_outcome(processes):
    assert sorted(outcomes(operator.neg, [1, 2, 3], processes=processes)) == [-3, -2, -1]


def test_one_task_needs_no_other_process():
    # A lambda cannot leave the process.
    assert list(outcomes(lambda number: (number, os.getpid()), [1], processes=2)) == [(1, os.getpid())]


@pytest.mark.parametrize(
    ("name", "location"), [("DATABASES", location.DATABASES), ("MESSAGES", location.MESSAGES)], ids=["db", "messages"]
)
def test_every_process_is_where_this_one_is(monkeypatch, name, location):
    # Text leaves the process, and is read by the other one.
    there = [f"__import__('fakevirt.location').location.{name}.{attribute}" for attribute in ("chosen", "url")]
    monkeypatch.setenv(location.environment, "scheme://other")
    with location.at("scheme://chosen"):
        assert list(outcomes(eval, there, processes=2)) == ["scheme://chosen", "scheme://chosen"]
    assert set(outcomes(eval, there, processes=2)) == {None, "scheme://other"}


def test_every_process_has_a_name_of_its_own_within_that_of_this_one(monkeypatch):
    monkeypatch.setenv("FAKEVIRT_WORKER", "mine")
    for name in outcomes(operator.call, [worker] * 4, processes=2):
        assert name.endswith(("mine_p0", "mine_p1"))


def test_no_task_has_no_outcome():
    assert list(outcomes(operator.neg, [], processes=2)) == []


def test_a_process_that_dies_is_told_in_four_parts_and_nobody_waits():
    with pytest.raises(UsageError) as told:
        list(outcomes(os._exit, [1, 1, 1], processes=2))
    assert told.value.happened == "one of them died"
    assert told.value.where == "3 tasks on 2 processes"


def test_what_a_task_raises_reaches_whoever_asked():
    with pytest.raises(ZeroDivisionError):
        list(outcomes((1).__floordiv__, [0, 0], processes=2))
