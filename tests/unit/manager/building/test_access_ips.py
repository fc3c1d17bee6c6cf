"""Access addresses."""

import pytest

from fakevirt import services
from fakevirt.manager.building.access_ips import set_access_ips
from fakevirt.objects.instance import Instance
from fakevirt.settings import Settings

VIFS = [
    {"network": {"label": "public", "subnets": [{"ips": [{"version": 4, "address": "203.0.113.2"}]}]}},
    {
        "network": {
            "label": "private",
            "subnets": [
                {"ips": [{"version": 4, "address": "10.0.0.2"}]},
                {"ips": [{"version": 6, "address": "2001:db8::2"}]},
            ],
        }
    },
]


@pytest.mark.parametrize(
    ("label", "found"), [("private", ("10.0.0.2", "2001:db8::2")), ("elsewhere", None), (None, None)]
)
def test_the_addresses_on_the_network_of_that_name_are_taken(build, label, found):
    manager = build(settings=Settings(default_access_ip_network_name=label)).host("src").manager
    instance = Instance(access_ip_v4=None, access_ip_v6=None)
    assert set_access_ips(manager, instance, VIFS) is bool(found)
    taken = (str(instance.access_ip_v4), str(instance.access_ip_v6)) if found else None
    assert taken == found


def test_a_build_through_the_conductor_saves_them(build):
    cloud = build(settings=Settings(default_access_ip_network_name="private"))
    server = cloud.refresh(cloud.create_server(through_conductor=True))
    assert str(server.access_ip_v4) == "10.0.0.2"
    with services.running_as(cloud.host("src").service):
        assert server.task_state is None
