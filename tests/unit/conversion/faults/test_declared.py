import re
from pathlib import Path

import pytest

from fakevirt import exceptions
from fakevirt.conversion.faults.declared import DEFAULTS, RAISES, Raises, is_declared, kinds_of
from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.faults import Kind
from fakevirt.instrument.trace import Effect

ROOT = Path(__file__).parents[4]
SOURCES = [
    path.read_text()
    for folder in ("manager", "fakevirt/conductor", "fakevirt/driver/fake", "fakevirt/backends")
    for path in (ROOT / folder).rglob("*.py")
]


@pytest.mark.parametrize(
    ("channel", "attribute"),
    [
        ("driver", r"manager\.driver"),
        ("network", "network_api"),
        ("volume", "volume_api"),
        ("image", r"(?:self|manager)\.image_api"),
        ("consoleauth", "consoleauth_rpcapi"),
        ("scheduler", r"self\.(?:_)?scheduler"),
    ],
)
def test_everything_that_a_manager_calls_is_declared(channel, attribute):
    called = {name for text in SOURCES for name in re.findall(rf"\b{attribute}\.([a-z]\w+)\(", text)}
    assert called
    assert {name for name in called if not is_declared(Effect(channel, name))} == set()


def test_only_methods_of_drivers_are_declared_for_drivers():
    assert {name for name in RAISES["driver"] if not hasattr(ComputeDriver, name)} == set()


def test_what_reads_does_not_fail_after_its_effect():
    get_info = kinds_of(Effect("driver", "get_info"))
    assert get_info == (
        (Kind.FAIL, exceptions.InstanceNotFound),
        (Kind.FAIL, exceptions.HypervisorUnavailable),
    )
    assert (Kind.AFTER, exceptions.HypervisorUnavailable) in kinds_of(Effect("driver", "spawn"))


def test_a_refusal_does_not_come_after_the_effect():
    kinds = Raises(refuses=(KeyError,), breaks=(OSError,)).kinds()
    assert kinds == ((Kind.FAIL, KeyError), (Kind.FAIL, OSError), (Kind.AFTER, OSError))


def test_an_operation_that_nobody_declared_has_the_boundarys_default():
    unknown = Effect("driver", "teleport")
    assert not is_declared(unknown)
    assert kinds_of(unknown) == DEFAULTS["driver"].kinds()


def test_the_reply_to_a_cast_cannot_be_lost():
    call, cast = (Effect("rpc", "spawn", details={"kind": kind}) for kind in ("call", "cast"))
    assert (Kind.DROP_REPLY, None) in kinds_of(call)
    assert (Kind.DROP_REPLY, None) not in kinds_of(cast)


@pytest.mark.parametrize("channel", ["manager", "state", "request", "dict_access"])
def test_nothing_goes_wrong_where_there_is_no_boundary(channel):
    assert kinds_of(Effect(channel, "anything")) == ()
