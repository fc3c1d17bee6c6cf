"""The counters of a volume are written as the raw method wrote them."""

import pytest

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.objects import VolumeUsage

VOLUME = "0b3f3c9e-7d3c-4b57-8b7a-2f8f1f1d6a01"
INSTANCE = "0b3f3c9e-7d3c-4b57-8b7a-2f8f1f1d6a02"


@pytest.fixture(autouse=True)
def database():
    with DatabaseFixture() as fixture:
        yield fixture.database


@pytest.fixture
def context():
    return RequestContext(user_id="user", project_id="project")


def usage(context, **counts):
    counters = {"curr_reads": 1, "curr_read_bytes": 2, "curr_writes": 3, "curr_write_bytes": 4, **counts}
    owner = {"project_id": "project", "user_id": "user", "availability_zone": None}
    return VolumeUsage(context, volume_id=VOLUME, instance_uuid=INSTANCE, **owner, **counters)


def test_saving_writes_the_current_counters(context):
    saved = usage(context)
    saved.save()
    assert (saved.curr_reads, saved.tot_reads) == (1, 0)
    assert saved.obj_what_changed() == set()


def test_with_totals_the_counters_become_totals(context):
    saved = usage(context)
    saved.save(update_totals=True)
    assert (saved.curr_write_bytes, saved.tot_write_bytes) == (0, 4)


def test_totals_add_up(context):
    usage(context).save(update_totals=True)
    again = usage(context, curr_reads=10)
    again.save(update_totals=True)
    assert again.tot_reads == 11


def test_it_writes_what_the_raw_method_writes(context):
    usage(context).save(update_totals=True)
    (by_object,) = services.current().trace.on("db")
    services.current().database.reset()
    counts = (1, 2, 3, 4)
    db.vol_usage_update(context, VOLUME, *counts, INSTANCE, "project", "user", None, update_totals=True)
    _, raw = services.current().trace.on("db")
    raw.arguments["values"].pop("created_at")
    by_object.arguments["values"].pop("created_at")
    for refreshed in (raw, by_object):
        refreshed.arguments["values"].pop("tot_last_refreshed")
    assert by_object.arguments == raw.arguments
