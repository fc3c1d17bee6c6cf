import datetime
import enum
import gc
import threading
import uuid
import weakref
from collections import OrderedDict, UserDict

import pytest

from fakevirt.instrument.snapshot import Entity, Failure, Reference, register, snapshot


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class FrozenDatetime(datetime.datetime):
    """What a library that freezes the clock puts in the place of datetime."""


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        1.5,
        "compute",
        b"\x00",
        datetime.datetime(2014, 10, 16, 12, 0),
        datetime.timedelta(seconds=3),
        uuid.UUID(int=1),
        Entity("Instance", "object", {}),
        Reference("lock"),
    ],
)
def test_a_value_that_cannot_change_is_its_own_snapshot(value):
    assert snapshot(value) is value


def test_a_later_change_does_not_reach_the_snapshot():
    migrate_data = {"pre_live_migration_result": {"volumes": ["a"]}}
    taken = snapshot(migrate_data)
    migrate_data["pre_live_migration_result"]["volumes"].append("b")
    migrate_data["block_migration"] = True
    assert taken == {"pre_live_migration_result": {"volumes": ["a"]}}


@pytest.mark.parametrize("mapping", [OrderedDict(a=[1]), UserDict(a=[1])])
def test_any_mapping_becomes_a_plain_dict(mapping):
    taken = snapshot(mapping)
    assert type(taken) is dict
    assert taken == {"a": [1]}


def test_a_tuple_becomes_a_list_because_the_wire_makes_it_one():
    assert snapshot((1, (2, 3))) == [1, [2, 3]]


def test_content_of_subclassed_containers_is_kept():
    class Row(dict):
        pass

    class Page(list):
        pass

    assert snapshot([Row(host="src"), Page([Row()])]) == [{"host": "src"}, [{}]]


def test_a_set_becomes_a_list_in_an_order_of_its_own():
    assert snapshot({"b", "c", "a"}) == snapshot(frozenset({"c", "a", "b"})) == ["a", "b", "c"]


def test_a_subclass_of_an_immutable_type_keeps_its_content():
    class Text(str):
        __slots__ = ()

    frozen = FrozenDatetime(2014, 10, 16)
    assert snapshot(frozen) == datetime.datetime(2014, 10, 16)
    assert snapshot(Text("migrating")) == "migrating"
    assert snapshot(enum.IntEnum("PowerState", {"RUNNING": 1}).RUNNING) == 1


def test_two_members_of_an_enum_have_different_snapshots():
    assert snapshot(Colour.RED) == Reference("Colour.RED")
    assert snapshot(Colour.RED) != snapshot(Colour.BLUE)


def test_a_function_and_a_method_are_told_by_their_names():
    class Manager:
        def _post_live_migration(self):
            pass

    def recover():
        pass

    assert snapshot([recover, Manager()._post_live_migration]) == [
        Reference("recover"),
        Reference("_post_live_migration"),
    ]


def test_a_callable_object_without_a_name_is_told_by_its_type():
    class Callback:
        def __call__(self):
            pass

    assert snapshot(Callback()) == Reference("Callback")


def test_what_has_no_content_to_compare_is_told_by_its_type():
    assert snapshot(threading.Event()) == Reference("Event")


def test_an_exception_as_a_value_becomes_a_failure():
    assert snapshot({"error": ValueError("bad")}) == {"error": Failure("ValueError", "builtins", "bad")}


def test_a_type_that_is_taught_is_used_at_any_depth():
    class Guest:
        def __init__(self, name):
            self.name = name

    assert snapshot(Guest("a")) == Reference("Guest")

    @register(Guest)
    def _(guest):
        return Entity("Guest", "object", {"name": guest.name})

    assert snapshot({"guests": [Guest("a")]}) == {"guests": [Entity("Guest", "object", {"name": "a"})]}


def test_a_failure_has_the_class_its_module_and_its_text():
    error = KeyError("uuid")
    assert Failure.of(error) == Failure("KeyError", "builtins", "'uuid'")


def test_a_failure_without_a_text_has_an_empty_message():
    assert Failure.of(NotImplementedError()).message == ""


def test_a_failure_of_the_operating_system_keeps_its_text():
    assert (
        Failure.of(FileNotFoundError(2, "No such file", "disk.info")).message == "[Errno 2] No such file: 'disk.info'"
    )


def test_a_failure_whose_first_argument_is_not_its_text_is_told_by_its_text():
    class CommandFailed(Exception):
        def __str__(self):
            return f"exit code {self.args[1]}"

    assert Failure.of(CommandFailed("some output", 3)).message == "exit code 3"


def test_a_remote_exception_is_the_same_failure_as_the_local_one():
    local = ValueError("No disk at /instances")
    remote_class = type(
        "ValueError_Remote",
        (ValueError,),
        {
            "__str__": lambda self: "No disk at /instances\nTraceback (most recent call last):\n",
            "__module__": "builtins_Remote",
        },
    )
    assert Failure.of(remote_class("No disk at /instances")) == Failure.of(local)


@pytest.mark.parametrize("local", [KeyError("uuid"), ValueError("uuid"), OSError("uuid")])
def test_a_remote_exception_of_python_s_own_is_the_same_failure_as_the_local_one(local):
    remote = type(local)(f"{local}\nTraceback (most recent call last):\n\n  File ...")
    assert Failure.of(remote) == Failure.of(local)


def test_the_class_that_an_error_from_another_service_has_of_its_own_is_not_kept():
    error = type("ValueError_Remote", (ValueError,), {})("no")
    kind = weakref.ref(type(error))
    assert snapshot([error]) == [Failure("ValueError", __name__, "no")]
    del error
    gc.collect()
    assert kind() is None
