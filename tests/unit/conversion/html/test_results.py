"""Files with what other runs found."""

import json

import pytest

from fakevirt.conversion.board import fill_board
from fakevirt.conversion.faults.fault_board import sweep
from fakevirt.conversion.faults.sweep import Mode
from fakevirt.conversion.html.results import read_results
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
