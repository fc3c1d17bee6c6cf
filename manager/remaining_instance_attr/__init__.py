"""Remaining uses of instance[attr] in the compute manager: one file per group of methods."""
