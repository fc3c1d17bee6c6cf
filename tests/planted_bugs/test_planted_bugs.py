"""Every planted bug is seen, on the channel where it should be, and the code without it is not."""

import collections
import logging

import pytest

from planted_bugs.catalogue import BUGS
from planted_bugs.planting import Patch
from planted_bugs.runs import comparison, unplanted

CLASSES = "ABCDEFGHIJKLMNOPQRSTUVW"


@pytest.fixture
def unlogged():
    """Errors are what bugs are seen by, and pytest would write down the stack of each."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("unlogged")
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_seen_where_it_shows_first_and_leaves_the_legacy_path_as_it_is(bug):
    planted, clean = bug.planted(), unplanted(bug.run)
    assert planted.seen[0] == bug.seen
    assert clean.seen == ()
    assert planted.legacy == clean.legacy


def test_each_class_has_three_bugs_at_least_and_each_bug_a_sentence_of_its_own():
    classes = collections.Counter(bug.letter for bug in BUGS)
    assert sorted(classes) == list(CLASSES)
    assert min(classes.values()) >= 3
    assert len({bug.what for bug in BUGS}) == len(BUGS)


def test_a_piece_of_source_that_is_not_there_cannot_be_replaced():
    with Patch.context() as patch, pytest.raises(AssertionError, match=r"is 0 times in planted_bugs\.runs\.comparison"):
        patch.edit(comparison, "no such line", "")
