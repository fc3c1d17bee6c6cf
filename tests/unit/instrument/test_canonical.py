"""The canonical form leaves out what differs between two runs that did the same, and nothing else."""

import datetime
import json

import pytest

from fakevirt.instrument.canonical import LAZY, Canonicalizer
from fakevirt.instrument.snapshot import Entity, Failure, Reference
from fakevirt.instrument.trace import Effect, Raised, Returned

EPOCH = datetime.datetime(2014, 4, 17, 12)
ONE = "5ef1e1c0-8c9f-4f3c-9a55-3f1d3c2f8a01"
TWO = "5ef1e1c0-8c9f-4f3c-9a55-3f1d3c2f8a02"


@pytest.fixture
def canonicalizer():
    return Canonicalizer(EPOCH)


def test_uuids_are_numbered_by_first_appearance(canonicalizer):
    assert canonicalizer.value([TWO, ONE, TWO]) == ["uuid-1", "uuid-2", "uuid-1"]


def test_a_uuid_within_a_text_has_the_number_of_the_uuid_alone(canonicalizer):
    assert canonicalizer.value([ONE, f"/instances/{ONE}/disk"]) == ["uuid-1", "/instances/uuid-1/disk"]


def test_a_uuid_that_is_a_key_is_numbered_too(canonicalizer):
    assert canonicalizer.value({TWO: {"host": "src"}, "owner": TWO}) == {"uuid-1": {"host": "src"}, "owner": "uuid-1"}


def test_a_known_uuid_has_its_name():
    canonicalizer = Canonicalizer(EPOCH, names={ONE: "server-1"})
    assert canonicalizer.value(ONE) == "server-1"


def test_the_ids_of_each_table_are_numbered_apart_and_a_deleted_row_has_its_own_for_a_mark():
    canonicalizer = Canonicalizer(EPOCH, plain_channels=frozenset({"db"}))
    statements = [("services", 3, 0), ("instances", 3, 0), ("instances", 2, 2)]
    effects = [Effect("db", f"update {table}", {"id": row, "deleted": mark}) for table, row, mark in statements]
    contents = [effect.content["arguments"] for effect in canonicalizer.effects(effects)]
    assert contents == [{"id": "id-1", "deleted": 0}, {"id": "id-1", "deleted": 0}, {"id": "id-2", "deleted": "id-2"}]


def test_ids_are_numbered_by_their_name_and_first_appearance(canonicalizer):
    rows = [{"id": 70, "service_id": 70}, {"id": 12, "vcpus": 12}]
    assert canonicalizer.value(rows) == [{"id": "id-1", "service_id": "service_id-1"}, {"id": "id-2", "vcpus": 12}]


@pytest.mark.parametrize(
    "time",
    [
        EPOCH + datetime.timedelta(seconds=90),
        datetime.datetime(2014, 4, 17, 12, 1, 30, tzinfo=datetime.UTC),
        "2014-04-17T12:01:30.000000",
        "2014-04-17 12:01:30+00:00",
        "2014-04-17T12:01:30Z",
    ],
)
def test_a_time_is_relative_to_the_clock_whatever_its_form(canonicalizer, time):
    assert canonicalizer.value(time) == "t+90s"


def test_json_in_a_column_is_read(canonicalizer):
    assert canonicalizer.value('{"b": 1, "a": [2]}') == {"a": [2], "b": 1}


def test_text_that_only_looks_like_json_stays_text(canonicalizer):
    assert canonicalizer.value("{not json}") == "{not json}"


def test_a_traceback_does_not_tell_where_the_code_stands(canonicalizer):
    text = 'Traceback (most recent call last):\n  File "legacy.py", line 12, in legacy\nKeyError'
    assert canonicalizer.value(f"it failed\n{text}") == "it failed<traceback>"


def test_the_frames_of_a_formatted_exception_are_one_traceback(canonicalizer):
    def formatted(depth):
        frames = [f'  File "manager.py", line {line}, in spawn\n    boot()\n' for line in range(depth)]
        return ["Traceback (most recent call last):\n", *frames, "ValueError: too much\n"]

    assert canonicalizer.value(formatted(2)) == canonicalizer.value(formatted(5))
    assert canonicalizer.value(formatted(2)) != canonicalizer.value([*formatted(2)[:-1], "ValueError: too little\n"])
    assert canonicalizer.value(["twice", "twice"]) == ["twice", "twice"]


def test_an_exception_is_its_class_and_message(canonicalizer):
    failure = Failure("InstanceNotFound", "fakevirt.exceptions", f"Instance {ONE} could not be found.")
    assert canonicalizer.value(failure) == {
        "exception": "InstanceNotFound",
        "message": "Instance uuid-1 could not be found.",
    }


def test_what_has_no_content_is_its_name(canonicalizer):
    assert canonicalizer.value(Reference("_post_live_migration")) == "<_post_live_migration>"


def recognise(value):
    return Entity("Thing", "dict", dict(value)) if "thing" in value else None


