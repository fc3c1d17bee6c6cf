"""The conductor: the raw methods, the calls of versioned objects, and the task that starts a live migration."""

from fakevirt import _oslo  # noqa: F401
