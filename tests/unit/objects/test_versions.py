"""What goes over the wire cannot change without a new version."""

from oslo_versionedobjects.fixture import ObjectVersionChecker

from fakevirt import objects  # noqa: F401 - registers the classes
from fakevirt.objects.base import NovaVersionedObjectRegistry, tree_versions

# The fields with their types, and the remotable methods with their signatures.
FINGERPRINTS = {
    "BlockDeviceMapping": "1.3-9d10d3826e836d3f8f375d6bd430600e",
    "BlockDeviceMappingList": "1.4-2b6edff0f8ab394d258c43ca9a8b8007",
    "ComputeNode": "1.5-27acfd10dfa9cfc352d4d641bb70cd3d",
    "ComputeNodeList": "1.5-bbfd2982c95fab64dca542c8e957b031",
    "Flavor": "1.1-43bf7e5d289f6661ad017e18d4ca1292",
    "Instance": "1.15-d5c71c8c90f6b81e12b598c175ec435e",
    "InstanceAction": "1.1-1de9611cbdcdf0295eac2920f910fa0a",
    "InstanceActionEvent": "1.1-0d0df14e5a08b364ee6e79078f95512b",
    "InstanceFault": "1.2-b0f5eab43cc44bc86e7d4d1b59498962",
    "InstanceFaultList": "1.1-697a8d5fec23146ac80136afce64d121",
    "InstanceGroup": "1.8-8792fa91be74cf38936b19d665cb4d19",
    "InstanceInfoCache": "1.5-dcd88d9bc62f2f54a2ed1a6cfab473ce",
    "InstanceList": "1.9-8a0a4619880cc2df5edfe63f4e23bf9b",
    "InstanceNUMACell": "1.0-ef56ae2b96388dd682ba9fed6cf99577",
    "InstanceNUMATopology": "1.0-35e1abb432b1195c656caa8eb9feaf5c",
    "Migration": "1.1-e5566467c5ea007987be81f798a5d06a",
    "MigrationList": "1.1-942a259fa5355b908e350e29ccc33bb5",
    "NetworkRequest": "1.1-7a3e4ca2ce1e7b62d8400488f2f2b756",
    "NetworkRequestList": "1.1-ea2a8e1c1ecf3608af2956e657adeb4c",
    "PciDevice": "1.2-08e529eadb0bd428ebb20cf0b45bb5ad",
    "PciDeviceList": "1.1-fb5d50887af7ee3064870c8060a48dba",
    "Quotas": "1.1-11649758a0f35f19ff41138268ab7699",
    "SecurityGroup": "1.1-c8a8e242e145ba5d248a51c981c2da10",
    "SecurityGroupList": "1.0-5e45e7c6937bd610154232c9edfab778",
    "Service": "1.4-4b577fb696328c975319c0d86859071e",
    "ServiceList": "1.2-57352d961e5038ef42db68878bbb73a5",
    "VolumeUsage": "1.0-511e2ca190f5eb4bdfc626955aa39933",
}

HOW_TO_BUMP = """
The wire format of {names} is not what the recorded version says (fields, or signatures of remotable methods).
1. Give the class a higher VERSION and a line in the comment above it.
2. Tell in obj_added, obj_relationships or child_versions how the version before it is made of the new one; a class that
   holds objects of the changed class gets a higher version too.
3. Add what the conversion does to tests/unit/objects/test_compat.py.
4. Put the new fingerprints into FINGERPRINTS:
{new}
"""

VERSIONS = {
    "BlockDeviceMapping": "1.3",
    "BlockDeviceMappingList": "1.4",
    "ComputeNode": "1.5",
    "ComputeNodeList": "1.5",
    "Flavor": "1.1",
    "Instance": "1.15",
    "InstanceAction": "1.1",
    "InstanceActionEvent": "1.1",
    "InstanceFault": "1.2",
    "InstanceFaultList": "1.1",
    "InstanceGroup": "1.8",
    "InstanceInfoCache": "1.5",
    "InstanceList": "1.9",
    "InstanceNUMACell": "1.0",
    "InstanceNUMATopology": "1.0",
    "Migration": "1.1",
    "MigrationList": "1.1",
    "NetworkRequest": "1.1",
    "NetworkRequestList": "1.1",
    "PciDevice": "1.2",
    "PciDeviceList": "1.1",
    "Quotas": "1.1",
    "SecurityGroup": "1.1",
    "SecurityGroupList": "1.0",
    "Service": "1.4",
    "ServiceList": "1.2",
    "VolumeUsage": "1.0",
}


def test_no_wire_format_changed_without_a_new_version():
    expected, actual = ObjectVersionChecker(NovaVersionedObjectRegistry.obj_classes()).test_hashes(FINGERPRINTS)
    new = "\n".join(f'    "{name}": "{fingerprint}",' for name, fingerprint in sorted(actual.items()))
    assert expected == actual, HOW_TO_BUMP.format(names=", ".join(sorted(actual)), new=new)


def test_every_class_has_the_version_of_novas_juno_release_or_of_the_release_that_brought_it():
    versions = {name: classes[0].VERSION for name, classes in NovaVersionedObjectRegistry.obj_classes().items()}
    assert versions == VERSIONS


def test_every_version_is_explained_by_history_for_every_object_held():
    checker = ObjectVersionChecker(NovaVersionedObjectRegistry.obj_classes())
    for name, children in checker.get_dependency_tree().items():
        (cls,) = checker.obj_classes[name]
        for child, version in children.items():
            known = [relation for relations in cls.obj_relationships.values() for relation in relations]
            known += getattr(cls, "child_versions", {}).items()
            assert version in {child_version for _, child_version in known}, (
                f"{name} does not tell of {child} {version}"
            )


def test_the_versions_of_a_tree_name_every_class_that_can_be_in_it():
    assert tree_versions("BlockDeviceMapping") == {
        "BlockDeviceMapping": "1.3",
        "Instance": "1.15",
        "InstanceFault": "1.2",
        "InstanceInfoCache": "1.5",
        "InstanceNUMACell": "1.0",
        "InstanceNUMATopology": "1.0",
        "PciDevice": "1.2",
        "PciDeviceList": "1.1",
        "SecurityGroup": "1.1",
        "SecurityGroupList": "1.0",
    }


def test_the_classes_are_not_in_the_registry_of_a_real_nova_in_the_same_process():
    from oslo_versionedobjects.base import VersionedObjectRegistry

    assert "Instance" not in VersionedObjectRegistry.obj_classes()
