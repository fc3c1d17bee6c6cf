"""Requests for consoles and diagnostics."""

import pytest

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.settings import Settings


@pytest.fixture
def cloud():
    with Cloud(hosts=["src"], settings=Settings(vnc_enabled=True)) as cloud:
        yield cloud


def test_a_console_comes_with_a_token_that_opens_it(cloud):
    server = cloud.boot("src")
    url = cloud.get_vnc_console(server)
    base_url, _, token = url.partition("?token=")
    assert base_url == "http://127.0.0.1:6080/vnc_auto.html"
    (known,) = cloud.consoleauth.to_primitive()
    assert (known["token"], known["instance_uuid"], known["console_type"]) == (token, server.uuid, "novnc")
    assert cloud.check_console(url)


def test_a_token_that_nobody_was_given_opens_nothing(cloud):
    assert not cloud.check_console("http://127.0.0.1:6080/vnc_auto.html?token=guessed")


def test_without_a_host_there_is_no_console(cloud):
    server = cloud.boot("src")
    cloud.update_server(server, host=None)
    for ask in (cloud.get_vnc_console, cloud.get_console_output):
        with pytest.raises(exceptions.InstanceNotReady):
            ask(server)


def test_a_kind_of_console_that_is_off_is_not_given(cloud):
    with pytest.raises(exceptions.ConsoleTypeUnavailable, match="serial"):
        cloud.get_serial_console(cloud.boot("src"))
    assert cloud.consoleauth.to_primitive() == []


def test_the_end_of_what_a_guest_wrote_can_be_read(cloud):
    server = cloud.boot("src")
    cloud.host("src").hypervisor.lookup(server.name).console_log = "one\ntwo\nthree"
    assert cloud.get_console_output(server) == "one\ntwo\nthree"
    assert cloud.get_console_output(server, 2) == "two\nthree"


def test_diagnostics_come_in_two_terms(cloud):
    server = cloud.boot("src")
    assert cloud.get_diagnostics(server).keys() != cloud.get_instance_diagnostics(server).keys()
    assert cloud.get_instance_diagnostics(server)["state"] == "running"
