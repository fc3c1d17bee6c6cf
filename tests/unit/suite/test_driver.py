"""The contract of virt drivers is about all of the interface."""

import inspect
import re

import pytest

from fakevirt.driver.interface import ComputeDriver
from fakevirt.suite import test_driver as contract

CALLED = set(re.findall(r'"(\w+)"', inspect.getsource(contract)))
PUBLIC = [name for name in vars(ComputeDriver) if not name.startswith("_") and name != "capabilities"]


@pytest.mark.parametrize(
    "method", [name for name in PUBLIC if not re.fullmatch("get_(vnc|spice|rdp|serial)_console", name)]
)
def test_the_contract_calls(method):
    assert method in CALLED or f".{method}," in inspect.getsource(contract)


def test_the_contract_calls_every_kind_of_console():
    assert {f"get_{kind}_console" for kind in contract.CONSOLES} <= set(PUBLIC)
