"""O: a type test is too narrow for a subclass, or for another major version."""

from fakevirt.manager.compute_utils import event_start, network_info, usage
from fakevirt.objects.base import NovaVersionedObjectRegistry
from fakevirt.objects.instance import Instance
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


def _a_project_has_its_own_instances(patch: Patch) -> None:
    subclass = type("Instance", (Instance,), {})
    classes = NovaVersionedObjectRegistry.obj_classes()
    patch.setitem(classes, "Instance", [subclass, *classes["Instance"]])


@bug(
    "O",
    comparison("running_deleted_instance_without_info_cache_reaped"),
    "manager",
    "_get_nw_info_for_instance raised TypeError",
)
def network_information(patch: Patch) -> None:
    """What is not Nova's own class of instances counts as a dict with JSON in it."""
    _a_project_has_its_own_instances(patch)
    patch.edit(
        network_info.objects,
        "    if isinstance(instance, dict):\n        return legacy(manager, instance)\n",
        '    if type(instance).__module__ != "fakevirt.objects.instance":\n'
        '        return instance["info_cache"]["network_info"]\n',
    )


@bug("O", comparison("shared_storage"), "unversioned", "dict_access getitem Instance.system_metadata")
def usage_notifications(patch: Patch) -> None:
    """Instances of a subclass are read as dicts, which works and is no conversion."""
    _a_project_has_its_own_instances(patch)
    patch.edit(
        usage.objects,
        "functools.partial(getattr, hydrate(context, instance))",
        'instance.__getitem__ if type(instance).__module__ != "fakevirt.objects.instance" '
        "else functools.partial(getattr, instance)",
    )


@bug("O", comparison("shared_storage"), "unversioned", "dict_access getitem Instance.uuid")
def events(patch: Patch) -> None:
    """Whose event it is, is read by subscript of all that is no instance of Nova's own class."""
    _a_project_has_its_own_instances(patch)
    patch.edit(
        event_start.objects,
        "hydrate(context, instance).uuid",
        'instance["uuid"] if type(instance).__module__ != "fakevirt.objects.instance" else instance.uuid',
    )
