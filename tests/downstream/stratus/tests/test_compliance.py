"""What fakevirt holds the manager and the driver to."""

from fakevirt.suite import *  # noqa: F403
