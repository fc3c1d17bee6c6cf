"""Where the flavors of an instance are: up to Juno among its system metadata, since Kilo in its row of instance_extra.

A Kilo service reads both. It moves what it finds among the system metadata when the instance is saved next, and shows
it there to whoever knows no other place.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from fakevirt import flavors
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import FlavorNotFound
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.primitive import object_json

#: Fields of an instance, with the key of instance_extra and the prefix in the system metadata that they are under.
FLAVOR_FIELDS: Mapping[str, tuple[str, str]] = {
    "flavor": ("cur", ""),
    "old_flavor": ("old", "old_"),
    "new_flavor": ("new", "new_"),
}

#: The flavors of an instance by field.
Flavors = Mapping[str, Flavor | None]


def from_json(stored: str) -> dict[str, Flavor | None]:
    """Return the flavors that the column ``flavor`` holds."""
    content = json.loads(stored)
    return {
        field: Flavor.obj_from_primitive(content[key]) if content[key] else None
        for field, (key, _) in FLAVOR_FIELDS.items()
    }


def to_json(held: Flavors) -> str:
    """Return flavors as their column holds them."""
    content = {}
    for field, (key, _) in FLAVOR_FIELDS.items():
        flavor = held[field]
        content[key] = flavor and object_json(flavor)
    return json.dumps(content)


def extract(system_metadata: Mapping[str, Any], field: str) -> Flavor:
    """Return one flavor that the system metadata hold.

    Raises:
        KeyError: There is none.
    """
    return Flavor(**flavors.extract_flavor(system_metadata, FLAVOR_FIELDS[field][1]))


def separate(system_metadata: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Flavor | None]]:
    """Return the system metadata without flavors, and the flavors; none if they hold no current one."""
    rest = dict(system_metadata)
    if "instance_type_id" not in rest:
        return rest, {}
    held: dict[str, Flavor | None] = {}
    for field, (_, prefix) in FLAVOR_FIELDS.items():
        try:
            held[field] = extract(rest, field)
        except KeyError:
            held[field] = None
        else:
            flavors.delete_flavor_info(rest, prefix)
    return rest, held


def joined(system_metadata: Mapping[str, Any], held: Flavors) -> dict[str, Any]:
    """Return the system metadata with flavors among them."""
    together = dict(system_metadata)
    for field, flavor in held.items():
        if flavor is not None:
            flavors.save_flavor_info(together, functools.partial(getattr, flavor), FLAVOR_FIELDS[field][1])
    return together


def completed(context: RequestContext, held: Flavors, stored: str | None) -> dict[str, Flavor | None]:
    """Return flavors from the system metadata with what these do not hold.

    Kilo took all of it from the stored flavor of the same field, which is another flavor once an older host has resized
    the instance.

    Args:
        context: The request.
        held: The flavors.
        stored: What the column holds of the same instance, where a flavor may be in full; otherwise its extra specs are
            those of the flavor that can be had.
    """
    in_full = {flavor.flavorid: flavor for flavor in (from_json(stored) if stored else {}).values() if flavor}
    return {field: flavor and _complete(context, flavor, in_full) for field, flavor in held.items()}


def _complete(context: RequestContext, flavor: Flavor, in_full: Mapping[str, Flavor]) -> Flavor:
    if flavor.flavorid in in_full:
        complete = in_full[flavor.flavorid].obj_clone()
        for name in flavors.PROPERTIES:
            setattr(complete, name, getattr(flavor, name))
        return complete
    try:
        row = db.flavor_get_by_flavor_id(context, flavor.flavorid, read_deleted="yes")
    except FlavorNotFound:
        return flavor
    flavor.extra_specs = row["extra_specs"]
    return flavor
