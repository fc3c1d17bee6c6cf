"""Flavors, with their extra specs as a dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import Flavor
from fakevirt.db.query import find, insert_row
from fakevirt.exceptions import FlavorNotFound


def flavor_create(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Insert a flavor without extra specs."""
    with transaction() as connection:
        row = insert_row(connection, Flavor, values)
        return _flavor(connection, context, id=row.id)


def flavor_get(context: RequestContext, id: int) -> dict[str, Any]:
    """Return the flavor with an id.

    Raises:
        FlavorNotFound: There is none.
    """
    with transaction() as connection:
        return _flavor(connection, context, id=id)


def flavor_get_by_flavor_id(context: RequestContext, flavor_id: str, read_deleted: str | None = None) -> dict[str, Any]:
    """Return the flavor that users know by ``flavor_id``.

    Args:
        context: Its ``read_deleted`` counts unless another is given.
        flavor_id: The flavor's name in requests.
        read_deleted: Which soft-deleted rows are seen.

    Raises:
        FlavorNotFound: There is none.
    """
    with transaction() as connection:
        return _flavor(connection, context.elevated(read_deleted=read_deleted), flavorid=flavor_id)


def _flavor(connection: Connection, context: RequestContext, **key: Any) -> dict[str, Any]:
    row = find(connection, context, Flavor, ("extra_specs",), **key)
    if row is None:
        (flavor_id,) = key.values()
        raise FlavorNotFound(flavor_id=flavor_id)
    return {**dict(row), "extra_specs": {spec["key"]: spec["value"] for spec in row["extra_specs"]}}
