from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakevirt.context import RequestContext
from fakevirt.db import api, builders, models
from fakevirt.usage_error import UsageError

BUILDERS: list[tuple[Callable[..., dict[str, Any]], type[models.Base]]] = [
    (builders.instance_row, models.Instance),
    (builders.info_cache_row, models.InstanceInfoCache),
    (builders.fault_row, models.InstanceFault),
    (builders.block_device_mapping_row, models.BlockDeviceMapping),
    (builders.service_row, models.Service),
    (builders.compute_node_row, models.ComputeNode),
    (builders.migration_row, models.Migration),
    (builders.security_group_row, models.SecurityGroup),
]


@pytest.mark.parametrize(("build", "model"), BUILDERS)
def test_a_row_has_every_column_and_no_null_where_none_may_be(
    build: Callable[..., dict[str, Any]], model: type[models.Base]
) -> None:
    row = build()
    columns = model.__table__.columns
    assert row.keys() >= set(columns.keys())
    assert [column.name for column in columns if not column.nullable and row[column.name] is None] == []


@pytest.mark.parametrize(("build", "model"), BUILDERS)
def test_updates_replace_defaults(build: Callable[..., dict[str, Any]], model: type[models.Base]) -> None:
    assert build(id=7)["id"] == 7


@pytest.mark.parametrize(("build", "model"), BUILDERS)
def test_an_unknown_column_is_a_usage_error(build: Callable[..., dict[str, Any]], model: type[models.Base]) -> None:
    with pytest.raises(UsageError, match="no such column: hsot"):
        build(hsot="src")


def test_the_info_cache_of_an_instance_row_belongs_to_it() -> None:
    row = builders.instance_row()
    assert row["info_cache"]["instance_uuid"] == row["uuid"]


@pytest.mark.usefixtures("active")
def test_rows_can_be_inserted(context: RequestContext) -> None:
    first = api.instance_create(context, builders.instance_row(id=None, metadata={"key": "value"}))
    second = api.instance_create(context, builders.instance_row(id=None))
    assert [first.id, second.id] == [1, 2]
    assert [item["value"] for item in first["metadata"]] == ["value"]
