"""terminate_instance and _delete_instance, on both call paths."""

import pytest

from fakevirt import exceptions, services, states
from fakevirt.conductor.block_device import legacy_mapping
from fakevirt.db import api as db
from fakevirt.db.primitives import legacy_dict


@pytest.fixture
def usage(cloud, table):
    """Return what of each quota is in use, and how many reservations wait."""

    def usage():
        waiting = [row for row in table(cloud, "reservations") if not row["deleted"]]
        return {row["resource"]: row["in_use"] for row in table(cloud, "quota_usages")}, len(waiting)

    return usage


def test_nothing_is_left_of_a_deleted_server_but_the_volume_that_is_to_stay(cloud):
    server = cloud.boot("src", volumes=2)
    going, staying = cloud.attached_volumes(server)
    cloud.delete_volume_with_server(server, going)
    cloud.delete(server)
    with pytest.raises(exceptions.InstanceNotFound):
        cloud.refresh(server)
    assert cloud.attached_volumes(server) == []
    assert list(cloud.volumes.volumes) == [staying]
    assert cloud.volumes.volumes[staying].status == "available"
    assert cloud.network.ports == {}
    assert cloud.host("src").hypervisor.domains == {}
    assert cloud.host("src").manager.pending_events == {}


def test_it_counts_no_more_for_its_quota_and_its_host(cloud, usage, table):
    cloud.boot("src")
    cloud.delete(cloud.boot("src"))
    assert usage() == ({"instances": 1, "cores": 1, "ram": 512}, 0)
    (node,) = [node for node in table(cloud, "compute_nodes") if node["hypervisor_hostname"] == "src"]
    assert (node["running_vms"], node["memory_mb_used"]) == (1, 512)


@pytest.mark.parametrize("vm_state", [states.SOFT_DELETED, states.ACTIVE])
def test_what_was_reserved_is_given_up_if_it_was_given_back_before_or_the_deletion_fails(cloud, usage, vm_state):
    server = cloud.boot("src")
    cloud.update_server(server, vm_state=vm_state)
    if vm_state == states.ACTIVE:
        cloud.faults.fail("driver", "destroy", with_=RuntimeError)
    cloud.delete(server)
    assert usage() == ({"instances": 1, "cores": 1, "ram": 512}, 0)


def test_a_server_that_cannot_be_deleted_is_in_error(cloud, table):
    server = cloud.boot("src")
    cloud.faults.fail("driver", "destroy", with_=RuntimeError)
    cloud.delete(server)
    assert (cloud.refresh(server).vm_state, cloud.refresh(server).task_state) == (states.ERROR, None)
    assert len(table(cloud, "instance_faults")) == 1


def test_a_server_that_is_gone_is_no_error(cloud, table):
    server = cloud.boot("src")
    cloud.faults.interfere("driver", "destroy", lambda: cloud.forget(server))
    cloud.delete(server)
    assert table(cloud, "instance_faults") == []


def test_a_quota_that_cannot_be_given_up_does_not_keep_a_soft_deleted_server_from_going(cloud, src, mocker, usage):
    server = cloud.boot("src")
    cloud.update_server(server, vm_state=states.SOFT_DELETED)
    quotas = mocker.Mock()
    quotas.rollback.side_effect = RuntimeError
    mocker.patch.object(src, "_get_quotas", return_value=quotas)
    cloud.delete(server)
    with pytest.raises(exceptions.InstanceNotFound):
        cloud.refresh(server)
    quotas.commit.assert_called_once_with()


def test_block_devices_in_the_format_before_havana_are_read_anew(cloud, src, start_action, rows):
    server = start_action(cloud, cloud.boot("src", volumes=1))
    (volume_id,) = cloud.attached_volumes(server)
    found = rows(cloud, db.block_device_mapping_get_all_by_instance, server.uuid)
    with services.running_as(src.service):
        src.terminate_instance(cloud.context, server, legacy_mapping(map(legacy_dict, found)), None)
    assert cloud.attached_volumes(server) == []
    assert cloud.volumes.volumes[volume_id].status == "available"


def test_only_the_legacy_path_takes_the_guest_down_by_a_dict(cloud, arguments, form, form_of):
    cloud.delete(cloud.boot("src"))
    assert form_of(arguments(cloud, "driver", "destroy")["instance"]) == form


def test_the_legacy_path_lets_the_conductor_delete_the_row(cloud, on_legacy):
    cloud.delete(cloud.boot("src"))
    raw = {e.operation for e in cloud.trace.on("conductor") if not e.operation.startswith("object_")}
    assert ({"instance_destroy", "quota_commit"} <= raw) is on_legacy


@pytest.mark.parametrize("reservations", [None, []])
def test_a_deletion_need_not_have_reserved_anything(cloud, src, start_action, usage, reservations):
    server = start_action(cloud, cloud.boot("src"))
    src.terminate_instance(cloud.context, cloud.refresh(server), [], reservations)
    assert usage() == ({}, 0)
