"""The console authentication service."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from oslo_utils import timeutils

from fakevirt.backends.consoleauth import ConsoleAuth

NOW = datetime.datetime(2014, 10, 16)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Stop the clock and return a function that sets it so many seconds after ``NOW``."""

    def set_to(seconds: int) -> None:
        monkeypatch.setattr(timeutils, "utcnow", lambda: NOW + datetime.timedelta(seconds=seconds))

    set_to(0)
    return set_to


@pytest.fixture
def consoleauth() -> ConsoleAuth:
    consoleauth = ConsoleAuth()
    for token, uuid in (("t1", "uuid-1"), ("t2", "uuid-1"), ("t3", "uuid-2")):
        consoleauth.authorize_console(None, token, "novnc", "src", 5900, None, uuid)
    return consoleauth


def test_a_token_opens_its_console(consoleauth: ConsoleAuth) -> None:
    assert consoleauth.check_token(None, "t1") == {
        "token": "t1",
        "instance_uuid": "uuid-1",
        "console_type": "novnc",
        "host": "src",
        "port": 5900,
        "internal_access_path": None,
        "last_activity_at": NOW,
    }


def test_a_token_that_was_not_given_opens_nothing(consoleauth: ConsoleAuth) -> None:
    assert consoleauth.check_token(None, "guess") is None


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False)])
def test_a_token_is_good_for_ten_minutes(
    consoleauth: ConsoleAuth, clock: Callable[[int], None], seconds: int, good: bool
) -> None:
    clock(seconds)
    assert (consoleauth.check_token(None, "t1") is not None) is good


def test_the_tokens_of_an_instance_are_deleted_and_no_others(consoleauth: ConsoleAuth) -> None:
    consoleauth.delete_tokens_for_instance(None, "uuid-1")
    consoleauth.delete_tokens_for_instance(None, "uuid-1")
    assert consoleauth.check_token(None, "t1") is None
    assert [token["token"] for token in consoleauth.to_primitive()] == ["t3"]
