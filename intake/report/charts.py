# SPDX-License-Identifier: GPL-3.0-or-later
"""The two charts of the weekly mail, as PNG: Outlook shows no SVG, and mail programs run no scripts.

Drawn with Pillow (7 MB, no dependencies) from rectangles and figures; matplotlib would be 60 MB for the same. Its
built-in typeface has no umlauts, so all words stand in the mail, where they can also be read aloud, and a picture has
digits and weekdays only. A picture is drawn at twice its size, so that it is sharp on good screens and its figures are
large enough on a telephone, where it is shown at two thirds. Its background is white and opaque: a mail program
in dark mode leaves it as it is. Blue and orange are told apart by those who see red and green alike.
"""

import io
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageFont

from intake.cases.pressure import NONE, Pressure
from intake.config import WEEKDAYS
from intake.office import DAY_END, Span

WIDTH = 480
"""CSS pixels."""
BARS_HEIGHT = 220
ROW = 23
"""CSS pixels of one hour."""
_SCALE = 2
_MARGIN = 8
_INK, _GREY, _PAPER = "#222222", "#767676", "#ffffff"
_BLUE, _PALE_BLUE, _ORANGE = (31, 95, 168), (143, 175, 211), "#c75b00"
_WHITE_FROM = 0.78
"""Of the darkest blue: from here on white figures are read better than dark ones."""
_USUAL_HOURS = (7, 18)
"""Shown even where nothing came."""
_GERMAN = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Colour = str | tuple[int, int, int]


class _Sheet:
    """A white picture, drawn in CSS pixels."""

    def __init__(self, width: float, height: float) -> None:
        self._image = Image.new("RGB", (round(width * _SCALE), round(height * _SCALE)), _PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled rectangle."""
        self._draw.rectangle((left * _SCALE, top * _SCALE, right * _SCALE - 1, bottom * _SCALE - 1), fill=colour)

    def text(self, x: float, y: float, text: str, *, size: int = 14, colour: Colour = _INK, anchor: str = "mm") -> None:
        """Digits and unaccented letters."""
        font = ImageFont.load_default(size * _SCALE)
        self._draw.text((x * _SCALE, y * _SCALE), text, fill=colour, font=font, anchor=anchor)

    def png(self) -> bytes:
        """The picture as a file; the same picture gives the same bytes."""
        out = io.BytesIO()
        self._image.quantize(64).save(out, "PNG", optimize=True)
        return out.getvalue()


def bars(columns: Sequence[tuple[str, int, int]]) -> bytes:
    """A column for each week: label, what was written, what was spoken on top of it. The last one is the darkest."""
    sheet = _Sheet(WIDTH, BARS_HEIGHT)
    most = max((written + spoken for _, written, spoken in columns), default=0) or 1
    top, ground = 24, BARS_HEIGHT - 28
    step = (WIDTH - 2 * _MARGIN) / max(len(columns), 1)
    for number, (label, written, spoken) in enumerate(columns):
        left = _MARGIN + number * step + step * 0.12
        right = left + step * 0.76
        middle = (left + right) / 2
        upper = ground - (ground - top) * written / most
        highest = upper - (ground - top) * spoken / most
        last = number == len(columns) - 1
        if written:
            sheet.box(left, upper, right, ground, _BLUE if last else _PALE_BLUE)
        if spoken:
            sheet.box(left, highest, right, upper, _ORANGE)
        sheet.text(middle, highest - 10, _short(written + spoken), size=14)
        sheet.text(middle, ground + 14, label, size=14, colour=_INK if last else _GREY)
    sheet.box(_MARGIN, ground, WIDTH - _MARGIN, ground + 1, _GREY)
    return sheet.png()


def hours_shown(pressure: Pressure, week: Sequence[Iterable[Span]]) -> range:
    """From the first to the last hour in which anything came or the office is open."""
    spans = [span for day in week for span in day]
    begins = [begin.hour for begin, _ in spans]
    ends = [24 if end == DAY_END else end.hour + bool(end.minute) for _, end in spans]
    came = [hour for _, hour in pressure.hours]
    return range(min([_USUAL_HOURS[0], *begins, *came]), max([_USUAL_HOURS[1], *ends, *(hour + 1 for hour in came)]))


def heat_map(pressure: Pressure, week: Sequence[Iterable[Span]]) -> bytes:
    """Weekdays across, hours down; the darker, the more came. ``week``: opening hours, an orange line beside them."""
    hours = hours_shown(pressure, week)
    left, head = 34, 24
    sheet = _Sheet(WIDTH, head + len(hours) * ROW + _MARGIN)
    step = (WIDTH - left - _MARGIN) / len(WEEKDAYS)
    most = max((one.all for one in pressure.hours.values()), default=0) or 1

    def y(minute: int) -> float:
        return head + (minute / 60 - hours.start) * ROW

    for hour in hours:
        sheet.text(left - 6, y(hour * 60) + ROW / 2, str(hour), size=14, anchor="rm")
    for day in range(len(WEEKDAYS)):
        x = left + day * step
        sheet.text(x + step / 2, head / 2, _GERMAN[day])
        for hour in hours:
            count = pressure.hours.get((day, hour), NONE).all
            part = count / most
            shade = tuple(round(255 + (colour - 255) * (0.04 + 0.96 * part)) for colour in _BLUE)
            sheet.box(x + 1, y(hour * 60) + 1, x + step - 1, y(hour * 60) + ROW - 1, (shade[0], shade[1], shade[2]))
            if count:
                dark = part > _WHITE_FROM
                sheet.text(x + step / 2, y(hour * 60) + ROW / 2, _short(count), colour=_PAPER if dark else _INK)
        for begin, end in week[day]:
            last = 24 * 60 if end == DAY_END else end.hour * 60 + end.minute
            sheet.box(x + 1, y(begin.hour * 60 + begin.minute) + 1, x + 7, y(last) - 1, _ORANGE)
    return sheet.png()


def _short(count: int) -> str:
    return str(count) if count < 10_000 else f"{count / 1000:.0f}k"
