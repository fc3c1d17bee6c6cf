"""How far a live migration has come: a model of copying the memory that a guest goes on writing to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
#: Nova takes a guest's memory, and each of its disks, for as large as that at least, in GiB.
_LEAST_GB = 2

#: What a migration is at.
Phase = Literal["pre-copy", "stopped", "post-copy", "completed", "aborted"]


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

    Whatever is asked of it, it is as far by then as the clock says, in the middle of a round too.

    Args:
        domain: The guest; its ``dirty_rate`` is how much it writes in a second, while it runs.
        settings: How it is copied.
        disks_mb: What is to be copied of each of its disks.
        now: Returns what the clock shows, in seconds; unless given, time passes by :meth:`advance` only.

    Attributes:
        memory_total: How much memory there is.
        disk_total: How much there is on its disks.
    """

    def __init__(
        self,
        domain: Domain,
        settings: MigrationSettings,
        disks_mb: Sequence[float] = (),
        *,
        now: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.domain: Domain = domain
        self.memory_total: float = domain.memory_mb
        self.disk_total: float = sum(disks_mb)
        self._phase: Phase = "pre-copy"
        self._rounds = 0
        self._elapsed = 0.0
        self._memory_processed = 0.0
        self._disk_remaining = self.disk_total
        self._throttle = 0.0
        self._now = now
        self._seen = now()
        self._settings = settings
        self._bandwidth = settings.bandwidth or math.inf
        self._process = domain.id
        #: What the round copies, what of that is left, and what the guest has written meanwhile.
        self._round: float = domain.memory_mb
        self._to_copy: float = domain.memory_mb
        self._written = 0.0
        self._wrote_too_much = 0
        size_gb = sum(max(size_mb / 1024, _LEAST_GB) for size_mb in (domain.memory_mb, *disks_mb))
        self._patience = settings.completion_timeout * size_gb or math.inf

    @property
    def phase(self) -> Phase:
        """What it is at.

        ``pre-copy`` while the guest runs on the source, ``stopped`` while it stands still there, ``post-copy`` while it
        runs on the destination, ``completed`` or ``aborted``.
        """
        self._catch_up()
        return self._phase

    @property
    def rounds(self) -> int:
        """How many rounds the memory has gone through."""
        self._catch_up()
        return self._rounds

    @property
    def elapsed(self) -> float:
        """How long it has taken."""
        self._catch_up()
        return self._elapsed

    @property
    def throttle(self) -> float:
        """Which part of its time the guest is kept from running."""
        self._catch_up()
        return self._throttle

    @property
    def is_under_way(self) -> bool:
        """Whether it has neither completed nor been aborted."""
        self._catch_up()
        return self._is_under_way

    @property
    def is_of_this_process(self) -> bool:
        """Whether the guest is still the one that began to move: one that has stopped since, or booted, is not."""
        return self.domain.active and self.domain.id == self._process

    @property
    def disk_remaining(self) -> float:
        """How much of the disks is still to be copied."""
        self._catch_up()
        return self._disk_remaining

    @property
    def disk_processed(self) -> float:
        """How much of the disks was copied."""
        return self.disk_total - self.disk_remaining

    @property
    def memory_processed(self) -> float:
        """How much memory was copied, again included."""
        self._catch_up()
        return self._memory_processed

    @property
    def memory_remaining(self) -> float:
        """How much memory is still to be copied, what the guest has written again included."""
        self._catch_up()
        return self._memory_remaining

    @property
    def progress(self) -> int:
        """How much of the memory is there, of a hundred, as Nova tells."""
        return 100 - round(100 * self.memory_remaining / self.memory_total)

    @property
    def due(self) -> float:
        """In how many seconds something happens: a round ends, or patience does."""
        self._catch_up()
        return self._due

    def advance(self, seconds: float) -> None:
        """Let it go on for some seconds, besides those that have passed on the clock."""
        now = self._now()
        seconds, self._seen = seconds + now - self._seen, now
        while self._is_under_way:
            span = min(seconds, self._due)
            self._copy(span)
            seconds -= span
            if self._due <= _INSTANT:
                self._go_on()
            elif not seconds:
                return

    def abort(self) -> None:
        """Give it up: the guest stays where it is; what has ended is not given up any more.

        Raises:
            MigrationError: It cannot be given up, since the guest runs on the destination already.
        """
        self._catch_up()
        if self._phase == "post-copy":
            raise exceptions.MigrationError(reason=f"domain {self.domain.name} cannot be aborted in post-copy")
        self._give_up()

    def force_complete(self) -> None:
        """Let it complete whatever the guest writes, as the settings permit."""
        self._catch_up()
        self._force()

    @property
    def _is_under_way(self) -> bool:
        return self._phase not in ("completed", "aborted")

    @property
    def _memory_remaining(self) -> float:
        return min(self._to_copy + self._written, self.memory_total)

    @property
    def _due(self) -> float:
        to_copy = self._disk_remaining or self._to_copy
        return min(to_copy / self._bandwidth, self._patience - self._elapsed)

    def _catch_up(self) -> None:
        self.advance(0)

    def _give_up(self) -> None:
        if self._is_under_way:
            self._let_run()
            self._phase = "aborted"

    def _force(self) -> None:
        if self._phase == "pre-copy":
            self._to_copy, self._written = self._memory_remaining, 0
            if self._settings.permit_post_copy:
                self._patience = math.inf
                self._phase = "post-copy"
            else:
                self._stop()

    def _copy(self, seconds: float) -> None:
        self._elapsed += seconds
        if self._disk_remaining:
            self._disk_remaining = self._left(self._disk_remaining, seconds)
            return
        left = self._left(self._to_copy, seconds)
        self._memory_processed += self._to_copy - left
        self._to_copy = left
        if self._phase == "pre-copy" and self.domain.power_state == states.RUNNING:
            self._written += seconds * self.domain.dirty_rate * (1 - self._throttle)

    def _left(self, to_copy: float, seconds: float) -> float:
        is_copied = to_copy / self._bandwidth - seconds <= _INSTANT
        return 0 if is_copied else to_copy - seconds * self._bandwidth

    def _go_on(self) -> None:
        """Do what is due."""
        if self._patience - self._elapsed <= _INSTANT:
            if self._settings.timeout_action == "abort":
                self._give_up()
            else:
                self._force()
        elif not self._disk_remaining and not self._to_copy:
            self._end_round()

    def _end_round(self) -> None:
        if self._phase != "pre-copy":
            self._let_run()
            self._phase = "completed"
            return
        self._rounds += 1
        self._slow_down()
        self._round = self._to_copy = min(self._written, self.memory_total)
        self._written = 0
        if self._to_copy / self._bandwidth <= self._settings.downtime:
            self._stop()

    def _slow_down(self) -> None:
        self._wrote_too_much += self._written > _WRITTEN_TOO_MUCH * self._round
        if self._settings.permit_auto_converge and self._wrote_too_much >= _PATIENCE_WITH_IT:
            self._wrote_too_much = 0
            more = self._throttle + _MORE_THROTTLE if self._throttle else _THROTTLE
            self._throttle = min(more, _MOST_THROTTLE)

    def _stop(self) -> None:
        self._phase = "stopped"
        self._patience = math.inf
        self._ran = self.is_of_this_process and self.domain.power_state == states.RUNNING
        if self._ran:
            self.domain.power_state = states.POWER_PAUSED

    def _let_run(self) -> None:
        if self._phase == "stopped" and self._ran and self.is_of_this_process:
            self.domain.power_state = states.RUNNING


@dataclass(frozen=True, slots=True)
class MigrationTime:
    """The time that live migrations take.

    Args:
        now: Returns what the clock shows, in seconds.
        wait: Lets time pass on it until ``job.due`` seconds are over, or less: at once where ``job.phase`` changes.
    """

    now: Callable[[], float]
    wait: Callable[[MigrationJob], object]

    @classmethod
    def of_its_own(cls) -> MigrationTime:
        """Return a time that nothing else keeps: it passes as soon as it is waited for."""
        passed = [0.0]

        def wait(job: MigrationJob) -> None:
            passed[0] += job.due

        return cls(lambda: passed[0], wait)
