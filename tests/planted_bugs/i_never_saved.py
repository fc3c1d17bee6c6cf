"""I: an attribute is set and never saved."""

from fakevirt.manager import rollback_live_migration
from fakevirt.manager.building import allocate_network
from fakevirt.manager.remaining_instance_attr import init_instance
from fakevirt.manager.steps import set_instance_host_and_node
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("I", comparison("interrupted_reboot_that_came_to_its_end"), "db", "update instances")
def reboot_that_is_over(patch: Patch) -> None:
    """A host that starts sets the state of a server that has rebooted, and saves nothing."""
    patch.edit(
        init_instance.init_instance.objects,
        "instance.vm_state = states.ACTIVE\n        instance.save()",
        "instance.vm_state = states.ACTIVE",
    )


@bug("I", comparison("server_built"), "db", "update instances arguments.values.launched_on")
def assigned_after_the_save(patch: Patch) -> None:
    """Where a server was launched is assigned when host and node are saved."""
    patch.edit(
        set_instance_host_and_node.objects,
        "    instance.launched_on = manager.host\n    instance.save()",
        "    instance.save()\n    instance.launched_on = manager.host",
    )


@bug("I", comparison("rollback_without_info_cache"), "db", "update instances arguments.values.task_state")
def copy_saved(patch: Patch) -> None:
    """The rollback frees a copy of the instance, and saves the original."""
    patch.edit(
        rollback_live_migration.objects,
        "    instance.task_state = None\n",
        "    instance.obj_clone().task_state = None\n",
    )


@bug("I", comparison("server_built"), "db", "update instances")
def state_of_the_network_unsaved(patch: Patch) -> None:
    """That a build asks for ports is assigned, and saved by a later step only."""
    patch.edit(allocate_network.objects, "    instance.save(expected_task_state=[None])\n", "")
