import pickle

import pytest

from fakevirt.usage_error import UsageError


@pytest.fixture
def error():
    return UsageError(
        expected="a host of this cloud",
        happened="'dts'",
        where="the hosts src and dst",
        how_to_go_on="name one of them",
    )


def test_its_text_has_four_labelled_lines_in_this_order(error):
    assert str(error).splitlines() == [
        "expected:     a host of this cloud",
        "happened:     'dts'",
        "where:        the hosts src and dst",
        "how to go on: name one of them",
    ]


def test_each_part_can_be_read(error):
    assert (error.expected, error.happened) == ("a host of this cloud", "'dts'")
    assert (error.where, error.how_to_go_on) == ("the hosts src and dst", "name one of them")


@pytest.mark.parametrize("missing", ["expected", "happened", "where", "how_to_go_on"])
def test_no_part_can_be_left_out(missing):
    parts = dict.fromkeys(["expected", "happened", "where", "how_to_go_on"], "x")
    del parts[missing]
    with pytest.raises(TypeError, match=missing):
        UsageError(**parts)


def test_it_survives_pickling():
    error = UsageError(expected="a", happened="b", where="c", how_to_go_on="d")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
