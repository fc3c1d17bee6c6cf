"""P: a helper relies on the dict interface of objects."""

from fakevirt.manager.building import default_block_device_names
from fakevirt.manager.compute_utils import usage
from fakevirt.manager.steps import set_instance_host_and_node
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison

_READ = "functools.partial(getattr, hydrate(context, instance))"


@bug("P", comparison("shared_storage"), "rpc", "live_migration raised AttributeError")
def get_of_a_key_that_dicts_may_lack(patch: Patch) -> None:
    """Usage notifications ask for a key that is not there, which an object does not let pass."""
    patch.edit(usage.objects, _READ, _READ + '; instance.get("fault_code")')


@bug("P", comparison("shared_storage"), "unversioned", "dict_access items Instance")
def iteration(patch: Patch) -> None:
    """Usage notifications are made of a copy, which goes through all keys."""
    patch.edit(usage.objects, _READ, "dict(hydrate(context, instance).items()).__getitem__")


@bug("P", comparison("server_built"), "unversioned", "dict_access update Instance")
def update(patch: Patch) -> None:
    """Host and node are set with update()."""
    patch.edit(
        set_instance_host_and_node.objects,
        """    instance.host = manager.host
    instance.node = node
    instance.launched_on = manager.host
""",
        """    instance.update({"host": manager.host, "node": node, "launched_on": manager.host})
""",
    )


@bug("P", comparison("server_built"), "unversioned", "dict_access contains Instance.root_device_name")
def contains(patch: Patch) -> None:
    """Whether the root device has a name is asked with in."""
    patch.edit(
        default_block_device_names.objects,
        "not instance.root_device_name:",
        'not ("root_device_name" in instance and instance.root_device_name):',
    )
