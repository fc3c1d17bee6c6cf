from fakevirt.conversion.invariants import INVARIANTS, Breach
from fakevirt.conversion.known.faults import (
    ALLOWANCES,
    BREACHES,
    BREACHES_BY_RACES,
    OF_SECOND_WRITERS,
    KnownBreach,
)

REVIEWED = (*BREACHES, *BREACHES_BY_RACES, *OF_SECOND_WRITERS)
LEFT = Breach("nothing_left", "a VIF of server-1 on dst")


def test_a_known_breach_covers_what_it_says_and_no_more():
    known = KnownBreach("nothing_left", "by design", "a VIF of *", "live_migration", "driver.* fail *")
    fault = "driver.pre_live_migration#1 fail HypervisorUnavailable"
    assert known.covers("live_migration", fault, LEFT)
    assert not known.covers("detach_volume", fault, LEFT)
    assert not known.covers("live_migration", "driver.pre_live_migration#1 after HypervisorUnavailable", LEFT)
    assert not known.covers("live_migration", fault, Breach("nothing_left", "disks of server-1 on dst"))
    assert not known.covers("live_migration", fault, Breach("no_task_state", LEFT.what))


def test_each_known_breach_is_of_an_invariant_and_has_a_reason():
    assert {known.invariant for known in REVIEWED} <= {holds.__name__ for holds in INVARIANTS}
    assert all(len(known.reason.split()) > 3 for known in REVIEWED)


def test_each_difference_under_faults_has_a_reason():
    assert all(len(allowance.reason.split()) > 3 for allowance in ALLOWANCES)
