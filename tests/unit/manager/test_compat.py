"""Where a dict meets code that expects an object."""

import pytest

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate, object_compat
from fakevirt.objects import Instance
from fakevirt.objects.builders import instance_forms

JOINED = {"metadata": {"role": "guest"}, "system_metadata": {"key": "value"}}


@pytest.fixture
def context():
    return RequestContext(user_id="user", project_id="project")


@pytest.fixture
def forms(context):
    return instance_forms(context, **JOINED)


@pytest.fixture
def method():
    """A method behind the decorator; it returns what it was given."""

    @object_compat
    def method(manager, context, *args, **kwargs):
        return args, kwargs

    return lambda *args, **kwargs: method(None, *args, **kwargs)


def test_an_object_stays_the_object_that_it_is(context, forms):
    assert hydrate(context, forms.object) is forms.object


def test_a_dict_becomes_an_object_of_the_same_fields(context, forms):
    instance = hydrate(context, forms.legacy)
    assert isinstance(instance, Instance)
    assert (instance.uuid, instance.host) == (forms.legacy["uuid"], forms.legacy["host"])
    assert (instance.metadata, instance.system_metadata) == tuple(JOINED.values())


def test_the_object_carries_the_request_and_nothing_of_it_is_changed(context, forms):
    instance = hydrate(context, forms.legacy)
    assert instance._context is context
    assert instance.obj_what_changed() == set()


@pytest.mark.parametrize("joined", ["metadata", "system_metadata"])
def test_metadata_is_expected_only_where_the_dict_has_it(context, forms, joined):
    instance = hydrate(context, {key: value for key, value in forms.legacy.items() if key != joined})
    assert instance.obj_attr_is_set(joined) is False
    assert instance.uuid == forms.legacy["uuid"]


def test_other_joined_fields_are_taken_if_they_are_expected(context, forms):
    assert hydrate(context, forms.legacy).obj_attr_is_set("info_cache") is False
    assert hydrate(context, forms.legacy, ["info_cache"]).obj_attr_is_set("info_cache") is True


@pytest.mark.parametrize("missing", ["uuid", "metadata"])
def test_a_dict_without_a_column_or_an_expected_field_is_refused(context, forms, missing):
    incomplete = {key: value for key, value in forms.legacy.items() if key != missing}
    with pytest.raises(KeyError, match=missing):
        hydrate(context, incomplete, ["metadata"])


def test_the_decorator_hydrates_the_keyword_argument_wherever_it_stands(method, context, forms):
    args, kwargs = method(context, "dst", instance=forms.legacy)
    assert args == ("dst",)
    assert isinstance(kwargs["instance"], Instance)


def test_the_decorator_hydrates_the_first_positional_argument_and_puts_it_back(method, context, forms):
    args, kwargs = method(context, forms.legacy, "dst", block_migration=True)
    assert isinstance(args[0], Instance)
    assert (args[1:], kwargs) == (("dst",), {"block_migration": True})


def test_the_decorator_lets_an_object_pass(method, context, forms):
    assert method(context, forms.object)[0][0] is forms.object
    assert method(context, instance=forms.object)[1]["instance"] is forms.object
