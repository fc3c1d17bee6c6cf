"""Where the flavors of an instance are: the current one, and while it is resized the old and the new one.

Up to Juno they are among the system metadata: each property is a key such as ``instance_type_memory_mb``, which the old
and the new flavor have a prefix before (``old_``, ``new_``). Kilo gave each a field of its own (``flavor``,
``old_flavor``, ``new_flavor``) and a row of its own in the database.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from fakevirt import services
from fakevirt.exceptions import ObjectActionError
from fakevirt.metadata import metadata_to_dict
from fakevirt.releases import LegacyFormat


def _int_or_none(text: str | None) -> int | None:
    return None if text is None else int(text)


#: What is kept of a flavor, and how each text is read.
PROPERTIES: Mapping[str, Callable[[Any], Any]] = {
    "id": int,
    "name": str,
    "memory_mb": int,
    "vcpus": int,
    "root_gb": int,
    "ephemeral_gb": int,
    "flavorid": str,
    "swap": int,
    "rxtx_factor": float,
    "vcpu_weight": _int_or_none,
}


def extract_flavor(system_metadata: Mapping[str, str | None], prefix: str = "") -> dict[str, Any]:
    """Return the flavor that is kept under a prefix.

    Raises:
        KeyError: There is none.
    """
    return {name: read(system_metadata[_key(prefix, name)]) for name, read in PROPERTIES.items()}


def find_flavor(read: Callable[[str], Any], prefix: str = "") -> dict[str, Any]:
    """Return a flavor of an instance from where the code of the running service's release looks for it.

    Args:
        read: Returns a field of the instance: ``instance.__getitem__`` of a dict or row, ``getattr`` of an object.
        prefix: ``old_`` or ``new_`` while the instance is resized.

    Raises:
        KeyError: There is none.
    """
    if keeps_flavors_separate():
        flavor = _separate(read, prefix)
        if flavor is not None:
            return {name: _reader(flavor)(name) for name in PROPERTIES}
    return extract_flavor(metadata_to_dict(read("system_metadata")), prefix)


def flavor_text(read: Callable[[str], Any], name: str) -> str | None:
    """Return one property of an instance's flavor as text, None if it is not known; ``read`` as above."""
    flavor = _separate(read, "") if keeps_flavors_separate() else None
    if flavor is None:
        text: str | None = metadata_to_dict(read("system_metadata")).get(_key("", name))
        return text
    value = _reader(flavor)(name)
    return None if value is None else str(value)


def keeps_flavors_separate() -> bool:
    """Tell whether the running service is of a release that has flavors in fields of their own."""
    service = services.current()
    return service is not None and service.release.legacy_format is LegacyFormat.SEPARATE


def _separate(read: Callable[[str], Any], prefix: str) -> Any:
    """Return the flavor in its field, or in the row that is joined to an instance's; None if it is in neither."""
    try:
        return read(f"{prefix}flavor")
    except (AttributeError, KeyError, ObjectActionError):
        pass
    try:
        extra = read("extra")
    except (AttributeError, KeyError):
        return None
    kept = json.loads(extra["flavor"])[prefix.removesuffix("_") or "cur"] if extra and extra["flavor"] else None
    return kept and kept["nova_object.data"]


def _reader(flavor: Any) -> Callable[[str], Any]:
    return flavor.__getitem__ if isinstance(flavor, Mapping) else functools.partial(getattr, flavor)


def save_flavor_info(
    system_metadata: MutableMapping[str, str | None], read: Callable[[str], Any], prefix: str = ""
) -> None:
    """Keep a flavor under a prefix.

    Args:
        system_metadata: Where it is kept.
        read: Returns a property of the flavor: ``flavor.__getitem__`` of a dict, ``getattr`` of an object.
        prefix: What stands before each key.
    """
    for name in PROPERTIES:
        value = read(name)
        system_metadata[_key(prefix, name)] = None if value is None else str(value)


def delete_flavor_info(system_metadata: MutableMapping[str, str | None], *prefixes: str) -> None:
    """Forget the flavors that are kept under prefixes; KeyError for one that is not there."""
    for prefix in prefixes:
        for name in PROPERTIES:
            del system_metadata[_key(prefix, name)]


def is_flavor_key(key: str) -> bool:
    """Tell whether a key of the system metadata is a flavor's."""
    return key.removeprefix("old_").removeprefix("new_").startswith("instance_type_")


def _key(prefix: str, name: str) -> str:
    return f"{prefix}instance_type_{name}"
