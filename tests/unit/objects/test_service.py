import pytest
from oslo_versionedobjects.exception import OrphanedObjectError

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects import Service, ServiceList


@pytest.fixture
def service(context, database) -> Service:
    """A compute service without nodes."""
    row = db.service_create(context, builders.service_row(id=None, host="src"))
    return Service.get_by_id(context, row.id)


def create_node(context, service, hostname):
    values = builders.compute_node_row(id=None, service_id=service.id, hypervisor_hostname=hostname)
    return db.compute_node_create(context, values)


def test_the_service_of_a_host_holds_its_first_node(context, service):
    for hostname in ("node-1", "node-2"):
        create_node(context, service, hostname)
    found = Service.get_by_compute_host(context, "src", use_slave=True)
    assert found.id == service.id
    assert found.compute_node.hypervisor_hostname == "node-1"
    assert found.obj_what_changed() == set()


def test_a_host_without_a_service_is_not_found(context, database):
    with pytest.raises(exceptions.ComputeHostNotFound):
        Service.get_by_compute_host(context, "elsewhere")


def test_a_node_that_was_not_joined_is_loaded(context, service):
    create_node(context, service, "node-1")
    assert service.compute_node.hypervisor_hostname == "node-1"
    assert service.obj_what_changed() == set()


def test_a_service_without_a_node_raises_when_the_node_is_read(context, service):
    found = Service.get_by_compute_host(context, "src")
    with pytest.raises(exceptions.ServiceNotFound):
        _ = found.compute_node


def test_nothing_but_the_node_is_loaded(context):
    with pytest.raises(exceptions.ObjectActionError, match="host not lazy-loadable"):
        _ = Service(context, id=1).host
    with pytest.raises(OrphanedObjectError):
        _ = Service(id=1).compute_node


def test_the_availability_zone_is_taken_over_where_the_row_has_it(context):
    row = builders.service_row()
    assert not Service._from_db_object(context, Service(), row).obj_attr_is_set("availability_zone")
    assert Service._from_db_object(context, Service(), {**row, "availability_zone": "az"}).availability_zone == "az"


def test_a_service_is_created_saved_and_destroyed(context, database):
    service = Service(context, host="src", binary="nova-compute", topic="compute", report_count=0, disabled=False)
    service.create()
    service.disabled = True
    service.save()
    assert Service.get_by_id(context, service.id).disabled is True
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        service.create()
    service.destroy()
    with pytest.raises(exceptions.ServiceNotFound):
        Service.get_by_id(context, service.id)


def test_the_services_of_a_topic_are_those_that_are_enabled(context, service):
    db.service_create(context, builders.service_row(id=None, host="off", disabled=True))
    assert [found.host for found in ServiceList.get_by_topic(context, "compute")] == ["src"]


def test_a_host_reads_its_service_through_the_conductor(context, service, compute_host, conductor):
    with pytest.raises(exceptions.ServiceNotFound):
        _ = Service.get_by_compute_host(context, "src").compute_node
    assert [call[0] for call in conductor.calls] == ["Service.get_by_compute_host", "ComputeNode.get_by_service_id"]
