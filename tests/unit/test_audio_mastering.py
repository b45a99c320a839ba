# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an engine or a person delivers, the master keeps the bars, and says no more and no less than it did."""

import math

import numpy as np
import pytest

from intake.audio import (
    BARS,
    active_level,
    check,
    join,
    master,
    measure,
    publish,
    read_wav,
    resample,
    silence,
    telephone,
)
from intake.audio.mastering import CEILING, LEADING_SILENCE, LEVEL, TRAILING_SILENCE
from intake.audio.sound import Sound
from intake.errors import AudioError
from tests.sounds import babble, mixed, noise, tone


def louder(sound: Sound, decibels: float) -> Sound:
    """The same, louder by so many decibels."""
    return Sound(sound.samples * np.float32(10 ** (decibels / 20)), sound.rate)


def shifted(sound: Sound, offset: float) -> Sound:
    """With an offset."""
    return Sound(sound.samples + np.float32(offset), sound.rate)


def spiked(sound: Sound) -> Sound:
    """With 50 ms in every second that are four times as loud as the rest: far above the ceiling at the level."""
    time = np.arange(len(sound.samples)) / sound.rate % 1
    return Sound.of(sound.samples * np.where(time < 0.05, 2.0, 0.5), sound.rate)


def swelling(sound: Sound) -> Sound:
    """From nothing and to nothing."""
    return Sound.of(sound.samples * np.hanning(len(sound.samples)), sound.rate)


def recorded(sound: Sound) -> Sound:
    """In a quiet room with a hum."""
    return mixed(
        sound, noise(sound.seconds, sound.rate, rms=0.0005), tone(50, sound.seconds, sound.rate, amplitude=0.1)
    )


def part_at(sound: Sound, frequency: float) -> float:
    """The amplitude of one frequency in it, in dBFS."""
    time = np.arange(len(sound.samples)) / sound.rate
    return 20 * math.log10(abs(2 * np.mean(sound.samples * np.exp(-2j * math.pi * frequency * time))) + 1e-9)


DELIVERED = {
    "at 8 kHz": babble(4, 8000),
    "at 16 kHz": babble(4),
    "at 22.05 kHz": babble(4, 22_050),
    "at 48 kHz": babble(4, 48_000),
    "a thirtieth as loud": louder(babble(4), -30),
    "at full scale": louder(babble(4), 6),
    "beyond full scale": louder(babble(4), 20),
    "with an offset": shifted(babble(4), 0.05),
    "with long silences": join([silence(3, 16_000), babble(4), silence(4, 16_000)]),
    "in sentences": join([babble(2, seed=seed) for seed in range(4)], 0.6),
    "with loud syllables": spiked(babble(6)),
    "recorded in a room": recorded(babble(4)),
    "a word": babble(0.6),
    "as long as may be": babble(79),
}


@pytest.mark.parametrize("delivered", DELIVERED.values(), ids=DELIVERED.keys())
def test_every_file_made_of_it_keeps_every_bar(delivered: Sound) -> None:
    files = publish(master(delivered))
    narrow, wide = read_wav(files["wav"]), read_wav(files["wav16"])
    for form, data in files.items():
        assert check(data, form, BARS, wide if form in ("wav16", "g722") else narrow) == (), form


@pytest.mark.parametrize("delivered", DELIVERED.values(), ids=DELIVERED.keys())
def test_each_rate_has_the_level_itself(delivered: Sound) -> None:
    wide = master(delivered)
    for sound in (wide, telephone(wide)):
        assert active_level(sound).dbov == pytest.approx(LEVEL, abs=0.3)
        assert sound.peak <= 10 ** (CEILING / 20) + 1e-6


def test_the_limiter_is_smooth_and_leaves_quiet_speech_alone() -> None:
    quiet = master(babble(4))
    assert telephone(quiet).peak < 10 ** (CEILING / 20), "nothing to limit in this one"
    limited = master(spiked(babble(6)))
    assert limited.peak == pytest.approx(10 ** (CEILING / 20), rel=0.02)
    at_ceiling = np.abs(limited.samples) > 0.999 * limited.peak
    assert not (at_ceiling[:-3] & at_ceiling[1:-2] & at_ceiling[2:-1] & at_ceiling[3:]).any(), "clipped"


