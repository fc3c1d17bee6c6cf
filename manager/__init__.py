"""The compute manager: one file per work item, the legacy and the object call path side by side.

Import it as ``fakevirt.manager``.
"""
