"""Each rule, before and after."""

import textwrap

import pytest

HEAD = """\
from nova.compute import utils as compute_utils
from nova.objects import base as obj_base
from nova.objects import instance as instance_obj


class ComputeManager(manager.Manager):
    def _update_resource_tracker(self, context, instance):
        pass

"""

#: The body of a private method before and after.
RULES = {
    "a subscript that is read": (
        "return instance['host']",
        "return instance.host",
    ),
    "a subscript that is written": (
        "instance['host'] = 'h'  # here\ninstance.save()",
        "instance.host = 'h'  # here\ninstance.save()",
    ),
    "a subscript of a subscript": (
        "return instance['system_metadata']['image_id']",
        "return instance.system_metadata['image_id']",
    ),
    "a property": (
        "return instance['name']",
        "return instance.name",
    ),
    "get without a default": (
        "return instance.get('host')",
        "return instance.host",
    ),
    "formatting and comments": (
        "return self.driver.plug(  # now\n    instance [ 'host' ],\n    # the id\n    instance['uuid'])",
        "return self.driver.plug(  # now\n    instance.host,\n    # the id\n    instance.uuid)",
    ),
    "Python 2": (
        "try:\n    print instance['host']\nexcept KeyError, e:\n    raise A, e, instance['uuid']",
        "try:\n    print instance.host\nexcept KeyError, e:\n    raise A, e, instance.uuid",
    ),
    "a raw update": (
        "self._instance_update(context, instance['uuid'], vm_state=vm_states.ACTIVE, task_state=None)",
        "instance.vm_state = vm_states.ACTIVE\n"
        "instance.task_state = None\n"
        "instance.save()\n"
        "self._update_resource_tracker(context, instance)",
    ),
    "a raw update that takes the place of the instance": (
        "# back\ninstance = self._instance_update(context, instance.uuid,\n"
        "                                 host=instance['launched_on'],\n"
        "                                 expected_task_state=(None,\n"
        "                                                      'a'))  # done\n"
        "return instance['host']",
        "# back\ninstance.host = instance.launched_on\n"
        "instance.save(expected_task_state=(None,\n"
        "                                                      'a'))\n"
        "self._update_resource_tracker(context, instance)  # done\n"
        "return instance.host",
    ),
    "a value that is broken over lines": (
        "self._instance_update(context, instance['uuid'], host=self.host or\n                      context.host)",
        "instance.host = (self.host or\n                      context.host)\n"
        "instance.save()\nself._update_resource_tracker(context, instance)",
    ),
    "a network call by way of the conductor": (
        "instance_p = obj_base.obj_to_primitive(instance)\n"
        "self.conductor_api.network_migrate_instance_start(context, instance_p, migration)",
        "self.network_api.migrate_instance_start(context, instance, migration)",
    ),
    "a notification by way of the conductor": (
        "self.conductor_api.notify_usage_exists(\n"
        "    context, obj_base.obj_to_primitive(instance), current_period=True)",
        "compute_utils.notify_usage_exists(self.notifier,\n"
        "                                  context,\n"
        "                                  instance,\n"
        "                                  current_period=True)",
    ),
    "instances by filters": (
        "found = self.conductor_api.instance_get_all_by_filters(context, {}, columns_to_join=['metadata'])\n"
        "return [each['uuid'] for each in found]",
        "found = instance_obj.InstanceList.get_by_filters(context, {}, expected_attrs=['metadata'])\n"
        "return [each.uuid for each in found]",
    ),
    "an instance by its uuid": (
        "row = self.conductor_api.instance_get_by_uuid(context, uuid)\nreturn row['host']",
        "row = instance_obj.Instance.get_by_uuid(context, uuid)\nreturn row.host",
    ),
    "instances of a host": (
        "found = self.conductor_api.instance_get_all_by_host(context, self.host)\n"
        "return [each['uuid'] for each in found]",
        "found = instance_obj.InstanceList.get_by_host(context, self.host)\nreturn [each.uuid for each in found]",
    ),
    "a row that is deleted": (
        "self.conductor_api.instance_destroy(context, instance)",
        "instance.destroy()",
    ),
    "a rescue that ends by way of the conductor": (
        "self.conductor_api.compute_unrescue(context, instance)",
        "self.compute_api.unrescue(context, instance)",
    ),
    "the cache of network information": (
        "self.conductor_api.instance_info_cache_delete(context, instance)",
        "instance.info_cache.delete()",
    ),
}

