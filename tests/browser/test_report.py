"""The report as somebody reads it, in a browser."""

import re
import struct
import zlib

import pytest
from playwright.sync_api import expect

from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.page import render

ITEM = "_post_live_migration"
SCENARIO = "shared_storage"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def comparison(page, name=SCENARIO):
    return page.locator("details.comparison").filter(has=page.get_by_text(name, exact=True))


def field(page, label):
    return page.get_by_role("search", name="Comparisons").get_by_label(label)


def opened(page, name=SCENARIO):
    """Open a comparison and return the rows of its diagram."""
    found = comparison(page, name)
    found.locator(":scope > summary").click()
    return found.locator("table.steps > tbody > tr")


def steps(rows, kind):
    return rows.page.locator("details.comparison[open] table.steps > tbody").locator(f":scope > tr.{kind}")


def count(page):
    """Return how many comparisons the page says that it shows, after a look at how many it does show."""
    shown, of = re.fullmatch(r"(\d+) of (\d+) comparisons", page.get_by_role("status").inner_text()).groups()
    assert page.locator("details.comparison:visible").count() == int(shown)
    return int(shown), int(of)


def pixel(page, locator, dx=2, dy=2):
    """Return the colour that is painted near the upper left corner of something, as #rrggbb."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    png = page.screenshot(clip={"x": box["x"] + dx, "y": box["y"] + dy, "width": 1, "height": 1})
    data, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += 12 + length
    # The first byte of the only line tells its filter, of which there is none to speak of in one pixel.
    return "#" + zlib.decompress(data)[1:4].hex()


def test_the_overview_has_what_every_run_found(page):
    row = page.locator("table.overview tbody tr").filter(has=page.get_by_role("button", name=ITEM, exact=True))
    cells = [text.split("\n")[0] for text in row.locator("td").all_inner_texts()]
    assert cells[1:] == ["SAME", "DIVERGED", "not run", "WORKS", "not run", "0", "0", "0"]


def test_a_work_item_of_the_overview_leads_to_its_comparisons(page):
    assert count(page)[0] == count(page)[1]
    page.get_by_role("button", name=ITEM, exact=True).click()
    assert field(page, "Work item").input_value() == ITEM
    shown, of = count(page)
    assert 0 < shown < of
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("status")).to_have_text(f"{of} of {of} comparisons")


def test_a_verdict_is_filtered(page):
    field(page, "Verdict").select_option("DIVERGED")
    shown, of = count(page)
    assert 0 < shown <= of
    assert set(page.locator("details.comparison:visible > summary > .badge").all_inner_texts()) == {"DIVERGED"}
    field(page, "Verdict").select_option("NOT_COMPARED")
    assert count(page) == (0, of)


def test_a_channel_is_filtered_in_what_is_open(page):
    rows = opened(page)
    everything = rows.count()
    field(page, "Channel").select_option("driver")
    texts = [text for text in rows.locator(".call").all_inner_texts()]
    assert 0 < len(texts) < everything
    assert all(text.startswith("driver ") for text in texts)
    assert "more steps" in rows.first.inner_text()


def test_only_what_differs_is_left(page):
    rows = opened(page)
    field(page, "only differences").check()
    assert steps(rows, "same").count() == steps(rows, "call-path").count() == 0
    assert steps(rows, "differs").count() > 0


def test_a_search_finds_calls_in_what_is_closed_and_marks_them_in_what_is_open(page):
    field(page, "Search").fill("instance_actions_events")
    shown, of = count(page)
    assert 0 < shown <= of
    rows = opened(page)
    found = steps(rows, "found")
    assert found.count() > 0
    assert all("instance_actions_events" in text for text in found.all_inner_texts())
    field(page, "Search").fill("there is no such thing")
    assert count(page) == (0, of)


def test_a_search_finds_values_that_differ(page):
    field(page, "Search").fill("arguments.values.node")
    shown, of = count(page)
    assert 0 < shown < of


def test_a_divergence_shows_the_field_and_the_value_on_each_side(page):
    rows = opened(page)
    step = steps(rows, "differs").first
    assert "differs" in step.locator("th.place").inner_text()
    fields = step.locator("table.fields tbody tr").all_inner_texts()
    assert [text.split("\t") for text in fields] == [["arguments.values.node", '"dst"', '"src"']]


def test_an_allowed_difference_gives_its_reason(page):
    field(page, "Search").fill("wrote the host once more")
    comparisons = page.locator("details.comparison:visible")
    comparisons.first.locator(":scope > summary").click()
    step = comparisons.first.locator("tr.is-allowed.found")
    assert "allowed" in step.locator("th.place").inner_text()
    step.locator("summary", has_text="field").click()
    (difference,) = step.locator("table.fields tbody tr").filter(has_text="wrote the host").all_inner_texts()
    assert difference.startswith("arguments.values.host")
    assert difference.endswith('\t"src"\t—')


def test_a_long_call_is_shown_in_full_when_it_is_asked_for(page):
    rows = opened(page)
    call = rows.locator("details.call").first
    before = len(call.inner_text())
    call.locator("summary").click()
    assert len(call.inner_text()) > before


def test_arrows_end_at_the_lane_of_what_is_called(page):
    rows = opened(page)
    table = comparison(page).locator("table.steps")
    headings = table.locator("thead .lanes").first.locator("text.heading")
    boxes = {heading.text_content(): heading.bounding_box() for heading in headings.all()}
    row = steps(rows, "same").filter(has_text="driver dst: pre_live_migration(").first
    svg = row.locator("svg").first
    assert svg.locator("title").text_content() == "legacy: manager to driver"
    tip, start = svg.locator("path.tip").bounding_box(), svg.locator("circle.from").bounding_box()
    driver, manager = boxes["driver"], boxes["manager"]
    assert driver["x"] - 8 <= tip["x"] + tip["width"] <= driver["x"] + driver["width"] + 8
    assert manager["x"] - 8 <= start["x"] + start["width"] / 2 <= manager["x"] + manager["width"] + 8


def test_the_two_paths_stand_on_either_side_of_the_step(page):
    row = opened(page).nth(1)
    legacy, objects = (row.locator("td.lanes").nth(n).bounding_box() for n in (0, 1))
    step = row.locator("td.step").bounding_box()
    assert legacy["x"] + legacy["width"] <= step["x"] + 1
    assert step["x"] + step["width"] <= objects["x"] + 1
    assert legacy["y"] == objects["y"] == step["y"]
    assert legacy["height"] == objects["height"]


def test_a_divergence_is_in_sight_when_its_comparison_is_opened(page):
    rows = opened(page)
    expect(steps(rows, "differs").first).to_be_visible()
    region = comparison(page).locator(".trace").bounding_box()
    step = steps(rows, "differs").first.bounding_box()
    assert region["y"] + 100 < step["y"] < region["y"] + region["height"] - 100


def test_the_lanes_keep_their_headings_at_the_end_of_a_long_trace(page):
    rows = opened(page)
    rows.last.scroll_into_view_if_needed()
    region = comparison(page).locator(".trace").bounding_box()
    heading = comparison(page).locator("thead th.lanes").first.bounding_box()
    assert abs(heading["y"] - region["y"]) < 2
    assert rows.last.bounding_box()["y"] > heading["y"] + heading["height"]


def test_all_can_be_done_with_the_keyboard(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the comparisons"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type(SCENARIO)
    for _ in range(5):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Show all"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "summary"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator("details.comparison[open] table.steps").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('table').className") in ("steps", "fields")


def test_the_colours_follow_the_system_and_the_button(open_page, report):
    light, dark = (open_page(report, color_scheme=scheme) for scheme in ("light", "dark"))
    assert pixel(light, light.locator("body")) == "#ffffff"
    assert pixel(dark, dark.locator("body")) == "#0d1117"
    dark.get_by_role("button", name="Light colours").click()
    assert pixel(dark, dark.locator("body")) == "#ffffff"
    dark.get_by_role("button", name="Dark colours").click()
    assert pixel(dark, dark.locator("body")) == "#0d1117"


def test_what_differs_is_painted_in_the_colour_of_a_divergence(page):
    rows = opened(page)
    page.mouse.move(0, 0)
    assert pixel(page, steps(rows, "differs").first.locator("td.step")) == "#ffebe9"
    assert pixel(page, steps(rows, "same").first.locator("td.step")) == "#ffffff"


@pytest.mark.parametrize("width", [800, 1280, 1920])
def test_only_tables_scroll_sideways(open_page, report, width):
    page = open_page(report, viewport={"width": width, "height": 900})
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_heat_map_tells_why_a_mix_fails(page):
    cell = page.locator("table.heat td.bad").first
    assert cell.inner_text() == "FAILED"
    cell.locator("summary").click()
    assert "KeyError" in cell.inner_text()


def test_the_progress_is_a_bar_for_each_board(page):
    assert page.locator("svg.progress text.label").all_text_contents() == ["last-month.json", "this run"]
    rows = page.get_by_role("table", name="The same in numbers").locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == ["last-month.json", "this run"]


def test_hostile_names_do_nothing(open_page, tmp_path):
    call = {"lane": HOSTILE, "caller": HOSTILE, "text": HOSTILE}
    differs = {"field": HOSTILE, "legacy": HOSTILE, "objects": HOSTILE, "reason": None}
    diagram = {
        **dict.fromkeys(("name", "title", "plan", "reproduce"), HOSTILE),
        "verdict": "DIVERGED",
        "work_items": {HOSTILE: "DIVERGED"},
        "not_compared": None,
        "steps": [{"number": 1, "kind": "differs", "legacy": call, "objects": call, "differences": [differs]}],
    }
    board = {"work_items": [], "allowances": [HOSTILE], "unused_allowances": []}
    path = tmp_path / "hostile.html"
    path.write_text(render(Content(HOSTILE, board, [diagram])))

    page = open_page(path)
    page.locator("details.comparison > summary").click()
    field(page, "Search").fill("alert")
    assert count(page) == (1, 1)
    assert page.locator("table.steps .call").first.inner_text() == HOSTILE
    assert page.locator("img").count() == 0
