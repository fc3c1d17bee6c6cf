"""What an older peer gets, besides the fields that test_history.py looks at."""

import pytest

from fakevirt.objects import (
    Instance,
    InstanceNUMACell,
    InstanceNUMATopology,
    PciDevice,
    PciDeviceList,
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


def test_a_block_device_mapping_without_an_instance_stays_as_it_is(context):
    bdm = block_device_mapping_forms(context).object
    assert data(bdm, "1.0") == data(bdm, "1.3")


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
