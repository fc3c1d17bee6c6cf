"""G: work moves across the RPC line before an argument is made serialisable."""

from fakevirt.manager.compute_utils import faults
from fakevirt.manager.steps import reschedule
from fakevirt.objects.instance_action import InstanceActionEvent
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("G", comparison("clean_up_fails_at_the_source"), "db", "update instance_actions_events arguments.values.traceback")
def traceback_sent(patch: Patch) -> None:
    """An error and its traceback go to the conductor as they are."""
    finish = InstanceActionEvent.__dict__["event_finish_with_failure"].__func__
    # Without serialize_args, which makes text of exceptions and tracebacks.
    patch.setattr(InstanceActionEvent, "event_finish_with_failure", classmethod(finish.__wrapped__))


@bug("G", comparison("vnc_console_off"), "rpc", "get_vnc_console raised.exception ValueError")
def error_for_its_message(patch: Patch) -> None:
    """A fault is made with the error in place of its text."""
    patch.edit(faults.objects, "**describe_fault(fault)", '**{**describe_fault(fault), "message": fault}')


@bug(
    "G",
    comparison("resize_rescheduled_in_vain"),
    "rpc",
    "migrate_server arguments.scheduler_hint.filter_properties.retry.exc",
)
def error_sent_to_the_scheduler(patch: Patch) -> None:
    """A build that is tried elsewhere tells the scheduler of its error, and not of its text."""
    patch.edit(
        reschedule.objects,
        "_retry(context, filter_properties, reschedule_method, method_args, error)",
        'filter_properties["retry"]["exc"] = error; reschedule_method(context, *method_args)',
    )
