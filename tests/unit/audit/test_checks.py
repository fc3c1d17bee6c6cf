"""Each kind of finding, found where it is and not found where it is not."""

import pytest

from fakevirt.audit.rules import Rule

HEAD = "class ComputeManager(manager.Manager):\n"


def method(body, head="def f(self, context, instance):", decorators=()):
    lines = [*decorators, head, *(f"    {line}" for line in body.splitlines())]
    return HEAD + "".join(f"    {line}\n" for line in lines)


CASES = {
    "dict-access": (
        [
            method("return instance['host']"),
            method("instance['host'] = 1\ninstance.save()"),
            method("del instance['a']"),
        ],
        [method("return instance.host"), method("return context['host']")],
    ),
    "has-or-get": (
        [method("return instance.get('host')"), method("return hasattr(instance, 'host')")],
        [method("return context.get('host')"), method("return hasattr(context, 'host')")],
    ),
    "dict-interface": (
        [
            method("return 'host' in instance"),
            method("instance.update(host=1)\ninstance.save()"),
            method("return list(instance.iteritems())"),
            method("return [key for key in instance]"),
            method("return dict(instance)"),
            method("return {**instance}"),
            method("return g(**instance)"),
        ],
        [method("return 'host' in context"), method("return {**context}"), method("return instance.metadata.items()")],
    ),
    "type-test": (
        [method("return isinstance(instance, dict)"), method("return isinstance(instance, (list, Instance))")],
        [method("return isinstance(instance, NovaObject)"), method("return isinstance(context, dict)")],
    ),
    "raw-conductor": (
        [
            method("self.conductor_api.quota_commit(context)"),
            method("undo(self.conductor_api.aggregate_host_add)"),
            method("self._instance_update(context, instance.uuid, host=1)"),
        ],
        [method("self.network_api.get(context)")],
    ),
    "raw-result": (
        [
            method("return self._instance_update(context, instance.uuid)['host']"),
            method(
                "for cn in self.conductor_api.service_get_by_compute_host(context, 'h')['compute_node']:\n    cn['id']"
            ),
        ],
        [method("return self.network_api.get(context)['host']"), method("return instance['host']")],
    ),
    "flattening": (
        [method("self.rpc.g(obj_base.obj_to_primitive(instance))"), method("p = jsonutils.to_primitive(instance)")],
        [method("p = jsonutils.to_primitive(context)")],
    ),
    "rebound": (
        [
            method("instance = self._instance_update(context, instance.uuid)\nreturn instance.host"),
            method("instance = self.conductor_api.instance_get_by_uuid(context, instance.uuid)"),
        ],
        [
            method("row = self._instance_update(context, instance.uuid)\nreturn instance.host"),
            method("instance = Instance.get_by_uuid(context, instance.uuid)\nreturn instance.host"),
            method("instance = jsonutils.to_primitive(instance)\nself.client.cast(context, 'f', instance=instance)"),
        ],
    ),
    "row-or-response": (
        [
            method("service = self.conductor_api.service_get_by_compute_host(context, 'h')\nreturn service.host"),
            method("found = self.db.instance_get(context, 1)\nreturn found.host"),
        ],
        [
            method("found = self.conductor_api.service_get_by_compute_host(context, 'h')\nreturn found['host']"),
            method("found = self.conductor_api.service_get_by_compute_host(context, 'h')\nreturn found.get('host')"),
        ],
    ),
    "not-brought": (
        [
            method("i = Instance.get_by_uuid(context, 'u', expected_attrs=['metadata'])\nreturn i.system_metadata"),
            method("i = Instance.get_by_uuid(context, 'u')\nreturn i['pci_devices']"),
            method("return instance.pci_devices", decorators=["@object_compat"]),
        ],
        [
            method("i = Instance.get_by_uuid(context, 'u', expected_attrs=['metadata'])\nreturn i.metadata"),
            method("i = Instance.get_by_uuid(context, 'u', expected_attrs=wanted)\nreturn i.metadata"),
            method("i = Instance.get_by_uuid(context, 'u')\ni.obj_load_attr('metadata')\nreturn i.metadata"),
            method("return instance.pci_devices"),
            method("return instance.metadata", decorators=["@object_compat"]),
        ],
    ),
    "never-saved": (
        [
            method("i = Instance.get_by_uuid(context, 'u')\ni.host = 'h'"),
            method("i = Instance.get_by_uuid(context, 'u')\ni['host'] = 'h'\nLOG.info('set', instance=i)"),
            method("i = Instance.get_by_uuid(context, 'u')\ni.save()\ni.host = 'h'"),
            method("i = Instance.get_by_uuid(context, 'u')\ni.host = 'h'\nself.g(i.host)"),
        ],
        [
            method("i = Instance.get_by_uuid(context, 'u')\ni.host = 'h'\ni.save()"),
            method("i = Instance.get_by_uuid(context, 'u')\ni.host = 'h'\nself.g(i)"),
            method("i = Instance.get_by_uuid(context, 'u')\ni.host = 'h'\nreturn i"),
            method("for i in InstanceList.get_by_host(context):\n    i.save()\n    i.host = 'h'"),
            method("i = Instance.get_by_uuid(context, 'u')\ndef g():\n    i.save()\ni.host = 'h'"),
        ],
    ),
    "two-writers": (
        [
            method("self._instance_update(context, instance['uuid'], host=1)\ninstance.node = 2\ninstance.save()"),
            method(
                "instance.host = 1\nself.conductor_api.instance_update(context, instance.uuid, host=1)\ng(instance)"
            ),
        ],
        [
            method("self._instance_update(context, instance['uuid'], host=1)\nreturn instance.host"),
            method("self._instance_update(context, other.uuid, host=1)\ninstance.save()"),
            method("instance = self._instance_update(context, instance.uuid, host=1)\ninstance.save()"),
        ],
    ),
    "nested-none": (
        [method("return instance.info_cache.network_info"), method("return instance['info_cache']['network_info']")],
        [
            method("return instance.info_cache and instance.info_cache.network_info"),
            method("if instance.info_cache is not None:\n    return instance.info_cache.network_info"),
            method("return instance.flavor.name"),
        ],
    ),
    "decorators": (
        [
            method("pass", decorators=["@wrap_exception()", "@object_compat"]),
            method("pass", decorators=["@object_compat"], head="def f(self, context, dest, instance):"),
            method("pass", decorators=["@reverts_task_state"], head="def f(self, context, guest):"),
        ],
        [
            method("pass", decorators=["@object_compat", "@wrap_exception()", "@reverts_task_state"]),
            method("pass", decorators=["@wrap_exception()"], head="def f(self, context, guest):"),
            "@object_compat\ndef f(manager, context, instance):\n    pass\n",
        ],
    ),
    "id-for-object": (
        [
            method("self._g(context, instance.uuid)") + "    def _g(self, context, instance):\n        instance.host\n",
            method("self._g(context, instance=instance_uuid)") + "    def _g(self, context, instance):\n        pass\n",
            method("self._g(context, instance)") + "    def _g(self, context, instance_uuid):\n        pass\n",
        ],
        [
            method("self._g(context, instance)") + "    def _g(self, context, instance):\n        instance.host\n",
            method("self._g(context, instance.uuid)") + "    def _g(self, context, instance_uuid):\n        pass\n",
        ],
    ),
    "database-call": (
        [method("self.db.instance_update(context, 1)"), method("db.service_get(context, 1)")],
        [method("self.dbs.get(context)")],
    ),
    "dead-except": (
        [
            method("try:\n    host = instance['host']\nexcept KeyError:\n    host = None"),
            method(
                "try:\n    n = Service.get_by_id(context, 1).compute_node\nexcept (IndexError, E):\n    n = None"
            ).replace("Service.get_by_id(context, 1).compute_node", "instance.host"),
        ],
        [
            method("try:\n    host = find(instance['host'])\nexcept KeyError:\n    host = None"),
            method("try:\n    host = instance['host']\nexcept AttributeError:\n    host = None"),
            method("try:\n    host = context['host']\nexcept KeyError:\n    host = None"),
        ],
    ),
}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, (texts, _) in CASES.items() for text in texts])
def test_it_is_found(audited, rule, text):
    assert rule in {finding.rule for finding in audited(text).findings}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, (_, texts) in CASES.items() for text in texts])
