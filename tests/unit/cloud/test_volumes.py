"""Volumes that are attached to servers."""

import pytest

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.manager.plan import ConversionPlan


@pytest.fixture(params=[ConversionPlan.legacy(), ConversionPlan.objects()], ids=str)
def cloud(request):
    with Cloud(plan=request.param) as cloud:
        yield cloud


def test_a_volume_that_is_attached_moves_with_the_guest_and_can_be_detached(cloud):
    server, volume = cloud.boot("src"), cloud.add_volume()
    assert cloud.attach_volume(server, volume) == "/dev/vdb"
    assert cloud.attached_volumes(server) == [volume]
    assert cloud.host("src").hypervisor.lookup(server.name).volumes == {"vdb": volume}
    cloud.live_migrate(server, to="dst")
    assert cloud.host("dst").hypervisor.lookup(server.name).volumes == {"vdb": volume}
    cloud.detach_volume(server, volume)
    assert cloud.attached_volumes(server) == []
    assert cloud.volumes.volumes[volume].status == "available"


def test_its_host_reserves_the_device_that_is_wanted_and_nothing_else_is_on_the_trace(cloud):
    server = cloud.boot("src")
    assert cloud.attach_volume(server, cloud.add_volume(), "/dev/vdd") == "/dev/vdd"
    assert [effect.operation for effect in cloud.trace.on("rpc")] == ["reserve_block_device_name"]
    assert cloud.trace.on("volume") == []


def test_a_volume_that_is_in_use_is_refused_before_a_device_is_reserved(cloud):
    one, other = cloud.boot("src", volumes=1), cloud.boot("src")
    with pytest.raises(exceptions.InvalidVolume):
        cloud.attach_volume(other, *cloud.attached_volumes(one))
    assert cloud.attached_volumes(other) == []


def test_a_server_without_a_host_gets_no_volume(cloud):
    server = cloud.boot("src")
    cloud.update_server(server, host=None)
    with pytest.raises(exceptions.InstanceNotReady):
        cloud.attach_volume(server, cloud.add_volume())
