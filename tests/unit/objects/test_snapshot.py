import netaddr

from fakevirt import services
from fakevirt.instrument.snapshot import Entity, snapshot
from fakevirt.instrument.trace import Trace
from fakevirt.objects import BlockDeviceMappingList, Instance, Service
from fakevirt.objects.builders import block_device_mapping_forms, instance_forms


def test_an_object_is_an_entity_of_what_is_set(context):
    instance = Instance(context, id=1, host="src", access_ip_v4="192.0.2.7", metadata={"a": "b"})
    assert snapshot(instance) == Entity(
        "Instance",
        "object",
        {"id": 1, "host": "src", "access_ip_v4": "192.0.2.7", "metadata": {"a": "b"}},
        version="1.15",
        lazy=frozenset(
            {"system_metadata", "info_cache", "security_groups", "fault", "pci_devices", "numa_topology"},
        ),
    )


def test_objects_inside_are_entities(context):
    fields = snapshot(instance_forms(context, security_groups=["default"]).object).fields
    assert fields["info_cache"].schema == "InstanceInfoCache"
    (group,) = fields["security_groups"].fields["objects"]
    assert (group.schema, group.fields["name"]) == ("SecurityGroup", "default")


def test_a_list_object_is_an_entity_of_its_objects(context):
    entity = snapshot(BlockDeviceMappingList(objects=[block_device_mapping_forms(context).object]))
    assert (entity.schema, entity.version) == ("BlockDeviceMappingList", "1.4")
    (bdm,) = entity.fields["objects"]
    assert (bdm.schema, bdm.lazy) == ("BlockDeviceMapping", frozenset({"instance"}))


def test_later_changes_do_not_reach_it(context):
    instance = instance_forms(context, metadata={"a": "b"}).object
    entity = snapshot(instance)
    instance.metadata["a"] = "c"
    instance.info_cache.network_info.append({"id": "vif-1"})
    instance.host = "dst"
    assert entity.fields["metadata"] == {"a": "b"}
    assert entity.fields["info_cache"].fields["network_info"] == []
    assert entity.fields["host"] == "fake-host"


def test_two_are_equal_whose_fields_are(context):
    message = instance_forms(context, metadata={"a": "b"}, security_groups=["default"]).object.obj_to_primitive()
    before = snapshot(Instance.obj_from_primitive(message, context))
    instance = Instance.obj_from_primitive(message, context.elevated())
    instance.host = "fake-host"
    assert snapshot(instance) == before
    instance.security_groups[0].name = "other"
    assert snapshot(instance) != before
    instance.security_groups[0].name = "default"
    instance.metadata["a"] = "c"
    assert snapshot(instance) != before


def test_it_is_no_dict_style_access_and_loads_nothing(context):
    service = services.Service("nova-compute", "src", Trace())
    with services.running_as(service):
        entity = snapshot(Service(context, id=1))
    assert entity.lazy == {"compute_node"}
    assert len(service.trace) == 0


def test_the_version_is_that_which_came_over_the_wire():
    assert snapshot(Instance.obj_from_primitive(Instance(host="src").obj_to_primitive("1.13"))).version == "1.13"


def test_addresses_are_text():
    assert snapshot([netaddr.IPAddress("192.0.2.7"), netaddr.IPNetwork("192.0.2.0/24")]) == [
        "192.0.2.7",
        "192.0.2.0/24",
    ]
