# SPDX-License-Identifier: GPL-3.0-or-later
"""The active speech level against signals whose level and activity can be computed, and against the recommendation's
own recursion over every sample.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from intake.audio.level import HANGOVER, MARGIN, NOTHING, TIME_CONSTANT, active_level
from intake.audio.sound import Sound, join, resample, silence
from tests.sounds import babble, noise, tone


def by_the_recommendation(sound: Sound) -> tuple[float, float]:
    """ITU-T P.56 clause 7 word for word, sample by sample: active level in dBov and activity."""
    decay = math.exp(-1 / (sound.rate * TIME_CONSTANT))
    hangover = math.ceil(HANGOVER * sound.rate)
    thresholds = [2.0**-power for power in range(15, 0, -1)]
    counts, waiting = [0] * len(thresholds), [hangover] * len(thresholds)
    squares = p = q = 0.0
    for sample in sound.samples.tolist():
        squares += sample * sample
        p = decay * p + (1 - decay) * abs(sample)
        q = decay * q + (1 - decay) * p
        for j, threshold in enumerate(thresholds):
            if q >= threshold:
                counts[j] += 1
                waiting[j] = 0
            elif waiting[j] < hangover:
                counts[j] += 1
                waiting[j] += 1
    pairs = [(10 * math.log10(squares / n), 20 * math.log10(c)) for n, c in zip(counts, thresholds, strict=True) if n]
    (a0, c0), (a1, c1) = next(
        (low, high) for low, high in itertools.pairwise(pairs) if low[0] - low[1] >= MARGIN >= high[0] - high[1]
    )
    level = a0 + (a1 - a0) * (a0 - c0 - MARGIN) / (a0 - c0 - a1 + c1)
    return level, squares / len(sound.samples) / 10 ** (level / 10)


def bursts(on: float, off: float, count: int, amplitude: float) -> tuple[Sound, float, float]:
    """Bursts of a sine with silence after each, and what their active level and activity have to be.

    A burst is active from when the envelope (1 − (1 + t/T)·e^(−t/T) of the mean of the rectified sine) reaches the
    threshold until it falls below and the hangover is over; the threshold lies the margin below the level.
    """
    sound = join([part for _ in range(count) for part in (tone(1000, on, amplitude=amplitude), silence(off, 16_000))])
    mean_magnitude = amplitude * 2 / math.pi
    mean_level = 10 * math.log10(amplitude**2 / 2 * on / (on + off))
    level = mean_level
    for _ in range(50):
        part = 10 ** ((level - MARGIN) / 20) / mean_magnitude
        fall = _time_until(lambda x: (1 + x) * math.exp(-x), part)
        rise = _time_until(lambda x: (1 + x) * math.exp(-x), 1 - part)
        activity = min((on - rise + fall + HANGOVER) / (on + off), 1)
        level = mean_level - 10 * math.log10(activity)
    return sound, level, activity


def _time_until(falling: Callable[[float], float], value: float) -> float:
    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > value else (low, middle)
    return low * TIME_CONSTANT


@pytest.mark.parametrize("dbfs", [-3, -10, -22, -40, -60])
@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 48_000])
def test_a_steady_sine_is_active_all_the_time_at_its_own_level(dbfs: float, rate: int) -> None:
    level = active_level(tone(997, 5, rate, amplitude=10 ** (dbfs / 20)))
    assert level.dbov == pytest.approx(dbfs - 3.01, abs=0.05)
    assert level.activity == pytest.approx(1, abs=0.01)


def test_a_square_wave_at_full_scale_is_zero_decibels() -> None:
    square = Sound.of(np.sign(tone(100, 3).samples + 1e-6), 16_000)
    assert active_level(square).dbov == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("rms", [0.1, 0.01])
def test_steady_noise_is_at_its_power(rms: float) -> None:
    assert active_level(noise(5, rms=rms)).dbov == pytest.approx(20 * math.log10(rms), abs=0.05)


@pytest.mark.parametrize(
    ("on", "off"), [(2, 2), (1, 3), (0.5, 1), (0.5, 4), (0.3, 0.6), (3, 1)], ids=lambda seconds: f"{seconds} s"
)
@pytest.mark.parametrize("amplitude", [0.5, 0.05])
def test_pauses_do_not_count_and_hangover_does(on: float, off: float, amplitude: float) -> None:
    sound, level, activity = bursts(on, off, 8, amplitude)
    measured = active_level(sound)
    assert measured.dbov == pytest.approx(level, abs=0.15)
    assert measured.activity == pytest.approx(activity, abs=0.02)


def test_gaps_shorter_than_the_hangover_are_part_of_speech() -> None:
    sound, _, activity = bursts(0.4, 0.15, 12, 0.3)
    assert activity == 1
    measured = active_level(sound)
    assert measured.activity == pytest.approx(1, abs=0.02)
    assert measured.dbov == pytest.approx(measured.mean_dbov, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rate", [8000, 16_000])
def test_it_agrees_with_the_recursion_over_every_sample(rate: int, seed: int) -> None:
    sound = join([babble(2, rate, seed=seed), babble(1, rate, seed=seed + 10)], 0.6)
    level, activity = by_the_recommendation(sound)
    measured = active_level(sound)
    assert measured.dbov == pytest.approx(level, abs=0.01)
    assert measured.activity == pytest.approx(activity, abs=0.005)


def test_a_long_sound_that_begins_and_goes_on_with_nothing_at_all_is_measured_as_well() -> None:
    sound = join([silence(1, 8000), babble(6, 8000), silence(2, 8000), babble(4, 8000, seed=2)])
    level, activity = by_the_recommendation(sound)
    measured = active_level(sound)
    assert measured.dbov == pytest.approx(level, abs=0.01)
    assert measured.activity == pytest.approx(activity, abs=0.005)


def test_the_lowest_rate_is_measured_for_as_long_as_an_announcement_may_last() -> None:
    assert active_level(tone(97, 80, 600, amplitude=0.1)).dbov == pytest.approx(-23.01, abs=0.05)


@pytest.mark.parametrize("gain", [-30, -12.3, -6, 3])
def test_louder_by_some_decibels_is_louder_by_as_many(gain: float) -> None:
    sound = babble(5)
    there = Sound(sound.samples * np.float32(10 ** (gain / 20)), sound.rate)
    assert active_level(there).dbov - active_level(sound).dbov == pytest.approx(gain, abs=0.1)


def test_silence_around_speech_changes_nothing_but_its_mean() -> None:
    speech = babble(15)
    padded = join([silence(5, 16_000), speech, silence(5, 16_000)])
    assert active_level(padded).dbov == pytest.approx(active_level(speech).dbov, abs=0.1)
    assert active_level(padded).mean_dbov == pytest.approx(
        active_level(speech).mean_dbov - 10 * math.log10(25 / 15), abs=0.01
    )


def test_the_rate_does_not_matter() -> None:
    narrow = babble(5, 8000)
    assert active_level(resample(narrow, 48_000)).dbov == pytest.approx(active_level(narrow).dbov, abs=0.02)


@pytest.mark.parametrize(
    "sound",
    [
        silence(3, 8000),
        Sound.of([], 8000),
        Sound.of([0.5, *[0.0] * 7999], 8000),
        tone(440, 2, amplitude=1e-5),
    ],
    ids=["silence", "empty", "a click", "fainter than 16 bits"],
)
def test_where_nobody_speaks_there_is_no_level(sound: Sound) -> None:
    level = active_level(sound)
    assert (level.dbov, level.activity) == (NOTHING, 0)
