"""VIFs that may not be there yet."""

import json

import pytest

from fakevirt.instrument.snapshot import snapshot
from fakevirt.manager.building.async_network_info import NetworkInfoAsyncWrapper

VIFS = [{"id": "one"}, {"id": "two"}]


def fail():
    raise RuntimeError("neutron is busy")


def test_it_is_the_list_of_the_vifs():
    network_info = NetworkInfoAsyncWrapper(lambda: VIFS)
    assert (list(network_info), len(network_info), network_info[1]) == (VIFS, 2, {"id": "two"})
    assert json.loads(json.dumps(network_info)) == snapshot(network_info) == VIFS


@pytest.mark.parametrize("use", [len, list, bool, lambda vifs: vifs[0], lambda vifs: vifs.wait()])
def test_a_failure_shows_at_the_first_use_and_never_again(use):
    network_info = NetworkInfoAsyncWrapper(fail)
    with pytest.raises(RuntimeError, match="neutron is busy"):
        use(network_info)
    assert list(network_info) == []


def test_a_failure_can_be_waited_for_and_ignored():
    network_info = NetworkInfoAsyncWrapper(fail)
    network_info.wait(do_raise=False)
    assert len(network_info) == 0


def test_looking_on_is_no_use():
    network_info = NetworkInfoAsyncWrapper(fail)
    assert snapshot({"network_info": network_info}) == {"network_info": []}
    with pytest.raises(RuntimeError):
        len(network_info)
