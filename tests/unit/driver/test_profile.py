"""In which form a driver takes an instance."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.profile import INSTANCE_METHODS, Accepts, Profile, reader
from fakevirt.instrument.trace import scope
from fakevirt.usage_error import UsageError

#: What libvirt's driver does not support either.
UNSUPPORTED = {"rebuild", "set_admin_password", "inject_file"}
SUPPORTED = sorted(INSTANCE_METHODS - UNSUPPORTED)
#: What the instances of a method are given in, where it does not take one.
MANY: dict[str, Callable[[Any], Any]] = {
    "instances": lambda instance: [instance],
    "compute_host_bdms": lambda instance: [{"instance": instance, "instance_bdms": []}],
}
#: Arguments that are read before, or along with, the instance.
ARGUMENTS = {"dest": "dst", "flavor": {"root_gb": 1, "ephemeral_gb": 0, "swap": 0}}


class Instance(SimpleNamespace):
    """An object without the dict interface."""


class Subscriptable(Instance):
    """An object that must not be subscripted all the same."""

    def __getitem__(self, name: str) -> Any:
        raise AssertionError("dict-style access")


def call(driver: FakeVirtDriver, name: str, instance: Any) -> None:
    method = getattr(driver, name)
    required = [
        p.name
        for p in inspect.signature(method).parameters.values()
        if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    values = {**ARGUMENTS, "instance": instance, "instance_name": instance}
    values |= {parameter: given_in(instance) for parameter, given_in in MANY.items()}
    method(**{parameter: values.get(parameter) for parameter in required})


def driver(profile: Profile) -> FakeVirtDriver:
    host = Hypervisor("src")
    return FakeVirtDriver(host, peers={"src": host}.__getitem__, profile=profile)


@pytest.mark.parametrize("name", SUPPORTED)
def test_an_object_only_method_raises_what_an_attribute_of_a_dict_raises(name: str, fields: dict[str, Any]) -> None:
    with pytest.raises(AttributeError, match=r"^'dict' object has no attribute 'uuid'$"):
        call(driver(Profile(**{name: Accepts.OBJECT_ONLY})), name, fields)


@pytest.mark.parametrize("name", SUPPORTED)
def test_a_dict_only_method_raises_what_subscripting_an_object_raises(name: str, fields: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"^'Instance' object is not subscriptable$"):
        call(driver(Profile(**{name: Accepts.DICT_ONLY})), name, Instance(**fields))


@pytest.mark.parametrize("name", sorted(UNSUPPORTED))
def test_what_is_not_supported_is_not_in_either_form(name: str, fields: dict[str, Any]) -> None:
    for instance in (fields, Instance(**fields)):
        with pytest.raises(NotImplementedError):
            call(driver(Profile()), name, instance)


@pytest.mark.parametrize(("accepts", "form"), [(Accepts.OBJECT_ONLY, Instance), (Accepts.DICT_ONLY, dict)])
def test_a_method_takes_the_form_that_it_accepts(accepts: Accepts, form: Any, fields: dict[str, Any]) -> None:
    assert Profile(accepts).reader("spawn", form(**fields))("name") == "instance-00000001"


def test_objects_are_never_subscripted(fields: dict[str, Any]) -> None:
    assert reader(Subscriptable(**fields))("uuid") == fields["uuid"]


def test_a_method_may_differ_from_the_default() -> None:
    profile = Profile(Accepts.OBJECT_ONLY, spawn=Accepts.DICT_ONLY)
    assert profile.of("spawn") is Accepts.DICT_ONLY
    assert profile.of("destroy") is Accepts.OBJECT_ONLY


def test_a_name_in_place_of_the_instance_has_no_form() -> None:
    assert driver(Profile(Accepts.OBJECT_ONLY)).block_stats("instance-00000001", "vda") is None


@pytest.mark.parametrize("name", ["spwan", "get_available_nodes"])
def test_a_profile_names_the_methods_it_may_speak_of(name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}' is none") as raised:
        Profile(**{name: Accepts.EITHER})
    assert "spawn" in raised.value.how_to_go_on


def test_a_lenient_profile_takes_either_form_while_one_of_the_work_items_is_running(fields: dict[str, Any]) -> None:
    strict = Profile(spawn=Accepts.DICT_ONLY)
    lenient = strict.lenient_to("run_instance")
    with scope("run_instance"):
        assert lenient.reader("spawn", Instance(**fields))("uuid")
        with pytest.raises(TypeError):
            strict.reader("spawn", Instance(**fields))
    with scope("live_migration"), pytest.raises(TypeError):
        lenient.reader("spawn", Instance(**fields))
