import pytest

from fakevirt import exceptions
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.hypervisors import Hypervisors


def test_a_host_keeps_its_hypervisor():
    hypervisors = Hypervisors()
    assert hypervisors.of("src") is hypervisors.of("src")


def test_hosts_have_names_addresses_and_storage_of_their_own():
    hypervisors = Hypervisors()
    src, dst = hypervisors.of("src"), hypervisors.of("dst")
    assert (src.hostname, dst.hostname) == ("src", "dst")
    assert src.my_ip != dst.my_ip
    assert src.instances_path is not dst.instances_path


def test_a_hypervisor_is_reached_by_name_and_by_address():
    hypervisors = Hypervisors()
    src, dst = hypervisors.of("src"), hypervisors.of("dst")
    assert hypervisors.reach("src") is src
    assert hypervisors.reach(dst.my_ip) is dst


def test_a_host_that_has_not_started_cannot_be_reached():
    with pytest.raises(exceptions.MigrationError, match="unable to connect to server at dst"):
        Hypervisors().reach("dst")


def test_hypervisors_are_made_as_wanted():
    hypervisors = Hypervisors(lambda hostname, my_ip: Hypervisor(hostname, my_ip=my_ip, vcpus=2))
    assert hypervisors.of("src").vcpus == 2
