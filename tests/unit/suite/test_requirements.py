"""What the suite is not to ask for, and why."""

import pytest

from fakevirt.suite import Requirements
from fakevirt.suite.requirements import FAKE_VIRT_DRIVER, named
from fakevirt.usage_error import UsageError


def test_a_method_that_drivers_do_not_have_is_refused_with_the_right_one():
    with pytest.raises(UsageError) as refused:
        Requirements(unsupported={"rescu": "no image"})
    assert refused.value.how_to_go_on == "did you mean 'rescue'?"


@pytest.mark.parametrize("reason", ["", " ", None])
@pytest.mark.parametrize("what", ["unsupported", "left_out"])
def test_a_reason_must_be_given(what, reason):
    with pytest.raises(UsageError) as refused:
        Requirements(**{what: {"rescue": reason}})
    assert refused.value.happened == f"the one for 'rescue' is {reason!r}"


def test_requirements_are_found_by_their_name():
    assert named("fakevirt.suite.requirements:FAKE_VIRT_DRIVER", "here") is FAKE_VIRT_DRIVER


@pytest.mark.parametrize(
    ("path", "happened"),
    [
        ("nowhere:requirements", "'nowhere:requirements' cannot be found: No module named 'nowhere'"),
        ("fakevirt.suite:Requirements", f"'fakevirt.suite:Requirements' is {Requirements!r}"),
    ],
)
def test_what_is_none_is_refused(path, happened):
    with pytest.raises(UsageError) as refused:
        named(path, "here")
    assert (refused.value.happened, refused.value.where) == (happened, "here")
