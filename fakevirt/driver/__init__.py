"""The virt driver: its interface, an in-memory hypervisor, and a driver that really does things on it."""
