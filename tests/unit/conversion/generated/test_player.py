"""An example on a cloud."""

import pytest

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.conversion.generated.example import Call, Example, Server, World
from fakevirt.conversion.generated.player import Player
from fakevirt.exceptions import HypervisorUnavailable, InstanceInvalidState, InvalidCPUInfo
from fakevirt.usage_error import UsageError

SERVER = Server(0)
BOOT = Call("boot", ("src",), {"volumes": 1})


@pytest.fixture
def cloud():
    with Cloud() as cloud:
        yield cloud


def played(cloud, *calls):
    player = Player(Example(World(), calls))
    return player, player(cloud)


def test_calls_are_made_in_order_with_what_earlier_ones_returned(cloud):
    played(
        cloud,
        BOOT,
        Call("boot", ("dst",)),
        Call("attach_volume", (Server(1), Call("add_volume"))),
        Call("detach_volume", (SERVER, Call("attached_volumes", (SERVER,), item=0))),
        Call("stop", (Server(1),)),
    )
    first, second = cloud.server("server-1"), cloud.server("server-2")
    assert (cloud.attached_volumes(first), len(cloud.attached_volumes(second))) == ([], 1)
    assert (first.vm_state, second.vm_state) == (states.ACTIVE, states.STOPPED)


def test_a_request_that_fails_is_noted_and_the_next_one_made(cloud):
    player, returned = played(cloud, BOOT, Call("start", (SERVER,)), Call("stop", (SERVER,)))
    assert player.outcomes == [None, InstanceInvalidState, None]
    assert returned == [None, "InstanceInvalidState", None]
    assert cloud.server("server-1").vm_state == states.STOPPED


def test_an_error_that_came_over_the_wire_is_noted_as_the_class_that_a_test_can_import(cloud):
    fault = Call("faults.fail", ("driver", "check_can_live_migrate_destination"), {"with_": InvalidCPUInfo})
    move = Call("live_migrate", (SERVER,), {"to": "dst"})
    player, _ = played(cloud, BOOT, fault, move)
    assert player.outcomes == [None, InvalidCPUInfo]


def test_without_its_server_nothing_more_is_asked_for(cloud):
    no_such_group = Call("create_server", (), {"group": "nobody"})
    player, _ = played(cloud, no_such_group, Call("delete", (SERVER,)))
    assert [outcome.__name__ for outcome in player.outcomes] == ["InstanceGroupNotFound"]


def test_a_fault_whose_call_never_came_is_told_by_its_number(cloud):
    strikes = Call("faults.fail", ("driver", "suspend"), {"with_": HypervisorUnavailable})
    waits = Call("faults.fail", ("driver", "reboot"), {"with_": HypervisorUnavailable})
    player, _ = played(cloud, BOOT, strikes, waits, Call("suspend", (SERVER,)))
    assert player.unstruck == {2}


def test_bad_usage_is_nobodys_outcome(cloud):
    with pytest.raises(UsageError):
        played(cloud, Call("boot", ("nowhere",)))
