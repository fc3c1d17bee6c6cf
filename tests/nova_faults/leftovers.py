"""What there is of an instance after its live migration, and what should hold of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

#: The states in which a migration has ended.
FINAL = ("completed", "error", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Leftovers:
    """An instance, everywhere that something is kept of it.

    Args:
        migration: The status of its migration; None if there is no record.
        host: The host that its row names.
        vm_state: Its state.
        task_state: What is being done to it.
        fault: The message of its last fault, None without one.
        guests: The hosts whose hypervisor has it.
        volumes: The hosts that its volumes are connected to.
        vifs: The hosts that its VIFs are plugged into.
        disks: The hosts that have files of it, where these are not shared.
        attachments: For each volume the hosts of its attachments, in Cinder.
        bindings: For each port the status of its binding by host, in Neutron.
        allocations: The hosts that have resources allocated to it, in placement.
        held: The hosts that have resources allocated to its migration.
    """

    migration: str | None
    host: str
    vm_state: str
    task_state: str | None
    fault: str | None
    guests: tuple[str, ...]
    volumes: tuple[str, ...]
    vifs: tuple[str, ...]
    disks: tuple[str, ...]
    attachments: tuple[tuple[str, ...], ...]
    bindings: tuple[Mapping[str, str], ...]
    allocations: tuple[str, ...]
    held: tuple[str, ...]

    def changes(self, before: "Leftovers") -> Iterator[tuple[str, object]]:
        """Yield what is other than it was, by name."""
        for field in fields(self):
            now = getattr(self, field.name)
            if now != getattr(before, field.name):
                yield field.name, now


def breaches(before: Leftovers, after: Leftovers, *, has_failed: bool) -> Iterator[str]:
    """Yield what does not hold after a live migration.

    Args:
        before: What there was.
        after: What there is.
        has_failed: Whether something was made to fail.
    """
    if len(after.guests) != 1:
        yield "a guest runs on exactly one hypervisor"
        return
    (here,) = after.guests
    if after.host != here:
        yield "the row of an instance names the host that has its guest"
    for name in ("volumes", "vifs", "disks"):
        kept = getattr(after, name)
        if set(kept) - {here}:
            yield "nothing is left on a host that does not have the guest"
            break
    for name in ("volumes", "vifs", "disks"):
        if getattr(before, name) and here not in getattr(after, name):
            yield "where the guest is, there is what it had"
            break
    if after.task_state is not None:
        yield "no task state is stuck"
    if after.migration not in FINAL:
        yield "the status of a migration is a final one"
    if any(hosts != (here,) for hosts in after.attachments):
        yield "each volume has one attachment, of the guest's host"
    if any(binding != {here: "ACTIVE"} for binding in after.bindings):
        yield "each port has one binding, which is active on the guest's host"
    if after.allocations != (here,) or after.held:
        yield "resources are allocated on the guest's host, and to nothing else"
    if has_failed and after.migration in ("error", "failed") and here in before.guests and after.fault is None:
        yield "a migration that has failed has left a fault"
