"""What an older peer gets: dropped fields, converted texts, and children in the version that it knows."""

import pytest

from fakevirt.objects import (
    BlockDeviceMapping,
    BlockDeviceMappingList,
    ComputeNode,
    ComputeNodeList,
    Instance,
    InstanceFault,
    InstanceFaultList,
    InstanceInfoCache,
    InstanceList,
    InstanceNUMACell,
    InstanceNUMATopology,
    Migration,
    MigrationList,
    PciDevice,
    PciDeviceList,
    SecurityGroup,
    SecurityGroupList,
    Service,
    ServiceList,
)
from fakevirt.objects.base import tree_versions
from fakevirt.objects.builders import (
    block_device_mapping_forms,
    compute_node_forms,
    fault_forms,
    info_cache_forms,
    instance_forms,
    migration_forms,
    security_group_forms,
    service_forms,
)


@pytest.fixture
def instance(context) -> Instance:
    """An instance with every field set."""
    instance = instance_forms(context, display_name="Zürich", locked_by="admin", security_groups=["default"]).object
    instance.fault = fault_forms(context).object
    instance.pci_devices = PciDeviceList(objects=[PciDevice(request_id="r", extra_info={})])
    cell = InstanceNUMACell(id=0, cpuset={0, 1}, memory=512)
    instance.numa_topology = InstanceNUMATopology(id=1, instance_uuid=instance.uuid, cells=[cell])
    return instance


def data(obj, version):
    primitive = obj.obj_to_primitive(version)
    assert primitive["nova_object.version"] == version
    return primitive["nova_object.data"]


def child_version(obj, version, child):
    return data(obj, version)[child]["nova_object.version"]


def item_version(items, version):
    (item,) = data(items, version)["objects"]
    return item["nova_object.version"]


@pytest.mark.parametrize(
    ("version", "gone"),
    [
        ("1.15", set()),
        ("1.14", set()),
        ("1.13", {"numa_topology"}),
        ("1.12", {"numa_topology"}),
        ("1.11", {"numa_topology", "ephemeral_key_uuid"}),
        ("1.9", {"numa_topology", "ephemeral_key_uuid"}),
        ("1.5", {"numa_topology", "ephemeral_key_uuid", "pci_devices"}),
        ("1.4", {"numa_topology", "ephemeral_key_uuid", "pci_devices", "cleaned"}),
        ("1.3", {"numa_topology", "ephemeral_key_uuid", "pci_devices", "cleaned", "locked_by"}),
        ("1.1", {"numa_topology", "ephemeral_key_uuid", "pci_devices", "cleaned", "locked_by", "security_groups"}),
    ],
)
def test_an_instance_loses_what_its_version_did_not_have(instance, version, gone):
    assert set(Instance.fields) - data(instance, version).keys() == gone


@pytest.mark.parametrize(
    ("version", "children"),
    [
        ("1.15", {"info_cache": "1.5", "security_groups": "1.0", "fault": "1.2", "pci_devices": "1.1"}),
        ("1.14", {"info_cache": "1.5", "security_groups": "1.0", "fault": "1.2", "pci_devices": "1.0"}),
        ("1.13", {"info_cache": "1.5", "security_groups": "1.0", "fault": "1.1", "pci_devices": "1.0"}),
        ("1.10", {"info_cache": "1.5", "security_groups": "1.0", "fault": "1.1", "pci_devices": "1.0"}),
        ("1.9", {"info_cache": "1.4", "security_groups": "1.0", "fault": "1.1", "pci_devices": "1.0"}),
    ],
)
def test_an_instances_children_have_the_versions_of_that_time(instance, version, children):
    assert {name: child_version(instance, version, name) for name in children} == children


def test_children_of_children_are_converted_too(instance):
    (device,) = data(instance, "1.14")["pci_devices"]["nova_object.data"]["objects"]
    assert device["nova_object.version"] == "1.1"
    assert "request_id" not in device["nova_object.data"]
    assert "created_at" not in data(instance, "1.9")["info_cache"]["nova_object.data"]


def test_before_1_7_texts_of_an_instance_are_ascii(instance):
    assert data(instance, "1.7")["display_name"] == "Zürich"
    assert data(instance, "1.6")["display_name"] == "Z?rich"


def test_a_converted_instance_can_be_read_as_the_older_version(instance):
    icehouse = Instance.obj_from_primitive(instance.obj_to_primitive("1.13"))
    assert icehouse.VERSION == "1.13"
    assert icehouse.uuid == instance.uuid
    assert not icehouse.obj_attr_is_set("numa_topology")
    assert icehouse.obj_to_primitive()["nova_object.version"] == "1.13"


def test_converting_leaves_the_object_as_it_was(instance):
    before = instance.obj_to_primitive()
    instance.obj_to_primitive("1.1")
    assert instance.obj_to_primitive() == before


def test_fields_that_the_older_version_lacks_are_no_changes_of_it(instance):
    instance.obj_reset_changes(recursive=True)
    instance.numa_topology = None
    instance.host = "dst"
    assert instance.obj_to_primitive("1.13")["nova_object.changes"] == ["host"]


