"""What every method does when something goes wrong."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.decorators import (
    ERROR_NOTIFICATION,
    FAULT_ROW,
    errors_out_migration,
    left_by_errors,
    reverts_task_state,
    wrap_exception,
    wrap_instance_event,
    wrap_instance_fault,
)


class Manager:
    """Notes what the decorators do, and fails with what it is told to."""

    def __init__(self):
        self.done = []
        self.error = None
        self.notifier = self
        self.during = lambda: None

    def _note(self, what, context, *details):
        self.done.append((what, context, *details))

    def error_told(self, context, event_type, payload):
        self._note("told", context, event_type, payload)

    def _add_instance_fault_from_exc(self, context, instance, fault):
        self._note("fault", context, instance, fault)

    def _event_start(self, context, instance, event):
        self._note("start", context, instance, event)

    def _event_finish(self, context, instance, event, error):
        self._note("finish", context, instance, event, error)


class Notifier:
    def __init__(self, manager):
        self.error = manager.error_told


def run(manager, context, dest, instance, migrate_data=None):
    manager._note("run", context)
    if manager.error is not None:
        raise manager.error
    return "result"


@pytest.fixture
def manager():
    manager = Manager()
    manager.notifier = Notifier(manager)
    return manager


@pytest.fixture
def names(manager):
    return lambda: [what for what, *_ in manager.done]


ALL = [wrap_exception("run"), wrap_instance_fault, wrap_instance_event("run")]


@pytest.mark.parametrize("decorate", ALL, ids=["exception", "fault", "event"])
def test_a_method_that_succeeds_returns_its_result(manager, decorate, names):
    assert decorate(run)(manager, "context", "dst", "instance") == "result"
    assert "run" in names()
    assert not {"told", "fault"} & set(names())


@pytest.mark.parametrize("decorate", ALL, ids=["exception", "fault", "event"])
def test_a_method_that_fails_raises_what_it_raised(manager, decorate):
    manager.error = ValueError("what")
    with pytest.raises(ValueError, match="what") as raised:
        decorate(run)(manager, "context", "dst", "instance")
    assert raised.value is manager.error


@pytest.mark.parametrize("decorate", ALL, ids=["exception", "fault", "event"])
def test_the_method_keeps_its_name(decorate):
    assert decorate(run).__name__ == "run"


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [(("dst", "instance"), {}), ((), {"dest": "dst", "instance": "instance"})],
    ids=["by place", "by name"],
)
def test_an_error_is_told_with_the_arguments_by_name(manager, args, kwargs):
    manager.error = ValueError("what")
    with pytest.raises(ValueError, match="what"):
        wrap_exception("the_method")(run)(manager, "context", *args, **kwargs)
    arguments = {"dest": "dst", "instance": "instance", "migrate_data": None}
    assert manager.done[-1] == ("told", "context", "the_method", {"exception": manager.error, "args": arguments})


@pytest.mark.parametrize(
    ("args", "kwargs"), [(("dst", "instance"), {}), (("dst",), {"instance": "instance"})], ids=["by place", "by name"]
)
def test_a_fault_is_added_to_the_instance_wherever_it_stands(manager, args, kwargs):
    manager.error = ValueError("what")
    with pytest.raises(ValueError, match="what"):
        wrap_instance_fault(run)(manager, "context", *args, **kwargs)
    assert manager.done[-1] == ("fault", "context", "instance", manager.error)


def test_an_instance_that_was_not_found_gets_no_fault(manager, names):
    manager.error = exceptions.InstanceNotFound(instance_id="gone")
    with pytest.raises(exceptions.InstanceNotFound):
        wrap_instance_fault(run)(manager, "context", "dst", "instance")
    assert names() == ["run"]


@pytest.mark.parametrize("decorate", ALL[:2], ids=["exception", "fault"])
def test_what_is_no_error_passes_unnoticed(manager, decorate, names):
    manager.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        decorate(run)(manager, "context", "dst", "instance")
    assert names() == ["run"]


def test_an_event_starts_and_ends(manager):
    wrap_instance_event("run")(run)(manager, "context", "dst", "instance")
    assert manager.done == [
        ("start", "context", "instance", "compute_run"),
        ("run", "context"),
        ("finish", "context", "instance", "compute_run", None),
    ]


def test_an_event_ends_with_the_error(manager):
    manager.error = ValueError("what")
    with pytest.raises(ValueError, match="what"):
        wrap_instance_event("run")(run)(manager, "context", "dst", instance="instance")
    assert manager.done[-1] == ("finish", "context", "instance", "compute_run", manager.error)


def test_in_novas_order_the_fault_comes_first_and_the_notification_last(manager, names):
    manager.error = ValueError("what")
    decorated = wrap_exception("run")(wrap_instance_event("run")(wrap_instance_fault(run)))
    with pytest.raises(ValueError, match="what"):
        decorated(manager, "context", "dst", "instance")
    assert names() == ["start", "run", "fault", "finish", "told"]


class Migration:
    """Notes the status that is saved, or cannot save."""

    def __init__(self, status, *, saves=True):
        self.status = status
        self.saved = None
        self._saves = saves

    def save(self):
        if not self._saves:
            raise exceptions.MigrationNotFound(migration_id=1)
        self.saved = self.status


@errors_out_migration
def move(manager, context, instance, migration):
    raise RuntimeError("no route to host")


@pytest.mark.parametrize(
    ("status", "saved"), [("migrating", "error"), ("post-migrating", "error"), ("pre-migrating", None)]
)
def test_a_migration_that_is_under_way_is_in_error_when_its_step_fails(manager, status, saved):
    migration = Migration(status)
    with pytest.raises(RuntimeError, match="no route to host"):
        move(manager, "context", "instance", migration=migration)
    assert migration.saved == saved


def test_a_migration_that_cannot_be_saved_does_not_hide_the_error(manager):
    with pytest.raises(RuntimeError, match="no route to host"):
        move(manager, "context", "instance", Migration("migrating", saves=False))


def test_a_method_tells_what_its_errors_leave_behind_through_every_decorator():
    decorated = wrap_exception("m")(
        reverts_task_state(wrap_instance_event("m")(wrap_instance_fault(lambda manager: 1)))
    )
    assert left_by_errors(decorated) == {ERROR_NOTIFICATION, FAULT_ROW}
    assert left_by_errors(wrap_exception("m")(lambda manager: 1)) == {ERROR_NOTIFICATION}
    assert left_by_errors(lambda manager: 1) == frozenset()
