"""A frozen world repeats itself and leaves no trace behind."""

import random
import types
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


def test_what_names_messages_draws_by_chance_and_takes_nothing_from_the_frozen_numbers():
    draw_name = types.FunctionType(uuid_of_somebody.__code__, {"__name__": "oslo_messaging.driver", "uuid": uuid})
    with determinism.frozen():
        names = draw_name(), draw_name()
        first = uuid_of_somebody()
    with determinism.frozen():
        assert uuid_of_somebody() == first
        assert draw_name() not in {*names, first}


def uuid_of_somebody():
    return uuid.uuid4()


def test_clock_and_uuids_may_be_kept_elsewhere():
    clock = determinism.Clock(determinism.EPOCH.replace(year=2015))
    with determinism.frozen(clock=clock, uuid4=lambda: uuid.UUID(int=7)) as given:
        assert given is clock
        assert timeutils.utcnow().year == 2015
        assert uuid.uuid4() == uuid.UUID(int=7)
