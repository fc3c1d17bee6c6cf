"""Diagrams as the page's script reads them."""

from fakevirt.conversion.html.packed import pack


def call(text, lane="driver", caller="manager"):
    return {"lane": lane, "caller": caller, "text": text}


def step(legacy, objects, *differences, number=1, kind="same"):
    return {"number": number, "kind": kind, "legacy": legacy, "objects": objects, "differences": list(differences)}


def test_a_call_is_told_once_however_often_it_is_made(make_diagram):
    again = [step(call("a"), call("a")), step(call("a"), call("b"), number=2)]
    packed = pack([make_diagram(steps=again), make_diagram(steps=again)])
    assert [text for _, _, text in packed["calls"]] == ["a", "b"]
    assert packed["diagrams"] == [[[1, "same", 0, 0], [2, "same", 0, 1]]] * 2


def test_a_call_names_its_lanes(make_diagram):
    packed = pack([make_diagram(steps=[step(call("a", lane="db", caller="conductor"), None)])])
    ((lane, caller, _),) = packed["calls"]
    assert (packed["lanes"][lane], packed["lanes"][caller]) == (["db", "database"], ["conductor", "conductor"])
    assert packed["diagrams"] == [[[1, "same", 0, -1]]]


def test_a_channel_of_a_project_s_own_gets_a_lane(make_diagram):
    packed = pack([make_diagram(steps=[step(call("a", lane="cinder"), None)])])
    assert packed["lanes"][packed["calls"][0][0]] == ["cinder", "cinder"]


def test_differences_come_with_their_step(make_diagram):
    differs = {"field": "service", "legacy": "1", "objects": "2", "reason": None}
    packed = pack([make_diagram(steps=[step(call("a"), call("a"), differs, kind="differs")])])
    assert packed["diagrams"] == [[[1, "differs", 0, 0, [["service", "1", "2", None]]]]]
