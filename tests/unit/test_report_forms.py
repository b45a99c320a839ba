# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as people and programs read them: a spreadsheet's cells, lines of bars, the stretches of a period."""

import datetime as dt
import io
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from intake import config
from intake.cases.masking import Count, Hidden
from intake.cases.pressure import Contacts, Pressure
from intake.cases.report import QueueFigures, Report, StretchFigures
from intake.cases.tallies import By, Period, Spread
from intake.config import Settings
from intake.errors import ConfigurationError, IntakeError
from intake.office import Calendar
from intake.report import charts, letter, sheet
from intake.report.sentences import duration, times
from intake.report.terminal import as_table, sparkline
from tests.servers.office import EXAMPLE

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.date(2026, 3, 9)
SETTINGS = Settings(config.load(EXAMPLE).configuration, None)
CALENDAR = Calendar(SETTINGS.configuration.office)


def figures(first: dt.date, last: dt.date, **given: Any) -> Report:
    """A report in which nothing happened but what is given."""
    nothing: dict[str, Any] = {
        "by": "week", "messages": 0, "people": 0, "voicemails": 0, "cases": 0, "open": 0, "oldest": None,
        "unanswered": 0, "acknowledged": Spread(), "answered": Spread(), "queues": {}, "languages": {},
        "suppressed": {}, "pressure": Pressure({}, Contacts(), Contacts(), ()), "corrections": 0,
        "by_stretch_and_queue": {}, "by_language_and_queue": {}, "by_queue_and_hour": {}, "corrected": {},
        "stretches": {
            one: StretchFigures(0, 0, 0, 0, 0, Spread(), Spread())
            for one in Period.of(first, last, BERLIN, "week").stretches
        },
    }  # fmt: skip
    return Report(first=first, last=last, **nothing | given)


def week(**given: Any) -> Report:
    return figures(MONDAY, MONDAY + dt.timedelta(days=6), **given)


def queue(**given: Any) -> QueueFigures:
    nothing: dict[str, Any] = {
        "messages": 0, "voicemails": 0, "cases": 0, "open": 0, "oldest": None, "unanswered": 0,
        "acknowledged": Spread(), "answered": Spread(),
    }  # fmt: skip
    return QueueFigures(**nothing | given)


def written(found: Report) -> letter.Letter:
    weeks = figures(letter.weeks_before(found.first), found.last, pressure=found.pressure)
    return letter.write(SETTINGS, CALENDAR, found, weeks)


@pytest.mark.parametrize(
    ("first", "last", "by", "names"),
    [
        ("2026-03-04", "2026-03-17", "week", ["2026-W10", "2026-W11", "2026-W12"]),
        # The first days of January may belong to week 53 of the year before.
        ("2026-12-27", "2027-01-05", "week", ["2026-W52", "2026-W53", "2027-W01"]),
        ("2025-12-31", "2026-02-01", "month", ["2025-12", "2026-01", "2026-02"]),
        ("2024-02-01", "2024-02-29", "month", ["2024-02"]),
        ("2026-03-29", "2026-03-29", "week", ["2026-W13"]),
    ],
)
def test_a_period_is_cut_into_weeks_or_months_without_gap(first: str, last: str, by: By, names: list[str]) -> None:
    period = Period.of(dt.date.fromisoformat(first), dt.date.fromisoformat(last), BERLIN, by)
    assert [stretch.name for stretch in period.stretches] == names
    assert (period.stretches[0].first, period.stretches[-1].last) == (period.first, period.last)
    assert all(after.first - before.last == dt.timedelta(days=1) for before, after in pairwise(period.stretches))


def test_a_day_of_a_period_is_as_long_as_the_clock_makes_it() -> None:
    night = dt.date(2026, 3, 29)
    period = Period.of(night, night, BERLIN, "week")
    assert period.end - period.begin == dt.timedelta(hours=23)


def test_more_weeks_than_can_be_shown_are_refused_in_one_sentence() -> None:
    with pytest.raises(IntakeError, match="a report shows 520 weeks at most; choose a shorter period"):
        Period.of(dt.date.min, dt.date(2026, 3, 1), BERLIN, "week")


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("general", "general"),
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("-2", "'-2"),
        ("a;b", '"a;b"'),
        ('say "x"', '"say ""x"""'),
    ],
)
def test_no_name_is_run_as_a_formula_or_breaks_a_line(name: str, cell: str) -> None:
    assert f"\r\nqueue;{cell};;messages;7\r\n" in sheet.as_csv(week(queues={name: queue(messages=7)}))


def test_numbers_have_a_comma_and_what_is_masked_or_missing_is_seen() -> None:
    text = sheet.as_csv(
        week(
            answered=Spread(5, 1234567.5, 2000000.0),
            by_language_and_queue={("ka", "asylum"): Hidden.SMALL, ("tr", "asylum"): Hidden.COVER},
        )
    )
    assert "\r\ntotal;;;time_to_answer_median_seconds;1234567,5\r\n" in text
    assert "\r\ntotal;;;time_to_answer_p90_seconds;2000000\r\n" in text
    assert "\r\ntotal;;;time_to_acknowledgement_median_seconds;\r\n" in text
    assert "\r\nlanguage and queue;ka;asylum;messages_of_people;<5\r\n" in text
    assert "\r\nlanguage and queue;tr;asylum;messages_of_people;x\r\n" in text


