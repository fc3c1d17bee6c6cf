"""Processes of a cloud call each other."""

import pytest

from fakevirt.cloud.processes.causality import Cause
from fakevirt.cloud.processes.handle import Handle
from fakevirt.cloud.processes.link import Gone, Link, LinkServer
from fakevirt.cloud.processes.pickling import Functions
from fakevirt.usage_error import UsageError

CAUSE = Cause(None, "main", None, False, None)


@pytest.fixture
def connect():
    """Return what serves a function, and gives what calls it."""
    opened = []

    def serve(handle):
        functions = Functions()

        def call_back(number, args, kwargs):
            return functions[number](*args, **kwargs)

        server = LinkServer(handle, functions, call_back)
        link = Link(server.address, functions, call_back)
        opened.extend([link, server])
        return server, link

    yield serve
    for one in opened:
        one.close()


def test_a_call_returns_what_is_returned_there(connect):
    _, link = connect(lambda cause, name, args, kwargs: (cause, name, args, kwargs))
    assert link.call(CAUSE, "add", (1, 2), {"three": 3}) == (CAUSE, "add", (1, 2), {"three": 3})


def test_an_error_is_raised_here(connect):
    def fail(cause, name, args, kwargs):
        raise KeyError(name)

    _, link = connect(fail)
    with pytest.raises(KeyError, match="add"):
        link.call(CAUSE, "add")


def test_a_call_may_call_back(connect):
    _, link = connect(lambda cause, name, args, kwargs: args[0](name))
    assert link.call(CAUSE, "add", (lambda name: f"{name} was called",)) == "add was called"


@pytest.mark.parametrize("where", ["argument", "result"])
def test_what_cannot_be_copied_is_refused(connect, where):
    _, link = connect(lambda cause, name, args, kwargs: iter([]) if where == "argument" else (n for n in ()))
    with pytest.raises(UsageError, match="values that can be copied"):
        link.call(CAUSE, "add", ((n for n in ()),) if where == "argument" else ())


def test_a_process_that_has_ended_is_gone(connect):
    server, link = connect(lambda cause, name, args, kwargs: name)
    assert link.call(CAUSE, "add") == "add"
    server.close()
    with pytest.raises(Gone):
        link.call(CAUSE, "add")


class Thing:
    def __init__(self):
        self.number = 1
        self.names = {"a": 1}

    def add(self, more):
        self.number += more
        return self.number


def handle_of(thing):
    def at(path):
        value = thing
        for name in path[1:]:
            value = getattr(value, name)
        return value

    def ask(what, *args, **kwargs):
        if what == "get":
            value = getattr(at(args[0]), args[1])
            return (True, value) if isinstance(value, int) else (False, None)
        if what == "set":
            return setattr(at(args[0]), args[1], args[2])
        path, method, *rest = args
        result = getattr(at(path), method)(*rest, **kwargs)
        return list(result) if method == "keys" else result

    return Handle(ask, ("thing",))


def test_a_handle_does_to_its_object_what_is_done_to_it():
    thing = Thing()
    handle = handle_of(thing)
    assert (handle.number, handle.add(2), thing.number) == (1, 3, 3)
    handle.number = 7
    assert thing.number == 7
    handle.names["b"] = 2
    assert dict(handle.names) == thing.names == {"a": 1, "b": 2}
    assert ("b" in handle.names, len(handle.names), list(handle.names)) == (True, 2, ["a", "b"])
