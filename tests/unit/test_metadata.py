"""The shapes of metadata."""

import pytest

from fakevirt.metadata import metadata_to_dict


@pytest.mark.parametrize(
    ("given", "metadata"),
    [
        (None, {}),
        ({}, {}),
        ({"a": "1"}, {"a": "1"}),
        ([], {}),
        ([{"key": "a", "value": "1", "deleted": 0}, {"key": "b", "value": "2", "deleted": 7}], {"a": "1"}),
    ],
)
def test_metadata_is_a_dict_whatever_it_came_as(given, metadata):
    assert metadata_to_dict(given) == metadata


def test_metadata_is_a_copy():
    given = {"a": "1"}
    assert metadata_to_dict(given) is not given
