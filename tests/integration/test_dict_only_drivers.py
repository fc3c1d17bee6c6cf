"""A driver that takes dicts only turns just the work items red whose own calls hand it an instance."""

import pytest

from fakevirt import Cloud
from fakevirt.conversion.board import fill_board
from fakevirt.conversion.check import ConversionError, check
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.driver.profile import Accepts, Profile

CHOSEN = [
    SCENARIOS[name]
    for name in (
        "shared_storage_one_volume",
        "driver_fails_to_move_a_volume_backed_guest",
        "volume_detached",
        "rules_changed",
    )
]


@pytest.fixture(scope="module")
def handovers():
    """What is handed on when every driver takes any form."""
    return frozenset().union(*(finding.handovers for finding in fill_board(CHOSEN).findings))


@pytest.mark.parametrize(
    ("method", "work_items"),
    [
        ("live_migration", ["live_migration"]),
        ("pre_live_migration", ["live_migration"]),
        ("unfilter_instance", ["_post_live_migration"]),
        ("detach_volume", ["detach_volume"]),
        ("rollback_live_migration_at_destination", ["_rollback_live_migration_at_destination"]),
        ("refresh_instance_security_rules", ["refresh_instance_security_rules"]),
        # The first of these would keep the others from calling it at all.
        (
            "get_volume_connector",
            ["check_can_live_migrate_source", "live_migration", "_post_live_migration", "detach_volume"],
        ),
        # The driver destroys for itself what a rollback left: what it takes from others has no say in that.
        ("destroy", []),
        ("spawn", []),
    ],
)
def test_just_the_work_items_that_hand_the_method_an_instance_turn_red(method, work_items, handovers):
    board = fill_board(CHOSEN, profile=Profile(**{method: Accepts.DICT_ONLY}))
    red = {row.work_item: row.parts_at for row in board.rows if not row.verdict.passes}
    assert red == {work_item: (f"driver {method}",) for work_item in work_items}
    assert board.passes is (not work_items)
    assert in_order({h.giver for h in handovers if h.receiver == f"driver.{method}"}) == work_items


def test_a_check_with_such_a_driver_names_the_method_and_the_work_item():
    with pytest.raises(ConversionError) as caught:
        check("live_migration", "driver_fails", profile=Profile(detach_volume=Accepts.DICT_ONLY))
    comparison = caught.value.comparison
    assert comparison.to_blame == "detach_volume"
    assert comparison.verdict_for("detach_volume") is Verdict.DIVERGED
    assert comparison.verdict_for("live_migration") is Verdict.SAME
    assert "  cause:        in detach_volume, effect " in str(caught.value)
    assert ": driver detach_volume on dst: raised is — on legacy and TypeError(" in str(caught.value)


@pytest.mark.parametrize("method", ["spawn", "get_volume_connector"])
def test_a_cloud_is_set_up_whatever_its_drivers_take(method):
    with Cloud(profile=Profile(**{method: Accepts.DICT_ONLY})) as cloud:
        server = cloud.boot("src", volumes=1)
        assert server.name in cloud.host("src").hypervisor.domains
