"""unshelve_instance, on both call paths."""

import pytest

from fakevirt import states


@pytest.fixture
def shelved(cloud):
    """Set up a server that is shelved and on no host."""

    def shelved(**values):
        server = cloud.boot("src", volumes=1)
        if values:
            cloud.update_server(server, **values)
        cloud.shelve(cloud.refresh(server), offloaded=True)
        return server

    return shelved


def fields_of(instance):
    return instance.fields


def test_the_server_is_active_again_on_the_host_that_was_chosen(cloud, shelved):
    server = shelved()
    cloud.clock.advance(60)
    cloud.unshelve(server)
    back = cloud.refresh(server)
    assert (back.vm_state, back.task_state, back.power_state) == (states.ACTIVE, None, states.RUNNING)
    assert (back.host, back.node, back.launched_on) == ("dst", "dst", "dst")
    assert back.launched_at.replace(tzinfo=None) == cloud.clock.now
    assert not {"shelved_at", "shelved_image_id", "shelved_host"} & set(back.system_metadata)
    assert [image.name for image in cloud.images.images.values()] == ["image"]


def test_its_volume_and_its_port_come_with_it(cloud, shelved):
    server = shelved()
    (volume_id,) = cloud.attached_volumes(server)
    cloud.unshelve(server)
    hypervisor = cloud.host("dst").hypervisor
    assert list(hypervisor.connected_volumes) == [volume_id]
    assert [port.host for port in cloud.network.ports.values()] == ["dst"]
    assert len(hypervisor.plugged_vifs) == 1


def test_only_the_driver_sees_the_image_that_it_was_shelved_to_and_nobody_its_key(cloud, shelved, arguments):
    server = shelved(key_data="ssh-rsa of its owner")
    own_image = server.image_ref
    cloud.unshelve(server)
    spawned = fields_of(arguments(cloud, "driver", "spawn")["instance"])
    assert spawned["key_data"] is None
    assert spawned["image_ref"] not in (own_image, None)
    back = cloud.refresh(server)
    assert (back.image_ref, back.key_data) == (own_image, "ssh-rsa of its owner")


def test_a_server_that_cannot_be_built_keeps_image_and_key(cloud, shelved, table):
    server = shelved(key_data="ssh-rsa of its owner")
    cloud.faults.fail("driver", "spawn", with_=RuntimeError)
    cloud.unshelve(server)
    kept = cloud.refresh(server)
    assert (kept.vm_state, kept.task_state) == (states.SHELVED_OFFLOADED, None)
    assert (kept.image_ref, kept.key_data) == (server.image_ref, "ssh-rsa of its owner")
    assert len(table(cloud, "instance_faults")) == 1


def test_without_a_node_the_host_takes_its_first(cloud, shelved, start_action):
    server = start_action(cloud, shelved())
    image = cloud.images.create(cloud.context, {"name": "shelved"})
    cloud.host("dst").manager.unshelve_instance(cloud.context, cloud.refresh(server), image)
    assert cloud.refresh(server).node == "dst"


def test_the_claim_is_heeded(cloud, shelved, start_action):
    server = start_action(cloud, shelved())
    limits = {"limits": {"memory_mb": 256}}
    with pytest.raises(Exception, match="Insufficient compute resources"):
        cloud.host("dst").manager.unshelve_instance(cloud.context, cloud.refresh(server), None, limits, "dst")
    assert cloud.refresh(server).host is None