#: What needs an import that the head has not.
IMPORTED = {
    "the mappings of block devices": (
        "bdms = self.conductor_api.block_device_mapping_get_all_by_instance(\n"
        "    context, obj_base.obj_to_primitive(instance), legacy=False)\n"
        "return bdms[0]['boot_index']",
        "bdms = block_device_obj.BlockDeviceMappingList.get_by_instance_uuid(\n"
        "    context, instance.uuid)\n"
        "return bdms[0].boot_index",
        "from nova.objects import block_device as block_device_obj\n",
    ),
    "a flavor": (
        "kind = self.conductor_api.instance_type_get(context, instance['instance_type_id'])\nreturn kind['memory_mb']",
        "kind = flavor_obj.Flavor.get_by_id(context, instance.instance_type_id)\nreturn kind.memory_mb",
        "from nova.objects import flavor as flavor_obj\n",
    ),
    "migrations in progress": (
        "found = self.conductor_api.migration_get_in_progress_by_host_and_node(context, self.host, node)\n"
        "return [migration['instance_uuid'] for migration in found]",
        "found = migration_obj.MigrationList.get_in_progress_by_host_and_node(context, self.host, node)\n"
        "return [migration.instance_uuid for migration in found]",
        "from nova.objects import migration as migration_obj\n",
    ),
    "a fault": (
        "self.conductor_api.instance_fault_create(context, values)",
        "instance_fault_obj.InstanceFault(context, **values).create()",
        "from nova.objects import instance_fault as instance_fault_obj\n",
    ),
    "the first node of a service": (
        "ref = self.conductor_api.service_get_by_compute_host(context, self.host)\nreturn ref['compute_node'][0]['id']",
        "ref = service_obj.Service.get_by_compute_host(context, self.host)\nreturn ref.compute_node.id",
        "from nova.objects import service as service_obj\n",
    ),
    "another node than the first of a service": (
        "ref = self.conductor_api.service_get_by_compute_host(context, self.host)\nreturn ref['compute_node'][1]['id']",
        "ref = service_obj.Service.get_by_compute_host(context, self.host)\n"
        "return compute_node_obj.ComputeNodeList.get_by_service(context, ref)[1].id",
        "from nova.objects import compute_node as compute_node_obj\n",
    ),
    "all nodes of a service": (
        "ref = self.conductor_api.service_get_by_compute_host(context, self.host)\n"
        "for cn in ref['compute_node']:\n    self.conductor_api.compute_node_delete(context, cn)",
        "ref = service_obj.Service.get_by_compute_host(context, self.host)\n"
        "for cn in compute_node_obj.ComputeNodeList.get_by_service(context, ref):\n    cn.destroy()",
        "from nova.objects import compute_node as compute_node_obj\n",
    ),
}


def method(body):
    return HEAD + "    def _f(self, context, instance):\n" + textwrap.indent(body, " " * 8) + "\n"


@pytest.mark.parametrize("rule", RULES)
def test_what_is_safe_is_rewritten(convert, rule):
    before, after = RULES[rule]
    assert convert(method(before)).after == method(after)


@pytest.mark.parametrize("rule", IMPORTED)
def test_what_is_new_is_imported_in_the_manner_of_the_file(convert, rule):
    before, after, new = IMPORTED[rule]
    converted = convert(method(before)).after
    assert converted.endswith(method(after).partition("class ")[2])
    assert new in converted
    lines = [line for line in converted.splitlines() if line.startswith("from nova.")]
    assert lines == sorted(lines)


def test_the_example_of_the_blueprint_comes_out_word_for_word(convert):
    before = """
        from nova.objects import instance as instance_obj

        class ComputeManager(manager.Manager):
            def delete(self, context):
                service_ref = self.conductor_api.service_get_by_compute_host(
                context, self.host)
                self.conductor_api.compute_node_delete(context, service_ref['compute_node'])
    """
    lines = [line.strip() for line in convert(before).after.splitlines()]
    assert lines[-3:] == [
        "service = service_obj.Service.get_by_compute_host(context,",
        "self.host)",
        "service.compute_node.destroy()",
    ]


def test_the_name_of_a_service_is_kept_where_the_new_one_is_taken(convert):
    body = "service_ref = self.conductor_api.service_get_by_compute_host(context, self.host)\nservice = 1\n"
    assert "service_ref = service_obj.Service" in convert(method(body + "service_ref['id']")).after


class TestCompatDecorator:
    """What other processes call with a dict, takes one."""

    def test_it_stands_outermost(self, convert):
        before = "class M(Manager):\n    @wrap\n    def f(self, context, instance):\n        return instance['host']\n"
        assert convert(f"def object_compat(f):\n    return f\n\n\n{before}").after.endswith(
            "    @object_compat\n    @wrap\n    def f(self, context, instance):\n        return instance.host\n"
        )

    def test_one_for_other_objects_is_not_taken_for_it(self, convert):
        other = "def aggregate_object_compat(f):\n    return f\n\n\n"
        text = f"{other}def f(manager, context, instance):\n    return instance['host']\n"
        assert "@object_compat\ndef f(" in convert(text).after

    def test_it_is_imported_where_the_file_has_none(self, convert):
        text = "import os\n\n\ndef f(manager, context, instance):\n    return instance['host']\n"
        assert convert(text).after == (
            "import os\nfrom fakevirt.manager.compat import object_compat\n\n\n"
            "@object_compat\ndef f(manager, context, instance):\n    return instance.host\n"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "class M(Manager):\n    def f(self, context, instance):\n        instance.a\n        instance['host']\n",
            "class M(Manager):\n    def _f(self, context, instance):\n        instance['host']\n",
            "class M:\n    def f(self, context, instance):\n        instance['host']\n",
            "class M(Manager):\n    def f(self, instance):\n        instance['host']\n",
            "class M(Manager):\n    def f(self, context, instance: Instance):\n        instance['host']\n",
            "class M(Manager):\n    def f(self, context, instance):\n        self.driver.f(instance)\n",
        ],
    )
    def test_what_takes_objects_already_or_is_called_here_only_gets_none(self, convert, text):
        assert "compat" not in convert(text).after

    def test_what_hands_the_instance_on_gets_it(self, convert):
        text = (
            "class M(Manager):\n    def f(self, context, instance):\n        self._g(context, instance)\n\n"
            "    def _g(self, context, instance):\n        instance['host']\n"
        )
        assert "    @object_compat\n    def f(" in convert(text).after


