"""Recording what happens at boundaries: traces, probes, faults and their canonical form.

Nothing in this package knows of virtualisation; it wraps and compares any object.
"""
