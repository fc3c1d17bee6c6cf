"""What filter_properties remember of the hosts that were tried."""

import pytest

from fakevirt import exceptions
from fakevirt.conductor.scheduler_utils import populate_filter_properties, populate_retry


def test_attempts_are_counted_and_end():
    filter_properties = {}
    for attempt in (1, 2):
        populate_retry(filter_properties, "one", max_attempts=2)
        assert filter_properties["retry"]["num_attempts"] == attempt
    filter_properties["retry"]["exc"] = "no room"
    with pytest.raises(exceptions.NoValidHost, match=r"max scheduling attempts 2 for instance one.*no room"):
        populate_retry(filter_properties, "one", max_attempts=2)


@pytest.mark.parametrize(
    ("filter_properties", "max_attempts"), [({"force_hosts": ["a"]}, 3), ({"force_nodes": ["a"]}, 3), ({}, 1)]
)
def test_what_is_forced_is_never_retried(filter_properties, max_attempts):
    before = dict(filter_properties)
    populate_retry(filter_properties, "one", max_attempts)
    assert filter_properties == before


def test_a_destination_is_noted_with_its_limits():
    filter_properties = {"retry": {"num_attempts": 1, "hosts": []}}
    populate_filter_properties(filter_properties, {"host": "a", "nodename": "n", "limits": {"memory_mb": 1}})
    assert filter_properties == {"retry": {"num_attempts": 1, "hosts": [["a", "n"]]}, "limits": {"memory_mb": 1}}


def test_a_forced_destination_sets_no_limits():
    filter_properties = {"force_hosts": ["a"]}
    populate_filter_properties(filter_properties, {"host": "a", "nodename": "n", "limits": {"memory_mb": 1}})
    assert filter_properties == {"force_hosts": ["a"]}