@given(st.lists(st.integers(0, 10**6) | st.sampled_from(Hidden), max_size=60))
def test_a_line_of_bars_has_a_sign_for_each_number_and_masked_ones_have_no_height(counts: list[Count]) -> None:
    line = sparkline(counts)
    assert len(line) == len(counts)
    assert all((sign == "·") is isinstance(count, Hidden) for sign, count in zip(line, counts, strict=True))
    shown = sorted((count, sign) for count, sign in zip(counts, line, strict=True) if isinstance(count, int))
    assert [sign for _, sign in shown] == sorted(sign for _, sign in shown)


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (None, "-", "–"),
        (0.4, "0 s", "0 s"),
        (119, "119 s", "119 s"),
        (3600, "60 min", "60 min"),
        (7200, "2 h", "2 Std."),
        (172800, "2.0 days", "2,0 Tage"),
        (1234.5 * 86400, "1,234.5 days", "1.234,5 Tage"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_told_in_the_unit_that_a_person_would_use(
    seconds: float | None, english: str, german: str
) -> None:
    assert (duration(seconds), duration(seconds, "de")) == (english, german)


@pytest.mark.parametrize(
    ("found", "text"),
    [(Spread(), "–"), (Spread(3), "<5"), (Spread(9, 5, 32), "5 / 32 s"), (Spread(9, 100, 300), "100 s / 5 min")],
)
def test_two_times_share_their_unit_and_those_of_a_few_persons_are_not_told(found: Spread, text: str) -> None:
    assert times(found, "de") == text


def test_a_table_says_that_something_is_masked_only_where_it_is() -> None:
    hidden: Mapping[tuple[str, str], Count] = {("ka", "asylum"): Hidden.SMALL}
    assert "masked" in as_table(week(by_language_and_queue=hidden))
    assert "masked" not in as_table(week())


def test_rare_languages_stand_together_and_none_of_them_alone() -> None:
    two = written(week(languages={"de": (50, 0), "tr": (9, 0), "ka": (2, 0), "ti": (1, 0)})).text
    assert "Deutsch: 50\nTürkisch: 9\nweitere, zusammen: 3\n" in two
    one = written(week(languages={"de": (50, 0), "tr": (9, 0), "ka": (2, 0)})).text
    assert "Deutsch: 50\nweitere, zusammen: 11\n" in one


def test_the_mail_of_a_week_without_anything_is_whole() -> None:
    found = written(week())
    assert "Nachrichten von Menschen: 0; 0" in found.text
    assert "Lohnt es sich" not in found.text + found.html
    assert found.subject == "Kennzahlen der Woche 11/2026 (9. März 2026 bis 15. März 2026)"


def test_names_of_folders_are_text_and_no_markup() -> None:
    queues = {"general": SETTINGS.configuration.queues["general"].model_copy(update={"folder": "<b>A & B</b>"})}
    configuration = SETTINGS.configuration.model_copy(update={"queues": queues})
    found = letter.write(
        Settings(configuration, None), CALENDAR, week(queues={"general": queue(open=3)}),
        figures(letter.weeks_before(MONDAY), MONDAY + dt.timedelta(days=6)),
    )  # fmt: skip
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in found.html
    assert "<b>A & B</b>: –; 3" not in found.html
    assert "<b>A & B</b>" in found.text


def test_the_same_figures_make_the_same_mail_and_its_lines_are_short() -> None:
    made = [
        letter.compose(
            written(week()), sender="abh@musterstadt.example", recipients=["leitung@musterstadt.example"],
            message_id="<intake.1@musterstadt.example>", loop_token="token",
            at=dt.datetime(2026, 3, 16, 7, tzinfo=BERLIN),
        )
        for _ in range(2)
    ]  # fmt: skip
    assert made[0] == made[1]
    assert made[0].isascii()
    assert max(map(len, made[0].split(b"\r\n"))) <= 998
    assert b"\r\nAuto-Submitted: auto-generated\r\n" in made[0]


def test_a_broken_template_of_the_office_is_named(tmp_path: Any) -> None:
    own = tmp_path / "templates" / "report"
    own.mkdir(parents=True)
    (own / "weekly.txt.j2").write_text("{{ titel }}")
    broken = Settings(SETTINGS.configuration, tmp_path / "intake.toml")
    with pytest.raises(ConfigurationError, match=r"templates/report/weekly\.txt\.j2: 'titel' is undefined"):
        letter.write(broken, CALENDAR, week(), figures(letter.weeks_before(MONDAY), MONDAY + dt.timedelta(days=6)))


def test_the_charts_are_opaque_pictures_of_their_width_and_show_what_they_are_given() -> None:
    flat = charts.bars([("9", 0, 0), ("10", 0, 0)])
    high = charts.bars([("9", 40, 10), ("10", 80, 0)])
    pressure = Pressure({(3, 18): Contacts(40)}, Contacts(40), Contacts(), ())
    heat = charts.heat_map(pressure, CALENDAR.week)
    assert len({flat, high, heat}) == 3
    for png in (flat, high, heat):
        picture = Image.open(io.BytesIO(png))
        assert picture.width == 2 * charts.WIDTH
        assert "transparency" not in picture.info
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert charts.hours_shown(pressure, CALENDAR.week) == range(7, 19)
    assert charts.hours_shown(Pressure({}, Contacts(), Contacts(), ()), [()] * 7) == range(7, 18)
