"""Work item ``compute_utils``: the helpers of ``nova.compute.utils``, one file per function."""
