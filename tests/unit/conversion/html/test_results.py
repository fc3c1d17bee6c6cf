"""Files with what other runs found."""

import copy
import json
from enum import Enum

import pytest

from fakevirt.conversion.board import fill_board
from fakevirt.conversion.faults.fault_board import sweep
from fakevirt.conversion.faults.sweep import Mode
from fakevirt.conversion.html.page import render
from fakevirt.conversion.html.results import read_results
from fakevirt.conversion.html.shape import SHAPES
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.upgrades.verify import verify_upgrades
from fakevirt.usage_error import UsageError

ONE = SCENARIOS["rules_changed"]
RUNS = {
    "board": lambda: fill_board([ONE]),
    "faults": lambda: sweep([ONE], Mode.SINGLE),
    "upgrades": lambda: verify_upgrades(scenario=ONE.name),
}


@pytest.mark.parametrize("kind", RUNS)
def test_what_a_run_writes_is_told_by_its_content(kind, tmp_path):
    path = tmp_path / "any.json"
    path.write_text(json.dumps(RUNS[kind]().to_primitive()))
    (result,) = read_results([path])
    assert (result.kind, result.label) == (kind, "any.json")
    assert result.data == json.loads(path.read_text())


@pytest.mark.parametrize(
    ("text", "happened"),
    [
        ("{", "it is no JSON"),
        ("[]", "it has the keys of neither"),
        ('{"steps": [], "gifts": []}', "it has the keys of neither"),
        (None, "No such file or directory"),
    ],
    ids=["no JSON", "a list", "an order", "nothing"],
)
def test_another_file_is_refused_in_four_parts(text, happened, tmp_path):
    path = tmp_path / "other.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_results([path])
    assert happened in caught.value.happened
    assert caught.value.where == f"fakevirt verify --results {path}"


def broken(data, breaks):
    data = copy.deepcopy(data)
    breaks(data)
    return data


@pytest.mark.parametrize(
    ("kind", "breaks", "happened"),
    [
        ("board", lambda data: data["work_items"][0].pop("parts_at"), "work_items[0] has no 'parts_at'"),
        ("board", lambda data: data["work_items"][0].update(verdict="NICE"), 'work_items[0].verdict is "NICE"'),
        ("board", lambda data: data.update(work_items=7), "work_items is 7"),
        ("board", lambda data: data["work_items"].insert(0, "row"), 'work_items[0] is "row"'),
        ("faults", lambda data: data["rows"][0].update(runs="many"), 'rows[0].runs is "many"'),
        ("upgrades", lambda data: data["cells"][2].update(how="well"), 'cells[2].how is "well"'),
        ("upgrades", lambda data: data["cells"][0].update(causes=[None]), "cells[0].causes[0] is null"),
    ],
)
def test_a_file_that_is_broken_inside_is_refused_with_the_place(kind, breaks, happened, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(broken(RUNS[kind]().to_primitive(), breaks)))
    with pytest.raises(UsageError) as caught:
        read_results([path])
    assert caught.value.happened == happened


def example(shape):
    """Return data that has just what a shape asks for."""
    if isinstance(shape, dict):
        return {key: example(one) for key, one in shape.items()}
    if isinstance(shape, list):
        return [example(shape[0])]
    if isinstance(shape, tuple):
        return example(shape[0])
    if issubclass(shape, Enum):
        return next(iter(shape)).value
    # Whatever a report looks up by the name of a work item is found.
    return "run_instance" if shape is str else shape()


@pytest.mark.parametrize("kind", SHAPES)
def test_a_report_reads_no_more_than_the_shape_asks_for(kind, make_content, tmp_path):
    path = tmp_path / "least.json"
    path.write_text(json.dumps(example(SHAPES[kind])))
    page = render(make_content(results=read_results([path])))
    assert "least.json" in page
