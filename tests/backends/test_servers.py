"""The servers that these tests start are there for as long as they are wanted."""

import os
import time

import pytest
from backends.servers import PATIENCE, RabbitMQ


def processes_of(folder):
    """Return the ids of processes that work in a folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            place = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if place.startswith(str(folder)):
            found.append(int(pid))
    return found


def test_a_broker_takes_connections_and_leaves_no_process_behind():
    with RabbitMQ() as broker:
        broker.connect()
        assert processes_of(broker.folder)
        broker.kill()
        with pytest.raises(OSError):  # noqa: PT011
            broker.connect()
        broker.start()
        broker.connect()
    # What was killed takes a moment to go.
    end = time.monotonic() + PATIENCE
    while processes_of(broker.folder) and time.monotonic() < end:
        time.sleep(0.1)
    assert processes_of(broker.folder) == []
