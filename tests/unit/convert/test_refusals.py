"""What is not rewritten, and why; and what is really a dict."""

import textwrap

import pytest

HEAD = """\
class ComputeManager(manager.Manager):
    def _update_resource_tracker(self, context, instance):
        pass

    def _f(self, context, instance):
"""

REFUSED = {
    "instance[key]": "which field it is, is told by an expression",
    "instance['class']": "'class' is no name",
    "instance['launched on']": "is no name",
    "instance['colour']": "Instance has no field 'colour' to read",
    "instance['name'] = 'n'": "Instance has no field 'name' to write",
    "instance.get('host', 'h')": "get with a default",
    "'host' in instance": "an object has no such thing of its own",
    "instance.update({'host': 1})": "an object has no such thing of its own",
    "instance.iteritems()": "an object has no such thing of its own",
    "hasattr(instance, 'host')": "an object has no such thing of its own",
    "del instance['host']": "an object has no such thing of its own",
    "isinstance(instance, dict)\ninstance['host']": "the function asks itself whether it is an object",
    "if context:\n    instance = obj_to_primitive(instance)\ninstance['host']": "it is a dict where it came from",
    "row = obj_to_primitive(instance)\nrow['host']": "it is a dict: it came from obj_to_primitive",
    "self._instance_update(context, instance_uuid, host=1)": "only a uuid is known here",
    "self._instance_update(context, other['uuid'], host=1)": "other is not known to be an object here",
    "self._instance_update(context, instance.uuid, **values)": "which fields it writes, is told by an expression",
    "self._instance_update(context, instance.uuid, colour=1)": "Instance has no field 'colour' to write",
    "self._instance_update(context, instance.uuid, expected_task_state=None)": "nothing but what is expected",
    "return self._instance_update(context, instance.uuid, host=1)": "what it returns is used in an expression",
    "row = self._instance_update(context, instance.uuid, host=1)": "row gets the dict that it returns",
    "x = 1; self._instance_update(context, instance.uuid, host=1)": "it does not stand on a line of its own",
    "if x: self._instance_update(context, instance.uuid, host=1)": "it does not stand on a line of its own",
    "other._instance_update(context, instance.uuid, host=1)": "a method of something else than the manager",
    "self._instance_update(context, instance.uuid, host=1,  # why\n    node=2)": "comments stand in the call",
    "self._instance_update(context, instance.uuid, host=1)\nself.g(instance.host)": "instance.host is read later",
    "instance = self._instance_update(context, instance.uuid, host=1, node=instance.host)": "node is computed of what",
    "self.conductor_api.quota_commit(context, 1)": "no rule: Quotas.commit takes its place",
    "self.conductor_api.something_else(context)": "no object is known that takes its place",
    "undo(self.conductor_api.aggregate_host_add)": "aggregate_host_add is handed on and not called here",
    "self.conductor_api.compute_node_delete(context, node)": "not known to be a ComputeNode",
    "x = self.conductor_api.compute_node_delete(context, node)": "what it returns is used",
    "x = self.conductor_api.instance_destroy(context, instance)": "what it returns is used",
    "self.conductor_api.instance_destroy(context, row)": "not known to be an object here",
    "x = self.conductor_api.compute_unrescue(context, instance)": "what it returns is used",
    "self.conductor_api.instance_get_all_by_host(context, self.host, 'node')": "not given 2 arguments by position",
    "self.conductor_api.network_migrate_instance_start(context, instance=instance, migration=1)": "not given 3",
    "self._compute.conductor_api.network_migrate_instance_start(context, 1, 2)": "something else than the manager",
    "self.conductor_api.notify_usage_exists(context, instance)": "is not imported",
    "b = self.conductor_api.block_device_mapping_get_all_by_instance(context, instance)": "the legacy format",
    "self.conductor_api.instance_fault_create(context, {'code': 1})": "the values stand in the call",
    "self.conductor_api.instance_info_cache_delete(context, row)": "not known to be an object here",
    "self.conductor_api.service_get_by_compute_host(context, 'h')": "nothing gets what it returns",
    "s = self.conductor_api.service_get_by_compute_host(context, 'h')\nreturn s": "handed on as the dict that it is",
    "s = self.conductor_api.service_get_by_compute_host(context, 'h')\nself.g(s)\ns['id']": "handed on as the dict",
}

DICTS = [
    "return context['host']",
    "request_spec = {'image': 1}\nreturn request_spec['image']",
    "instance = {'uuid': 1}\nreturn instance['uuid']",
    "instance = self.driver.get_info(instance)\nreturn instance['state']",
    "for instance in self.driver.list():\n    instance['uuid']",
    "return [instance['uuid'] for instance in self.driver.list()]",
    "return instance.system_metadata['key']",
    "return instance.metadata.get('key')",
    "vm_state = self.driver.get_info(instance)['state']",
    "def g(instance):\n    return instance['uuid']\nreturn g({'uuid': 1})",
    "return kwargs['instance']['uuid']",
]


def method(body):
    return HEAD + textwrap.indent(body, " " * 8) + "\n"


@pytest.mark.parametrize("body", REFUSED)
def test_what_is_not_safe_is_left_with_its_reason(convert, body):
    converted = convert(method(body))
    assert converted.after == method(body)
    assert REFUSED[body] in " ".join(left.reason for left in converted.left)


@pytest.mark.parametrize("body", DICTS)
def test_what_is_a_dict_is_left_as_it_is(convert, body):
    assert convert(method(body)).after == method(body)


def test_a_parameter_that_gets_a_dict_from_one_caller_is_left(convert):
    text = """
        class M(Manager):
            def _f(self, context, instance):
                self._g(context, instance)
                self._g(context, obj_to_primitive(instance))

            def _g(self, context, instance):
                return instance['host']
    """
    converted = convert(text)
    assert converted.after == textwrap.dedent(text)
    assert [left.reason for left in converted.left] == ["it is a dict where it came from obj_to_primitive"]


def test_what_came_of_a_call_that_is_kept_is_no_object(convert):
    text = """
        class M(Manager):
            def _f(self, context):
                ref = self.conductor_api.service_get_by_compute_host(context, 'h')
                self.notify(ref)
                return ref['compute_node']

            def _g(self, context):
                for node in self._f(context):
                    self.conductor_api.compute_node_delete(context, node)
                    node['id']
    """
    assert convert(text).after == textwrap.dedent(text)


def test_what_is_left_is_told_with_its_place(convert):
    (left,) = convert(method("'host' in instance")).left
    assert (left.line, left.function, left.work_item, left.source) == (
        6,
        "ComputeManager._f",
        "remaining_instance_attr",
        "'host' in instance",
    )
