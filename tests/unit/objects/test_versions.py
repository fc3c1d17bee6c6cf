"""What goes over the wire cannot change without a new version."""

import pytest
from oslo_versionedobjects.fixture import ObjectVersionChecker

from fakevirt import objects, releases  # noqa: F401 - objects registers the classes
from fakevirt.objects.base import NovaVersionedObjectRegistry, tree_versions_of

# The fields with their types, and the remotable methods with their signatures.
FINGERPRINTS = {
    "BlockDeviceMapping": "1.8-9d10d3826e836d3f8f375d6bd430600e",
    "BlockDeviceMappingList": "1.9-9bec9e91355db441badd4f301e88478e",
    "ComputeNode": "1.11-ce1b0612c9331675e71aec6e0eae9da4",
    "ComputeNodeList": "1.11-f1becd7ed36dfa2d5dd681d2f099d33a",
    "Flavor": "1.1-43bf7e5d289f6661ad017e18d4ca1292",
    "HVSpec": "1.0-de4b9ae8ca33938d865df4aeaa3cc39e",
    "Instance": "1.19-98d16b2f380623d9c7a1d138038546f9",
    "InstanceAction": "1.1-1de9611cbdcdf0295eac2920f910fa0a",
    "InstanceActionEvent": "1.1-0d0df14e5a08b364ee6e79078f95512b",
    "InstanceFault": "1.2-b0f5eab43cc44bc86e7d4d1b59498962",
    "InstanceFaultList": "1.1-697a8d5fec23146ac80136afce64d121",
    "InstanceGroup": "1.9-8792fa91be74cf38936b19d665cb4d19",
    "InstanceInfoCache": "1.5-dcd88d9bc62f2f54a2ed1a6cfab473ce",
    "InstanceList": "1.16-c822ebed03b80801fd898ba735089779",
    "InstanceNUMACell": "1.2-535ef30e0de2d6a0d26a71bd58ecafc4",
    "InstanceNUMATopology": "1.1-35e1abb432b1195c656caa8eb9feaf5c",
    "InstancePCIRequest": "1.1-b1d75ebc716cb12906d9d513890092bf",
    "InstancePCIRequests": "1.1-3928680ff73c1b9e8a1d15042f6c8287",
    "Migration": "1.1-e5566467c5ea007987be81f798a5d06a",
    "MigrationList": "1.1-942a259fa5355b908e350e29ccc33bb5",
    "NetworkRequest": "1.1-7a3e4ca2ce1e7b62d8400488f2f2b756",
    "NetworkRequestList": "1.1-ea2a8e1c1ecf3608af2956e657adeb4c",
    "PciDevice": "1.3-a1107fab43b05b8416f246a4aa2586d3",
    "PciDeviceList": "1.1-fb5d50887af7ee3064870c8060a48dba",
    "PciDevicePool": "1.1-3f5ddc3ff7bfa14da7f6c7e9904cc000",
    "PciDevicePoolList": "1.1-ea2a8e1c1ecf3608af2956e657adeb4c",
    "Quotas": "1.2-11649758a0f35f19ff41138268ab7699",
    "SecurityGroup": "1.1-c8a8e242e145ba5d248a51c981c2da10",
    "SecurityGroupList": "1.0-5e45e7c6937bd610154232c9edfab778",
    "Service": "1.12-4b577fb696328c975319c0d86859071e",
    "ServiceList": "1.10-0577b5b49e1050fc6b22124d20231e4c",
    "Tag": "1.0-c56e1f59beab4dce02720e6b6acec1a5",
    "TagList": "1.0-1b54e51ad0fc1f3a8878f5010e7e16dc",
    "VirtCPUFeature": "1.0-2fa469d9914bec7b1c72748e46272d6a",
    "VirtCPUModel": "1.0-4a988c59466a5b9de31bbefc437df154",
    "VirtCPUTopology": "1.0-fc694de72e20298f7c6bab1083fd4563",
    "VolumeUsage": "1.0-511e2ca190f5eb4bdfc626955aa39933",
}

HOW_TO_BUMP = """
The wire format of {names} is not what the recorded version says (fields, or signatures of remotable methods).
1. Give the class a higher VERSION and a line in the comment above it.
2. Tell in obj_added, obj_relationships or child_versions how the version before it is made of the new one; a class that
   holds objects of the changed class gets a higher version too.
3. Record the version in tests/unit/objects/history.json.
4. Put the new fingerprints into FINGERPRINTS:
{new}
"""


def test_no_wire_format_changed_without_a_new_version():
    expected, actual = ObjectVersionChecker(NovaVersionedObjectRegistry.obj_classes()).test_hashes(FINGERPRINTS)
    new = "\n".join(f'    "{name}": "{fingerprint}",' for name, fingerprint in sorted(actual.items()))
    assert expected == actual, HOW_TO_BUMP.format(names=", ".join(sorted(actual)), new=new)


def test_every_class_has_the_version_of_novas_kilo_release():
    versions = {name: classes[0].VERSION for name, classes in NovaVersionedObjectRegistry.obj_classes().items()}
    assert versions == releases.KILO.objects


@pytest.mark.parametrize("release", [releases.ICEHOUSE, releases.JUNO, releases.KILO], ids=str)
def test_a_tree_names_every_class_of_the_release_that_can_be_in_it(release):
    held = {"Instance", "InstanceFault", "InstanceInfoCache", "PciDevice", "PciDeviceList"}
    held |= {"BlockDeviceMapping", "SecurityGroup", "SecurityGroupList"}
    if release is not releases.ICEHOUSE:
        held |= {"InstanceNUMACell", "InstanceNUMATopology"}
    if release is releases.KILO:
        held |= {"Flavor", "InstancePCIRequest", "InstancePCIRequests", "Tag", "TagList"}
        held |= {"VirtCPUFeature", "VirtCPUModel", "VirtCPUTopology"}
    assert tree_versions_of(release, "BlockDeviceMapping") == {name: release.objects[name] for name in held}


def test_the_classes_are_not_in_the_registry_of_a_real_nova_in_the_same_process():
    from oslo_versionedobjects.base import VersionedObjectRegistry

    assert "Instance" not in VersionedObjectRegistry.obj_classes()
