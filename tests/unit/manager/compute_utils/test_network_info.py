"""get_nw_info_for_instance, on both call paths: the network information that an instance carries with it."""

import pytest

from fakevirt.db import api as db
from fakevirt.manager.compute_utils import network_info


def test_it_is_what_the_network_service_gave(cloud, src, as_sent):
    server = cloud.boot("src")
    (vif,) = src._get_nw_info_for_instance(as_sent(server))
    assert vif["id"] in cloud.network.ports
    assert cloud.trace.on("network", "conductor") == []


def test_an_instance_without_networks_has_none(cloud, src, as_sent):
    assert src._get_nw_info_for_instance(as_sent(cloud.boot("src", networks=False))) == []


def test_an_instance_without_a_cache_has_none(cloud, src, as_sent):
    server = cloud.refresh(cloud.boot("src", info_cache=False))
    assert server.info_cache is None
    assert src._get_nw_info_for_instance(as_sent(server)) == []


def test_a_cache_without_network_information_has_none(cloud, src, as_sent, rows):
    server = cloud.boot("src")
    rows(cloud, db.instance_info_cache_update, server.uuid, {"network_info": None})
    assert src._get_nw_info_for_instance(as_sent(cloud.refresh(server))) == []


@pytest.mark.parametrize("vifs", ['[{"id": "vif"}]', [{"id": "vif"}]], ids=["as text", "read"])
def test_a_dict_has_it_as_text_or_read(src, vifs):
    assert network_info.legacy(src, {"info_cache": {"network_info": vifs}}) == [{"id": "vif"}]
