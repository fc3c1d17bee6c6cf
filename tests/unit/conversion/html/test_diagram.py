"""The two traces of a comparison as the steps of a sequence diagram."""

import json
import re

import pytest

from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.html.diagram import LANES, diagram_of
from fakevirt.conversion.observation import COMPARED
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan


@pytest.fixture(scope="module")
def comparison():
    return compare_scenario(SCENARIOS["driver_fails"], ConversionPlan.objects())


@pytest.fixture(scope="module")
def diagram(comparison):
    return diagram_of(
        comparison,
        name="driver_fails",
        title="The guest cannot move",
        work_items=["_rollback_live_migration", "live_migration"],
        reproduce="fakevirt verify --scenario driver_fails",
    )


def steps_with(diagram, text):
    calls = ("legacy", "objects")
    return [step for step in diagram["steps"] if any(step[side] and text in step[side]["text"] for side in calls)]


def test_every_channel_that_is_compared_has_a_lane_and_so_has_the_conductor():
    assert LANES.keys() == COMPARED | {"conductor"}


def test_it_is_plain_data(diagram):
    assert json.loads(json.dumps(diagram)) == diagram


def test_it_has_the_verdict_on_each_work_item(diagram):
    assert diagram["verdict"] == "ALLOWED"
    assert diagram["work_items"] == {"_rollback_live_migration": "ALLOWED", "live_migration": "SAME"}


def test_its_steps_have_the_numbers_that_messages_have(diagram, comparison):
    numbered = {step["number"]: step for step in diagram["steps"] if step["number"] is not None}
    for difference in comparison.differences:
        step = numbered[difference.row + 1]
        assert step["kind"] == "allowed"
        assert difference.field in [d["field"] for d in step["differences"]]


def test_a_difference_has_its_field_both_values_and_the_reason(diagram):
    (difference,) = [
        d
        for step in steps_with(diagram, "update instances")
        for d in step["differences"]
        if d["field"] == "arguments.values.host"
    ]
    assert difference["legacy"] == '"src"'
    assert difference["objects"] == "—"
    assert "_instance_update wrote the host once more" in difference["reason"]


def test_no_text_has_a_uuid_of_its_own_run(diagram):
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", json.dumps(diagram))


def test_a_call_comes_from_the_innermost_one_that_is_under_way(diagram):
    (step,) = steps_with(diagram, "manager src: live_migration(")
    assert (step["legacy"]["caller"], step["legacy"]["lane"]) == ("rpc", "manager")
    (step,) = steps_with(diagram, "driver src: live_migration(")
    assert (step["objects"]["caller"], step["objects"]["lane"]) == ("manager", "driver")
    (step,) = steps_with(diagram, "insert instance_faults")
    assert step["objects"]["caller"] == "conductor"


def test_conductor_calls_stand_before_what_they_cause_and_have_no_number(diagram):
    (created,) = [n for n, step in enumerate(diagram["steps"]) if step in steps_with(diagram, "InstanceFault.create")]
    assert diagram["steps"][created]["kind"] == "call path"
    assert diagram["steps"][created]["number"] is None
    assert "insert instance_faults" in diagram["steps"][created + 1]["objects"]["text"]


def test_every_conductor_call_of_either_run_is_there(diagram, comparison):
    for side in ("legacy", "objects"):
        shown = [step[side]["text"] for step in diagram["steps"] if step["kind"] == "call path" and step[side]]
        made = getattr(comparison, side).trace.on("conductor")
        assert [text.partition(": ")[2] for text in shown] == [effect.operation for effect in made]


def test_parts_of_the_final_state_that_are_the_same_are_one_step(diagram, comparison):
    quiet = sum(row.effect.channel == "state" and not row.differences for row in comparison.rows)
    texts = [
        step["legacy"]["text"] for step in diagram["steps"] if step["legacy"] and step["legacy"]["lane"] == "state"
    ]
    assert quiet > 20
    assert f"state: {quiet} parts are the same" in texts
    assert len(texts) < 5


def test_a_step_of_one_run_only_has_nothing_on_the_other_side(monkeypatch):
    monkeypatch.setattr("fakevirt.conversion.check.KNOWN", ())
    found = compare_scenario(SCENARIOS["built_through_the_conductor"], ConversionPlan.objects())
    steps = diagram_of(found, name="x", work_items=[], reproduce="")["steps"]
    alone = [step for step in steps if step["number"] is not None and None in (step["legacy"], step["objects"])]
    assert alone
    for step in alone:
        assert step["kind"] == "differs"
        assert [d["field"] for d in step["differences"]] == [None]


def test_what_could_not_be_compared_has_no_steps_and_says_why():
    idle = SCENARIOS["driver_fails"].__class__("idle", lambda cloud: None, frozenset({"live_migration"}))
    diagram = diagram_of(
        compare_scenario(idle, ConversionPlan.objects()), name="idle", work_items=["live_migration"], reproduce=""
    )
    assert diagram["steps"] == []
    assert "entered no work item" in diagram["not_compared"]
    assert diagram["work_items"] == {"live_migration": "NOT_COMPARED"}
