# SPDX-License-Identifier: GPL-3.0-or-later
"""Each bar finds what breaks it, and nothing else; files are made here, not by the mastering code, where it matters."""

import struct
from collections.abc import Callable

import numpy as np
import pytest

from intake.audio import (
    BARS,
    Limits,
    Sound,
    alaw,
    check,
    check_all,
    g722,
    join,
    master,
    measure,
    publish,
    read_wav,
    silence,
    telephone,
    wav,
)
from intake.audio.checks import Bar
from intake.audio.formats import Format
from intake.errors import AudioError
from tests.sounds import babble, noise, tone

WIDE = master(babble(4))
NARROW = telephone(WIDE)
FILES = publish(WIDE)


def bars(data: bytes, form: Format = "wav", limits: Limits = BARS, twin: Sound | None = None) -> set[Bar]:
    """What the check finds fault with."""
    return {finding.bar for finding in check(data, form, limits, twin)}


def with_samples(change: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """The good file with other samples."""
    return wav(Sound.of(change(NARROW.samples.astype(np.float64)), 8000))


def louder(decibels: float) -> bytes:
    """The good file, louder."""
    return with_samples(lambda samples: samples * 10 ** (decibels / 20))


def header(tag: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, extra: bytes = b"") -> bytes:
    """The good file's samples under another header."""
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits) + extra
    data = NARROW.pcm16().tobytes()
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def spliced(at: float, what: Sound) -> bytes:
    """The good file with something put over it at a time in seconds, from its end if negative."""

    def change(samples: np.ndarray) -> np.ndarray:
        begin = round(at * 8000) + (len(samples) if at < 0 else 0)
        samples[begin : begin + len(what.samples)] = what.samples
        return samples

    return with_samples(change)


@pytest.mark.parametrize("form", FILES)
def test_a_good_prompt_keeps_every_bar_in_every_format(form: Format) -> None:
    assert check(FILES[form], form, twin=WIDE if form in ("wav16", "g722") else NARROW) == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"RIFF", "not a WAV"),
        (b"ID3" + bytes(500), "not a WAV"),
        (FILES["wav"][:44][:30], "format chunk is cut off"),
        (FILES["wav"][:36], "data chunk is missing"),
        (FILES["wav"][:-1000], "cut off: "),
        (FILES["wav16"], "16000 samples a second; the bar is 8000"),
        (header(tag=0xFFFE, extra=struct.pack("<HHI", 22, 16, 0) + b"\1" + bytes(15)), "EXTENSIBLE"),
        (header(tag=3, bits=32), "floating point"),
        (header(tag=6, bits=8), "A-law"),
        (header(channels=2), "2 channels"),
        (header(bits=24), "24 bits"),
    ],
)
def test_what_a_pbx_would_not_play_is_found_by_its_container(data: bytes, said: str) -> None:
    found = check(data, "wav")
    assert {finding.bar for finding in found} == {"container"}
    assert said in " ".join(finding.text for finding in found)


@pytest.mark.parametrize("form", ["alaw", "ulaw", "g722"])
def test_a_raw_format_has_no_header(form: Format) -> None:
    assert bars(FILES["wav"], form) == {"container"}
    assert bars(b"", form) == {"container"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (louder(-1.2), {"level"}),
        (louder(1.2), {"level"}),
        (louder(-20), {"level", "G.711"}),
        (louder(12), {"level", "peak", "clipped"}),
        (spliced(0.5, Sound.of([0.9], 8000)), {"peak"}),
        (spliced(0.5, Sound.of([1, -1], 8000)), {"peak", "clipped"}),
        (with_samples(lambda s: s + 0.002), {"offset"}),
        (with_samples(lambda s: s[800:]), {"leading silence"}),
        (with_samples(lambda s: np.pad(s, (1000, 0))), {"leading silence"}),
        (with_samples(lambda s: s[:-600]), {"trailing silence"}),
        (with_samples(lambda s: np.pad(s, (0, 1600))), {"trailing silence"}),
        (with_samples(lambda s: np.tile(s, 20)), {"length"}),
        (with_samples(lambda s: s[: 24_000 + np.abs(s[24_000:30_000]).argmax()]), {"trailing silence", "edges"}),
        (spliced(0, Sound.of([0.03], 8000)), {"edges"}),
        (spliced(-0.04, Sound.of([0.03], 8000)), {"edges"}),
        (spliced(-0.04, Sound.of([0.1], 8000)), {"edges", "trailing silence"}),
    ],
    ids=[
        "too quiet", "too loud", "far too quiet", "clipped", "one loud sample", "two clipped samples", "an offset",
        "speech at once", "late", "ends early", "ends late", "endless", "cut off",
        "a click at first", "a click at last", "a loud click at last",
    ],
)  # fmt: skip
def test_each_bar_finds_what_breaks_it(data: bytes, expected: set[Bar]) -> None:
    assert bars(data) == expected


