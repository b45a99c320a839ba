# SPDX-License-Identifier: GPL-3.0-or-later
"""Every language's acknowledgement as a browser lays it out on a phone (headless Chromium)."""

import datetime as dt
import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from intake import config, languages, resources
from intake.mail.acknowledgement import Facts, Texts, render
from intake.office import Calendar

TEXTS = Texts.load([resources.shipped("templates")])
CODES = sorted(TEXTS.languages)
WIDTHS = (320, 390)
"""Pixels: the narrowest width of WCAG 2.2 (1.4.10 Reflow), and a usual phone."""

MEASURE = """
const measured = {};
for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument, view = frame.contentWindow;
  const first = page.querySelector("p"), range = page.createRange();
  range.selectNodeContents(first);
  const text = range.getBoundingClientRect(), box = first.getBoundingClientRect();
  const rows = [...page.querySelectorAll("tr")].slice(0, 1).map(row => {
    const [day, hours] = [...row.children].map(cell => cell.getBoundingClientRect());
    return day.left > hours.left;
  });
  measured[frame.id] = {
    overflow: page.documentElement.scrollWidth - frame.clientWidth,
    direction: view.getComputedStyle(first).direction,
    gapLeft: text.left - box.left,
    gapRight: box.right - text.right,
    dayOnTheRight: rows[0],
    size: parseFloat(view.getComputedStyle(first).fontSize),
    loaded: view.performance.getEntriesByType("resource").length,
    links: [...page.querySelectorAll("a")].map(link => link.getAttribute("href")),
    hidden: [...page.querySelectorAll("p, h2, td, th")].filter(e => e.getBoundingClientRect().height < 10).length,
  };
}
document.title = JSON.stringify(measured);
"""


def acknowledgement(code: str) -> str:
    example = Path(config.__file__).parent / "example" / "intake.toml"
    configuration = config.parse(example.read_text("utf-8"), None).configuration
    facts = Facts(
        reference="AB-7K3M9QX", queue="lawyers-authorities", variant="new", languages=(code, "de"), unsure=True,
        at=dt.datetime(2026, 12, 19, 21, 5, tzinfo=ZoneInfo("Europe/Berlin")),
    )  # fmt: skip
    return render(TEXTS, configuration, Calendar(configuration.office), facts).html


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the browser measured, by ``code/width`` and, with all styles removed, ``code/plain``."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.fail("no Chromium found: apt-get install chromium fonts-noto-core fonts-noto-cjk")
    frames = []
    for code in CODES:
        document = acknowledgement(code)
        unstyled = re.sub(r' style="[^"]*"', "", document)
        pages = [(f"{code}/{width}", width, document) for width in WIDTHS]
        for name, width, page in [*pages, (f"{code}/plain", 390, unstyled)]:
            frames.append(
                f'<iframe id="{name}" width="{width}" height="800" frameborder="0" srcdoc="{html.escape(page)}">'
                "</iframe>"
            )
    folder = tmp_path_factory.mktemp("chromium")
    page = folder / "phones.html"
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><body>{"".join(frames)}'
        f'<script>addEventListener("load", () => {{{MEASURE}}})</script>',
        "utf-8",
    )
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", f"--user-data-dir={folder / 'profile'}", "--window-size=1200,2400",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout.decode("utf-8"), re.DOTALL)
    assert title, "the page was not measured"
    found: dict[str, dict[str, Any]] = json.loads(html.unescape(title[1]))
    return found


@pytest.mark.parametrize("width", [*WIDTHS, "plain"])
@pytest.mark.parametrize("code", CODES)
def test_it_fits_a_phone_without_sideways_scrolling(
    measured: dict[str, dict[str, Any]], code: str, width: int | str
) -> None:
    assert measured[f"{code}/{width}"]["overflow"] <= 0


@pytest.mark.parametrize("code", CODES)
def test_it_runs_in_the_languages_direction(measured: dict[str, dict[str, Any]], code: str) -> None:
    direction = languages.language(code).direction
    for form in ("390", "plain"):
        page = measured[f"{code}/{form}"]
        assert page["direction"] == direction
        start, end = ("gapRight", "gapLeft") if direction == "rtl" else ("gapLeft", "gapRight")
        assert page[start] < 1 < page[end]
        assert page["dayOnTheRight"] is (direction == "rtl")


@pytest.mark.parametrize("code", CODES)
def test_it_is_large_enough_to_read_and_nothing_is_hidden(measured: dict[str, dict[str, Any]], code: str) -> None:
    assert measured[f"{code}/390"]["size"] >= 16
    assert measured[f"{code}/390"]["hidden"] == 0


@pytest.mark.parametrize("code", CODES)
def test_it_loads_nothing_and_links_only_to_the_office(measured: dict[str, dict[str, Any]], code: str) -> None:
    page = measured[f"{code}/390"]
    assert page["loaded"] == 0
    assert set(page["links"]) == {
        "https://termine.musterstadt.example",
        "https://www.musterstadt.example/datenschutz",
        "https://www.musterstadt.example/auslaenderbehoerde",
        "tel:+497999123112",
        "tel:+4979991230",
    }