def test_a_manifest_decides_the_versions_of_children(instance):
    icehouse = {**tree_versions("Instance"), "Instance": "1.13", "InstanceInfoCache": "1.4", "InstanceFault": "1.1"}
    primitive = instance.obj_to_primitive("1.13", version_manifest=icehouse)
    assert primitive["nova_object.data"]["info_cache"]["nova_object.version"] == "1.4"
    assert primitive["nova_object.data"]["fault"]["nova_object.version"] == "1.1"


def test_a_manifest_counts_even_where_the_version_of_the_parent_is_the_same(instance):
    older_child = {**tree_versions("Instance"), "InstanceInfoCache": "1.4"}
    primitive = instance.obj_to_primitive(version_manifest=older_child)
    assert primitive["nova_object.version"] == "1.15"
    assert "created_at" not in primitive["nova_object.data"]["info_cache"]["nova_object.data"]


@pytest.mark.parametrize(
    ("version", "gone"),
    [
        ("1.5", set()),
        ("1.4", {"numa_topology"}),
        ("1.3", {"numa_topology", "host_ip"}),
        ("1.2", {"numa_topology", "host_ip", "stats"}),
    ],
)
def test_a_compute_node_loses_what_its_version_did_not_have(context, version, gone):
    node = compute_node_forms(context, stats='{"num_instances": "1"}').object
    assert set(ComputeNode.fields) - data(node, version).keys() == gone


@pytest.mark.parametrize(("version", "node"), [("1.4", "1.5"), ("1.3", "1.5"), ("1.2", "1.3")])
def test_a_services_compute_node_has_the_version_of_that_time(context, version, node):
    assert child_version(service_forms(context).object, version, "compute_node") == node


def test_icehouse_gets_a_compute_node_that_it_understands(context):
    node = data(service_forms(context).object, "1.2")["compute_node"]["nova_object.data"]
    assert not {"numa_topology", "host_ip"} & node.keys()


def test_a_service_before_1_1_has_no_compute_node(context):
    assert "compute_node" not in data(service_forms(context).object, "1.0")


@pytest.mark.parametrize(("version", "instance"), [("1.3", "1.15"), ("1.2", "1.14"), ("1.1", "1.13"), ("1.0", "1.13")])
def test_a_block_device_mappings_instance_has_the_version_of_that_time(context, version, instance):
    bdm = block_device_mapping_forms(context).object
    bdm.instance = instance_forms(context).object
    assert child_version(bdm, version, "instance") == instance


def test_a_block_device_mapping_without_an_instance_stays_as_it_is(context):
    bdm = block_device_mapping_forms(context).object
    assert data(bdm, "1.0") == data(bdm, "1.3")


@pytest.mark.parametrize("version", ["1.0", "1.4"])
def test_an_info_cache_before_1_5_does_not_tell_when_it_was_made(context, version):
    cache = info_cache_forms(context).object
    assert set(InstanceInfoCache.fields) - data(cache, version).keys() == {
        "created_at",
        "updated_at",
        "deleted_at",
        "deleted",
    }


@pytest.mark.parametrize(
    ("forms", "field", "version", "before"),
    [
        (fault_forms, "message", "1.1", "1.0"),
        (info_cache_forms, "network_info", "1.4", "1.3"),
        (migration_forms, "source_compute", "1.1", "1.0"),
        (security_group_forms, "name", "1.1", "1.0"),
        (service_forms, "host", "1.2", "1.1"),
        (compute_node_forms, "hypervisor_hostname", "1.2", "1.1"),
    ],
)
def test_texts_were_ascii_first(context, forms, field, version, before):
    text = '["Zürich"]' if field == "network_info" else "Zürich"
    obj = forms(context, **{field: text}).object
    if field != "network_info":
        assert data(obj, version)[field] == "Zürich"
    assert data(obj, before)[field].isascii()


@pytest.mark.parametrize(
    ("cls", "item", "versions"),
    [
        (InstanceList, Instance, {"1.9": "1.15", "1.8": "1.14", "1.6": "1.13", "1.4": "1.12", "1.1": "1.9"}),
        (BlockDeviceMappingList, BlockDeviceMapping, {"1.4": "1.3", "1.3": "1.2", "1.2": "1.1", "1.0": "1.0"}),
        (ComputeNodeList, ComputeNode, {"1.5": "1.5", "1.4": "1.5", "1.3": "1.4", "1.2": "1.3", "1.0": "1.2"}),
        (ServiceList, Service, {"1.2": "1.4", "1.1": "1.3", "1.0": "1.2"}),
        (MigrationList, Migration, {"1.1": "1.1", "1.0": "1.1"}),
        (SecurityGroupList, SecurityGroup, {"1.0": "1.1"}),
        (InstanceFaultList, InstanceFault, {"1.1": "1.2", "1.0": "1.1"}),
        (PciDeviceList, PciDevice, {"1.1": "1.2", "1.0": "1.1"}),
    ],
)
def test_the_items_of_a_list_have_the_version_of_that_time(cls, item, versions):
    items = cls(objects=[item()])
    assert {version: item_version(items, version) for version in versions} == versions
