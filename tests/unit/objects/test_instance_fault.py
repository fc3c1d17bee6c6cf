import pytest

from fakevirt import exceptions
from fakevirt.objects import InstanceFault, InstanceFaultList


@pytest.fixture
def fault(context, uuid) -> InstanceFault:
    fault = InstanceFault(context, instance_uuid=uuid, code=500, message="broken", details="", host="src")
    fault.create()
    return fault


def test_a_fault_is_created_once_and_filled_from_its_row(fault):
    assert fault.id == 1
    assert fault.created_at is not None
    assert fault.obj_what_changed() == set()
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        fault.create()


def test_the_latest_fault_of_an_instance_is_found(context, uuid, fault):
    assert InstanceFault.get_latest_for_instance(context, uuid).message == "broken"
    assert InstanceFault.get_latest_for_instance(context, "another") is None


def test_faults_of_several_instances_are_found(context, uuid, fault):
    faults = InstanceFaultList.get_by_instance_uuids(context, [uuid, "another"])
    assert [found.id for found in faults] == [fault.id]


def test_a_host_creates_a_fault_through_the_conductor(context, uuid, compute_host, conductor):
    fault = InstanceFault(context, instance_uuid=uuid, code=500, message="broken", details="", host="src")
    fault.create()
    assert fault.id == 1
    assert [call[0] for call in conductor.calls] == ["InstanceFault.create"]
