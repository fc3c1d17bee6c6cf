"""The measurement itself: on files small enough to be counted by hand."""

import textwrap

import pytest

from nova_history.measure import measure
from nova_history.reviewed import OBJECTS

HEAD = """\
class ComputeManager(manager.Manager):
    def _update_resource_tracker(self, context, instance):
        pass

"""


def manager(*bodies):
    """Return a manager with one method for each body."""
    methods = (
        f"    def _f{i}(self, context, instance):\n{textwrap.indent(body, ' ' * 8)}\n" for i, body in enumerate(bodies)
    )
    return HEAD + "\n".join(methods)


@pytest.mark.parametrize(
    ("before", "kilo", "later", "counted"),
    [
        ("instance['host']", "instance.host", "instance.host", {"converted": 1, "found": 1, "same": 1}),
        ("x = g()\nx['host']", "x = g()\nx.host", "x.host", {"converted": 1, "not_rewritten": 1}),
        ("instance['host']", "instance['host']", "instance.host", {"later": 1}),
        ("instance['host']", "instance['host']", "instance['host']", {"false": 1}),
        ("instance['host']", "self.g(instance)", "self.g(instance)", {"anew": 1}),
        ("spec['host']", "spec['host']", "spec['host']", {"by_nobody": 1}),
        (
            "instance['host'], instance['host']",
            "instance.host, instance['host']",
            "instance.host, instance['host']",
            {"converted": 1, "found": 1, "same": 1, "false": 1},
        ),
        (
            "self._instance_update(context, instance.uuid, host=1)",
            "instance.host = 1\ninstance.save()",
            "instance.host = 1\ninstance.save()",
            {"converted": 1, "found": 1, "same": 1},
        ),
        (
            "return self._instance_update(context, instance.uuid, host=1)",
            "instance.host = 1\ninstance.save()",
            "instance.host = 1\ninstance.save()",
            {"converted": 1, "found": 1, "not_rewritten": 1},
        ),
    ],
)
def test_each_site_is_counted_where_it_belongs(before, kilo, later, counted):
    measured = measure(manager(before), [manager(kilo)], [manager(later)])
    lists = ("converted", "found", "same", "not_rewritten", "anew", "later", "false")
    found = {name: len(getattr(measured, name)) for name in lists} | {"by_nobody": measured.by_nobody}
    assert {name: count for name, count in found.items() if count} == counted


def test_what_an_earlier_release_converted_counts_as_converted():
    texts = [manager("instance.host"), manager("self.g(instance)")]
    assert len(measure(manager("instance['host']"), texts, []).same) == 1


def test_a_function_that_is_gone_is_no_conversion():
    measured = measure(manager("instance['host']"), ["x = 1\n"], [])
    assert (len(measured.converted), len(measured.anew)) == (0, 1)


def test_what_was_looked_at_by_hand_is_told_apart(monkeypatch):
    monkeypatch.setitem(OBJECTS, ("ComputeManager._f0", "instance"), "it is one")
    text = manager("instance['host']")
    measured = measure(text, [text], [text])
    assert (len(measured.reviewed), len(measured.false)) == (1, 0)
