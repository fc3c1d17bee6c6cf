"""The flavors of an instance as the legacy path writes them: where the release of the running service keeps them."""

from __future__ import annotations

from typing import Any

from fakevirt import flavors
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.instance import Instance


def keep_flavor(instance: Instance, flavor: dict[str, Any], namespace: str | None = None) -> None:
    """Keep a flavor with an instance, as ``old`` or ``new`` where a namespace is given; it is not saved."""
    if flavors.keeps_flavors_separate():
        instance.set_flavor(Flavor(**{name: flavor[name] for name in flavors.PROPERTIES}), namespace)
    else:
        prefix = "" if namespace is None else f"{namespace}_"
        flavors.save_flavor_info(instance["system_metadata"], flavor.__getitem__, prefix)


def forget_flavors(instance: Instance, *namespaces: str) -> None:
    """Forget the flavors of namespaces; KeyError if one is not there."""
    if flavors.keeps_flavors_separate():
        for namespace in namespaces:
            instance.delete_flavor(namespace)
    else:
        flavors.delete_flavor_info(instance["system_metadata"], *(f"{namespace}_" for namespace in namespaces))
