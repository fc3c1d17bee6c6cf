"""Values are copied into another process as they are, and functions stay where they are."""

import functools

import pytest

from fakevirt import exceptions, flavors
from fakevirt.cloud.processes.pickling import Functions, dumps, loads
from fakevirt.context import RequestContext
from fakevirt.instrument.snapshot import snapshot
from fakevirt.objects.instance import Instance


def copied(value):
    functions = Functions()
    return loads(dumps(value, functions), lambda number, args, kwargs: functions[number](*args, **kwargs))


def test_an_object_is_copied_with_its_context_and_what_was_changed():
    context = RequestContext(user_id="someone", is_admin=True)
    instance = Instance(context, uuid="7f000001-0000-4000-8000-000000000001", host="src")
    instance.obj_reset_changes(["host"])
    copy = copied(instance)
    assert copy is not instance
    assert (copy.uuid, copy.host, copy.obj_what_changed()) == (instance.uuid, "src", {"uuid"})
    assert copy._context.to_dict() == context.to_dict()
    assert copy.VERSION == instance.VERSION


def test_a_snapshot_is_copied_whole():
    entity = copied(snapshot(Instance(host="src")))
    assert (entity.schema, entity.form, dict(entity.fields.items())) == ("Instance", "object", {"host": "src"})


def test_an_error_keeps_its_class_its_text_and_its_arguments():
    error = copied(exceptions.InstanceNotFound(instance_id="vm"))
    assert type(error) is exceptions.InstanceNotFound
    assert str(error) == "Instance vm could not be found."
    assert error.kwargs["instance_id"] == "vm"


def test_an_error_that_came_from_another_service_keeps_its_name_and_its_text():
    remote = type(
        "InstanceNotFound_Remote",
        (exceptions.InstanceNotFound,),
        {"__module__": "fakevirt.exceptions_Remote", "__str__": lambda self: "it is gone"},
    )
    error = copied(remote(instance_id="vm"))
    assert isinstance(error, exceptions.InstanceNotFound)
    assert (type(error).__name__, str(error)) == ("InstanceNotFound_Remote", "it is gone")


@pytest.mark.parametrize("make", [lambda f: f, functools.partial])
def test_a_function_is_called_where_it_is(make):
    called = []

    def note(what, *, times=1):
        called.extend([what] * times)
        return len(called)

    assert copied({"callback": make(note)})["callback"]("a", times=2) == 2
    assert called == ["a", "a"]


def test_what_a_module_has_is_taken_from_there():
    assert copied(flavors.save_flavor_info) is flavors.save_flavor_info
