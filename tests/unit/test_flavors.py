"""Flavors as texts in system metadata."""

import pytest

from fakevirt import flavors
from fakevirt.db import builders

FLAVOR = {name: value for name, value in builders.flavor_row(vcpu_weight=3).items() if name in flavors.PROPERTIES}


@pytest.mark.parametrize("prefix", ["", "old_", "new_"])
@pytest.mark.parametrize("flavor", [FLAVOR, FLAVOR | {"vcpu_weight": None}])
def test_what_is_kept_is_found_again(flavor, prefix):
    flavors.save_flavor_info(kept := {}, flavor.__getitem__, prefix)
    assert flavors.extract_flavor(kept, prefix) == flavor
    assert {type(value) for value in kept.values()} <= {str, type(None)}


def test_flavors_of_other_prefixes_stay():
    kept = {"image_os": "linux"}
    for prefix in ("", "old_", "new_"):
        flavors.save_flavor_info(kept, FLAVOR.__getitem__, prefix)
    flavors.delete_flavor_info(kept, "old_", "new_")
    assert kept.keys() == {"image_os", *(f"instance_type_{name}" for name in flavors.PROPERTIES)}


def test_a_flavor_that_is_not_kept_is_a_key_error():
    with pytest.raises(KeyError):
        flavors.extract_flavor({}, "old_")
    with pytest.raises(KeyError):
        flavors.delete_flavor_info({}, "old_")
