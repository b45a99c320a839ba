# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see, as a browser lays it out on a phone (headless Chromium): acknowledgements, the demo's list."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intake import languages, wording
from intake.demo.pages import Entry, write_index
from tests.render_acknowledgements import CONFIGURATION, PHONE, TEXTS, VARIANTS, acknowledgement
from tests.servers.chromium import Chromium

CODES = sorted(TEXTS.languages)
WIDTHS = (320, 390)
"""CSS pixels: the narrowest width of WCAG 2.2 (1.4.10 Reflow), and a usual phone."""
FIRST_SCREEN = 667
"""CSS pixels: the height of a small phone, 375 wide."""

LAYOUT = """(() => {
  const first = document.querySelector("p"), range = document.createRange();
  range.selectNodeContents(first);
  const text = range.getBoundingClientRect(), box = first.getBoundingClientRect();
  const [day, hours] = [...document.querySelector("tr").children].map(cell => cell.getBoundingClientRect());
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    direction: getComputedStyle(first).direction,
    gapLeft: text.left - box.left,
    gapRight: box.right - text.right,
    dayOnTheRight: day.left > hours.left,
    size: parseFloat(getComputedStyle(first).fontSize),
    loaded: performance.getEntriesByType("resource").length,
    links: [...document.querySelectorAll("a")].map(link => link.getAttribute("href")),
    hidden: [...document.querySelectorAll("p, h2, td, th")].filter(e => e.getBoundingClientRect().height < 10).length,
    brokenDays: [...document.querySelectorAll("th")].filter(e => {
      const widest = document.createElement("b");
      widest.style = "font-weight:normal;white-space:nowrap;position:absolute";
      e.append(widest);
      return e.firstChild.textContent.split(/ |(?<=–)/)
        .some(word => (widest.textContent = word, widest.offsetWidth > e.clientWidth + 1));
    }).length,
    brokenSpans: [...document.querySelectorAll("td span")]
      .filter(e => new Set([...e.getClientRects()].map(part => Math.round(part.bottom / 8))).size > 1).length,
  };
})()"""

CONTRAST = """(() => {
  const canvas = document.createElement("i");
  canvas.style.background = "Canvas";
  document.body.append(canvas);
  const light = colour => {
    const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(n => n / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = light(getComputedStyle(canvas).backgroundColor);
  return Math.min(...[...document.querySelectorAll("p, td, th, h2, a, strong")].map(e => {
    const front = light(getComputedStyle(e).color);
    return (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
  }));
})()"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as running:
        yield running


def unstyled(document: str) -> str:
    return re.sub(r' style="[^"]*"', "", document)


def measured(browser: Chromium, document: str, width: int) -> dict[str, Any]:
    browser.show(document, width)
    found: dict[str, Any] = browser.evaluate(LAYOUT)
    return found


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_a_phone_without_sideways_scrolling_whether_styles_are_known_or_not(
    browser: Chromium, code: str, width: int
) -> None:
    document = acknowledgement(code, "appointments-closure").html
    page = measured(browser, document, width)
    assert page["overflow"] <= 0
    assert page["brokenSpans"] == page["brokenDays"] == 0
    assert measured(browser, unstyled(document), width)["overflow"] <= 0


@pytest.mark.parametrize("code", CODES)
def test_it_runs_in_the_languages_direction(browser: Chromium, code: str) -> None:
    direction = languages.language(code).direction
    document = acknowledgement(code, "closure").html
    for form in (document, unstyled(document)):
        page = measured(browser, form, PHONE)
        assert page["direction"] == direction
        start, end = ("gapRight", "gapLeft") if direction == "rtl" else ("gapLeft", "gapRight")
        assert page[start] < 1 < page[end]
        assert page["dayOnTheRight"] is (direction == "rtl")


@pytest.mark.parametrize("code", CODES)
def test_the_first_screen_of_a_small_phone_shows_receipt_reference_team_and_time(browser: Chromium, code: str) -> None:
    for variant, changes in VARIANTS.items():
        queue = CONFIGURATION.queues[changes.get("queue", "residence-permit")]
        assert queue.working_days is not None
        time = json.dumps(wording.working_days(code, queue.working_days))
        browser.show(acknowledgement(code, variant).html, PHONE)
        ends = browser.evaluate(
            f"[...document.querySelectorAll('strong')].find(e => e.textContent === {time})"
            ".closest('p').getBoundingClientRect().bottom"
        )
        before = browser.evaluate(
            f"document.body.innerText.split({time})[0].includes('AB-7K3M9QX')"
            f" && document.body.innerText.split({time})[0].includes('Team ')"
        )
        assert ends <= FIRST_SCREEN, variant
        assert before


@pytest.mark.parametrize("code", CODES)
def test_it_is_large_enough_to_read_and_nothing_is_hidden(browser: Chromium, code: str) -> None:
    page = measured(browser, acknowledgement(code, "closure").html, PHONE)
    assert page["size"] >= 16
    assert page["hidden"] == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(browser: Chromium, scheme: str) -> None:
    """4.5 : 1 (WCAG 2.2, 1.4.3), by day and by night."""
    browser.prefer(scheme)
    browser.show(acknowledgement("ar", "unsure").html, PHONE)
    assert browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")
    assert browser.evaluate(CONTRAST) >= 4.5
    browser.prefer("light")


@pytest.mark.parametrize("code", CODES)
def test_it_loads_nothing_and_links_only_to_the_office(browser: Chromium, code: str) -> None:
    page = measured(browser, acknowledgement(code, "new").html, PHONE)
    assert page["loaded"] == 0
    assert set(page["links"]) == {
        "https://termine.musterstadt.example",
        "https://www.musterstadt.example/datenschutz",
        "https://www.musterstadt.example/auslaenderbehoerde",
        "tel:+497999123112",
        "tel:+4979991230",
    }


@pytest.mark.parametrize("width", [*WIDTHS, 1200])
def test_the_list_of_the_demo_fits_its_screen(browser: Chromium, tmp_path: Path, width: int) -> None:
    remark = "a child is mentioned as the reason for moving an appointment, and speaks for family reunification"
    folder = "Visa und Verpflichtungserklärung"
    write_index(
        tmp_path / "index.html",
        [
            Entry("06", "French: move it", "fr", "visa", folder, "AB-7K3M9QX", "", ("06",), "known gap", (remark,)),
            Entry("07", "Arabic: an out-of-office note", "ar", "system", "System", "", "It says so.", (), "right", ()),
        ],
    )
    browser.show((tmp_path / "index.html").read_text("utf-8"), width)
    assert browser.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    names = browser.evaluate(
        "[...document.querySelectorAll('td')].filter(e => getComputedStyle(e, '::before').content !== 'none').length"
    )
    assert (names > 0) is (width < 768)
