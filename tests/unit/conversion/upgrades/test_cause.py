"""Why a run in a mix of releases did not end as it does at home."""

import pytest

from fakevirt.conversion.upgrades.cause import Kind, causes_of
from fakevirt.conversion.upgrades.run import CellRun, Error
from fakevirt.instrument.canonical import CanonicalEffect
from fakevirt.instrument.snapshot import Failure
from fakevirt.instrument.trace import Effect


def state(**content):
    effect = Effect("state", "table instances")
    return CanonicalEffect("state", "table instances", None, {"arguments": {"content": content}}, (), effect=effect)


def run(*errors, **content):
    return CellRun((state(**content),), errors, (), frozenset(), frozenset())


def error(kind, message, work_item="live_migration"):
    return Error(work_item, "method", Failure(kind, "module", message))


def test_a_run_that_ends_as_at_home_has_no_cause():
    assert causes_of(run(host="dst"), run(host="dst")) == ()


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (error("KeyError", "'compute_node'"), Kind.MISSING_KEY),
        (error("KeyError", "'instance_type_id'"), Kind.MOVED_FIELD),
        (error("KeyError", "'old_instance_type_id'"), Kind.MOVED_FIELD),
        (error("TypeError", "'NoneType' object is not subscriptable"), Kind.WRONG_SHAPE),
        (error("UnsupportedVersion", "Endpoint does not support RPC version 3.26"), Kind.REFUSED),
        (error("IncompatibleObjectVersion", "Version 1.19 of Instance is not supported"), Kind.REFUSED),
        (error("RuntimeError", "device is busy"), Kind.ERROR),
    ],
)
def test_an_error_that_is_not_raised_at_home_tells_what_was_wrong(raised, kind):
    (cause,) = causes_of(run(raised), run())
    assert (cause.kind, cause.work_item) == (kind, "live_migration")
    assert raised.failure.message in str(cause)


def test_an_error_that_is_raised_at_home_too_is_no_cause():
    expected = error("MigrationError", "unable to connect")
    assert causes_of(run(expected), run(expected)) == ()


def test_an_error_that_is_raised_once_more_than_at_home_is_one():
    expected = error("MigrationError", "unable to connect")
    assert len(causes_of(run(expected, expected), run(expected))) == 1


def test_what_follows_from_an_error_is_no_cause_of_its_own():
    causes = causes_of(run(error("KeyError", "'compute_node'"), error("MigrationError", "failed")), run())
    assert [cause.kind for cause in causes] == [Kind.MISSING_KEY]


def test_whatever_else_is_wrong_with_data_is_told_too():
    causes = causes_of(run(error("KeyError", "'compute_node'"), error("KeyError", "'instance_type_id'")), run())
    assert [cause.kind for cause in causes] == [Kind.MISSING_KEY, Kind.MOVED_FIELD]


def test_without_an_error_the_first_difference_in_what_is_left_is_the_cause():
    (cause,) = causes_of(run(host="src", task_state="migrating"), run(host="dst", task_state=None))
    assert (cause.kind, cause.work_item) == (Kind.OTHER_OUTCOME, None)
    assert str(cause) == "other outcome: table instances arguments.content.host is 'src', and 'dst' at home"


@pytest.mark.parametrize(
    ("here", "at_home", "told"),
    [((), (state(),), "is at home, and not here"), ((state(),), (), "is here, and not at home")],
)
def test_an_effect_that_one_of_the_two_does_not_have_is_told_by_its_name(here, at_home, told):
    (cause,) = causes_of(*(CellRun(effects, (), (), frozenset(), frozenset()) for effects in (here, at_home)))
    assert str(cause) == f"other outcome: state table instances {told}"
