"""A row of the board, as plain data."""

import datetime
import pickle

import pytest

from fakevirt.conversion.board_row import BoardRow, merged, row_of
from fakevirt.conversion.comparison import Verdict, compare
from fakevirt.conversion.observation import Observation
from fakevirt.instrument.canonical import Canonicalizer
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Effect, Trace
from fakevirt.manager.plan import ConversionPlan

ITEM = "live_migration"
INSTANCE = {form: Entity("Instance", form, {"uuid": "a"}) for form in ("dict", "object")}


def call(operation, channel="driver", scope=ITEM, details=None, **arguments):
    return Effect(channel, operation, arguments, service="src", scope=scope, details=details or {})


def compared(legacy, objects):
    def observation(plan, effects):
        trace = Trace()
        trace.effects = [Effect("manager", ITEM, {}, service="src", scope=ITEM), *effects]
        return Observation(plan, trace, tuple(Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)))

    return compare(observation(ConversionPlan.legacy(), legacy), observation(ConversionPlan.objects(), objects))


def test_it_names_what_is_left_with_its_place():
    left = [
        call("instance_update", "conductor"),
        call("object_action Instance.save", "conductor"),
        call("getitem Instance.host", "dict_access", details={"place": "file.py:1 in method"}),
        call("spawn", instance=INSTANCE["dict"]),
        call("spawn", scope="run_instance", instance=INSTANCE["dict"]),
    ]
    row = row_of(ITEM, "one", compared(left, left))
    assert row.raw_conductor_calls == ("conductor instance_update",)
    assert row.dict_accesses == ("dict_access getitem Instance.host at file.py:1 in method",)
    assert row.unversioned_arguments == ("driver spawn",)


def test_what_is_left_because_a_host_is_of_an_older_release_does_not_count():
    left = [call("spawn", instance=INSTANCE["dict"])]
    assert row_of(ITEM, "old_node_among_the_hosts", compared(left, left)).unversioned_arguments == ()


def test_it_names_where_the_runs_part_for_which_it_is_to_blame():
    other = Effect("manager", "notify", {}, service="src", scope="compute_utils")
    comparison = compared([other, call("spawn"), call("cleanup")], [other])
    row = row_of(ITEM, "one", comparison)
    assert (row.verdict, row.parts_at) == (Verdict.DIVERGED, ("driver spawn",))
    assert row_of("compute_utils", "one", comparison).parts_at == ()


@pytest.mark.parametrize(
    ("legacy", "objects", "named"),
    [
        (call("spawn", instance=INSTANCE["dict"]), call("spawn", instance=INSTANCE["object"]), ("driver.spawn",)),
        (call("spawn", instance="name"), call("spawn", instance=INSTANCE["object"]), ("driver.spawn",)),
        (call("other"), call("spawn", instance=INSTANCE["object"]), ("driver.spawn",)),
        (call("spawn", instance=INSTANCE["object"]), call("spawn", instance=INSTANCE["object"]), ()),
        (call("spawn", instance=INSTANCE["dict"]), call("spawn", instance=INSTANCE["dict"]), ()),
        (call("x", "network", a=INSTANCE["dict"]), call("x", "network", a=INSTANCE["object"]), ("network.x",)),
        (call("x", "rpc", a=INSTANCE["dict"]), call("x", "rpc", a=INSTANCE["object"]), ()),
        (
            call("spawn", scope="run_instance", instance=INSTANCE["dict"]),
            call("spawn", scope="run_instance", instance=INSTANCE["object"]),
            (),
        ),
    ],
    ids=["dict", "name", "no call", "object before", "dict still", "network", "message", "another work item"],
)
def test_a_method_had_to_accept_an_object_if_it_got_none_before(legacy, objects, named):
    assert row_of(ITEM, "one", compared([legacy], [objects])).had_to_accept_an_object == named


def test_rows_of_a_work_item_become_one():
    one = BoardRow(ITEM, ("one",), Verdict.SAME, (), ("a",), (), ("b",), ("driver.spawn",))
    two = BoardRow(ITEM, ("two",), Verdict.ALLOWED, ("driver spawn",), ("a",), ("c",), (), ("driver.cleanup",))
    assert merged([one, two]) == BoardRow(
        ITEM,
        ("one", "two"),
        Verdict.ALLOWED,
        ("driver spawn",),
        ("a", "a"),
        ("c",),
        ("b",),
        ("driver.cleanup", "driver.spawn"),
    )


def test_the_worst_verdict_counts():
    ordered = [Verdict.SAME, Verdict.ALLOWED, Verdict.NOT_COMPARED, Verdict.DIVERGED]
    rows = [BoardRow(ITEM, (), verdict) for verdict in ordered]
    for n, verdict in enumerate(ordered):
        assert merged(rows[: n + 1]).verdict is verdict
        assert merged(rows[n::-1]).verdict is verdict


def test_it_leaves_the_process_as_it_is():
    row = row_of(ITEM, "one", compared([call("spawn")], []))
    assert pickle.loads(pickle.dumps(row)) == row
