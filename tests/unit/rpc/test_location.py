"""Messages go where an option says, else where the environment says, else within the process."""

from __future__ import annotations

import pytest

from fakevirt.cloud import Cloud
from fakevirt.cloud.premises import InProcess
from fakevirt.cloud.processes.home import Processes
from fakevirt.rpc.location import chosen_url, default_url, messages_over

RABBIT = "rabbit://nova:secret@broker:5672/"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("FAKEVIRT_TRANSPORT", raising=False)
    return monkeypatch


def test_they_stay_in_the_process() -> None:
    assert (default_url(), chosen_url()) == ("fakevirt://", None)
    assert isinstance(Cloud()._premises, InProcess)


@pytest.mark.parametrize("value", [RABBIT, ""])
def test_the_environment_may_say_where(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("FAKEVIRT_TRANSPORT", value)
    assert (default_url(), chosen_url()) == (value or "fakevirt://", None)


def test_an_option_counts_more_for_as_long_as_it_is_given(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FAKEVIRT_TRANSPORT", RABBIT)
    with messages_over("fakevirt://"):
        assert (default_url(), chosen_url()) == ("fakevirt://", "fakevirt://")
    assert (default_url(), chosen_url()) == (RABBIT, None)


def test_what_a_cloud_is_given_counts_most() -> None:
    with messages_over("fakevirt://"):
        assert isinstance(Cloud(transport_url=RABBIT)._premises, Processes)
    with messages_over(RABBIT):
        assert isinstance(Cloud()._premises, Processes)
        assert isinstance(Cloud(transport_url="fakevirt://")._premises, InProcess)
