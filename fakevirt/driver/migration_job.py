"""How far a live migration has come: a model of copying the memory that a guest goes on writing to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from fakevirt import exceptions, states
from fakevirt.driver.domain import Domain
from fakevirt.usage_error import UsageError

#: What is shorter than this many seconds has happened.
_INSTANT = 1e-9
#: QEMU throttles a guest when it has written more than half of what was copied, for the second time.
_WRITTEN_TOO_MUCH = 0.5
_PATIENCE_WITH_IT = 2
#: How much of a guest's time is taken at first, how much more each time, and at most.
_THROTTLE, _MORE_THROTTLE, _MOST_THROTTLE = 0.2, 0.1, 0.99
#: Nova takes a guest for as large as that at least, in GiB.
_LEAST_GB = 2


@dataclass(frozen=True, slots=True)
class MigrationSettings:
    """How guests are copied to other hosts, in the terms of Nova's ``[libvirt]live_migration_…``.

    Args:
        bandwidth: How much is copied in a second, in MiB; None: everything, and no time passes.
        downtime: For how long a guest may stand still at the end, in seconds.
        permit_post_copy: Whether a guest that is forced to complete runs on the destination before its memory is there;
            else it stands still until it is.
        permit_auto_converge: Whether a guest that writes too fast is slowed down.
        completion_timeout: After how many seconds for each GiB the migration has failed to complete; 0: never.
        timeout_action: What is done then.

    Raises:
        UsageError: Nothing would ever be copied.
    """

    bandwidth: float | None = None
    downtime: float = 0.5
    permit_post_copy: bool = False
    permit_auto_converge: bool = False
    completion_timeout: float = 800
    timeout_action: Literal["abort", "force_complete"] = "abort"

    def __post_init__(self) -> None:
        if self.bandwidth is not None and self.bandwidth <= 0:
            raise UsageError(
                expected="a bandwidth of more than 0 MiB/s, or None",
                happened=f"bandwidth={self.bandwidth!r}",
                where="MigrationSettings(…)",
                how_to_go_on="give how many MiB are copied in a second; None copies everything at once",
            )


class MigrationJob:
    """A live migration that is under way.

    Disks are copied first, and then the memory in rounds: each copies what the guest has written during the last one,
    until so little is left that the guest can stand still for it. A guest that writes as fast as is copied never comes
    to that; it is forced to complete, or aborted. Sizes are in MiB, times in seconds.

    Args:
        domain: The guest; its ``dirty_rate`` is how much it writes in a second, while it runs.
        settings: How it is copied.
        disk_mb: What is to be copied of its disks.

    Attributes:
        phase: ``pre-copy`` while the guest runs on the source, ``stopped`` while it stands still there, ``post-copy``
            while it runs on the destination, ``completed`` or ``aborted``.
        rounds: How many rounds the memory has gone through.
        elapsed: How long it has taken.
        memory_total: How much memory there is.
        memory_processed: How much was copied, again included.
        disk_total: How much there is on its disks.
        disk_remaining: How much of that is still to be copied.
        throttle: Which part of its time the guest is kept from running.
    """

    def __init__(self, domain: Domain, settings: MigrationSettings, disk_mb: float = 0) -> None:
        self.domain: Domain = domain
        self.phase: Literal["pre-copy", "stopped", "post-copy", "completed", "aborted"] = "pre-copy"
        self.rounds: int = 0
        self.elapsed: float = 0.0
        self.memory_total: float = domain.memory_mb
        self.memory_processed: float = 0.0
        self.disk_total: float = disk_mb
        self.disk_remaining: float = disk_mb
        self.throttle: float = 0.0
        self._settings = settings
        self._bandwidth = settings.bandwidth or math.inf
        self._process = domain.id
        #: What the round copies, what of that is left, and what the guest has written meanwhile.
        self._round: float = domain.memory_mb
        self._to_copy: float = domain.memory_mb
        self._written = 0.0
        self._wrote_too_much = 0
        size_gb = max(domain.memory_mb / 1024, _LEAST_GB) + (max(disk_mb / 1024, _LEAST_GB) if disk_mb else 0)
        self._patience = settings.completion_timeout * size_gb or math.inf

    @property
    def is_under_way(self) -> bool:
        """Whether it has neither completed nor been aborted."""
        return self.phase not in ("completed", "aborted")

    @property
    def is_of_this_process(self) -> bool:
        """Whether the guest is still the one that began to move: one that has stopped since, or booted, is not."""
        return self.domain.active and self.domain.id == self._process

    @property
    def disk_processed(self) -> float:
        """How much of the disks was copied."""
        return self.disk_total - self.disk_remaining

    @property
    def memory_remaining(self) -> float:
        """How much memory is still to be copied, what the guest has written again included."""
        return min(self._to_copy + self._written, self.memory_total)

    @property
    def progress(self) -> int:
        """How much of the memory is there, of a hundred, as Nova tells."""
        return 100 - round(100 * self.memory_remaining / self.memory_total)

    @property
    def due(self) -> float:
        """In how many seconds something happens: a round ends, or patience does."""
        to_copy = self.disk_remaining or self._to_copy
        return min(to_copy / self._bandwidth, self._patience - self.elapsed)

    def advance(self, seconds: float) -> None:
        """Let it go on for some seconds."""
        while self.is_under_way:
            span = min(seconds, self.due)
            self._copy(span)
            seconds -= span
            if self.due <= _INSTANT:
                self._go_on()
            elif not seconds:
                return

    def abort(self) -> None:
        """Give it up: the guest stays where it is; what has ended is not given up any more.

        Raises:
            MigrationError: It cannot be given up, since the guest runs on the destination already.
        """
        if self.phase == "post-copy":
            raise exceptions.MigrationError(reason=f"domain {self.domain.name} cannot be aborted in post-copy")
        if self.is_under_way:
            self._let_run()
            self.phase = "aborted"

    def force_complete(self) -> None:
        """Let it complete whatever the guest writes, as the settings permit."""
        if self.phase == "pre-copy":
            self._to_copy, self._written = self.memory_remaining, 0
            if self._settings.permit_post_copy:
                self._patience = math.inf
                self.phase = "post-copy"
            else:
                self._stop()

    def _copy(self, seconds: float) -> None:
        self.elapsed += seconds
        if self.disk_remaining:
            self.disk_remaining = self._left(self.disk_remaining, seconds)
            return
        left = self._left(self._to_copy, seconds)
        self.memory_processed += self._to_copy - left
        self._to_copy = left
        if self.phase == "pre-copy" and self.domain.power_state == states.RUNNING:
            self._written += seconds * self.domain.dirty_rate * (1 - self.throttle)

    def _left(self, to_copy: float, seconds: float) -> float:
        is_copied = to_copy / self._bandwidth - seconds <= _INSTANT
        return 0 if is_copied else to_copy - seconds * self._bandwidth

    def _go_on(self) -> None:
        """Do what is due."""
        if self._patience - self.elapsed <= _INSTANT:
            if self._settings.timeout_action == "abort":
                self.abort()
            else:
                self.force_complete()
        elif not self.disk_remaining and not self._to_copy:
            self._end_round()

    def _end_round(self) -> None:
        if self.phase != "pre-copy":
            self._let_run()
            self.phase = "completed"
            return
        self.rounds += 1
        self._slow_down()
        self._round = self._to_copy = min(self._written, self.memory_total)
        self._written = 0
        if self._to_copy / self._bandwidth <= self._settings.downtime:
            self._stop()

    def _slow_down(self) -> None:
        self._wrote_too_much += self._written > _WRITTEN_TOO_MUCH * self._round
        if self._settings.permit_auto_converge and self._wrote_too_much >= _PATIENCE_WITH_IT:
            self._wrote_too_much = 0
            more = self.throttle + _MORE_THROTTLE if self.throttle else _THROTTLE
            self.throttle = min(more, _MOST_THROTTLE)

    def _stop(self) -> None:
        self.phase = "stopped"
        self._patience = math.inf
        self._ran = self.domain.power_state == states.RUNNING
        if self._ran:
            self.domain.power_state = states.POWER_PAUSED

    def _let_run(self) -> None:
        if self.phase == "stopped" and self._ran:
            self.domain.power_state = states.RUNNING