def test_it_is_not_found(audited, rule, text):
    assert rule not in {finding.rule for finding in audited(text).findings}


def test_every_rule_is_tested():
    assert {rule.title for rule in Rule} - {Rule.HALVES.title} == CASES.keys()


def test_what_turns_dicts_into_objects_may_ask_what_it_got(audited):
    text = "def object_compat(f):\n    def g(self, context, instance):\n        return isinstance(instance, dict)\n"
    assert audited(text).findings == ()


def test_a_flattened_value_is_told_with_its_uses(audited):
    text = method("p = obj_to_primitive(instance)\nself.conductor_api.network_migrate_instance_start(context, p)")
    (finding,) = [each for each in audited(text).findings if each.rule == "flattening"]
    assert finding.why == "for self.conductor_api.network_migrate_instance_start"


SERVER = """
class ComputeManager:
    target = messaging.Target(version='3.26')

    @object_compat
    def detach_volume(self, context, instance):
        pass
"""
CLIENT = """
class ComputeAPI:
    def detach_volume(self, ctxt, instance):
        cctxt = self.client.prepare(version='{version}')
        cctxt.cast(ctxt, 'detach_volume', instance={sent})
"""


@pytest.mark.parametrize(
    ("version", "sent", "told"),
    [
        ("3.27", "instance", "the client sends detach_volume in 3.27, the server has 3.26"),
        ("3.26", "to_primitive(instance)", "the client sends detach_volume a dict (instance) in every version"),
    ],
)
def test_halves_that_are_out_of_step_are_found(audited, version, sent, told):
    findings = audited(manager=SERVER, rpcapi=CLIENT.format(version=version, sent=sent)).findings
    assert [finding.what for finding in findings if finding.letter == "D"] == [told]


@pytest.mark.parametrize(
    ("version", "sent", "chooses"),
    [
        ("3.26", "instance", ""),
        ("2.40", "instance", ""),
        ("3.26", "to_primitive(instance)", "        self.client.can_send_version('3.26')\n"),
    ],
)
def test_halves_that_are_in_step_are_not(audited, version, sent, chooses):
    client = CLIENT.format(version=version, sent=sent).replace("        cctxt =", f"{chooses}        cctxt =")
    assert [each for each in audited(manager=SERVER, rpcapi=client).findings if each.letter == "D"] == []
