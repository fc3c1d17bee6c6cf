import pytest

from fakevirt import exceptions
from fakevirt.conversion.faults.declared import RAISES
from fakevirt.conversion.faults.injection import Injection
from fakevirt.instrument.faults import Fault, Kind
from fakevirt.manager.plan import CallPath
from fakevirt.usage_error import UsageError

SAME = "driver.pre_live_migration#1 fail MigrationPreCheckError"
OTHER = "conductor.instance_update#2|conductor.object_action Instance.save#1 drop-reply"


@pytest.mark.parametrize(
    "line",
    [
        SAME,
        OTHER,
        "db.update instances#3 after DBConnectionError",
        "rpc.reboot_instance#1 drop",
        "driver.spawn#2 delay 1.5",
        "network.allocate_for_instance#1 race deleting",
        "volume.get#1 fail ConnectionError",
        "driver.migrate_disk_and_power_off#1 fail InstanceFaultRollback",
    ],
)
def test_a_line_is_read_back_as_it_was_written(line):
    assert str(Injection.parse(line)) == line


def test_each_path_has_a_place_of_its_own():
    injection = Injection.parse(OTHER)
    assert injection.on(CallPath.LEGACY) == Fault("conductor", "instance_update", 2, Kind.DROP_REPLY)
    assert injection.on(CallPath.OBJECTS) == Fault("conductor", "object_action Instance.save", 1, Kind.DROP_REPLY)


def test_a_name_stands_for_the_fields_own_exception():
    assert Injection.parse(SAME).legacy.what is exceptions.MigrationPreCheckError


@pytest.mark.parametrize("channel", RAISES)
def test_everything_that_is_declared_can_be_written_down_and_read_back(channel):
    for operation, raises in RAISES[channel].items():
        for kind, what in raises.kinds():
            fault = Fault(channel, operation, 1, kind, what)
            assert Injection.parse(str(fault)) == Injection(fault, fault)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "spawn fails",
        "driver.spawn#1 fail NoSuchError",
        "driver.spawn#1 break OSError",
        "driver.spawn fail OSError",
        "driver.spawn#1 race colour",
        "driver.spawn#1 delay soon",
        "rpc.spawn#1 drop OSError",
        "driver.spawn#1 interfere f",
    ],
)
def test_what_cannot_be_read_is_refused_in_four_parts(line):
    with pytest.raises(UsageError, match="copy the line from a report"):
        Injection.parse(line)
