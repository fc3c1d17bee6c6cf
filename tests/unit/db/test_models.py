from __future__ import annotations

import pytest
from sqlalchemy import Table
from sqlalchemy.exc import InvalidRequestError

from fakevirt.db import models
from fakevirt.instrument.snapshot import Entity, snapshot


@pytest.fixture
def row() -> models.Instance:
    return models.Instance.from_values({"id": 26, "host": "src", "info_cache": None}.items())


def test_a_row_answers_attributes_and_keys_alike(row: models.Instance) -> None:
    assert (row.host, row["host"], row.get("host")) == ("src", "src", "src")


def test_a_column_without_a_value_is_none(row: models.Instance) -> None:
    assert row.node is None
    assert row["node"] is None


def test_an_unknown_key_is_a_key_error(row: models.Instance) -> None:
    with pytest.raises(KeyError):
        row["hsot"]
    assert row.get("hsot", "default") == "default"
    assert "hsot" not in row


def test_a_relationship_that_was_not_joined_is_not_there(row: models.Instance) -> None:
    assert "metadata" not in row
    with pytest.raises(KeyError):
        row["metadata"]
    with pytest.raises(InvalidRequestError):
        row.metadata  # noqa: B018


def test_iteration_gives_columns_the_name_and_joined_relationships(row: models.Instance) -> None:
    shown = dict(row)
    assert shown.keys() - models.Instance.__table__.columns.keys() == {"name", "info_cache"}
    assert shown.keys() >= set(models.Instance.__table__.columns.keys())


def test_the_name_of_an_instance_follows_from_its_id(row: models.Instance) -> None:
    assert row.name == row["name"] == "instance-0000001a"


def test_a_copy_has_the_new_values_and_leaves_the_row_alone(row: models.Instance) -> None:
    copy = row.updated({"host": "dst"})
    assert (row.host, copy.host) == ("src", "dst")
    assert "info_cache" in copy


def test_a_row_tells_its_table_and_id(row: models.Instance) -> None:
    assert repr(row) == "<Instance row 26>"


def test_a_snapshot_of_a_row_is_an_entity_with_its_content(row: models.Instance) -> None:
    taken = snapshot(row)
    assert isinstance(taken, Entity)
    assert (taken.schema, taken.form, taken.fields["host"]) == ("Instance", "row", "src")


@pytest.mark.parametrize("table", models.Base.metadata.tables.values(), ids=str)
def test_every_table_soft_deletes_as_nova(table: Table) -> None:
    assert {"id", "created_at", "updated_at", "deleted_at", "deleted"} <= set(table.columns.keys())


def test_the_tables_have_as_many_columns_as_in_juno_and_those_that_came_later() -> None:
    assert {name: len(table.columns) for name, table in models.Base.metadata.tables.items()} == {
        "instances": 53,
        "instance_info_caches": 7,
        "instance_extra": 10,
        "instance_metadata": 8,
        "instance_system_metadata": 8,
        "instance_faults": 10,
        "instance_actions": 13,
        "instance_actions_events": 13,
        "block_device_mapping": 20,
        "services": 12,
        "compute_nodes": 29,
        "migrations": 14,
        "instance_types": 16,
        "instance_type_extra_specs": 8,
        "quota_usages": 11,
        "reservations": 12,
        "security_groups": 9,
        "security_group_rules": 11,
        "security_group_instance_association": 7,
        "instance_groups": 9,
        "instance_group_policy": 7,
        "instance_group_member": 7,
        "volume_usage_cache": 20,
    }