def test_a_dict_equals_the_object_that_it_stands_for_and_its_form_is_kept_apart():
    canonicalizer = Canonicalizer(EPOCH, recognise)
    as_dict = canonicalizer.effect(Effect("driver", "spawn", {"instance": {"thing": 1}}))
    as_object = canonicalizer.effect(Effect("driver", "spawn", {"instance": Entity("Thing", "object", {"thing": 1})}))
    assert (as_dict.key, as_dict.content) == (as_object.key, as_object.content)
    assert [(form.path, form.form) for form in as_dict.forms] == [("arguments.instance", "dict")]
    assert [(form.path, form.form) for form in as_object.forms] == [("arguments.instance", "object")]


def test_a_structure_that_comes_again_reads_the_same_and_its_forms_stand_where_it_is_now():
    canonicalizer = Canonicalizer(EPOCH, recognise)
    first = canonicalizer.effect(Effect("driver", "spawn", {"guests": [{"thing": ONE}], "id": 7}))
    again = canonicalizer.effect(Effect("driver", "spawn", {"id": 7, "others": {"guests": [{"thing": ONE}]}}))
    assert first.content["arguments"]["guests"] == again.content["arguments"]["others"]["guests"]
    assert [form.path for form in first.forms] == ["arguments.guests[0]"]
    assert [form.path for form in again.forms] == ["arguments.others.guests[0]"]


def test_an_entity_that_comes_again_reads_the_same_and_its_forms_stand_where_it_is_now(canonicalizer):
    inner = Entity("Inner", "row", {"id": 7})
    first = canonicalizer.effect(Effect("driver", "spawn", {"thing": Entity("Thing", "object", {"inner": inner})}))
    again = canonicalizer.effect(Effect("driver", "spawn", {"other": Entity("Thing", "object", {"inner": inner})}))
    assert first.content["arguments"]["thing"] == again.content["arguments"]["other"]
    assert [form.path for form in first.forms] == ["arguments.thing", "arguments.thing.inner"]
    assert [form.path for form in again.forms] == ["arguments.other", "arguments.other.inner"]


@pytest.mark.parametrize(
    "other",
    [
        Entity("Thing", "object", {"a": TWO}),
        Entity("Thing", "object", {"a": ONE}, lazy=frozenset({"b"})),
        Entity("Thing", "dict", {"a": ONE}),
        Entity("Another", "object", {"a": ONE}),
    ],
)
def test_an_entity_that_is_another_one_than_before_is_read_anew(canonicalizer, other):
    def read(entity):
        effect = canonicalizer.effect(Effect("driver", "spawn", {"thing": entity}))
        return effect.content, effect.forms

    before = read(Entity("Thing", "object", {"a": ONE}))
    assert read(other) != before
    assert read(Entity("Thing", "object", {"a": ONE})) == before


def test_of_more_entities_than_are_remembered_each_is_itself(canonicalizer):
    things = [Entity("Thing", "object", {"a": number}) for number in range(20)]
    assert [canonicalizer.value(thing) for thing in [*things, *things]] == 2 * [
        {"<Thing>": {"a": number}} for number in range(20)
    ]


def test_a_structure_that_was_seen_as_a_thing_is_just_a_dict_on_a_plain_channel():
    canonicalizer = Canonicalizer(EPOCH, recognise, plain_channels=frozenset({"db"}))
    canonicalizer.effect(Effect("driver", "spawn", {"values": {"thing": 1}}))
    assert canonicalizer.effect(Effect("db", "insert", {"values": {"thing": 1}})).forms == ()


@pytest.mark.parametrize(("left", "right"), [(1, True), (0, False), (1, 1.0), (1, "1"), ([], {}), (None, "")])
def test_structures_of_values_that_are_no_more_than_alike_are_told_apart(canonicalizer, left, right):
    assert json.dumps(canonicalizer.value([left])) != json.dumps(canonicalizer.value([right]))


def test_on_a_plain_channel_a_dict_is_just_a_dict():
    canonicalizer = Canonicalizer(EPOCH, recognise, plain_channels=frozenset({"db"}))
    effect = canonicalizer.effect(Effect("db", "insert things", {"values": {"thing": 1}}))
    assert effect.content == {"arguments": {"values": {"thing": 1}}}
    assert effect.forms == ()


def test_a_field_that_a_read_would_load_says_so(canonicalizer):
    entity = Entity("Thing", "object", {"a": 1}, lazy=frozenset({"b"}))
    assert canonicalizer.value(entity) == {"<Thing>": {"a": 1, "b": LAZY}}


@pytest.mark.parametrize(
    ("outcome", "content"),
    [
        (Returned(ONE), {"returned": "uuid-1"}),
        (Raised(Failure("KeyError", "builtins", "x")), {"raised": {"exception": "KeyError", "message": "x"}}),
        (Returned(None), {}),
        (None, {}),
    ],
)
def test_an_effect_tells_how_it_ended(canonicalizer, outcome, content):
    effect = canonicalizer.effect(Effect("rpc", "live_migration", outcome=outcome))
    assert effect.content == {"arguments": {}, **content}


def test_effects_are_alike_that_write_the_same_columns(canonicalizer):
    def written(**values):
        return canonicalizer.effect(Effect("db", "update instances", {"values": values})).likeness

    assert written(host="src", node="src") == written(host="dst", node="dst")
    assert written(host="src", node="src") != written(host="src")
