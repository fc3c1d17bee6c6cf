from unittest import mock

import pytest

from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import argument_namer, probe, unwrap
from fakevirt.instrument.snapshot import Failure
from fakevirt.instrument.trace import Raised, Returned, Trace


class Driver:
    capabilities = ("has_imagecache",)

    def __init__(self):
        self.domains = []

    def spawn(self, context, instance, injected_files=None):
        self.domains.append(instance)
        return len(self.domains)

    def destroy(self, instance):
        raise LookupError(f"no domain {instance}")

    def power_cycle(self, instance):
        self.spawn(None, instance)

    def plug_vifs(self, instance, *vifs, wait=True, **options):
        return vifs

    def _connection(self):
        return self


@pytest.fixture
def trace():
    return Trace()


@pytest.fixture
def faults():
    return FaultPlan()


@pytest.fixture
def driver():
    return Driver()


@pytest.fixture
def probed(driver, trace, faults):
    return probe(driver, "driver", trace, faults, service="src")


def test_a_call_goes_through_and_is_recorded_with_its_result(probed, driver, trace):
    assert probed.spawn("ctx", "guest") == 1
    assert driver.domains == ["guest"]
    (effect,) = trace
    assert (effect.channel, effect.operation, effect.service) == ("driver", "spawn", "src")
    assert effect.outcome == Returned(1)


def test_a_call_that_raises_is_recorded_and_raises(probed, trace):
    with pytest.raises(LookupError, match="no domain guest"):
        probed.destroy("guest")
    (effect,) = trace
    assert effect.outcome == Raised(Failure("LookupError", "builtins", "no domain guest"))


def test_every_call_is_recorded_not_only_the_first(probed, trace):
    probed.spawn("ctx", "a")
    probed.spawn("ctx", "b")
    assert [effect.arguments["instance"] for effect in trace] == ["a", "b"]


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (("ctx", "guest"), {}),
        (("ctx",), {"instance": "guest"}),
        ((), {"instance": "guest", "context": "ctx"}),
        (("ctx", "guest", None), {}),
        (("ctx", "guest"), {"injected_files": None}),
    ],
)
def test_the_same_call_written_in_another_way_is_the_same_effect(probed, trace, args, kwargs):
    probed.spawn(*args, **kwargs)
    (effect,) = trace
    assert effect.arguments == {"context": "ctx", "instance": "guest", "injected_files": None}


def test_what_the_target_calls_on_itself_is_not_recorded(probed, driver, trace):
    probed.power_cycle("guest")
    assert [effect.operation for effect in trace] == ["power_cycle"]
    assert driver.domains == ["guest"]


def test_private_methods_are_not_recorded(probed, driver, trace):
    assert probed._connection() is driver
    assert len(trace) == 0


def test_attributes_are_those_of_the_target(probed, driver, trace):
    probed.domains = ["moved"]
    assert driver.domains == ["moved"]
    assert probed.capabilities == ("has_imagecache",)
    assert len(trace) == 0


def test_a_deleted_attribute_is_gone_from_the_target(probed, driver):
    del probed.domains
    assert not hasattr(driver, "domains")


def test_a_probe_is_an_instance_of_what_the_target_is(probed):
    assert isinstance(probed, Driver)


def test_a_missing_attribute_is_missing_under_the_target_s_name(probed):
    with pytest.raises(AttributeError, match="'Driver' object has no attribute 'suspend'"):
        _ = probed.suspend


def test_a_method_keeps_its_name_and_signature_for_introspection(probed):
    assert probed.spawn.__name__ == "spawn"
    assert probed.spawn.__wrapped__.__self__ is unwrap(probed)


def test_its_repr_says_that_it_is_a_probe_and_of_what(probed, driver):
    assert repr(probed) == f"<probe of {driver!r} on driver>"


def test_unwrap_returns_the_target(probed, driver):
    assert unwrap(probed) is driver


def test_unwrap_returns_what_is_not_a_probe_as_it_is():
    anything = mock.MagicMock()
    assert unwrap(anything) is anything


def test_a_planted_fault_is_raised_in_place_of_the_call_and_recorded(probed, driver, trace, faults):
    faults.fail("driver", "spawn", with_=lambda: ConnectionError("libvirtd is gone"))
    with pytest.raises(ConnectionError, match="libvirtd is gone"):
        probed.spawn("ctx", "guest")
    assert driver.domains == []
    (effect,) = trace
    assert effect.outcome == Raised(Failure("ConnectionError", "builtins", "libvirtd is gone"))


def test_a_call_with_wrong_arguments_is_recorded_as_it_was_made_and_raises(probed, trace):
    with pytest.raises(TypeError):
        probed.spawn("ctx", "guest", None, "too many")
    (effect,) = trace
    assert effect.arguments == {"0": "ctx", "1": "guest", "2": None, "3": "too many"}
    assert isinstance(effect.outcome, Raised)


def test_variable_arguments_stand_under_the_names_of_the_signature(probed, trace):
    probed.plug_vifs("guest", "vif-a", "vif-b", mtu=1500)
    (effect,) = trace
    assert effect.arguments == {
        "instance": "guest",
        "vifs": ["vif-a", "vif-b"],
        "wait": True,
        "options": {"mtu": 1500},
    }


def test_a_default_that_no_source_code_could_write_stands_for_what_is_left_out():
    missing = object()

    def ask(first, /, second=missing, *rest, third=missing, **options):
        pass

    named = argument_namer(ask)
    given = {"first": 1, "second": missing, "rest": (), "third": missing, "options": {}}
    assert named((1,), {}) == given
    assert named((1, 2, 3), {"third": 4, "first": 5}) == {
        "first": 1,
        "second": 2,
        "rest": (3,),
        "third": 4,
        "options": {"first": 5},
    }


def test_arguments_of_a_callable_without_a_signature_are_numbered():
    def unknown():
        pass

    unknown.__signature__ = "none"
    named = argument_namer(unknown)
    assert named(("a", "b"), {"c": 1}) == {"0": "a", "1": "b", "c": 1}


def test_a_spy_on_a_probe_sees_the_call_which_is_recorded_once(probed, trace, mocker):
    spy = mocker.spy(probed, "spawn")
    assert probed.spawn("ctx", "guest") == 1
    spy.assert_called_once_with("ctx", "guest")
    assert len(trace) == 1


def test_the_recording_is_back_when_a_spy_is_gone(probed, trace, mocker):
    spy = mocker.spy(probed, "spawn")
    mocker.stop(spy)
    probed.spawn("ctx", "guest")
    assert spy.call_count == 0
    assert len(trace) == 1


def test_the_recording_is_back_when_a_patch_is_gone(probed, driver, trace):
    with mock.patch.object(probed, "spawn", return_value="patched"):
        assert probed.spawn("ctx", "guest") == "patched"
    assert driver.domains == []
    assert probed.spawn("ctx", "guest") == 1
    assert [effect.operation for effect in trace] == ["spawn"]


def test_a_stub_on_a_probe_is_called_in_place_of_the_target(probed, driver, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(probed, "spawn", lambda *args: "stubbed")
        assert probed.spawn("ctx", "guest") == "stubbed"
    assert driver.domains == []
    assert probed.spawn("ctx", "guest") == 1
