"""A: an object is rebound to the dict that a legacy helper returns."""

from fakevirt.manager import rollback_live_migration
from fakevirt.manager.building import build_instance
from fakevirt.manager.remaining_instance_attr import init_instance
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("A", comparison("rollback_without_info_cache"), "rpc", "live_migration raised.exception AttributeError")
def rollback_rebinds(patch: Patch) -> None:
    """The rollback goes on with what _instance_update returns."""
    patch.edit(
        rollback_live_migration.objects,
        """instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=[states.MIGRATING])""",
        """instance = manager._instance_update(
        context, instance.uuid, vm_state=states.ACTIVE, task_state=None, expected_task_state=states.MIGRATING
    )""",
    )


@bug("A", comparison("server_built"), "db", "insert instance_system_metadata")
def build_rebinds(patch: Patch) -> None:
    """The build goes on with what _instance_update returns."""
    patch.edit(
        build_instance.objects,
        """instance.vm_state = states.BUILDING
        instance.task_state = states.BLOCK_DEVICE_MAPPING
        instance.save()""",
        """instance = manager._instance_update(
            elevated, instance.uuid, vm_state=states.BUILDING, task_state=states.BLOCK_DEVICE_MAPPING
        )""",
    )


@bug("A", comparison("interrupted_reboot_that_came_to_its_end"), "manager", "init_host raised AttributeError")
def start_of_the_host_rebinds(patch: Patch) -> None:
    """A host that starts goes on with the dict of an instance whose reboot has come to its end."""
    patch.edit(
        init_instance.init_instance.objects,
        """instance.task_state = None
        instance.vm_state = states.ACTIVE
        instance.save()""",
        """instance = manager._instance_update(context, instance.uuid, vm_state=states.ACTIVE, task_state=None)""",
    )
