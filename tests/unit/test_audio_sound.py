# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound as a value: what it takes, how it is joined, and that resampling keeps the telephone band and no aliases."""

import math

import numpy as np
import pytest

from intake.audio.sound import Sound, convolve, frame_powers, join, resample, silence, sliding_maximum
from intake.errors import AudioError
from tests.sounds import snr, tone


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros(4, np.float64), 8000),
        (np.zeros((2, 4), np.float32), 8000),
        (np.zeros(4, np.float32), 0),
        (np.array([0, math.nan], np.float32), 8000),
        (np.array([0, math.inf], np.float32), 8000),
    ],
    ids=["float64", "two channels", "no rate", "not a number", "infinite"],
)
def test_what_is_no_sound_is_refused(samples: np.ndarray, rate: int) -> None:
    with pytest.raises(AudioError):
        Sound(samples, rate)


def test_a_sound_cannot_be_changed_by_whoever_gets_it() -> None:
    sound = tone(440, 0.1)
    with pytest.raises(ValueError, match="read-only"):
        sound.samples[0] = 1


def test_sixteen_bit_samples_are_kept_exactly_and_what_is_too_loud_is_clipped() -> None:
    every = np.arange(-32768, 32768).astype("<i2")
    assert (Sound.of_pcm16(every, 8000).pcm16() == every).all()
    assert (Sound.of_pcm16(every.tobytes() + b"\1", 8000).pcm16() == every).all()
    assert Sound.of([-2, -1, 1, 2], 8000).pcm16().tolist() == [-32768, -32768, 32767, 32767]


def test_parts_are_joined_in_order_with_their_pauses_at_the_highest_rate() -> None:
    joined = join([tone(440, 0.5, 8000), tone(440, 0.25, 16_000), tone(440, 0.25, 8000)], [0.1, 0.2])
    assert joined.rate == 16_000
    assert joined.seconds == pytest.approx(1.3)
    quiet = np.abs(joined.samples) < 0.02
    assert quiet[8100:9500].all()
    assert not quiet[9600:13_500].all()
    assert quiet[13_700:16_700].all()


def test_one_pause_is_for_all_gaps() -> None:
    assert join([silence(1, 8000)] * 3, 0.5).seconds == 4


@pytest.mark.parametrize(("parts", "pauses"), [(0, []), (2, []), (1, [0.1])])
def test_pauses_have_to_fit_the_parts(parts: int, pauses: list[float]) -> None:
    with pytest.raises(AudioError):
        join([silence(0.1, 8000)] * parts, pauses)


@pytest.mark.parametrize("frequency", [300, 1000, 2000, 3000, 3400])
@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_resampling_to_the_telephone_keeps_its_band(frequency: int, rate: int) -> None:
    there = resample(tone(frequency, 1, rate), 8000)
    middle = slice(1000, 7000)
    assert snr(tone(frequency, 1, 8000).samples[middle], there.samples[middle]) > 60


@pytest.mark.parametrize("frequency", [4600, 5000, 7900])
def test_resampling_to_the_telephone_leaves_no_alias(frequency: int) -> None:
    there = resample(tone(frequency, 1), 8000)
    assert 20 * math.log10(np.abs(there.samples[1000:7000]).max()) < -90


@pytest.mark.parametrize(("length", "taps"), [(0, 5), (1, 5), (100, 1), (1000, 300), (70_000, 5), (200_000, 3000)])
def test_filtering_is_convolution_from_the_first_sample_on(length: int, taps: int) -> None:
    chance = np.random.default_rng(length)
    samples, kernel = chance.standard_normal(length), chance.standard_normal(taps)
    expected = np.convolve(samples, kernel)[:length] if length else samples
    assert np.allclose(convolve(samples, kernel), expected, atol=1e-9)


@pytest.mark.parametrize(("length", "frame"), [(0, 80), (1, 80), (79, 80), (80, 80), (4000, 80), (4001, 160)])
def test_the_power_of_each_frame_is_its_mean_square_and_what_is_missing_is_silence(length: int, frame: int) -> None:
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    whole = np.pad(samples.astype(np.float64), (0, -length % frame)).reshape(-1, frame)
    assert np.allclose(frame_powers(samples, frame), np.mean(whole**2, axis=1), rtol=1e-5)


@pytest.mark.parametrize("width", [1, 2, 3, 8, 13, 50])
def test_the_sliding_maximum_is_the_largest_of_so_many_neighbours(width: int) -> None:
    values = np.random.default_rng(width).standard_normal(50)
    expected = [values[at : at + width].max() for at in range(51 - width)]
    assert sliding_maximum(values, width).tolist() == expected
