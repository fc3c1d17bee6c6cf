"""What every mix of releases does with a work item."""

import dataclasses

import pytest

from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.upgrades.cell import Support
from fakevirt.conversion.upgrades.matrix import How, fill_matrix
from fakevirt.objects.instance import Instance
from fakevirt.releases import ICEHOUSE, JUNO, KILO

#: Three processes' worth of time is not spent here: one scenario, two releases.
SCENARIO = SCENARIOS["shared_storage_one_volume"]


@pytest.fixture(scope="module")
def matrix():
    return fill_matrix([SCENARIO], [ICEHOUSE, JUNO])


def how(matrix, work_item, path="objects"):
    return {str(result.cell): result.how for result in matrix.of(work_item, path)}


def test_a_mix_falls_back_to_a_dict_while_a_host_is_too_old(matrix):
    assert how(matrix, "live_migration") == {
        "icehouse -> icehouse, conductor icehouse": How.DICT,
        "icehouse -> juno, conductor icehouse": How.NOT_SUPPORTED,
        "juno -> icehouse, conductor icehouse": How.NOT_SUPPORTED,
        "juno -> juno, conductor icehouse": How.NOT_SUPPORTED,
        "icehouse -> icehouse, conductor juno": How.DICT,
        "icehouse -> juno, conductor juno": How.DICT,
        "juno -> icehouse, conductor juno": How.DICT,
        "juno -> juno, conductor juno": How.OBJECTS,
    }


def test_a_work_item_that_is_objects_since_havana_gets_them_in_the_version_that_it_knows(matrix):
    found = how(matrix, "check_can_live_migrate_destination")
    assert found["icehouse -> juno, conductor juno"] is How.BACKPORTED
    assert found["juno -> juno, conductor juno"] is How.OBJECTS


def test_what_went_over_the_wire_is_told(matrix):
    (result,) = [
        result
        for result in matrix.of("live_migration", "objects")
        if str(result.cell) == "icehouse -> juno, conductor juno"
    ]
    sent = {message.method: (message.version, message.payload) for message in result.messages}
    assert sent == {"live_migration": ("3.0", "dict"), "pre_live_migration": ("3.19", "Instance 1.13")}
    assert all(message.size > 1000 for message in result.messages)


def test_the_object_path_works_in_every_mix_that_an_upgrade_comes_by(matrix):
    assert matrix.passes
    assert matrix.broken == []


def test_a_class_that_no_longer_knows_its_older_versions_is_red_in_the_mixes_with_an_older_host(monkeypatch):
    def forgets_to_look_at_the_version(self, primitive, target_version):
        pass

    monkeypatch.setattr(Instance, "obj_make_compatible", forgets_to_look_at_the_version)
    broken = fill_matrix([SCENARIO], [JUNO, KILO]).broken
    assert broken
    assert all(result.cell.is_mixed for result in broken)


def test_a_mix_that_skips_a_release_does_not_count():
    matrix = fill_matrix([SCENARIO], [ICEHOUSE, JUNO, KILO])
    skipping = [result for result in matrix.results if result.cell.support is Support.SKIPS_A_RELEASE]
    assert {result.how for result in skipping} - {How.NOT_SUPPORTED}
    failed = dataclasses.replace(skipping[0], how=How.FAILED, path="objects")
    assert dataclasses.replace(matrix, results=(failed,)).passes


def test_it_is_plain_data_too(matrix):
    primitive = matrix.to_primitive()
    assert primitive["releases"] == ["icehouse", "juno"]
    cell = next(cell for cell in primitive["cells"] if cell["how"] == "dict")
    assert {"conductor", "src", "dst", "work_item", "path", "messages", "causes"} <= cell.keys()
