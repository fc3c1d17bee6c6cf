"""A frozen world repeats itself and leaves no trace behind."""

import random
import uuid

from oslo_utils import timeutils

from fakevirt.instrument import determinism


def draw():
    return uuid.uuid4(), random.random(), timeutils.utcnow()


def test_the_same_seed_gives_the_same_world():
    with determinism.frozen(7):
        first = draw()
    with determinism.frozen(7):
        assert draw() == first


def test_another_seed_gives_another_world():
    with determinism.frozen(7):
        first = draw()
    with determinism.frozen(8):
        second = draw()
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_uuids_are_valid_and_differ():
    with determinism.frozen():
        drawn = [uuid.uuid4() for _ in range(3)]
    assert [u.version for u in drawn] == [4, 4, 4]
    assert len(set(drawn)) == 3


def test_time_passes_only_when_told_to():
    with determinism.frozen() as clock:
        start = timeutils.utcnow()
        assert timeutils.utcnow() == start == determinism.EPOCH
        clock.advance(90)
        assert (timeutils.utcnow() - start).total_seconds() == 90


def test_the_clock_shows_a_time_zone_when_asked_for():
    with determinism.frozen():
        assert timeutils.utcnow(with_timezone=True).utcoffset().total_seconds() == 0
        assert timeutils.utcnow().tzinfo is None


def test_leaving_returns_to_the_real_clock_uuids_and_random_numbers():
    before = random.getstate()
    with determinism.frozen():
        draw()
    assert random.getstate() == before
    assert timeutils.utcnow() != determinism.EPOCH
    assert uuid.uuid4() != uuid.uuid4()


def test_a_world_within_a_world_gives_its_clock_back():
    with determinism.frozen() as clock:
        clock.advance(10)
        with determinism.frozen():
            assert timeutils.utcnow() == determinism.EPOCH
        assert (timeutils.utcnow() - determinism.EPOCH).total_seconds() == 10