def test_hum_and_offset_are_taken_out_and_the_voice_is_not() -> None:
    voice = mixed(babble(6), tone(200, 6, amplitude=0.02))
    clean = master(voice)
    hummed = master(shifted(mixed(voice, tone(50, 6, amplitude=0.1)), -0.1))
    assert part_at(hummed, 50) < -80
    assert part_at(hummed, 200) == pytest.approx(part_at(clean, 200), abs=0.2)
    assert measure(hummed).offset < -80


@pytest.mark.parametrize("before", [0, 0.02, 0.1, 2])
@pytest.mark.parametrize("after", [0, 0.05, 0.2, 3])
def test_its_silences_are_always_the_same(before: float, after: float) -> None:
    sound = master(join([silence(before, 16_000), babble(2), silence(after, 16_000)]))
    assert measure(sound).leading == pytest.approx(LEADING_SILENCE, abs=0.011)
    assert measure(sound).trailing == pytest.approx(TRAILING_SILENCE, abs=0.021)
    assert sound.samples[0] == 0
    assert abs(sound.samples[-1]) < 1e-4


@pytest.mark.parametrize("gap", [0.15, 0.2, 0.5])
@pytest.mark.parametrize("length", [1 / 16_000, 0.01, 0.04])
def test_a_burst_that_stands_alone_is_cut_off(gap: float, length: float) -> None:
    speech, burst = babble(2), noise(max(length, 2 / 16_000), rms=0.2)
    clean = master(speech)
    for burst_first in (False, True):
        parts = [burst, speech] if burst_first else [speech, burst]
        sound = master(join(parts, gap + 0.02))
        assert sound.seconds == pytest.approx(clean.seconds, abs=0.03)
        assert check(publish(sound)["wav16"], "wav16") == ()


@pytest.mark.parametrize(("gap", "length"), [(0.08, 0.03), (0.12, 0.04), (0.4, 0.1), (0.3, 0.5)])
def test_a_final_consonant_and_a_last_word_are_not(gap: float, length: float) -> None:
    speech, end = babble(2), noise(length, rms=0.1)
    sound = master(join([speech, end], gap))
    assert sound.seconds == pytest.approx(master(speech).seconds + gap + length, abs=0.05)


def test_nothing_of_the_speech_is_lost_or_moved() -> None:
    speech = babble(3)
    sound = master(join([silence(1, 16_000), speech, silence(1, 16_000)]))
    lead = round(LEADING_SILENCE * 16_000)
    shifts = range(-400, 400, 1)
    middle = speech.samples[8000:40_000]
    match = [float(np.dot(sound.samples[lead + 8000 + k : lead + 40_000 + k], middle)) for k in shifts]
    best = max(match) / np.linalg.norm(middle)
    at = lead + 8000 + shifts[int(np.argmax(match))]
    assert best / np.linalg.norm(sound.samples[at : at + 32_000]) > 0.999


@pytest.mark.parametrize(
    "sound",
    [
        silence(3, 16_000),
        Sound.of([], 16_000),
        Sound.of(np.full(32_000, 0.5), 16_000),
        swelling(tone(50, 3)),
        noise(3, rms=1e-4),
        Sound.of([0.9, *[0.0] * 15_999], 16_000),
    ],
    ids=["silence", "empty", "only an offset", "only hum", "faint noise", "a click"],
)
def test_what_has_no_speech_in_it_is_refused(sound: Sound) -> None:
    with pytest.raises(AudioError, match="no speech"):
        master(sound)


def test_a_master_is_mastered_already() -> None:
    once = master(babble(3))
    twice = master(once)
    assert twice.seconds == pytest.approx(once.seconds, abs=0.03)
    assert active_level(twice).dbov == pytest.approx(LEVEL, abs=0.15)


def test_a_telephone_sound_has_the_telephone_band_of_its_master() -> None:
    wide = master(mixed(babble(4), tone(1000, 4, amplitude=0.05)))
    assert part_at(telephone(wide), 1000) == pytest.approx(part_at(resample(wide, 8000), 1000), abs=0.3)
