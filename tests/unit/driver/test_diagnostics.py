"""What a guest has counted."""

from __future__ import annotations

from fakevirt.driver.diagnostics import Diagnostics, DiskDiagnostics
from fakevirt.instrument.snapshot import snapshot


def test_diagnostics_are_plain_data_with_a_version() -> None:
    data = Diagnostics(state="running", disk_details=[DiskDiagnostics("vda", read_bytes=512)]).serialize()
    assert data["version"] == "1.0"
    assert data["disk_details"][0]["read_bytes"] == 512
    assert data["memory_details"] == {"maximum": 0, "used": 0}
    assert (data["cpu_details"], data["nic_details"], data["config_drive"]) == ([], [], False)


def test_a_trace_shows_what_was_counted() -> None:
    diagnostics = Diagnostics(state="running", uptime=300)
    assert snapshot(diagnostics) == diagnostics.serialize()
