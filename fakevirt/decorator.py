"""``both_call_paths``: a test that runs on both call paths and passes if nothing but the path differs."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload
from unittest import SkipTest

from fakevirt import running_test
from fakevirt.running_test import RunningTest
from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from fakevirt.cloud import Cloud
    from fakevirt.conversion.comparison import Comparison
    from fakevirt.conversion.observation import Observation
    from fakevirt.manager.plan import ConversionPlan

#: A test without the argument ``cloud``.
Test = Callable[..., None]


@overload
def both_call_paths(test: Callable[..., Any], /) -> Test: ...


@overload
def both_call_paths(**cloud: Any) -> Callable[[Callable[..., Any]], Test]: ...


def both_call_paths(
    test: Callable[..., Any] | None = None, /, **cloud: Any
) -> Test | Callable[[Callable[..., Any]], Test]:
    """Run a test once on each call path, each time on a cloud of its own, and compare the two traces.

    The test gets the cloud as its argument ``cloud``; its other arguments are fixtures and parameters as ever, the same
    for both runs. It may be a function or a method, under pytest or any other runner.

    Args:
        test: The test, when the decorator is used bare.
        **cloud: Arguments of the cloud: ``hosts``, ``shared_storage``, ``settings``, … A ``plan`` is what is held
            against the legacy path; everything is converted unless it is given.

    Returns:
        The test. It raises what the test itself raises, with a note on which path that was, and
        :class:`fakevirt.conversion.check.ConversionError` if the two runs differ or entered no work item.

    Raises:
        UsageError: The test takes no argument ``cloud``, or is a coroutine or generator function.
    """
    if test is None:
        return functools.partial(_decorated, cloud=cloud)
    return _decorated(test, cloud)


def _decorated(test: Callable[..., Any], cloud: dict[str, Any]) -> Test:
    signature = _signature(test)

    @functools.wraps(test)
    def on_both_call_paths(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        running = running_test.current() or _without_pytest(on_both_call_paths)
        request = functools.wraps(test)(lambda cloud: test(*args, cloud=cloud, **kwargs))
        _compare(request, cloud, running)

    others = [parameter for name, parameter in signature.parameters.items() if name != "cloud"]
    on_both_call_paths.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
    return on_both_call_paths


def _signature(test: Callable[..., Any]) -> inspect.Signature:
    if not callable(test) or inspect.isclass(test):
        problem = f"{test!r} is neither"
    elif inspect.iscoroutinefunction(test) or inspect.isgeneratorfunction(test) or inspect.isasyncgenfunction(test):
        problem = f"{test.__qualname__} is a coroutine or generator function: calling it runs nothing"
    elif "cloud" not in inspect.signature(test).parameters:
        problem = f"{test.__qualname__}{inspect.signature(test)} takes no cloud"
    else:
        return inspect.signature(test)
    raise UsageError(
        expected="a test function or method with an argument named cloud",
        happened=problem,
        where="both_call_paths",
        how_to_go_on="write: @both_call_paths\n              def test_something(cloud): …",
    )


def _without_pytest(test: Callable[..., Any]) -> RunningTest:
    """Describe a test that the plugin knows nothing of; the marks on the function itself still hold."""
    name = f"{test.__module__}.{test.__qualname__}"
    marks = getattr(test, "pytestmark", [])
    return RunningTest(
        name,
        f"python -m unittest {name}" if "." in test.__qualname__ else f"{name}()",
        lambda wanted: [mark for mark in marks if mark.name == wanted],
    )


def _compare(request: Callable[[Cloud], Any], arguments: dict[str, Any], running: RunningTest) -> None:
    __tracebackhide__ = True
    # Not before the test runs: collecting it is to cost nothing.
    from fakevirt.conversion.check import raise_unless_passed
    from fakevirt.conversion.comparison import compare
    from fakevirt.conversion.known import KNOWN
    from fakevirt.manager.plan import ConversionPlan
    from fakevirt.testing import markers

    allow = markers.allowances(running)
    work_item = markers.work_item(running)
    arguments = {**running.cloud_arguments, **arguments}
    _check(arguments, running)
    plan: ConversionPlan = arguments.pop("plan", None) or ConversionPlan.objects()
    legacy = _observe(request, ConversionPlan.legacy(), arguments)
    if legacy.error is not None:
        raise _noted(legacy.error, legacy.plan)
    objects = _observe(request, plan, arguments)
    comparison = compare(legacy, objects, known=KNOWN, allow=allow)
    if comparison.not_compared is None and work_item is not None:
        comparison = _entering(work_item, comparison)
    running.compared(running.name, comparison)
    if objects.error is not None:
        raise _noted(objects.error, objects.plan, comparison)
    raise_unless_passed(comparison, what=running.name, reproduce=running.reproduce)


def _check(arguments: dict[str, Any], running: RunningTest) -> None:
    __tracebackhide__ = True
    from fakevirt.cloud import Cloud

    known = inspect.signature(Cloud).parameters
    unknown = [name for name in arguments if name not in known]
    if unknown:
        raise UsageError(
            expected=f"arguments of Cloud: {', '.join(known)}",
            happened=f"{', '.join(unknown)} is none",
            where=f"both_call_paths(…) of {running.name}",
            how_to_go_on="correct the name, or leave it out",
        )


def _observe(request: Callable[[Cloud], Any], plan: ConversionPlan, arguments: dict[str, Any]) -> Observation:
    __tracebackhide__ = True
    from fakevirt.cloud import Cloud
    from fakevirt.conversion.observation import observe

    try:
        observation = observe(plan, lambda p: Cloud(plan=p, **arguments), request)
    except BaseException as error:
        # What pytest.fail raises is no Exception, and a manager cannot catch it.
        if _is_pytest_failure(error):
            error.add_note(_run_of(plan))
        raise
    if observation.set_up_error is not None:
        raise observation.set_up_error
    return observation


def _entering(work_item: str, comparison: Comparison) -> Comparison:
    import dataclasses

    for observation in (comparison.legacy, comparison.objects):
        if work_item not in observation.entered:
            missed = f"the run under the plan {str(observation.plan)!r} never entered {work_item} (marker work_item)"
            return dataclasses.replace(comparison, rows=(), not_compared=missed)
    return comparison


def _run_of(plan: ConversionPlan) -> str:
    path = "objects" if plan.converted else "legacy"
    return f"fakevirt: this is the run on the {path} call path (plan {str(plan)!r})"


def _is_pytest_failure(error: BaseException) -> bool:
    pytest = sys.modules.get("pytest")
    return pytest is not None and type(error) is pytest.fail.Exception


def _noted(error: Exception, plan: ConversionPlan, comparison: Comparison | None = None) -> Exception:
    """Add to a test's own failure on which path it was, and how the two runs differ if both were made."""
    from fakevirt.conversion import report

    # A note on a skip would become part of its reason.
    if isinstance(error, SkipTest):
        return error
    error.add_note(_run_of(plan) + (", the legacy call path passed" if comparison is not None else ""))
    if comparison is not None and comparison.divergences:
        first = comparison.divergences[0].row
        error.add_note(
            "\n".join(["fakevirt: where the two runs first differ:", *report.aligned(comparison, around=[first])])
        )
    return error
