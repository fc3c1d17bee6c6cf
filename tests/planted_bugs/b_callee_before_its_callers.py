"""B: a callee is switched to attributes before every caller sends objects."""

from fakevirt.manager import post_live_migration, rollback_live_migration
from fakevirt.manager.compute_utils import network_info, usage
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug(
    "B",
    comparison("clean_up_fails_at_the_source", only="_post_live_migration"),
    "rpc",
    "live_migration raised.exception AttributeError",
)
def callback_of_the_driver(patch: Patch) -> None:
    """What follows a live migration takes no dict any more, and the driver still hands one on."""
    patch.plant("_post_live_migration", post_live_migration.objects.__wrapped__)


@bug(
    "B",
    comparison("rollback_without_info_cache", only="_rollback_live_migration"),
    "rpc",
    "live_migration raised.exception AttributeError",
)
def rollback_of_a_caller_with_a_dict(patch: Patch) -> None:
    """The rollback takes no dict any more, and live_migration has none but a dict."""
    patch.plant("_rollback_live_migration", rollback_live_migration.objects.__wrapped__)


@bug(
    "B",
    comparison("queued_delete_not_reclaimed", only="compute_utils"),
    "manager",
    "_delete_instance raised.exception AttributeError",
)
def network_information_of_objects_only(patch: Patch) -> None:
    """The helper for network information reads attributes, and the clean-up of deleted guests has dicts."""
    patch.edit(
        network_info.objects,
        """    if isinstance(instance, dict):
        return legacy(manager, instance)
""",
        "",
    )


@bug("B", comparison("volume_detached", only="compute_utils"), "rpc", "detach_volume raised AttributeError")
def notification_of_objects_only(patch: Patch) -> None:
    """Usage notifications read attributes, and detach_volume still has a dict."""
    patch.edit(usage.objects, "hydrate(context, instance)", "instance")
