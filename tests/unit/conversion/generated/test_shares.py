"""A search that several processes share."""

import pytest

from fakevirt.conversion.generated import shares
from fakevirt.conversion.generated.search import Search
from fakevirt.conversion.generated.shares import search_in_shares


@pytest.fixture
def searched(monkeypatch):
    """Return the numbers and seeds of the searches; nothing is drawn, and a seed of 2 finds something."""
    searched = []

    def search(number, seed, progress=None):
        searched.append((number, seed))
        return Search(number, seed, troubles=["it diverged"] if seed == 2 else [])

    def outcomes(function, tasks, *, processes):
        assert processes >= len(tasks)
        return map(function, reversed(tasks))

    monkeypatch.setattr(shares, "search", search)
    monkeypatch.setattr(shares, "outcomes", outcomes)
    return searched


def test_each_share_has_a_seed_of_its_own_and_all_of_them_the_whole_number(searched):
    told = []
    found = search_in_shares(10, 1, processes=3, progress=lambda *counts: told.append(counts))
    assert sorted(searched, key=lambda share: share[1]) == [(4, 1), (3, 2), (3, 3)]
    assert [(share.number, share.seed) for share in found] == [(4, 1), (3, 2), (3, 3)]
    assert told == [(3, 10), (6, 10), (10, 10)]


def test_what_one_of_them_finds_is_told_with_its_own_seed(searched):
    found = search_in_shares(3, 1, processes=3, progress=lambda *_: None)
    assert [share.passes for share in found] == [True, False, True]
    assert "it diverged" in found[1].message
    assert "seed 2" in found[1].message


def test_no_process_is_left_without_an_example(searched):
    assert len(search_in_shares(2, 1, processes=3, progress=lambda *_: None)) == 2


def test_one_process_tells_of_every_example(monkeypatch):
    monkeypatch.setattr(shares, "search", lambda number, seed, progress: progress(1, number) or Search(number, seed))
    told = []
    search_in_shares(4, 1, processes=1, progress=lambda *counts: told.append(counts))
    assert told == [(1, 4)]
