"""Drivers with one mistake, which the contract is tried on."""

import collections
import subprocess
import sys
from pathlib import Path

import pytest

from driver_mutants.mutants import mutants, planted
from driver_mutants.operators import OPERATORS
from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.driver.fake.power import Power
from fakevirt.instrument.probe import unwrap

MUTANTS = mutants()
TESTS = Path(__file__).parents[2]


def one(function, operator):
    """Return the first mutant of a function that an operator makes."""
    return next(mutant for mutant in MUTANTS if (mutant.function, mutant.operator) == (function, operator))


def test_there_are_hundreds_and_some_of_every_kind():
    kinds = collections.Counter(mutant.operator for mutant in MUTANTS)
    assert kinds.keys() == OPERATORS.keys()
    assert kinds.total() > 300
    assert len(set(MUTANTS)) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS[::9], ids=str)
def test_a_mutant_can_be_planted_and_is_gone_then(mutant):
    with Cloud() as cloud:
        driver = unwrap(cloud.host("src").driver)
        before = {name: getattr(method, "__code__", None) for name, method in vars(type(driver)).items()}
        with planted(mutant):
            pass
        assert before == {name: getattr(method, "__code__", None) for name, method in vars(type(driver)).items()}


def test_an_error_that_is_left_out_is_not_raised():
    with Cloud() as cloud:
        server, driver = cloud.boot("src"), cloud.host("src").driver
        driver.power_off(server)
        with planted(one("Power._switch", "no error")):
            driver.pause(server)
        driver.power_off(server)
        with planted(one("Power._switch", "another error")), pytest.raises(RuntimeError):
            driver.pause(server)
        with pytest.raises(exceptions.InstanceInvalidState):
            driver.pause(server)


def test_another_guest_is_meant():
    with Cloud() as cloud:
        server, other = cloud.boot("src"), cloud.boot("src")
        driver, domains = cloud.host("src").driver, cloud.host("src").hypervisor.domains
        with planted(one("Power.set_bootable", "another guest is meant")):
            driver.set_bootable(server, False)
        assert (domains[server.name].bootable, domains[other.name].bootable) == (True, False)


def test_a_change_that_is_left_out_does_not_happen():
    with Cloud() as cloud:
        server, driver = cloud.boot("src"), cloud.host("src").driver
        with planted(one("Power.suspend", "a change of state is left out")):
            driver.suspend(server)
        assert cloud.host("src").hypervisor.domains[server.name].active


def test_arguments_are_swapped():
    code = Power.set_bootable.__code__
    with planted(one("Power.set_bootable", "arguments are swapped")):
        assert Power.set_bootable.__code__.co_varnames[1:3] == tuple(reversed(code.co_varnames[1:3]))
    assert Power.set_bootable.__code__ is code


def test_the_contract_kills_a_mutant_and_not_the_driver():
    script = (
        "from driver_mutants.mutants import mutants; from driver_mutants.runs import run\n"
        "mutant = next(mutant for mutant in mutants() if mutant.function == 'Power.set_bootable')\n"
        "print(run(mutant).killed_by)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("test_"), told
