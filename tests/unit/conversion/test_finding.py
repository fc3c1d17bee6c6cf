"""What a comparison found, as plain data."""

import pickle

from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.finding import Finding
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan


def found(name, plan):
    scenario = SCENARIOS[name]
    return Finding.of(name, compare_scenario(scenario, plan), in_order(scenario.enters))


def test_it_has_a_row_for_each_work_item_that_is_entered_and_converted():
    finding = found("refused_by_the_source", ConversionPlan.all_but("check_can_live_migrate_source"))
    assert [row.work_item for row in finding.rows] == ["check_can_live_migrate_destination", "compute_utils"]


def test_it_leaves_the_process_with_the_allowances_that_were_used():
    finding = found("driver_fails", ConversionPlan.objects())
    assert finding.verdict is Verdict.ALLOWED
    assert finding.used
    assert pickle.loads(pickle.dumps(finding)) == finding


def test_it_knows_every_work_item_whose_path_was_asked_for_entered_or_not():
    finding = found("driver_fails", ConversionPlan.objects())
    # The legacy rollback has the resource tracker write, which is part of the worked example.
    assert finding.matter == SCENARIOS["driver_fails"].enters | {"delete_orphan_compute_nodes"}
