"""Requested networks, and the tuples that they were."""

import pytest

from fakevirt.objects.network_request import NetworkRequest, NetworkRequestList

PORT = "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c"


@pytest.mark.parametrize(
    ("given", "returned"),
    [
        (("net", "10.0.0.9"), ("net", "10.0.0.9", None, None)),
        (("net", None, PORT), ("net", None, PORT, None)),
        (("net", None, None, PORT), ("net", None, None, PORT)),
    ],
)
def test_a_tuple_of_every_release_is_a_request(given, returned):
    assert NetworkRequest.from_tuple(given).to_tuple() == returned
    assert NetworkRequestList.from_tuples([given]).as_tuples() == [returned]


def test_junos_first_version_knows_pci_requests_already():
    requests = NetworkRequestList.from_tuples([("net", None, None, None)])
    (older,) = requests.obj_to_primitive("1.0")["nova_object.data"]["objects"]
    assert older["nova_object.version"] == "1.0"
    assert older["nova_object.data"].keys() == {"network_id", "address", "port_id", "pci_request_id"}
