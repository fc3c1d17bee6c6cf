"""Versioned objects with the versions and the history of Nova's Kilo release.

Importing the package registers every class, so that each can be made of what comes over the wire.
"""

from fakevirt import _oslo  # noqa: F401
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList
from fakevirt.objects.compute_node import ComputeNode, ComputeNodeList
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.hv_spec import HVSpec
from fakevirt.objects.instance import Instance, InstanceList
from fakevirt.objects.instance_action import InstanceAction, InstanceActionEvent
from fakevirt.objects.instance_fault import InstanceFault, InstanceFaultList
from fakevirt.objects.instance_group import InstanceGroup
from fakevirt.objects.instance_info_cache import InstanceInfoCache
from fakevirt.objects.instance_numa_topology import InstanceNUMACell, InstanceNUMATopology
from fakevirt.objects.instance_pci_requests import InstancePCIRequest, InstancePCIRequests
from fakevirt.objects.migration import Migration, MigrationList
from fakevirt.objects.network_request import NetworkRequest, NetworkRequestList
from fakevirt.objects.pci_device import PciDevice, PciDeviceList
from fakevirt.objects.pci_device_pool import PciDevicePool, PciDevicePoolList
from fakevirt.objects.quotas import Quotas
from fakevirt.objects.security_group import SecurityGroup, SecurityGroupList
from fakevirt.objects.service import Service, ServiceList
from fakevirt.objects.tag import Tag, TagList
from fakevirt.objects.virt_cpu import VirtCPUFeature, VirtCPUModel, VirtCPUTopology
from fakevirt.objects.volume_usage import VolumeUsage

__all__ = [
    "BlockDeviceMapping",
    "BlockDeviceMappingList",
    "ComputeNode",
    "ComputeNodeList",
    "Flavor",
    "HVSpec",
    "Instance",
    "InstanceAction",
    "InstanceActionEvent",
    "InstanceFault",
    "InstanceFaultList",
    "InstanceGroup",
    "InstanceInfoCache",
    "InstanceList",
    "InstanceNUMACell",
    "InstanceNUMATopology",
    "InstancePCIRequest",
    "InstancePCIRequests",
    "Migration",
    "MigrationList",
    "NetworkRequest",
    "NetworkRequestList",
    "PciDevice",
    "PciDeviceList",
    "PciDevicePool",
    "PciDevicePoolList",
    "Quotas",
    "SecurityGroup",
    "SecurityGroupList",
    "Service",
    "ServiceList",
    "Tag",
    "TagList",
    "VirtCPUFeature",
    "VirtCPUModel",
    "VirtCPUTopology",
    "VolumeUsage",
]
