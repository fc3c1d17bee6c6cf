"""The rehearsal of a whole upgrade."""

import pytest

from fakevirt.cloud import Cloud
from fakevirt.conversion.upgrades.rehearsal import rehearse
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import ICEHOUSE, JUNO, KILO

OBJECTS, LEGACY = ConversionPlan.objects(), ConversionPlan.legacy()


@pytest.mark.parametrize(("old", "new"), [(ICEHOUSE, JUNO), (JUNO, KILO)], ids=["to-juno", "to-kilo"])
def test_the_object_path_survives_an_upgrade(old, new):
    rehearsal = rehearse(old, new, OBJECTS)
    assert [(step.step, step.causes) for step in rehearsal.steps if step.causes] == []
    assert [step.step for step in rehearsal.steps][::6] == ["create", "resize between old and new", "delete"]


def test_the_legacy_path_breaks_as_soon_as_the_conductor_has_another_format():
    rehearsal = rehearse(JUNO, KILO, LEGACY)
    first = next(step for step in rehearsal.steps if step.causes)
    assert first.step == "verify with the new conductor"
    assert str(first.causes[0]) == "missing key: KeyError('compute_node')"
    assert not rehearsal.passes


def test_a_step_that_ends_otherwise_is_told_with_what_it_left(monkeypatch):
    upgraded = []
    monkeypatch.setattr(Cloud, "upgrade_host", lambda cloud, host, new: upgraded.append(host))
    rehearsal = rehearse(JUNO, KILO, OBJECTS)
    assert upgraded == ["src", "dst"] * 2
    # The hosts are still of the old release when nothing is pinned any more, and refuse what they are sent.
    assert "verify what is not pinned" in [step.step for step in rehearsal.steps if step.causes]


def test_a_rehearsal_is_plain_data_too():
    primitive = rehearse(ICEHOUSE, JUNO, LEGACY).to_primitive()
    assert (primitive["old"], primitive["new"], primitive["plan"]) == ("icehouse", "juno", "legacy")
    assert primitive["steps"][0] == {"step": "create", "causes": []}
