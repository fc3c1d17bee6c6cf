"""Flavors in the system metadata of an instance: the current one, and while it is resized the old and the new one.

Until Kilo there was no other place: each property is a key such as ``instance_type_memory_mb``, which the old and the
new flavor have a prefix before (``old_``, ``new_``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any


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


def _key(prefix: str, name: str) -> str:
    return f"{prefix}instance_type_{name}"
