"""_driver_detach_volume: take a volume from the guest, whoever wants it gone."""

import json

import pytest

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.objects import BlockDeviceMappingList


@pytest.fixture
def server(cloud):
    return cloud.boot("src", volumes=1)


@pytest.fixture
def bdm(cloud, server, inside):
    (bdm,) = BlockDeviceMappingList.get_by_instance_uuid(cloud.context, server.uuid)
    return bdm


def test_the_driver_detaches_the_device(cloud, inside, server, bdm, as_sent, steps, arguments):
    inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert steps(cloud) == ["driver src: instance_exists", "driver src: detach_volume"]
    told = arguments(cloud, "driver", "detach_volume")
    assert (told["mountpoint"], told["connection_info"]["serial"]) == ("/dev/vdb", bdm.volume_id)


def test_a_connection_without_a_serial_gets_the_volumes(cloud, inside, server, bdm, as_sent, arguments):
    connection_info = json.loads(bdm.connection_info)
    del connection_info["serial"]
    bdm.connection_info = json.dumps(connection_info)
    inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert arguments(cloud, "driver", "detach_volume")["connection_info"]["serial"] == bdm.volume_id


def test_a_serial_that_is_there_stays(cloud, inside, server, bdm, as_sent, arguments):
    bdm.connection_info = json.dumps({**json.loads(bdm.connection_info), "serial": "mine"})
    inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert arguments(cloud, "driver", "detach_volume")["connection_info"]["serial"] == "mine"


def test_a_guest_that_the_driver_does_not_know_is_only_worth_a_warning(
    cloud, inside, server, bdm, as_sent, steps, caplog, mocker
):
    mocker.patch.object(inside.driver, "instance_exists", return_value=False)
    inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert f"Detaching volume {bdm.volume_id} from unknown instance" in caplog.messages
    assert "driver src: detach_volume" in steps(cloud)


def test_a_guest_that_the_driver_knows_is_worth_none(cloud, inside, server, bdm, as_sent, caplog):
    inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert caplog.messages == []


@pytest.mark.parametrize("operation", ["instance_exists", "detach_volume"])
@pytest.mark.parametrize("status", ["detaching", "in-use"])
def test_a_driver_that_fails_leaves_the_volume_in_use(cloud, inside, server, bdm, as_sent, steps, operation, status):
    (volume,) = cloud.volumes.volumes.values()
    volume.status = status
    cloud.faults.fail("driver", operation, with_=lambda: exceptions.DiskNotFound(location="vdb"))
    with pytest.raises(exceptions.DiskNotFound):
        inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert steps(cloud)[-2:] == [f"driver src: {operation}", "volume: roll_detaching"]
    assert volume.status == "in-use"


def test_it_leaves_the_mapping_alone(cloud, inside, server, bdm, as_sent, rows):
    inside._driver_detach_volume(cloud.context, as_sent(server), bdm)
    assert len(rows(cloud, db.block_device_mapping_get_all_by_instance, server.uuid)) == 1
    assert cloud.trace.on("db", "volume") == []
