"""The clock of drivers that have threads."""

import contextlib
import threading

import pytest

from fakevirt.driver import clock as clocks
from fakevirt.driver.clock import Clock
from fakevirt.usage_error import UsageError


@pytest.fixture
def lock():
    return threading.RLock()


@pytest.fixture
def clock(lock):
    return Clock(lock)


@pytest.fixture
def begin(clock, lock):
    """Return a function that begins to wait in a thread, some seconds at a time, and tells when each have passed."""
    threads = []

    def begin_waiting(name, *naps, told, or_until=lambda: False):
        def work():
            with clock.at_work(), lock:
                for nap in naps:
                    passed = clock.wait(nap, name=name, or_until=or_until)
                    told.append((name, clock.now, passed))

        thread = threading.Thread(target=work, daemon=True)
        threads.append(thread)
        thread.start()

    yield begin_waiting
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_time_stands_still_until_it_is_let_pass(clock, begin):
    told = []
    begin("one", 3, told=told)
    clock.await_waiting(1)
    clock.advance(2.5)
    assert (clock.now, told) == (2.5, [])
    clock.advance(0.5)
    assert told == [("one", 3, 3)]


def test_who_is_due_first_goes_on_first_and_by_name_at_the_same_time(clock, begin):
    told = []
    for name, naps in {"b": (2, 2), "c": (1,), "a": (2, 1)}.items():
        begin(name, *naps, told=told)
    clock.await_waiting(3)
    clock.advance(10)
    assert [(name, now) for name, now, _ in told] == [("c", 1), ("a", 2), ("b", 2), ("a", 3), ("b", 4)]
    assert clock.now == 10


def test_who_waits_for_something_goes_on_when_it_is_there(clock, begin):
    told, is_there = [], threading.Event()
    begin("one", 100, told=told, or_until=is_there.is_set)
    clock.await_waiting(1)
    clock.advance(7)
    clock.look()
    assert told == []
    is_there.set()
    clock.look()
    clock.advance(0)
    assert told == [("one", 7, 7)]


def test_the_lock_is_free_while_others_wait(clock, lock, begin):
    begin("one", 1, told=[])
    clock.await_waiting(1)
    assert lock.acquire(timeout=10)
    lock.release()
    clock.advance(1)


def interleaved(seed):
    lock = threading.RLock()
    clock, told = Clock(lock), []

    def work():
        with clock.at_work(), lock:
            for _ in range(4):
                clock.wait(1, name="work")
                told.append(f"work at {clock.now}")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    clock.await_waiting(1)
    clock.interleave(lambda: told.append("one"), lambda: told.append("two"), seed=seed)
    thread.join(10)
    return told


def test_what_happens_meanwhile_is_drawn_from_a_seed():
    orders = [interleaved(seed) for seed in range(10)]
    assert orders == [interleaved(seed) for seed in range(10)]
    assert len({str(order) for order in orders}) > 4
    assert all(len(order) == 6 for order in orders)


def two_at_work(seed):
    """Return in which order two threads wait, each three times, of which the one takes twice as long as the other."""
    lock = threading.RLock()
    clock, told = Clock(lock), []

    def work(name, seconds):
        with clock.at_work(), lock:
            for _ in range(3):
                clock.wait(seconds, name=name)
                clock.take_turn()
                told.append((name, clock.now))

    for number, (name, seconds) in enumerate({"one": 1, "two": 2}.items(), start=1):
        threading.Thread(target=work, args=(name, seconds), daemon=True).start()
        clock.await_waiting(number)
    clock.interleave(seed=seed)
    return told


def test_who_goes_on_is_drawn_from_a_seed_without_anything_else_to_do():
    orders = [two_at_work(seed) for seed in range(10)]
    assert orders == [two_at_work(seed) for seed in range(10)]
    assert len({str(order) for order in orders}) > 4


def test_what_an_action_raises_is_returned(clock):
    error = ValueError()

    def fail():
        raise error

    assert clock.interleave(lambda: None, fail) == [None, error]


def test_actions_that_wait_for_each_other_are_told(clock):
    with pytest.raises(UsageError, match="1 wait for each other"):
        clock.interleave(lambda: clock.wait_for(lambda: False))


def test_elsewhere_nobody_waits_for_others(clock):
    clock.wait_for(lambda: False)


def test_who_does_not_come_is_told(clock, monkeypatch):
    monkeypatch.setattr(clocks, "_PATIENCE", 0.01)
    with pytest.raises(UsageError, match="0 wait and 0 are at work"):
        clock.await_waiting(1)


def test_who_neither_waits_nor_ends_is_told(clock, monkeypatch):
    monkeypatch.setattr(clocks, "_PATIENCE", 0.01)
    with contextlib.ExitStack() as stack:
        stack.enter_context(clock.at_work())
        with pytest.raises(UsageError, match="1 are at work"):
            clock.advance(1)
