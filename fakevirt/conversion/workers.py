"""Tasks spread over processes."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import SimpleQueue
from typing import TypeVar

from fakevirt.db.engine import WORKER
from fakevirt.location import DATABASES, MESSAGES
from fakevirt.usage_error import UsageError

#: What says where things are; processes that share the work are told.
_LOCATIONS = (DATABASES, MESSAGES)

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


def outcomes(function: Callable[[Task], Outcome], tasks: Sequence[Task], *, processes: int) -> Iterator[Outcome]:
    """Yield what ``function`` returns for each task, as they end; one task, or one process, needs no other process.

    Args:
        function: What is done; it must be found by its name in another process.
        tasks: What it is given, the longest first.
        processes: How many processes at most.

    Raises:
        UsageError: A process died.
    """
    processes = min(processes, len(tasks))
    if processes <= 1:
        yield from map(function, tasks)
        return
    context = _context()
    names = context.SimpleQueue()
    for number in range(processes):
        names.put("_".join([*filter(None, [os.environ.get(WORKER)]), f"p{number}"]))
    arguments = names, [(location.chosen, os.environ.get(location.environment)) for location in _LOCATIONS]
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_start, initargs=arguments) as pool:
        try:
            for future in as_completed([pool.submit(function, task) for task in tasks]):
                yield future.result()
        except BrokenProcessPool:
            raise UsageError(
                expected="worker processes that live until their work is done",
                happened="one of them died",
                where=f"{len(tasks)} tasks on {processes} processes",
                how_to_go_on="see whether memory has run out, or narrow it down with --scenario",
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _context() -> multiprocessing.context.BaseContext:
    """Return how processes are started: never as a copy of this one, whose threads it would lack."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # Imported once, and not in each process.
    context.set_forkserver_preload(["fakevirt.conversion.verification"])
    return context


def _start(names: SimpleQueue[str], urls: Sequence[tuple[str | None, str | None]]) -> None:
    # Each has a database of its own, where they are not in memory.
    os.environ[WORKER] = names.get()
    for location, (chosen, in_environment) in zip(_LOCATIONS, urls, strict=True):
        location.choose(chosen)
        # What they are forked from may be older than the environment is.
        if in_environment is not None:
            os.environ[location.environment] = in_environment
        else:
            os.environ.pop(location.environment, None)
    # What was imported stays as long as the process: nothing is gained by looking through it again and again.
    gc.freeze()
    # Most of what a run makes lives as long as its task, and is looked at when many runs have come together.
    gc.set_threshold(100_000)
    # As the command does: what managers log of failures that scenarios bring about is in the traces.
    logging.getLogger().addHandler(logging.NullHandler())
