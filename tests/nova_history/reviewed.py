"""What the tool rewrites and nobody in Nova did, looked at by hand: the value is an object, used as a dict to this day.

Anything that is rewritten, was converted by nobody and is not in this list, counts as a false rewrite.
"""

#: Function and variable, and what the variable is.
OBJECTS = {
    ("ComputeManager._finish_resize", "migration"): "finish_resize gets a Migration, and flattens it for the conductor",
    ("ComputeManager._heal_instance_info_cache", "inst"): "of InstanceList.get_by_host",
    ("ComputeManager._init_instance", "instance"): "of InstanceList.get_by_host; a leftover in a log message",
    ("ComputeManager._init_volume_connection", "bdm"): "swap_volume has it of BlockDeviceMapping.get_by_volume_id",
    ("ComputeManager._poll_unconfirmed_resizes", "migration"): "of MigrationList.get_unconfirmed_by_dest_compute",
    ("ComputeManager._swap_volume", "bdm"): "swap_volume has it of BlockDeviceMapping.get_by_volume_id",
    ("ComputeManager.resize_instance", "migration"): "it is saved in the same function",
}
