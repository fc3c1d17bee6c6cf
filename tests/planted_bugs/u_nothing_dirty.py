"""U: a save with an expected state and nothing dirty returns before the state is checked."""

from fakevirt.manager import rollback_live_migration
from fakevirt.manager.building import allocate_network, start_building
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("U", comparison("wrong_task_state_at_the_rollback"), "rpc", "live_migration raised.exception MigrationError")
def checked_before_it_is_assigned(patch: Patch) -> None:
    """The rollback checks the state with a save of its own, before it assigns."""
    patch.edit(
        rollback_live_migration.objects,
        """    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=[states.MIGRATING])""",
        """    instance.save(expected_task_state=[states.MIGRATING])
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save()""",
    )


@bug("U", comparison("deleted_before_the_build"), "notifier", "compute.instance.create.start")
def start_of_a_build(patch: Patch) -> None:
    """The state is assigned only if it differs from what the object knows, which leaves nothing to save."""
    patch.edit(
        start_building.objects,
        """    instance.vm_state = states.BUILDING
    instance.task_state = None
""",
        """    if instance.task_state not in (None, states.SCHEDULING):
        instance.vm_state = states.BUILDING
        instance.task_state = None
""",
    )


@bug("U", comparison("being_deleted_before_its_ports_are_asked_for"), "driver", "node_is_available")
def changes_forgotten(patch: Patch) -> None:
    """What was changed is forgotten before it is saved, when a build asks for ports."""
    patch.edit(
        allocate_network.objects,
        "    instance.save(expected_task_state=[None])",
        "    instance.obj_reset_changes()\n    instance.save(expected_task_state=[None])",
    )
