import oslo_messaging as messaging

from fakevirt import exceptions
from fakevirt.conversion.faults.alike import caught, representatives
from fakevirt.db.exceptions import DBConnectionError, DBDeadlock
from fakevirt.instrument.faults import Kind


def test_what_managers_catch_is_found_and_what_hides_in_a_constant_too():
    assert exceptions.InstanceNotFound in caught()
    # manager/build_and_run_instance.py catches these by the name of a tuple.
    assert exceptions.FixedIpLimitExceeded in caught()
    # objects/instance_fault.py asks for its type.
    assert exceptions.NovaException in caught()


def test_errors_that_no_clause_names_are_one():
    kinds = [(Kind.FAIL, DBDeadlock), (Kind.FAIL, DBConnectionError), (Kind.AFTER, DBConnectionError)]
    assert representatives(kinds, is_call=False) == ((Kind.FAIL, DBDeadlock), (Kind.AFTER, DBConnectionError))


def test_errors_that_a_clause_names_are_told_apart():
    kinds = ((Kind.FAIL, exceptions.VolumeNotFound), (Kind.FAIL, exceptions.InvalidVolume))
    assert representatives(kinds, is_call=False) == kinds


def test_errors_that_cross_the_wire_in_different_ways_are_told_apart():
    kinds = ((Kind.FAIL, exceptions.MigrationError), (Kind.FAIL, DBDeadlock))
    assert representatives(kinds, is_call=False) == kinds


def test_a_lost_call_is_a_call_that_times_out_and_a_lost_cast_is_no_error():
    kinds = ((Kind.FAIL, messaging.MessageDeliveryFailure), (Kind.DROP, None))
    assert representatives(kinds, is_call=True) == kinds[:1]
    assert representatives(kinds, is_call=False) == kinds
