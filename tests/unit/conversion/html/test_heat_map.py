"""The matrix of releases as a heat map."""

from fakevirt.conversion.html.heat_map import heat_maps

OLD = ("kilo", "icehouse", "icehouse")


def test_it_has_a_row_for_each_call_path_and_a_column_for_each_mix(make_upgrades):
    data = make_upgrades("objects", {"how": "backported", "mix": OLD}, {"how": "dict", "path": "legacy"}).data
    (map_,) = heat_maps(data)
    assert map_.mixes == [("juno", "juno", "juno"), OLD]
    assert [(item, path, [mark.word for mark in marks]) for item, path, marks in map_.rows] == [
        ("run_instance", "objects", ["obj", "back"]),
        ("run_instance", "legacy", ["dict"]),
    ]


def test_mixes_that_skip_a_release_are_apart_and_those_that_cannot_be_are_left_out(make_upgrades):
    data = make_upgrades(
        "objects",
        {"how": "objects", "support": "skips a release", "mix": OLD},
        {"how": "n/a", "support": "the conductor is older than a host"},
    ).data
    supported, skipping = heat_maps(data)
    assert supported.mixes == [("juno", "juno", "juno")]
    assert skipping.mixes == [OLD]
    assert "not supported" in skipping.title


def test_what_fails_has_its_causes(make_upgrades):
    (map_,) = heat_maps(make_upgrades({"how": "FAILED", "causes": ["missing key", "moved field"]}).data)
    ((_, _, (mark,)),) = map_.rows
    assert (mark.word, mark.tone, mark.note) == ("FAILED", "bad", "missing key; moved field")
