"""Drivers with one mistake, which the contract is tried on."""

import ast
import collections
import re
import subprocess
import sys
import time
import unittest
from pathlib import Path

import pytest

import fakevirt
from driver_mutants import runs, table
from driver_mutants.mutants import NOVAS, OWN, Mutant, _functions, mutants, planted
from driver_mutants.operators import OPERATORS
from driver_mutants.runs import Outcome, Verdict
from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.driver.fake.power import Power
from fakevirt.instrument.probe import unwrap

MUTANTS = mutants((OWN,))
TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "docs" / "how-to" / "own-manager-and-driver.md"


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


def test_arguments_whose_order_is_no_matter_are_not_swapped():
    (function,) = ast.parse("def _f(a, b):\n    g(a, b)\n    return min(a, b), math.gcd(a, b)").body
    ((line, changed),) = OPERATORS["arguments are swapped"](function)
    assert line == 2
    assert "g(b, a)" in ast.unparse(changed)


def test_what_a_method_raises_that_is_to_be_replaced_is_no_matter():
    (function,) = ast.parse("def _wait(self):\n    raise NotImplementedError").body
    assert [*OPERATORS["no error"](function), *OPERATORS["another error"](function)] == []


def test_what_a_decorator_has_made_has_its_mistake(monkeypatch, tmp_path):
    path = tmp_path / "decorated.py"
    path.write_text(
        "def checked(method):\n"
        "    def call(value):\n"
        "        if not value:\n"
        "            raise ValueError(value)\n"
        "        return method(value)\n"
        "    return call\n"
        "@checked\n"
        "def double(value):\n"
        "    return 2 * value\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(fakevirt, "__file__", str(path.with_name("__init__.py")))
    import decorated

    monkeypatch.setitem(sys.modules, "fakevirt.decorated", decorated)
    (mutant,) = [found for found in _mutants_of("fakevirt.decorated") if found.operator == "no error"]
    with planted(mutant):
        assert decorated.double(0) == 0
    with pytest.raises(ValueError, match="0"):
        decorated.double(0)


def _mutants_of(module):
    return [
        Mutant(module, name, 1, operator, number)
        for name, function in _functions(module)
        for operator, change in OPERATORS.items()
        for number, _ in enumerate(change(function))
    ]


def test_what_is_not_through_in_time_is_not_known_to_fail(monkeypatch):
    class Slow(unittest.TestCase):
        def test_it(self):
            time.sleep(60)

    monkeypatch.setattr(runs, "PATIENCE", 1)
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Slow)
    assert runs.first_failure(suite) == Verdict(is_late=True)


def test_what_is_not_through_in_time_counts_apart():
    ours, novas = mutants((OWN,))[0], mutants((NOVAS,))[0]
    told = table.table([Outcome(ours, Verdict("test_it")), Outcome(novas, Verdict(is_late=True), Verdict("test_it"))])
    assert "| **all** | 2 | 1 (50.0 %) | 1 (50.0 %) | 1 |" in told
    assert "| … of `FakeVirtDriver` | 1 | 1 (100.0 %) | 0 (0.0 %) | 0 |" in told


def test_the_table_has_its_place_on_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before <!-- mutants -->stale<!-- end of mutants --> after")
    outcomes = [Outcome(MUTANTS[0], Verdict("test_it"))]
    table.write(page, 1, outcomes)
    assert (
        table.written(page)
        == f"<!-- mutants -->\n{table.heading(1)}\n\n{table.table(outcomes)}\n<!-- end of mutants -->"
    )
    assert "stale" not in page.read_text()
    page.write_text("no place")
    with pytest.raises(LookupError, match="has no place"):
        table.write(page, 1, outcomes)


def test_the_page_tells_how_many_there_are():
    """Not to the last one: who changes a line of a driver need not spend an hour on the table for that."""
    numbers = r"There are (\d+) of `FakeVirtDriver` and (\d+) of `InMemoryDriver`"
    told, made = (map(int, re.search(numbers, text).groups()) for text in (table.written(PAGE), table.heading(1)))
    for ours, theirs in zip(told, made, strict=True):
        assert abs(ours - theirs) <= theirs / 10, "make driver-mutants ARGS='--write …' writes the table anew"


def test_the_table_on_the_page_adds_up():
    row = re.compile(r"^\| (.+?) \| (\d+) \| (\d+) \((.+?) %\) \| (\d+) \((.+?) %\) \|", re.MULTILINE)
    counted = {}
    for name, made, ours, ours_share, novas, novas_share in row.findall(table.written(PAGE)):
        counted[name] = tuple(map(int, (made, ours, novas)))
        shares = [f"{100 * told / counted[name][0]:.1f}" for told in counted[name][1:]]
        assert [ours_share, novas_share] == shares, name
    assert counted.keys() == {*OPERATORS, "**all**", *(f"… of {driver}" for driver in table.DRIVERS.values())}
    for parts in (OPERATORS, [f"… of {driver}" for driver in table.DRIVERS.values()]):
        columns = zip(*(counted[part] for part in parts), strict=True)
        assert tuple(map(sum, columns)) == counted["**all**"]
    assert counted["**all**"][0] >= 100


def test_the_contract_kills_a_mutant_and_not_the_driver():
    script = (
        "from driver_mutants.mutants import mutants; from driver_mutants.runs import run\n"
        "mutant = next(mutant for mutant in mutants() if mutant.function == 'Power.set_bootable')\n"
        "print(run(mutant).ours.failed)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("test_"), told