@pytest.mark.parametrize("apart", [0.16, 0.25])
def test_a_burst_of_static_after_the_speech_is_found(apart: float) -> None:
    burst = noise(0.03, 8000, rms=0.05)
    speech = Sound(NARROW.samples[: -round(0.2 * 8000)], 8000)
    data = wav(join([speech, burst, silence(0.2, 8000)], [apart, 0]))
    assert bars(data) == {"edges"}
    assert bars(wav(join([silence(0.1, 8000), burst, NARROW], [0, apart - 0.1]))) == {"edges"}


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (silence(4, 8000), "nothing can be heard"),
        (noise(4, 8000, rms=1e-4), "nothing can be heard"),
        (noise(4, 8000, rms=0.08), "steady tone or noise"),
        (tone(440, 4, 8000, amplitude=0.1), "steady tone or noise"),
        (join([noise(0.3, 8000, rms=0.08, seed=n) for n in range(8)], 0.25), "spectral flatness"),
    ],
    ids=["silence", "faint noise", "noise", "a tone", "noise with pauses"],
)
def test_what_is_no_speech_is_found_whatever_its_level(sound: Sound, said: str) -> None:
    padded = join([silence(0.1, 8000), sound, silence(0.2, 8000)])
    files: dict[Format, bytes] = {"wav": wav(padded), "alaw": alaw(padded)}
    for form, data in files.items():
        (finding,) = check(data, form)
        assert finding.bar == "content"
        assert said in finding.text


@pytest.mark.parametrize("form", ["alaw", "ulaw", "g722", "wav16"])
def test_another_text_in_one_of_the_formats_is_found(form: Format) -> None:
    other = master(babble(4, seed=7))
    length = len(WIDE.samples)
    fitted = Sound(np.pad(other.samples, (0, max(length - len(other.samples), 0)))[:length], 16_000)
    twin = fitted if form in ("wav16", "g722") else Sound(telephone(fitted).samples[: len(NARROW.samples)], 8000)
    assert bars(FILES[form], form, twin=twin) == {"twin"}


def test_the_files_of_a_prompt_are_checked_together() -> None:
    assert check_all(FILES) == dict.fromkeys(FILES, ())
    other = publish(master(babble(4, seed=7)))
    mixed_up: dict[Format, bytes] = {**FILES, "g722": other["g722"], "ulaw": b""}
    found = {form: {finding.bar for finding in findings} for form, findings in check_all(mixed_up).items()}
    assert found == {"wav": set(), "wav16": set(), "alaw": set(), "ulaw": {"container"}, "g722": {"twin"}}


def test_a_broken_original_is_its_own_fault_and_not_its_twins() -> None:
    found = check_all({"wav": FILES["wav"][:-1000], "alaw": FILES["alaw"]})
    assert {finding.bar for finding in found["wav"]} == {"container"}
    assert found["alaw"] == ()


def test_what_a_codec_leaves_is_measured_on_its_file_where_there_is_one() -> None:
    found = check_all({"wav": FILES["wav"], "alaw": FILES["alaw"]}, Limits(g711=60))
    assert [finding.text.split()[0] for finding in found["wav"]] == ["µ-law"]
    assert [finding.text.split()[0] for finding in found["alaw"]] == ["A-law"]


def test_a_shorter_text_in_one_of_the_formats_is_found() -> None:
    assert bars(FILES["alaw"], "alaw", twin=Sound(NARROW.samples[:-800], 8000)) == {"twin"}


def test_a_twin_has_the_rate_of_the_file() -> None:
    with pytest.raises(AudioError, match="16000"):
        check(FILES["alaw"], "alaw", twin=WIDE)


def test_what_g722_leaves_is_compared_with_its_bar() -> None:
    assert bars(FILES["wav16"], "wav16", limits=Limits(g722=24)) == set()
    assert bars(FILES["wav16"], "wav16", limits=Limits(g722=60)) == {"G.722"}


def test_an_announcement_may_be_shorter_or_longer_where_its_bars_say_so() -> None:
    assert bars(FILES["wav"], limits=Limits(longest=3)) == {"length"}
    assert bars(FILES["wav"], limits=Limits(shortest=5)) == {"length"}


def test_a_pause_in_a_law_is_no_offset() -> None:
    long_pause = join([babble(1), babble(1)], 10)
    files = publish(master(long_pause))
    assert check(files["alaw"], "alaw", twin=read_wav(files["wav"])) == ()


@pytest.mark.parametrize(("offset", "expected"), [(0.0003, set()), (0.002, {"offset"})])
def test_g722_has_a_bar_of_its_own_for_the_offset(offset: float, expected: set[Bar]) -> None:
    shifted = Sound(WIDE.samples + np.float32(offset), 16_000)
    assert bars(g722(shifted), "g722") == expected
    assert bars(wav(shifted), "wav16") == {"offset"}


def test_findings_are_sentences_with_both_values() -> None:
    (finding,) = check(louder(-3), "wav")
    assert finding.text == "its active speech level is -25.0 dBov; the bar is -22 ± 1 dBov"


def test_what_is_measured_is_what_is_there() -> None:
    measured = measure(join([silence(0.5, 8000), tone(1000, 2, 8000, amplitude=0.1), silence(0.7, 8000)]))
    assert measured.seconds == pytest.approx(3.2)
    assert measured.leading == pytest.approx(0.5, abs=0.011)
    assert measured.trailing == pytest.approx(0.7, abs=0.011)
    assert measured.peak == pytest.approx(-20, abs=0.1)
    assert measured.level == pytest.approx(-23.2, abs=0.6)


@pytest.mark.parametrize("length", [0, 1, 79, 80, 200])
def test_a_file_of_a_few_samples_is_measured_too(length: int) -> None:
    few = Sound.of(np.zeros(length), 8000)
    assert measure(few).leading == few.seconds
    assert {"length", "content"} <= bars(wav(few))
    assert bars(g722(Sound.of(np.zeros(2 * length), 16_000)), "g722")
