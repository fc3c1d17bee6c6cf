"""The contract of virt drivers is about all of the interface."""

import inspect
import re

import pytest

from fakevirt.driver.interface import ComputeDriver
from fakevirt.suite import driver_errors, driver_readings, driver_sequences, guest
from fakevirt.suite import test_driver as contract

SOURCE = "".join(map(inspect.getsource, (contract, driver_errors, driver_readings, driver_sequences, guest)))
CALLED = set(re.findall(r'"(\w+)"', SOURCE))
PUBLIC = [name for name in vars(ComputeDriver) if not name.startswith("_") and name != "capabilities"]


@pytest.mark.parametrize(
    "method", [name for name in PUBLIC if not re.fullmatch("get_(vnc|spice|rdp|serial)_console", name)]
)
def test_the_contract_calls(method):
    assert method in CALLED or f".{method}," in SOURCE


def test_the_contract_calls_every_kind_of_console():
    assert {f"get_{kind}_console" for kind in contract.CONSOLES} <= set(PUBLIC)
