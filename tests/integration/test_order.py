"""The order of conversion that is computed is one that Nova's own conversion bears out."""

import pytest

from fakevirt.conversion.order import find_order
from fakevirt.conversion.scenarios import SCENARIOS

#: What had to accept an object before which work item was converted, as it happened in Nova.
ACCEPTED_FIRST = [
    ("driver.pre_live_migration", "live_migration"),
    ("driver.refresh_instance_security_rules", "refresh_instance_security_rules"),
    ("network.migrate_instance_start", "_post_live_migration"),
    ("network.migrate_instance_finish", "_post_live_migration"),
    ("driver.spawn", "run_instance"),
    ("network.allocate_for_instance", "run_instance"),
    ("network.deallocate_for_instance", "run_instance"),
    ("driver.get_vnc_console", "remaining_instance_attr"),
    ("driver.instance_exists", "detach_volume"),
    ("driver.detach_volume", "detach_volume"),
]
#: The callbacks get the very instance that live_migration got; _post_live_migration was converted before it once, and
#: that was reverted.
CONVERTED_FIRST = [
    ("live_migration", "_post_live_migration"),
    ("live_migration", "_rollback_live_migration"),
    ("_rollback_live_migration", "_rollback_live_migration_at_destination"),
]
#: Between them they enter every work item by which others are called.
CHOSEN = (
    "shared_storage_one_volume",
    "driver_fails_to_move_a_volume_backed_guest",
    "volume_detached",
    "rules_changed",
    "spawn_fails_on_the_host_that_was_chosen",
    "vnc_console_opened",
)


@pytest.fixture(scope="module")
def order():
    return find_order([SCENARIOS[name] for name in CHOSEN])


def place(order, work_item):
    (number,) = [n for n, step in enumerate(order.steps) if work_item in step.work_items]
    return number


@pytest.mark.parametrize(("method", "work_item"), ACCEPTED_FIRST)
def test_what_had_to_accept_an_object_first_does(order, method, work_item):
    steps = order.steps[: place(order, work_item) + 1]
    accepted = {accepted.partition("(")[0] for step in steps for accepted in step.accept_first}
    before = {gift.method for gift in order.gifts if gift.schema == "Instance" and "object" in gift.legacy}
    assert method in accepted | before


@pytest.mark.parametrize(("first", "then"), CONVERTED_FIRST)
def test_who_hands_the_instance_on_is_converted_before_who_gets_it(order, first, then):
    assert place(order, first) < place(order, then)
    assert first in order.steps[place(order, then)].callers


def test_the_network_service_accepts_a_migration_when_it_is_handed_one(order):
    step = order.steps[place(order, "_post_live_migration")]
    assert {"network.migrate_instance_start(Migration)", "network.migrate_instance_start(Instance)"} <= set(
        step.accept_first
    )


def test_what_the_callbacks_call_accepts_an_object_when_live_migration_hands_one_on(order):
    assert "driver.unfilter_instance(Instance)" in order.steps[place(order, "live_migration")].accept_first


def test_helpers_come_after_everyone_who_calls_them(order):
    assert order.steps[-1].work_items == ("compute_utils",)


def test_every_work_item_that_is_entered_is_converted_once(order):
    converted = [work_item for step in order.steps for work_item in step.work_items]
    entered = frozenset().union(*(SCENARIOS[name].enters for name in CHOSEN))
    assert len(converted) == len(set(converted))
    assert set(converted) == entered
    assert order.not_entered == ()


def test_every_step_passes(order):
    assert order.passes
    assert order.failures == ()


def test_gifts_tell_the_form_on_each_path(order):
    gifts = {(gift.work_item, gift.method, gift.schema): (gift.legacy, gift.objects) for gift in order.gifts}
    assert gifts["detach_volume", "driver.detach_volume", "Instance"] == (("dict",), ("object",))
    assert gifts["live_migration", "driver.pre_live_migration", "Instance"] == (("object",), ("object",))
    # A name and no instance.
    assert not any(gift.method == "driver.block_stats" for gift in order.gifts)
