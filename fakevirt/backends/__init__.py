"""What a compute manager calls besides its driver: network, volume, console auth and notifier, each with state."""

from fakevirt import _oslo  # noqa: F401