class TestResourceTracker:
    """What told the resource tracker, still does."""

    TEXT = """
        class ComputeManager(manager.Manager):
            def _instance_update(self, context, instance_uuid, **kwargs):
                '''Update.'''

                ref = self.conductor_api.instance_update(context, instance_uuid,
                                                         **kwargs)
                if ref['host'] == self.host:
                    rt = self._get_resource_tracker(ref['node'])
                    rt.update_usage(context, ref)

                return ref

            def _f(self, context, instance):
                self._instance_update(context, instance['uuid'], host=1)
    """

    def test_its_part_of_the_raw_update_becomes_a_method(self, convert):
        assert convert(self.TEXT).after == textwrap.dedent("""
            class ComputeManager(manager.Manager):
                def _update_resource_tracker(self, context, ref):
                    if ref['host'] == self.host:
                        rt = self._get_resource_tracker(ref['node'])
                        rt.update_usage(context, ref)

                def _instance_update(self, context, instance_uuid, **kwargs):
                    '''Update.'''

                    ref = self.conductor_api.instance_update(context, instance_uuid,
                                                             **kwargs)
                    self._update_resource_tracker(context, ref)

                    return ref

                def _f(self, context, instance):
                    instance.host = 1
                    instance.save()
                    self._update_resource_tracker(context, instance)
        """)

    @pytest.mark.parametrize(
        ("there", "instead"),
        [
            ("return ref", "return ref, 1"),
            ("rt.update_usage(context, ref)", "rt.update_usage(context, kwargs)"),
            ("rt.update_usage(context, ref)", "return None"),
            ("rt.update_usage(context, ref)", "rt.update_usage(context, instance_uuid)"),
        ],
    )
    def test_one_of_another_form_is_left_with_what_needs_it(self, convert, there, instead):
        text = textwrap.dedent(self.TEXT.replace(there, instead))
        converted = convert(text)
        assert converted.after == text.replace("instance['uuid']", "instance.uuid")
        assert "there is no _update_resource_tracker in ComputeManager" in converted.left[-1].reason


class TestWorkItem:
    """One work item at a time."""

    TEXT = """
        class M(Manager):
            def live_migration(self, context, instance):
                instance['host']
                self.driver.go(self._post_live_migration)

            def _post_live_migration(self, context, instance):
                instance['host']
                self._shared(context, instance)

            def reboot_instance(self, context, instance):
                self._shared(context, instance)

            def _shared(self, context, instance):
                instance['uuid']
    """

    def test_the_rest_stays_as_it_is(self, convert):
        after = convert(self.TEXT, "_post_live_migration").after
        assert after.count("instance.host") == 1
        assert "    @object_compat\n    def _post_live_migration(" in after
        assert "instance['uuid']" in after

    def test_a_helper_that_has_almost_the_name_of_the_work_item_is_not_decorated(self, convert):
        text = """
            class M(Manager):
                def detach_volume(self, context, instance):
                    self._detach_volume(context, instance)

                def _detach_volume(self, context, instance):
                    instance['host']
        """
        after = convert(text, "detach_volume").after
        assert after.count("@object_compat") == 1
        assert "    @object_compat\n    def detach_volume(" in after

    def test_what_others_call_with_a_dict_is_left_with_the_reason(self, convert):
        converted = convert(self.TEXT, "remaining_instance_attr")
        (left,) = converted.left
        assert left.source == "instance['uuid']"
        assert "dict" in left.reason


@pytest.mark.parametrize(
    ("imports", "name", "new"),
    [
        ("from nova import objects\n", "objects.Service", ""),
        ("import os\n", "objects.Service", "from nova import objects\n"),
        (
            "from nova.objects.instance import Instance\n",
            "Service",
            "from nova.objects.service import Service\n",
        ),
        ("from nova.objects import service as svc\n", "svc.Service", ""),
        ("from mine.objects import base\n", "service_obj.Service", "from mine.objects import service as service_obj\n"),
    ],
)
def test_imports_are_added_in_the_manner_of_the_file(convert, imports, name, new):
    function = "\n\nclass M(Manager):\n    def f(self, context):\n        s = {}\n        return s{}\n"
    before = imports + function.format("self.conductor_api.service_get_by_compute_host(context, 'h')", "['id']")
    after = function.format(f"{name}.get_by_compute_host(context, 'h')", ".id")
    assert convert(before).after == imports + new + after
