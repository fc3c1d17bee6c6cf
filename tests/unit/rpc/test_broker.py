"""A transport that clouds cannot use is refused before anything runs."""

import socket

import pytest

from fakevirt.rpc.broker import check_url
from fakevirt.usage_error import UsageError


def test_nothing_needs_to_be_there_for_messages_within_the_process():
    check_url("fakevirt://", where="here")


@pytest.mark.parametrize(
    ("url", "happened"),
    [
        ("kafka://nova:secret@broker:9092/", "it is not of RabbitMQ"),
        ("rabbit://", "it names no host"),
        ("rabbit://nova:secret@broker:port/", "it cannot be read"),
    ],
)
def test_what_is_no_address_of_a_broker_is_refused_without_its_password(url, happened):
    with pytest.raises(UsageError) as caught:
        check_url(url, where="the option")
    assert caught.value.happened == happened
    assert caught.value.where.startswith("the option: ")
    assert "secret" not in str(caught.value)


def test_a_broker_that_does_not_answer_is_refused_without_its_password():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UsageError) as caught:
        check_url(f"rabbit://nova:secret@127.0.0.1:{port}/", where="the option")
    assert caught.value.happened == "it could not be opened (ConnectionRefusedError)"
    assert caught.value.where == f"the option: rabbit://nova:***@127.0.0.1:{port}/"
