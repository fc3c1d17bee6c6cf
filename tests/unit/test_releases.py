"""Releases as data."""

import dataclasses
import pickle

import pytest

from fakevirt import releases
from fakevirt.manager.work_items import item_names
from fakevirt.releases import CURRENT, ICEHOUSE, JUNO, KILO
from fakevirt.usage_error import UsageError


@pytest.fixture
def registry(monkeypatch):
    """What is registered in the test is forgotten afterwards."""
    monkeypatch.setattr(releases, "_REGISTERED", dict(releases._REGISTERED))


def test_releases_are_known_by_their_names():
    assert [releases.get(name) for name in ("icehouse", "juno", "kilo")] == [ICEHOUSE, JUNO, KILO]
    assert releases.get(KILO) is KILO


def test_an_unknown_release_is_refused_with_the_names_of_those_that_there_are():
    with pytest.raises(UsageError, match="icehouse, juno, kilo"):
        releases.get("essex")


def test_the_releases_of_an_upgrade_are_in_order_without_the_one_that_is_being_written():
    assert releases.registered() == (ICEHOUSE, JUNO, KILO)


def test_a_release_of_ones_own_is_registered_by_its_name(registry):
    mine = releases.register(dataclasses.replace(JUNO, name="mine", service_version=9))
    assert releases.get("mine") is mine
    assert releases.registered()[-1] is mine


def test_a_name_is_registered_once(registry):
    with pytest.raises(UsageError, match="'juno' is registered already"):
        releases.register(dataclasses.replace(JUNO))


def test_a_release_is_found_by_what_its_services_report():
    assert releases.of_version(ICEHOUSE.service_version) is ICEHOUSE


def test_services_that_report_what_no_release_has_are_refused():
    with pytest.raises(UsageError, match="one reports version 0"):
        releases.of_version(0)


def test_each_release_has_converted_work_items_that_the_one_before_had():
    assert ICEHOUSE.converted < JUNO.converted < KILO.converted < CURRENT.converted
    assert CURRENT.converted <= set(item_names())


def test_a_release_is_the_same_in_another_process():
    assert pickle.loads(pickle.dumps(KILO)) == KILO
