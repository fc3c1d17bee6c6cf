from __future__ import annotations

import pytest

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.db.engine import Database
from fakevirt.db.models import FlavorExtraSpec
from fakevirt.db.query import insert_row


@pytest.fixture
def flavor(active: object, context: RequestContext) -> dict[str, object]:
    return api.flavor_create(context, builders.flavor_row(id=None))


def test_a_flavor_is_found_by_either_id(context: RequestContext, flavor: dict[str, object]) -> None:
    assert api.flavor_get(context, 1) == flavor
    assert api.flavor_get_by_flavor_id(context, "2") == flavor
    assert (flavor["memory_mb"], flavor["extra_specs"]) == (512, {})


def test_its_extra_specs_are_a_dict(context: RequestContext, flavor: dict[str, object], database: Database) -> None:
    with database.transaction() as connection:
        insert_row(connection, FlavorExtraSpec, {"key": "hw:numa", "value": "2", "instance_type_id": flavor["id"]})
    assert api.flavor_get(context, 1)["extra_specs"] == {"hw:numa": "2"}


def test_a_flavor_that_is_not_there_is_not_found(context: RequestContext, flavor: dict[str, object]) -> None:
    with pytest.raises(exceptions.FlavorNotFound, match="7"):
        api.flavor_get(context, 7)
    with pytest.raises(exceptions.FlavorNotFound, match=r"m1\.none"):
        api.flavor_get_by_flavor_id(context, "m1.none", "no")
