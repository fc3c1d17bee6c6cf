"""Work item ``remaining_instance_attr``: the methods that read ``instance[attr]`` to the last, a file per group."""
