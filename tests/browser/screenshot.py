"""Takes the picture of the report that the documentation shows: ``make screenshot``."""

from pathlib import Path

PICTURE = Path(__file__).parents[2] / "docs" / "report.png"
#: Of a comparison only the steps around the one at which the two runs part: the picture is to be readable.
CUT = """() => {
    const steps = [...document.querySelectorAll("table.steps > tbody > tr")];
    const first = steps.findIndex((step) => step.classList.contains("differs"));
    steps.filter((_, number) => number < first - 5 || number > first + 1).forEach((step) => step.remove());
}"""


def test_the_picture_is_taken_and_small_enough_for_a_readme(open_page, report):
    page = open_page(report, viewport={"width": 1080, "height": 1200})
    page.locator("details.comparison > summary").first.click()
    page.locator("table.steps").wait_for()
    page.evaluate(CUT)
    page.mouse.move(0, 0)
    page.locator("#comparisons").screenshot(path=PICTURE)
    assert PICTURE.stat().st_size < 200_000
