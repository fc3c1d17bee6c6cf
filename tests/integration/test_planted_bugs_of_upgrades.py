"""The proof that a mix of releases can fail: bugs that only an upgrade shows are seen, in the right mixes."""

import functools
import inspect

import pytest

from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.upgrades.cause import Kind
from fakevirt.conversion.upgrades.matrix import fill_matrix
from fakevirt.conversion.upgrades.rehearsal import rehearse
from fakevirt.flavors import is_flavor_key, keeps_flavors_separate
from fakevirt.manager.compute_v4 import ComputeV4Proxy
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from fakevirt.releases import ICEHOUSE, JUNO, KILO
from fakevirt.rpc.compute import ComputeAPI


def broken(scenario, *releases):
    """Return the mixes in which the object path breaks, and the kinds of the causes."""
    results = fill_matrix([SCENARIOS[scenario]], releases).broken
    return {str(result.cell) for result in results}, {cause.kind for r in results for cause in r.causes}


WITH_AN_ICEHOUSE_HOST = {
    "icehouse -> icehouse, conductor icehouse",
    "icehouse -> icehouse, conductor juno",
    "icehouse -> juno, conductor juno",
    "juno -> icehouse, conductor juno",
}


@pytest.mark.parametrize("scenario", ["shared_storage_one_volume", "volume_detached_with_usage", "server_built"])
def test_without_a_planted_bug_these_scenarios_pass(scenario):
    assert broken(scenario, ICEHOUSE, JUNO) == (set(), set())


def test_class_d_a_client_that_has_lost_its_fallback_for_old_hosts(monkeypatch):
    monkeypatch.setattr(ComputeAPI, "_choose", lambda self, work_item, version, instance: (version, instance))
    mixes, kinds = broken("volume_detached_with_usage", ICEHOUSE, JUNO)
    assert (mixes, kinds) == (WITH_AN_ICEHOUSE_HOST, {Kind.REFUSED})


def test_class_m_a_proxy_that_hands_arguments_over_in_another_order(monkeypatch):
    def by_position(proxy, name):
        if name not in proxy._methods:
            raise AttributeError(name)
        method = getattr(proxy._manager, name)
        names = list(inspect.signature(method).parameters)[1:]

        @functools.wraps(method)
        def hands_over(context, **arguments):
            return method(context, *[arguments[name] for name in reversed(names) if name in arguments])

        return hands_over

    monkeypatch.setattr(ComputeV4Proxy, "__getattr__", by_position)
    steps = rehearse(JUNO, KILO, ConversionPlan.objects()).steps
    first = next(step for step in steps if step.causes)
    assert first.step == "verify what is not pinned"


def test_class_v_an_object_flattened_to_the_wrong_shape_for_an_old_host(monkeypatch):
    def without_what_is_none(value):
        return {name: field for name, field in legacy_dict(value).items() if field is not None}

    monkeypatch.setattr("fakevirt.rpc.compute.flattened", without_what_is_none)
    mixes, kinds = broken("shared_storage_one_volume", ICEHOUSE, JUNO)
    assert (mixes, kinds) == (WITH_AN_ICEHOUSE_HOST, {Kind.MISSING_KEY})


def test_a_field_that_is_dropped_for_an_older_host_and_not_moved_to_where_that_looks(monkeypatch):
    def forgets_the_flavor(server, primitive, target_version):
        make_compatible(server, primitive, target_version)
        system_metadata = primitive.get("system_metadata", {})
        for key in list(filter(is_flavor_key, system_metadata)):
            del system_metadata[key]

    make_compatible = Instance.obj_make_compatible
    monkeypatch.setattr(Instance, "obj_make_compatible", forgets_the_flavor)
    mixes, kinds = broken("resized_and_confirmed", JUNO, KILO)
    assert Kind.MOVED_FIELD in kinds
    assert mixes
    assert all("juno ->" in mix or "-> juno" in mix for mix in mixes)


def test_a_field_that_was_left_out_for_an_older_host_and_is_read_on_the_way_back(monkeypatch):
    def reads_the_field(server, namespace=None):
        if not keeps_flavors_separate():
            return get_flavor(server, namespace)
        flavor = getattr(server, f"{namespace}_flavor" if namespace else "flavor")
        if flavor is None:
            raise KeyError(namespace)
        return flavor

    get_flavor = Instance.get_flavor
    monkeypatch.setattr(Instance, "get_flavor", reads_the_field)
    results = fill_matrix([SCENARIOS["resized_and_confirmed"]], [JUNO, KILO]).broken
    causes = {str(result.cell): [str(cause) for cause in result.causes] for result in results}
    assert any("not lazy-loadable" in cause for cause in causes["juno -> kilo, conductor kilo"])
    assert "juno -> juno, conductor juno" not in causes
