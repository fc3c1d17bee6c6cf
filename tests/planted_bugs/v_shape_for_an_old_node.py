"""V: an object is flattened, or brought to an older version, in the wrong shape."""

from typing import Any

from fakevirt.flavors import is_flavor_key, keeps_flavors_separate
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import mix


@bug("V", mix("shared_storage_one_volume", "juno", "icehouse", "icehouse"), "upgrade", "missing key: KeyError")
def without_what_is_none(patch: Patch) -> None:
    """The dict for an old node leaves out what is None."""

    def flattened(value: Any) -> dict[str, Any]:
        return {name: field for name, field in legacy_dict(value).items() if field is not None}

    patch.setattr("fakevirt.rpc.compute.flattened", flattened)


@bug(
    "V",
    mix("volume_detached_with_usage", "kilo", "juno", "juno"),
    "upgrade",
    "moved field: compute.instance.volume.detach",
)
def dropped_and_not_moved(patch: Patch) -> None:
    """The flavors are dropped for an older host, and not put where that looks for them."""
    make_compatible = Instance.obj_make_compatible

    def forgets_the_flavors(server: Instance, primitive: dict[str, Any], target_version: str) -> None:
        make_compatible(server, primitive, target_version)
        system_metadata = primitive.get("system_metadata", {})
        for key in list(filter(is_flavor_key, system_metadata)):
            del system_metadata[key]

    patch.setattr(Instance, "obj_make_compatible", forgets_the_flavors)


@bug("V", mix("resized_and_confirmed", "kilo", "juno", "kilo"), "upgrade", "error: ObjectActionError")
def read_on_the_way_back(patch: Patch) -> None:
    """A field that was left out for an older host is read when the object comes back."""
    get_flavor = Instance.get_flavor

    def reads_the_field(server: Instance, namespace: str | None = None) -> Any:
        if not keeps_flavors_separate():
            return get_flavor(server, namespace)
        flavor = getattr(server, f"{namespace}_flavor" if namespace else "flavor")
        if flavor is None:
            raise KeyError(namespace)
        return flavor

    patch.setattr(Instance, "get_flavor", reads_the_field)


@bug("V", mix("shared_storage_one_volume", "juno", "icehouse", "icehouse"), "upgrade", "wrong shape: TypeError")
def metadata_as_text(patch: Patch) -> None:
    """The dict for an old node has its system metadata as text, and not as rows."""

    def flattened(value: Any) -> dict[str, Any]:
        return {**legacy_dict(value), "system_metadata": str(value.system_metadata)}

    patch.setattr("fakevirt.rpc.compute.flattened", flattened)
