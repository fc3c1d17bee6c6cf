"""Whatever stands in a function: the result parses, twice is as once, and no dict is taken for an object."""

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakevirt.audit.reading import Source, parse
from fakevirt.audit.settings import Settings
from fakevirt.convert.conversion import convert_file

#: Names whose value is a dict from the first line to the last, and those of objects.
DICTS = ("row", "spec", "info")
OBJECTS = ("instance", "found")
KEYS = ("host", "uuid", "name", "task_state", "colour", "class")

names = st.sampled_from((*DICTS, *OBJECTS))
keys = st.sampled_from(KEYS)
simple = st.one_of(
    st.builds("{}['{}']".format, names, keys),
    st.builds("{}.get('{}')".format, names, keys),
    st.builds("self.g({}['{}'],\n    {})".format, names, keys, names),
    st.builds("[x['{}'] for x in [{}]]".format, keys, names),
    st.builds("(lambda {}: {}['{}'])({{}})".format, names, st.sampled_from(DICTS), keys),
    st.just("instance['system_metadata']['host']"),
)
#: Nothing gives an object to the name of a dict; the other way round is what bugs are made of.
statements = st.one_of(
    simple,
    st.builds("{}['{}'] = {}".format, names, keys, simple),
    st.builds("if {}:\n    {}\nelse:\n    {}".format, simple, simple, simple),
    st.builds("for found in {}:\n    {}".format, simple, simple),
    st.builds("while {}:\n    {}\n    found = row".format, simple, simple),
    st.builds("try:\n    {}\nexcept KeyError, e:\n    {}\nfinally:\n    {}".format, simple, simple, simple),
    st.builds("def g(row):\n    {}\ng({{}})".format, simple),
    st.builds("{0} = self._instance_update(context, {0}['uuid'],\n host={1})".format, st.sampled_from(OBJECTS), simple),
    st.builds("self._instance_update(context, {}['uuid'], host={}, task_state=None)  # x".format, names, simple),
    st.builds("{} = obj_to_primitive({})".format, st.sampled_from(OBJECTS), names),
    st.builds("found = Instance.get_by_uuid(context, {})".format, simple),
    st.builds("self.conductor_api.compute_node_delete(context, {})".format, names),
    st.just("found = self.conductor_api.service_get_by_compute_host(context, 'h')"),
    st.just("for info2 in found['compute_node']:\n    self.conductor_api.compute_node_delete(context, info2)"),
    st.just("print instance['host'], 0755"),
    st.just("with a as found: found['host']"),
    st.just("return instance['host']"),
)  # fmt: skip
HEAD = """\
class M(Manager):
    def _update_resource_tracker(self, context, instance):
        pass

    def f(self, context, instance):
        row, found = {}, None
        spec = {'host': 1}
        info = self.driver.get_info(instance)
"""


def functions(bodies):
    lines = [line for body in bodies for line in body.splitlines()]
    return HEAD + "".join(f"        {line}\n" for line in lines)


def converted(text, path):
    return convert_file(Source(path, "utf-8", parse(text)), Settings()).after


class Dotted(cst.CSTVisitor):
    """The keys that are read of names as attributes."""

    def __init__(self):
        self.found = set()

    def visit_Attribute(self, node):
        if isinstance(node.value, cst.Name) and node.attr.value in KEYS:
            self.found.add(node.value.value)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("generated") / "manager.py"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies=st.lists(statements, min_size=1, max_size=6))
def test_a_generated_function_is_converted_safely(path, bodies):
    text = functions(bodies)
    after = converted(text, path)
    dotted = Dotted()
    parse(after).visit(dotted)
    assert dotted.found.isdisjoint(DICTS)
    assert converted(after, path) == after
    assert after.count("# x") == text.count("# x")


def test_the_check_sees_a_dict_that_is_dotted():
    dotted = Dotted()
    parse(functions(["row.host"])).visit(dotted)
    assert dotted.found == {"row"}


def test_something_is_converted_at_all(path):
    assert "instance.host" in converted(functions(["self.g(instance['host'])"]), path)
