"""The search through examples."""

import itertools

import pytest
from hypothesis.errors import FailedHealthCheck

from fakevirt.conversion.generated import search as module
from fakevirt.conversion.generated.search import search
from fakevirt.conversion.generated.trial import Trial


@pytest.fixture
def drawn(monkeypatch):
    """Return the examples that a search compares; none is run."""
    drawn = []

    class Legacy:
        entered = frozenset({"compute_utils"})

    class Comparison:
        legacy = Legacy

    def compare_example(example):
        drawn.append(example)
        trial = Trial(example, (None,) * len(example.calls), Comparison, ())
        return trial

    monkeypatch.setattr(module, "compare_example", compare_example)
    monkeypatch.setattr(Trial, "passes", property(lambda trial: True))
    return drawn


def test_the_same_number_and_seed_draw_the_same_examples(drawn):
    search(50, seed=1)
    once = list(drawn)
    drawn.clear()
    search(50, seed=1)
    assert drawn == once
    drawn.clear()
    search(50, seed=2)
    assert drawn != once


def test_it_counts_what_it_compared_and_tells_of_each_as_it_goes(drawn):
    told = []
    found = search(30, seed=1, progress=lambda made, needed: told.append((made, needed)))
    assert found.passes
    assert (found.examples, len(drawn)) == (30, 30)
    assert told == [(made, 30) for made in range(1, 31)]
    requests = sum(len(example.calls) for example in drawn)
    assert found.message == (
        f"30 examples of seed 1: {requests} requests on each call path, 1 work items entered, none diverged"
    )


def test_nothing_is_written_into_the_folder_of_whoever_asks(drawn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search(5, seed=1)
    assert list(tmp_path.iterdir()) == []


def test_what_hypothesis_has_to_say_of_the_search_is_never_a_pass(drawn, monkeypatch):
    def fails(example):
        raise FailedHealthCheck("too much was filtered out")

    monkeypatch.setattr(module, "compare_example", fails)
    found = search(5, seed=1)
    assert not found.passes
    assert "FailedHealthCheck: too much was filtered out" in found.message


def test_an_example_that_diverges_only_sometimes_is_told_as_flaky(monkeypatch):
    times = itertools.count()
    monkeypatch.setattr(Trial, "passes", property(lambda trial: next(times) != 0))
    found = search(5, seed=1)
    assert not found.passes
    assert "Flaky" in found.message


def test_examples_that_enter_no_work_item_are_not_counted(drawn, monkeypatch):
    compare = module.compare_example

    def enters_nothing(example):
        trial = compare(example)
        moves = any(call.method == "live_migrate" for call in example.calls)
        monkeypatch.setattr(trial.comparison.legacy, "entered", frozenset() if moves else frozenset({"compute_utils"}))
        return trial

    monkeypatch.setattr(module, "compare_example", enters_nothing)
    found = search(30, seed=1)
    moving = sum(any(call.method == "live_migrate" for call in example.calls) for example in drawn)
    assert moving > 0
    assert found.examples == len(drawn) - moving
