"""What takes the place of each raw method of the conductor, and of flattened arguments."""

from __future__ import annotations

#: The conductor's methods that a compute manager calls, after Nova's releases from Juno to Liberty.
REPLACEMENTS = {
    "action_event_finish": "InstanceActionEvent.event_finish_with_failure(…, want_result=False)",
    "action_event_start": "InstanceActionEvent.event_start(…, want_result=False)",
    "agent_build_get_by_triple": "Agent.get_by_triple",
    "aggregate_host_add": "Aggregate.add_host",
    "aggregate_host_delete": "Aggregate.delete_host",
    "aggregate_metadata_get_by_host": "AggregateList.get_by_host",
    "block_device_mapping_get_all_by_instance": "BlockDeviceMappingList.get_by_instance_uuid",
    "block_device_mapping_update_or_create": "BlockDeviceMapping.save or create",
    "bw_usage_get": "BandwidthUsage.get_by_instance_uuid_and_mac",
    "bw_usage_update": "BandwidthUsage.create",
    "compute_node_create": "ComputeNode.create",
    "compute_node_delete": "ComputeNode.destroy",
    "compute_node_update": "ComputeNode.save",
    "compute_unrescue": "the compute API itself",
    "instance_destroy": "Instance.destroy",
    "instance_fault_create": "InstanceFault.create",
    "instance_get_all_by_filters": "InstanceList.get_by_filters",
    "instance_get_all_by_host": "InstanceList.get_by_host",
    "instance_get_by_uuid": "Instance.get_by_uuid",
    "instance_info_cache_delete": "instance.info_cache.delete()",
    "instance_type_get": "Flavor.get_by_id",
    "instance_update": "attributes and Instance.save",
    "migration_get_in_progress_by_host_and_node": "MigrationList.get_in_progress_by_host_and_node",
    "network_migrate_instance_finish": "network_api.migrate_instance_finish",
    "network_migrate_instance_start": "network_api.migrate_instance_start",
    "notify_usage_exists": "compute_utils.notify_usage_exists",
    "quota_commit": "Quotas.commit",
    "quota_rollback": "Quotas.rollback",
    "service_get_by_compute_host": "Service.get_by_compute_host",
    "vol_usage_update": "VolumeUsage.save",
}
