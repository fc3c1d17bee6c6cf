"""Leases: a server runs as long as it has one. Their own work item, with a versioned object of their own."""

from oslo_versionedobjects import fields

from fakevirt import WorkItem
from fakevirt.manager import work_items
from fakevirt.manager.paths import BothPaths
from fakevirt.metadata import metadata_to_dict
from fakevirt.objects.base import NovaObject, NovaVersionedObjectRegistry

LEASES = work_items.register(WorkItem("leases", "Leases of servers"))


@NovaVersionedObjectRegistry.register
class Lease(NovaObject):
    # 1.0: the server and the days
    # 1.1: who renewed it
    VERSION = "1.1"
    fields = {  # noqa: RUF012
        "server": fields.UUIDField(),
        "days": fields.IntegerField(),
        "renewed_by": fields.StringField(),
    }

    def obj_make_compatible(self, primitive, target_version):
        super().obj_make_compatible(primitive, target_version)
        if target_version == "1.0":
            primitive.pop("renewed_by", None)


def legacy(manager, context, instance, days):
    metadata = metadata_to_dict(instance["system_metadata"])
    metadata["lease_days"] = str(days)
    instance = manager._instance_update(context, instance["uuid"], system_metadata=metadata)
    lease = {"server": instance["uuid"], "days": days, "renewed_by": context.user_id}
    manager.driver.renew_lease(instance, lease)


def objects(manager, context, instance, days):
    instance.system_metadata["lease_days"] = str(days)
    instance.save()
    manager.driver.renew_lease(instance, Lease(server=instance.uuid, days=days, renewed_by=context.user_id))


RENEW_LEASE = BothPaths(legacy=legacy, objects=objects)
