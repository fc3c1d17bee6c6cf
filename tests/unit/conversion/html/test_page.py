"""The report as one HTML file."""

import html.parser
import json
import re

import pytest

from fakevirt.conversion.html.page import render
from fakevirt.conversion.html.results import Result

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}"
VOID = {"meta", "input", "br", "line", "rect"}


class Page(html.parser.HTMLParser):
    """What is in a page.

    Attributes:
        tags: Every tag with its attributes.
        texts: The text below each tag, by the tag's name.
    """

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self._open = [], {}, []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag, **attributes):
        wanted = {name.strip("_"): value for name, value in attributes.items()}
        return [attrs for name, attrs in self.tags if name == tag and wanted.items() <= attrs.items()]


@pytest.fixture
def everything(make_content, make_board, make_row, make_diagram, make_upgrades, make_faults):
    """A report with all that there can be."""
    earlier = Result("board", "earlier.json", make_board(make_row(verdict="DIVERGED", raw_conductor_calls=4)))
    upgrades = make_upgrades("objects", {"how": "FAILED", "causes": ["missing key"]})
    upgrades.data["rehearsals"].append(
        {"old": "juno", "new": "kilo", "plan": "legacy", "steps": [{"step": "verify", "causes": ["missing key"]}]}
    )
    failure = {"options": "--scenario a --fault b", "cause": "the rows differ", "verdict": "DIVERGED"}
    faults = make_faults(runs=3, same=2, diverged=1, failures=[failure])
    diagrams = [make_diagram("calm"), make_diagram("wild", "DIVERGED")]
    board = make_board(make_row(verdict="DIVERGED"))
    board["allowances"], board["unused_allowances"] = ["a reason"], ["nothing differs here"]
    return make_content(board, diagrams, [earlier, upgrades, faults])


@pytest.fixture
def page(everything):
    return Page(render(everything))


def test_it_needs_nothing_from_elsewhere(everything, page):
    text = render(everything)
    urls = re.findall(r"""(?:https?:)?//[\w.-]+\.\w+[^\s"'`]*""", text)
    assert set(urls) == {"http://www.w3.org/2000/svg"}
    assert [attrs for _, attrs in page.tags if {"src", "srcset", "action"} & attrs.keys()] == []
    assert page.all("link") == []
    assert all(attrs["href"].startswith("#") for attrs in page.all("a"))
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")


def test_a_link_leads_to_something(page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in page.all("a"):
        assert attrs["href"].removeprefix("#") in ids


def test_its_tables_can_be_read_aloud(page):
    assert len(page.all("table")) == len(page.all("caption")) == 5
    assert all(attrs.get("scope") in ("row", "col") for attrs in page.all("th"))


def test_the_chart_has_a_title_and_a_description(page):
    (chart,) = page.all("svg")
    assert chart["role"] == "img"
    assert page.all("title", id="chart-title")
    assert page.all("desc", id="chart-desc")


def test_a_verdict_is_a_word_besides_its_colour(page):
    badges = [attrs for attrs in page.all("span") if "badge" in attrs.get("class", "")]
    words = [text.strip() for text in page.texts["span"] if text.strip()]
    assert len(badges) > 10
    assert {"DIVERGED", "SAME", "FAILED", "not run"} <= set(words)


def test_every_field_has_a_label_and_every_button_says_what_it_is_for(page):
    assert len(page.all("label")) == len(page.all("input")) + len(page.all("select"))
    assert all(attrs["type"] in ("button", "reset") for attrs in page.all("button"))
    assert all(text.strip() for text in page.texts["button"])


def test_what_diverges_stands_first(page):
    assert [attrs["data-verdict"] for attrs in page.all("details", class_="comparison")] == ["DIVERGED", "SAME"]


def test_results_of_other_runs_are_shown(everything):
    text = render(everything)
    for shown in ("missing key", "the rows differ", "earlier.json", "a reason", "nothing differs here", "juno to kilo"):
        assert shown in text


def test_parts_without_results_are_left_out(make_content):
    page = Page(render(make_content()))
    ids = {attrs.get("id") for attrs in page.all("section")}
    assert ids == {"overview", "comparisons", "allowances"}


def test_a_run_that_compared_nothing_says_so(make_content, make_board):
    board = {**make_board(), "work_items": []}
    assert "No work item was compared in this run." in render(make_content(board, diagrams=[]))


def test_hostile_names_are_text(make_content, make_board, make_row, make_diagram, make_upgrades, make_faults):
    call = {"lane": HOSTILE, "caller": "manager", "text": HOSTILE}
    differs = {"field": HOSTILE, "legacy": HOSTILE, "objects": HOSTILE, "reason": HOSTILE}
    step = {"number": 1, "kind": "differs", "legacy": call, "objects": call, "differences": [differs]}
    hostile = dict.fromkeys(("name", "title", "plan", "not_compared", "reproduce"), HOSTILE)
    diagram = make_diagram(steps=[step], work_items={HOSTILE: "SAME"}, **hostile)
    board = make_board(make_row(HOSTILE, parts_at=[HOSTILE]))
    board["allowances"] = board["unused_allowances"] = [HOSTILE]
    upgrades = make_upgrades(
        {"how": "FAILED", "work_item": HOSTILE, "mix": (HOSTILE,) * 3, "causes": [HOSTILE]}, label=HOSTILE
    )
    failure = {"options": HOSTILE, "cause": HOSTILE, "verdict": "DIVERGED"}
    faults = make_faults(label=HOSTILE, runs=1, diverged=1, failures=[failure])
    earlier = Result("board", HOSTILE, make_board(make_row(HOSTILE)))

    text = render(make_content(board, [diagram], [upgrades, faults, earlier]))
    page = Page(text)

    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert "49" not in re.findall(r"\b\d+\b", "".join(page.texts["main"]))
    (comparison,) = page.all("details", class_="comparison")
    assert json.loads(comparison["data-items"]) == [HOSTILE]
    traces = json.loads(page.texts["script"][0])
    assert traces["calls"][0][2] == HOSTILE
    assert traces["diagrams"][0][0][4] == [[HOSTILE] * 4]


def test_the_traces_are_told_once_in_a_form_that_the_script_reads(page):
    (data,) = page.all("script", type="application/json")
    assert data["id"] == "traces"
    assert len(json.loads(page.texts["script"][0])["diagrams"]) == 2


def test_there_is_a_button_for_light_and_dark_and_both_follow_the_system(everything):
    text = render(everything)
    assert Page(text).all("button", id="theme")
    assert "color-scheme: light dark;" in text


def palette(text, which):
    """Return the colours by name."""
    pairs = dict(re.findall(r"--([\w-]+): light-dark\(([^)]*)\);", text))
    return {name: pair.split(", ")[which] for name, pair in pairs.items()}


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("which", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("text", "dim", "link") for ground in ("ground", "raised")),
        *((tone, f"{tone}-ground") for tone in ("good", "allowed", "warn", "bad")),
        *((text, f"{tone}-ground") for text in ("text", "dim", "link") for tone in ("allowed", "bad")),
        *((tone, "ground") for tone in ("good", "allowed", "warn", "bad")),
    ],
)
def test_text_has_enough_contrast(everything, text, ground, which):
    colours = palette(render(everything), which)
    assert contrast(colours[text], colours[ground]) >= 4.5
