"""The compute manager of Nimbus: a volume is flushed before it is detached."""

from oslo_serialization import jsonutils

from fakevirt.manager import detach_volume
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, WorkItemMethod
from fakevirt.objects import BlockDeviceMapping


def legacy(manager, context, volume_id, instance):
    flush(manager, context, volume_id, instance)
    detach_volume.legacy(manager, context, volume_id=volume_id, instance=instance)


def objects(manager, context, volume_id, instance):
    flush(manager, context, volume_id, instance)
    detach_volume.objects(manager, context, volume_id=volume_id, instance=instance)


def flush(manager, context, volume_id, instance):
    bdm = BlockDeviceMapping.get_by_volume_id(context, volume_id)
    manager.driver.flush_volume(jsonutils.loads(bdm.connection_info), instance)


class Manager(ComputeManager):
    detach_volume = WorkItemMethod(BothPaths(legacy=legacy, objects=objects), "detach_volume")
