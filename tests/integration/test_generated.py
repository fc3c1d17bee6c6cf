"""Generated scenarios: a fixed budget of them passes, and a planted bug is found and told as a test to be pasted."""

from pathlib import Path

import pytest

from fakevirt.cli import main
from fakevirt.conversion.check import ConversionError
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.generated.search import search

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "random-scenarios.md").read_text()
#: What draws a server that is rescued and unrescued early.
SEED = 13
FOUND = """\
from fakevirt import both_call_paths


@both_call_paths
def test_the_call_paths_agree(cloud):
    server = cloud.boot("src")
    cloud.rescue(server)
    cloud.unrescue(server)
"""


def pasted(source):
    namespace = {"__name__": "pasted"}
    exec(compile(source, "pasted.py", "exec"), namespace)
    return namespace["test_the_call_paths_agree"]


def test_no_example_of_a_fixed_budget_diverges():
    found = search(20, seed=0)
    assert found.passes, found.message
    assert found.examples == 20
    assert len(found.entered) >= 6


def test_a_planted_bug_is_found_and_made_a_short_test_that_fails_in_the_same_way(forget_the_state):
    runs = []
    found = search(100, seed=SEED, progress=lambda made, needed: runs.append(made))
    assert not found.passes
    assert found.diverging.test == FOUND
    assert f"```python\n{FOUND}```" in PAGE
    assert found.examples <= 100
    # To find it, to see that it stays, and to make it small.
    assert len(runs) <= 150
    with pytest.raises(ConversionError) as caught:
        pasted(FOUND)()
    assert caught.value.comparison.verdict is Verdict.DIVERGED
    first, same = caught.value.comparison.divergences[0], found.diverging.comparison.divergences[0]
    assert (first.operation, first.field, first.objects) == (same.operation, same.field, same.objects)
    assert (first.operation, first.field) == ("update instances", "arguments.values.vm_state")


def test_the_command_tells_the_divergence_the_test_and_the_line_that_repeats_it(forget_the_node, capsys):
    assert main(["verify", "--random", "20", "--seed", "0"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("DIVERGED: a generated scenario of 2 calls")
    assert "  reproduce:    fakevirt verify --random 20 --seed 0" in out.splitlines()
    assert '    server = cloud.boot("src")\n    cloud.live_migrate(server, to="dst")\n' in out
    assert out.splitlines()[-1].endswith("one diverged, and is told as its smallest")
