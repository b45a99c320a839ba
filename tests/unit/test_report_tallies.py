# SPDX-License-Identifier: GPL-3.0-or-later
"""Where instants lie by the office's clock, a whole column of them at once; and what is remembered of a message."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from intake.cases.tallies import QUARTER, Period, _Places, _Received

# Clocks that change at two and three, at midnight there and back, by half an hour, and over a day that never was.
CHANGES = [
    ("Europe/Berlin", dt.date(2026, 3, 27), dt.date(2026, 4, 2)),
    ("Europe/Berlin", dt.date(2026, 10, 23), dt.date(2026, 11, 2)),
    ("Asia/Beirut", dt.date(2026, 3, 27), dt.date(2026, 3, 30)),
    ("America/Havana", dt.date(2026, 10, 30), dt.date(2026, 11, 3)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 3), dt.date(2026, 4, 7)),
    ("Pacific/Apia", dt.date(2011, 12, 28), dt.date(2012, 1, 2)),
    ("Asia/Kathmandu", dt.date(2026, 1, 1), dt.date(2026, 1, 3)),
]


@pytest.mark.parametrize(("name", "first", "last"), CHANGES, ids=lambda value: str(value))
def test_each_quarter_of_an_hour_lies_where_the_zone_says(name: str, first: dt.date, last: dt.date) -> None:
    zone = ZoneInfo(name)
    period = Period.of(first, last, zone, "week")
    places = _Places(period)
    seconds = np.arange(int(period.begin.timestamp()), int(period.end.timestamp()), QUARTER)
    assert len(seconds) == places.count
    assert places.hold(np.array([seconds[0] - 1, seconds[-1] + QUARTER]) * 1_000_000).tolist() == [False, False]
    # One instant at the beginning of each quarter, and one a millionth of a second before its end.
    for begins in (seconds * 1_000_000, (seconds + QUARTER) * 1_000_000 - 1):
        assert places.hold(begins).all()
        quarters, stretches, hours = places.of(begins)
        expected = [dt.datetime.fromtimestamp(second, zone) for second in seconds.tolist()]
        assert [*places.local(quarters)] == [(at.date(), at.hour * 60 + at.minute) for at in expected]
        assert hours.tolist() == [at.hour for at in expected]
        for at, stretch in zip(expected, stretches.tolist(), strict=True):
            assert period.stretches[stretch].first <= at.date() <= period.stretches[stretch].last


def test_messages_of_a_block_may_come_in_any_order() -> None:
    received = _Received()
    assert [len(column) for column in received.columns()] == [0, 0, 0, 0]
    received.add(np.array([7, 3, 5]), np.array([70, 30, 50]), np.array([1, 2, 3]), np.array([4, 5, 6]))
    received.add(np.array([9, 8]), np.array([90, 80]), np.array([1, 2]), np.array([3, 4]))
    assert [column.tolist() for column in received.columns()] == [
        [3, 5, 7, 8, 9], [30, 50, 70, 80, 90], [2, 3, 1, 2, 1], [5, 6, 4, 4, 3],
    ]  # fmt: skip
