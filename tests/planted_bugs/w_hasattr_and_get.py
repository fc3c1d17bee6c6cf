"""W: hasattr or get means something else on an object than on a dict."""

from fakevirt.manager.compute_utils import usage
from fakevirt.manager.remaining_instance_attr import power
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison

_PAYLOAD = "**(extra_usage_info or {})"


@bug(
    "W",
    comparison("pre_migration_fails"),
    "notifier",
    "compute.instance.live_migration._rollback.start arguments.payload.fault",
)
def get_that_loads(patch: Patch) -> None:
    """A fault that a dict does not have is loaded when an object is asked for it."""
    patch.edit(
        usage.objects,
        _PAYLOAD,
        '**({"fault": latest.message} if not isinstance(instance, dict) and (latest := instance.get("fault")) else {})',
    )


@bug("W", comparison("shared_storage"), "notifier", "compute.instance.live_migration.pre.start arguments.payload.pci")
def hasattr_of_every_field(patch: Patch) -> None:
    """Whether there are PCI requests is asked with hasattr, which is true of every object."""
    patch.edit(usage.objects, _PAYLOAD, '**({"pci": []} if hasattr(instance, "pci_devices") else {})')


@bug("W", comparison("rescued_with_an_image_that_is_gone"), "unversioned", "dict_access get Instance.system_metadata")
def get_with_a_default(patch: Patch) -> None:
    """A field that is not loaded yet is its default."""
    patch.edit(
        power.rescue_instance.objects,
        'instance.system_metadata.get("image_base_image_ref")',
        'instance.get("system_metadata", {}).get("image_base_image_ref")',
    )
