"""What reports are made of, written by hand."""

import pytest

from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.results import Result


@pytest.fixture
def make_diagram():
    """Return a diagram; its arguments are parts of it."""

    def make_diagram(name="spawned", verdict="SAME", **parts):
        call = {"lane": "driver", "caller": "manager", "text": "driver src: spawn(instance=<Instance server-1>)"}
        step = {"number": 1, "kind": "same", "legacy": call, "objects": call, "differences": []}
        return {
            "name": name,
            "title": "A guest is spawned",
            "plan": "objects",
            "verdict": verdict,
            "work_items": {"run_instance": verdict},
            "not_compared": None,
            "reproduce": f"fakevirt verify --scenario {name}",
            "steps": [step],
            **parts,
        }

    return make_diagram


@pytest.fixture
def make_row():
    """Return a row of a board's JSON; its arguments are parts of it."""

    def make_row(work_item="run_instance", **parts):
        return {
            "work_item": work_item,
            "scenarios": ["spawned"],
            "verdict": "SAME",
            "parts_at": [],
            "raw_conductor_calls": 0,
            "dict_accesses": 0,
            "unversioned_arguments": 0,
            "had_to_accept_an_object": [],
            "verdict_on_legacy": "SAME",
            "verdict_on_partial_plans": None,
            **parts,
        }

    return make_row


@pytest.fixture
def make_board(make_row):
    """Return a board's JSON with some rows."""

    def make_board(*rows):
        return {
            "plans": 2,
            "runs": 2,
            "work_items": list(rows) or [make_row()],
            "scenarios": {},
            "allowances": [],
            "unused_allowances": [],
        }

    return make_board


@pytest.fixture
def make_content(make_board, make_diagram):
    """Return the content of a report."""

    def make_content(board=None, diagrams=None, results=()):
        diagrams = [make_diagram()] if diagrams is None else diagrams
        return Content("fakevirt verify", board or make_board(), diagrams, tuple(results))

    return make_content


def cell(
    how, *, path="objects", support="supported", work_item="run_instance", mix=("juno", "juno", "juno"), causes=()
):
    conductor, src, dst = mix
    return {
        "conductor": conductor,
        "src": src,
        "dst": dst,
        "support": support,
        "work_item": work_item,
        "path": path,
        "how": how,
        "causes": list(causes),
        "messages": [],
    }


@pytest.fixture
def make_upgrades():
    """Return what ``--upgrade`` wrote: for each mix what it did, or arguments of a cell."""

    def make_upgrades(*cells, label="upgrades.json"):
        made = [cell(**one) if isinstance(one, dict) else cell(one) for one in cells]
        return Result("upgrades", label, {"releases": ["juno"], "cells": made, "rehearsals": []})

    return make_upgrades


@pytest.fixture
def make_faults():
    """Return what ``--faults`` wrote of one work item."""

    def make_faults(label="faults.json", failures=(), **counts):
        names = ("points", "runs", "same", "allowed", "only_on_legacy", "only_on_objects", "improvements", "diverged")
        row = {"work_item": "run_instance", **dict.fromkeys(names, 0), **counts}
        return Result(
            "faults", label, {"rows": [row], "failures": list(failures), "improvements": [], "on_one_path_only": []}
        )

    return make_faults
