"""The lock that work on one instance takes."""

import threading

import pytest

from fakevirt.manager import locks
from fakevirt.manager.locks import instance_lock


def test_who_has_it_can_take_it_again():
    with instance_lock("one"), instance_lock("one"):
        pass
    with instance_lock("one"):
        pass


def test_nobody_else_gets_it_meanwhile():
    order = []

    def other():
        with instance_lock("one"):
            order.append("other")

    thread = threading.Thread(target=other)
    with instance_lock("one"):
        thread.start()
        with instance_lock("two"):
            order.append("first")
    thread.join()
    assert order == ["first", "other"]


@pytest.fixture
def held_by_name(monkeypatch):
    """Let locks belong to whoever the returned list names last."""
    names = ["main"]
    monkeypatch.setattr(locks, "_LOCKS", locks._ReentrantLocks())
    locks.hold_by(lambda: names[-1])
    return names


def test_who_it_belongs_to_may_take_it_in_another_thread(held_by_name):
    taken = []

    def on_behalf_of_the_holder():
        with instance_lock("one"):
            taken.append("one")

    with instance_lock("one"):
        thread = threading.Thread(target=on_behalf_of_the_holder)
        thread.start()
        thread.join()
    assert taken == ["one"]


def test_another_holder_waits_for_it(held_by_name):
    order = []

    def as_another():
        with instance_lock("one"):
            order.append("other")

    with instance_lock("one"):
        held_by_name.append("other")
        thread = threading.Thread(target=as_another)
        thread.start()
        order.append("first")
    thread.join()
    assert order == ["first", "other"]
