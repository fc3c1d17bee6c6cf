"""The lock that work on one instance takes."""

import threading

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
