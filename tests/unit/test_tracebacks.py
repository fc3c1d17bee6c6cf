"""Tracebacks as services store and send them."""

from fakevirt.tracebacks import text_of_traceback


def fail():
    raise ValueError("no")


def test_it_has_each_frame_with_its_line_and_nothing_that_points_into_it():
    try:
        fail()
    except ValueError as error:
        text = text_of_traceback(error.__traceback__)
    first, code, second, failing = text.splitlines()
    assert first.endswith("in test_it_has_each_frame_with_its_line_and_nothing_that_points_into_it")
    assert code == "    fail()"
    assert second.endswith("in fail")
    assert failing == '    raise ValueError("no")'


def test_what_was_never_raised_has_none():
    assert text_of_traceback(ValueError().__traceback__) == ""
