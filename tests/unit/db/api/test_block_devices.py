from __future__ import annotations

import datetime
from typing import Any

import pytest

from fakevirt.context import RequestContext
from fakevirt.db import api, builders, models
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.instrument.trace import Trace

pytestmark = pytest.mark.usefixtures("instance")

UUID = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def instance(active: DatabaseFixture, context: RequestContext) -> None:
    """The instance that block devices are those of."""
    api.instance_create(context, builders.instance_row(id=None, uuid=UUID, system_metadata={"a": "1"}))


def create(context: RequestContext, **updates: Any) -> models.BlockDeviceMapping:
    row = builders.block_device_mapping_row(id=None, instance_uuid=UUID, **updates)
    return api.block_device_mapping_create(context, row, legacy=False)


def use(context: RequestContext, *counts: int, totals: bool = False) -> models.VolumeUsage:
    return api.vol_usage_update(context, "vol", *counts, UUID, "project", "user", "nova", update_totals=totals)


def counted(usage: models.VolumeUsage, which: str) -> tuple[Any, ...]:
    return tuple(usage[f"{which}_{name}"] for name in ("reads", "read_bytes", "writes", "write_bytes"))


def test_mappings_are_found_by_instance_and_by_volume(context: RequestContext) -> None:
    first, second = create(context, volume_id="a"), create(context, volume_id="b")
    found = api.block_device_mapping_get_all_by_instance(context, UUID)
    assert [row.id for row in found] == [first.id, second.id]
    by_volume = api.block_device_mapping_get_by_volume_id(context, "b")
    assert by_volume is not None
    assert by_volume.id == second.id
    assert api.block_device_mapping_get_by_volume_id(context, "c") is None


def test_the_instance_of_a_mapping_can_be_joined(context: RequestContext) -> None:
    create(context, volume_id="a")
    row = api.block_device_mapping_get_by_volume_id(context, "a", ["instance.system_metadata"])
    assert row is not None
    assert [item["key"] for item in row["instance"]["system_metadata"]] == ["a"]


def test_a_mapping_is_updated(context: RequestContext) -> None:
    bdm = create(context)
    updated = api.block_device_mapping_update(context, bdm.id, {"connection_info": "{1}"}, legacy=False)
    assert updated is not None
    assert updated["connection_info"] == "{1}"
    assert api.block_device_mapping_get_all_by_instance(context, UUID)[0]["connection_info"] == "{1}"
    assert api.block_device_mapping_update(context, 99, {"connection_info": "{1}"}, legacy=False) is None


def test_a_destroyed_mapping_is_soft_deleted(context: RequestContext, trace: Trace, now: datetime.datetime) -> None:
    bdm = create(context)
    api.block_device_mapping_destroy(context, bdm.id)
    assert api.block_device_mapping_get_all_by_instance(context, UUID) == []
    assert trace.effects[-1].operation == "update block_device_mapping"
    assert trace.effects[-1].arguments == {
        "where": {"id": bdm.id},
        "values": {"deleted": bdm.id, "deleted_at": now},
    }


@pytest.mark.parametrize(
    ("legacy", "source", "destination", "guest_format"),
    [
        ({"volume_id": "vol"}, "volume", "volume", None),
        ({"snapshot_id": "snap", "volume_id": "vol"}, "snapshot", "volume", None),
        ({"virtual_name": "swap"}, "blank", "local", "swap"),
        ({"virtual_name": "ephemeral0"}, "blank", "local", None),
        ({"no_device": True, "volume_size": ""}, None, None, None),
    ],
)
def test_the_format_before_havana_is_converted(
    context: RequestContext,
    legacy: dict[str, Any],
    source: str | None,
    destination: str | None,
    guest_format: str | None,
) -> None:
    row = api.block_device_mapping_create(context, {"instance_uuid": UUID, **legacy})
    assert (row["source_type"], row["destination_type"], row["guest_format"]) == (source, destination, guest_format)


def test_counts_of_a_volume_are_current_until_it_is_detached(context: RequestContext, now: datetime.datetime) -> None:
    use(context, 1, 10, 2, 20)
    usage = use(context, 3, 30, 4, 40)
    assert counted(usage, "curr") == (3, 30, 4, 40)
    assert counted(usage, "tot") == (0, 0, 0, 0)
    assert (usage["curr_last_refreshed"], usage["tot_last_refreshed"]) == (now, None)
    usage = use(context, 5, 50, 6, 60, totals=True)
    assert counted(usage, "curr") == (0, 0, 0, 0)
    assert counted(usage, "tot") == (5, 50, 6, 60)


def test_the_first_counts_of_a_volume_may_be_totals(context: RequestContext) -> None:
    usage = use(context, 1, 10, 2, 20, totals=True)
    assert counted(usage, "tot") == (1, 10, 2, 20)
    assert counted(usage, "curr") == (0, 0, 0, 0)
    assert usage["volume_id"] == "vol"


@pytest.mark.parametrize(
    ("totals", "current", "total"),
    [(False, (1, 5, 1, 5), (3, 30, 4, 40)), (True, (0, 0, 0, 0), (4, 35, 5, 45))],
)
def test_counts_that_fell_add_the_ones_before_to_the_totals(
    context: RequestContext, totals: bool, current: tuple[int, ...], total: tuple[int, ...]
) -> None:
    use(context, 3, 30, 4, 40)
    usage = use(context, 1, 5, 1, 5, totals=totals)
    assert counted(usage, "curr") == current
    assert counted(usage, "tot") == total


def test_usage_is_found_by_the_time_of_its_refreshing(context: RequestContext, now: datetime.datetime) -> None:
    use(context, 1, 10, 2, 20)
    use(context, 1, 10, 2, 20, totals=True)
    before, after = now - datetime.timedelta(seconds=1), now + datetime.timedelta(seconds=1)
    assert [usage["volume_id"] for usage in api.vol_get_usage_by_time(context, before)] == ["vol"]
    assert api.vol_get_usage_by_time(context, after) == []
