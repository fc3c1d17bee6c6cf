"""What it takes to read a compute manager of the length of Nova's, to audit it and to convert it."""

from pathlib import Path

import libcst as cst
import pytest

from fakevirt.audit.audit import audit
from fakevirt.audit.reading import read
from fakevirt.audit.settings import Settings
from fakevirt.convert.conversion import convert_file

LINES = 6_000
ONCE = {"rounds": 1, "warmup_rounds": 0}

HEAD = '''\
"""Handles all processes relating to instances."""

from nova.compute import task_states
from nova.compute import utils as compute_utils
from nova.compute import vm_states
from nova.objects import base as obj_base
from nova.objects import instance as instance_obj


class ComputeManager(manager.Manager):
    target = messaging.Target(version='3.23')

    def _instance_update(self, context, instance_uuid, **kwargs):
        instance_ref = self.conductor_api.instance_update(context, instance_uuid, **kwargs)
        self._update_resource_tracker(context, instance_ref)
        return instance_ref

    def _update_resource_tracker(self, context, instance):
        self._get_resource_tracker(instance['node']).update_usage(context, instance)
'''

#: A few methods as Icehouse's manager has them: each number makes others of them.
METHODS = '''
    def live_migration_{n}(self, context, dest, instance, block_migration=False, migrate_data=None):
        """Move an instance to another host."""
        try:
            disk = None
            if block_migration:
                disk = self.driver.get_instance_disk_info(instance['name'])
            migrate_data = self.compute_rpcapi.pre_live_migration(context, instance, block_migration, disk, dest)
        except Exception:
            with excutils.save_and_reraise_exception():
                LOG.exception(_('Pre live migration failed at %s'), dest, instance=instance)
                self._rollback_{n}(context, instance, dest, block_migration, migrate_data)
        self.driver.live_migration(context, instance, dest, self._post_{n}, self._rollback_{n}, block_migration)

    def _post_{n}(self, ctxt, instance, dest, block_migration=False, migrate_data=None):
        """Clean up what an instance leaves behind."""
        bdms = block_device_obj.BlockDeviceMappingList.get_by_instance_uuid(ctxt, instance['uuid'])
        for bdm in bdms:
            if bdm.is_volume:
                self.volume_api.terminate_connection(ctxt, bdm.volume_id, self.driver.get_volume_connector(instance))
        network_info = self._get_instance_nw_info(ctxt, instance)
        self._notify_about_instance_usage(ctxt, instance, 'live_migration._post.start', network_info=network_info)
        migration = {{'source_compute': self.host, 'dest_compute': dest}}
        self.conductor_api.network_migrate_instance_start(ctxt, obj_base.obj_to_primitive(instance), migration)
        if instance['vm_state'] == vm_states.ACTIVE and instance.get('node'):
            self.driver.cleanup(ctxt, instance, network_info)

    def _rollback_{n}(self, context, instance, dest, block_migration, migrate_data=None):
        """Put an instance back where it was."""
        host = instance['host']
        instance = self._instance_update(context, instance['uuid'], host=host, vm_state=vm_states.ACTIVE,
                                         task_state=None, expected_task_state=task_states.MIGRATING)
        self.network_api.setup_networks_on_host(context, instance, self.host)
        for bdm in self.conductor_api.block_device_mapping_get_all_by_instance(context, instance, legacy=False):
            if bdm['volume_id']:
                self.compute_rpcapi.remove_volume_connection(context, instance, bdm['volume_id'], dest)

    def _poll_{n}(self, context):
        """Look after the instances of this host."""
        filters = {{'host': self.host, 'task_state': None}}
        instances = self.conductor_api.instance_get_all_by_filters(context, filters, columns_to_join=['metadata'])
        rescued = [instance for instance in instances if instance['vm_state'] == vm_states.RESCUED]
        for instance in rescued:
            if timeutils.is_older_than(instance['launched_at'], CONF.rescue_timeout):
                self.conductor_api.compute_unrescue(context, instance)
'''

pytestmark = pytest.mark.benchmark(group=f"{LINES:,} lines of a compute manager")


@pytest.fixture(scope="module")
def manager(tmp_path_factory):
    """The path of a manager of that length."""
    count = -(-(LINES - HEAD.count("\n")) // METHODS.count("\n"))
    text = HEAD + "".join(METHODS.format(n=n) for n in range(count))
    assert LINES <= text.count("\n") < LINES + METHODS.count("\n")
    path: Path = tmp_path_factory.mktemp("nova") / "manager.py"
    path.write_text(text)
    return path


def test_parse(benchmark, measured, manager):
    module = benchmark.pedantic(cst.parse_module, [manager.read_text()], rounds=3)
    assert module.code == manager.read_text()
    measured("LibCST's `parse_module`")


def test_audit(benchmark, measured, manager):
    audited = benchmark.pedantic(audit, [[manager], Settings()], **ONCE)
    assert audited.findings
    measured("`fakevirt audit`", 20)


def test_convert(benchmark, measured, manager):
    converted = benchmark.pedantic(lambda: convert_file(read(manager), Settings(), None), **ONCE)
    assert converted.after != converted.before
    measured("`fakevirt convert`", 40)
