"""The client half of a converted method chooses a version, and the server has it."""

import textwrap

import pytest

from fakevirt.audit.settings import Settings
from fakevirt.convert.conversion import convert

SERVER = """
def object_compat(function):
    return function


class ComputeManager(manager.Manager):
    target = messaging.Target(version='3.23')

    def detach_volume(self, context, instance):
        instance['host']
"""
CLIENT = """
class ComputeAPI(object):
    def detach_volume(self, ctxt, instance, volume_id):
        # NOTE: old nodes
        version = self._get_compat_version('3.0', '2.0')
        instance_p = jsonutils.to_primitive(instance)
        cctxt = self.client.prepare(server=None, version=version)
        cctxt.cast(ctxt, 'detach_volume',
                   instance=instance_p, volume_id=volume_id)
"""
CHOSEN = """
class ComputeAPI(object):
    def detach_volume(self, ctxt, instance, volume_id):
        if self.client.can_send_version('3.24'):
            version = '3.24'
            instance_p = instance
        else:
            # NOTE: old nodes
            version = self._get_compat_version('3.0', '2.0')
            instance_p = jsonutils.to_primitive(instance)
        cctxt = self.client.prepare(server=None, version=version)
        cctxt.cast(ctxt, 'detach_volume',
                   instance=instance_p, volume_id=volume_id)
"""


@pytest.fixture
def converted(tmp_path):
    """Convert files together, twice; return their texts."""

    def converted(work_item=None, **texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(text)
        files = sorted(tmp_path.glob("*.py"))
        first, _ = convert(files, Settings(), work_item)
        for file in first:
            file.write()
        again, _ = convert(files, Settings(), work_item)
        assert [file.after for file in again] == [file.after for file in first]
        return {file.path.stem: file.after for file in first}

    return converted


def test_who_cannot_read_the_new_version_gets_the_dict(converted):
    texts = converted(manager=SERVER, rpcapi=CLIENT)
    assert texts["rpcapi"] == CHOSEN
    assert "Target(version='3.24')" in texts["manager"]


def test_the_name_of_the_instance_may_be_that_of_the_dict_as_well(converted):
    texts = converted(manager=SERVER, rpcapi=CLIENT.replace("instance_p", "instance"))
    assert texts["rpcapi"] == CHOSEN.replace("            instance_p = instance\n", "").replace(
        "instance_p", "instance"
    )


def test_a_server_without_its_client_keeps_its_version(converted):
    assert "Target(version='3.23')" in converted(manager=SERVER)["manager"]


def test_a_client_of_another_work_item_is_left(converted):
    texts = converted("live_migration", manager=SERVER, rpcapi=CLIENT)
    assert texts == {"manager": SERVER, "rpcapi": CLIENT}


@pytest.mark.parametrize(
    "client",
    [
        CLIENT.replace("'detach_volume'", "'another_method'"),
        CLIENT.replace("        cctxt =", "        self.client.can_send_version('3.0')\n        cctxt ="),
        CLIENT.replace("        instance_p =", "        self.log(version)\n        instance_p ="),
        CLIENT.replace("to_primitive(instance)", "to_primitive(ctxt)"),
        CLIENT.replace("instance_p = jsonutils.to_primitive(instance)", "instance_p = instance"),
        CLIENT.replace("version = self._get", "wanted = self._get"),
    ],
)
def test_a_client_of_another_form_is_left(converted, client):
    texts = converted(manager=SERVER, rpcapi=client)
    assert texts["rpcapi"] == client
    assert "Target(version='3.23')" in texts["manager"]


def test_what_the_client_calls_is_left_as_long_as_it_gets_dicts(converted):
    shared = textwrap.dedent("""
        def _compute_host(instance):
            return instance['host']
    """)
    client = CLIENT.replace("server=None", "server=_compute_host(instance)").replace("instance_p", "instance")
    assert "return instance['host']" in converted(manager=SERVER, rpcapi=shared + client)["rpcapi"]
