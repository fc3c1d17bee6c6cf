from __future__ import annotations

import pytest

from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.db.engine import Database


@pytest.fixture
def usage(active: object, context: RequestContext, database: Database):
    """An instance of two processors and 512 MiB is there; return what a user has and has reserved."""
    api.instance_create(context, builders.instance_row(id=None, vcpus=2, memory_mb=512))

    def usage() -> dict[str, tuple[int, int]]:
        rows = database.content()["quota_usages"]
        return {row["resource"]: (row["in_use"], row["reserved"]) for row in rows}

    return usage


def test_the_first_reservation_counts_what_is_there(context: RequestContext, usage) -> None:
    assert len(api.quota_reserve(context, {"cores": 1, "ram": 256})) == 2
    assert usage() == {"cores": (2, 1), "ram": (512, 256)}


def test_instances_are_counted_one_by_one(context: RequestContext, usage) -> None:
    api.quota_reserve(context, {"instances": 2})
    assert usage() == {"instances": (1, 2)}


def test_what_is_committed_is_in_use_and_reserved_no_more(context: RequestContext, usage) -> None:
    api.reservation_commit(context, api.quota_reserve(context, {"cores": 1}))
    assert usage() == {"cores": (3, 0)}


def test_what_is_rolled_back_is_reserved_no_more(context: RequestContext, usage) -> None:
    api.reservation_rollback(context, api.quota_reserve(context, {"cores": 1}))
    assert usage() == {"cores": (2, 0)}


def test_what_is_given_back_is_in_use_until_it_is_committed(context: RequestContext, usage) -> None:
    reservations = api.quota_reserve(context, {"cores": -1})
    assert usage() == {"cores": (2, 0)}
    api.reservation_commit(context, reservations)
    assert usage() == {"cores": (1, 0)}


def test_a_reservation_is_settled_once(context: RequestContext, usage) -> None:
    reservations = api.quota_reserve(context, {"cores": 1})
    api.reservation_rollback(context, reservations)
    api.reservation_commit(context, reservations)
    assert usage() == {"cores": (2, 0)}


def test_the_owner_is_whoever_is_named(context: RequestContext, usage) -> None:
    administrator = RequestContext(user_id="admin", project_id="admin", is_admin=True)
    owner = {"project_id": "fake_project", "user_id": "fake_user"}
    reservations = api.quota_reserve(administrator, {"cores": 1}, **owner)
    with pytest.raises(KeyError):
        api.reservation_commit(administrator, reservations)
    api.reservation_commit(administrator, reservations, **owner)
    assert usage() == {"cores": (3, 0)}
