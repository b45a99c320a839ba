# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a file may go on the line: measured on its bytes, as a PBX would read them.

What made the file is not asked. Each bar is one of the project's figures for telephone audio, and each finding is a
sentence with what was measured and what the bar is. A file without findings keeps every bar.

Speech is told from a tone and from noise by two properties that both lack (measured on 53 voices of two engines and
on white and pink noise): between the first and the last sound of a prompt the levels of 25 ms lie at least 26 dB
apart, steady noise 2 dB and a tone nothing; and its louder parts are made of few frequencies, with a spectral
flatness of at most 0.05 between 300 and 3400 Hz, noise of 0.4 and more. What is said, and whether in the right
language, only a recogniser can tell.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from intake.audio.formats import G722_DELAY, KINDS, Format, alaw, g722, read, ulaw
from intake.audio.level import active_level
from intake.audio.riff import PCM, parse
from intake.audio.sound import FULL_SCALE_16, Samples, Sound, frame_powers
from intake.errors import AudioError

Bar = Literal[
    "container", "length", "content", "level", "peak", "clipped", "leading silence", "trailing silence", "edges",
    "offset", "G.711", "G.722", "twin",
]  # fmt: skip
"""What a finding is about; ``twin`` is the same prompt in another format."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bars. Levels are dBov or dBFS, times seconds, ratios decibels."""

    longest: float = 80.0
    """45 for a notice, 20 for a greeting; a call is lost to what is longer."""
    shortest: float = 0.3
    level: float = -22.0
    level_tolerance: float = 1.0
    peak: float = -1.0
    leading: tuple[float, float] = (0.05, 0.2)
    trailing: tuple[float, float] = (0.1, 0.3)
    silence: float = -44.0
    """10 ms that are fainter are silence."""
    edge: float = -34.0
    """The largest sample in the last 50 ms and the first 5: what is louder is a click, or a word cut off."""
    offset: float = -80.0
    offset_g722: float = -65.0
    """G.722 itself gives a voice whose pulses are lopsided a mean of up to −69 dBFS; its WAV file has none."""
    g711: float = 35.0
    g722: float = 24.0
    """Between 300 and 3400 Hz. Above, G.722 itself keeps only two bits of a sample."""


BARS = Limits()
"""What holds for every published file."""

RECORDED_BARS = Limits(g722=15.0)
"""For what a person recorded. Sharp pulses of a human voice cost G.722 more than any synthetic voice does: of 193
prompts of two speakers twelve, each a word or two, came to 17.5 to 24 dB, with two encoders alike."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One bar that a file does not keep."""

    bar: Bar
    text: str
    """A sentence with the measured value and the bar."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured on every file; levels in dBov and dBFS, times in seconds."""

    seconds: float
    level: float
    peak: float
    leading: float
    """Silence before the first sound; the whole length if there is none."""
    trailing: float
    offset: float


_FRAME = 0.01
_EDGE_AFTER = 0.05
_EDGE_BEFORE = 0.005
_APART = 0.15
_CLICK = 0.06
_SPECTRUM_FRAME = 0.025
_LEAST_SPREAD = 6.0
_MOST_FLATNESS = 0.3
_FAINTEST_SPEECH = -60.0
_CLIPPED = (FULL_SCALE_16 - 1) / FULL_SCALE_16
_IDLE = 8 / FULL_SCALE_16
"""The least sample of A-law, which has no zero: a pause is a row of it, and that is no offset."""
_ANOTHER_TEXT = 10.0
"""Decibels; another text in the same voice leaves none, the worst codec more than twenty."""
_CODECS: dict[Format, tuple[Format, ...]] = {"wav": ("alaw", "ulaw"), "wav16": ("g722",)}
"""The WAV files, and the codecs that are made of each."""
_ENCODERS: dict[Format, Callable[[Sound], bytes]] = {"alaw": alaw, "ulaw": ulaw, "g722": g722}
_TELEPHONE_BAND = (300, 3400)
_BAND_BLOCK = 8192
"""Samples, half a second."""
_NOTHING = -120.0


def check(data: bytes, form: Format, limits: Limits = BARS, twin: Sound | None = None) -> tuple[Finding, ...]:
    """What is wrong with a file of ``form``; empty if nothing is.

    ``twin``: the same prompt from the WAV file of the same rate, which a raw format has to agree with: a PBX picks
    by the call's codec, and must not find another text in one of them.
    """
    return _check(data, form, limits, twin, _CODECS.get(form, ()))


def check_all(files: Mapping[Format, bytes], limits: Limits = BARS) -> dict[Format, tuple[Finding, ...]]:
    """What is wrong with the files of one prompt, each with its twin. What its codecs leave is measured on them."""
    found: dict[Format, tuple[Finding, ...]] = {}
    for form in ("wav", "wav16"):
        if form in files:
            missing = tuple(codec for codec in _CODECS[form] if codec not in files)
            found[form] = _check(files[form], form, limits, None, missing)
    for form, data in files.items():
        if form not in _CODECS:
            original: Format = "wav16" if form == "g722" else "wav"
            sound = original in files and not _container(files[original], original)
            found[form] = _check(data, form, limits, read(files[original], original) if sound else None, ())
    return found


def _check(
    data: bytes, form: Format, limits: Limits, twin: Sound | None, codecs: tuple[Format, ...]
) -> tuple[Finding, ...]:
    """``codecs``: those whose round trip is measured."""
    found = list(_container(data, form))
    if found:
        return tuple(found)
    sound = read(data, form)
    loud = _loud_frames(sound, limits.silence)
    measured = _measured(sound, loud)
    if not limits.shortest <= measured.seconds <= limits.longest:
        bar = f"{limits.shortest:g} to {limits.longest:g} s"
        found.append(Finding("length", f"it is {measured.seconds:.1f} s long; the bar is {bar}"))
    differs = _agreement(sound, twin, form, limits) if twin is not None else []
    # What agrees with its twin is speech if that is, and the twin is looked at by itself.
    said_elsewhere = twin is not None and all(finding.bar != "twin" for finding in differs)
    if not said_elsewhere and (no_speech := _content(sound, measured, limits)):
        return (*found, *no_speech)
    found += _sound(sound, measured, form, limits) + _edges(sound, loud, limits)
    for codec in codecs:
        found += _left(codec, _ratio(sound, read(_ENCODERS[codec](sound), codec), codec), limits)
    found += differs
    return tuple(found)


def measure(sound: Sound, limits: Limits = BARS) -> Measured:
    """The figures of a sound, for a manifest or a page; ``limits`` says what counts as silence."""
    return _measured(sound, _loud_frames(sound, limits.silence))


def _measured(sound: Sound, loud: npt.NDArray[np.intp]) -> Measured:
    first, last = (loud[0], loud[-1] + 1) if len(loud) else (len(sound.samples), 0)
    frame = round(_FRAME * sound.rate)
    return Measured(
        sound.seconds,
        active_level(sound).dbov,
        _db(sound.peak),
        min(int(first) * frame, len(sound.samples)) / sound.rate,
        max(len(sound.samples) - int(last) * frame, 0) / sound.rate,
        _db(_offset(sound.samples)),
    )


def _offset(samples: Samples) -> float:
    magnitudes = np.abs(samples)
    if not len(samples):
        return 0.0
    if magnitudes.min() == _IDLE:
        samples = np.where(magnitudes == _IDLE, np.float32(0), samples)
    return abs(float(samples.mean(dtype=np.float64)))


def _container(data: bytes, form: Format) -> list[Finding]:
    """Whether a PBX would play the file at all."""
    kind = KINDS[form]
    problems: list[str] = []
    if form not in ("wav", "wav16"):
        if not data:
            problems.append("the file is empty")
        if data[:4] == b"RIFF":
            problems.append(f"it is a WAV file; the bar is raw {kind.title}")
        return [Finding("container", text) for text in problems]
    try:
        wave = parse(data)
    except AudioError as error:
        return [Finding("container", str(error))]
    if wave.tag != PCM:
        problems.append(f"its samples are {wave.encoding}; the bar is plain PCM (a caller would hear silence)")
    if wave.channels != 1:
        problems.append(f"it has {wave.channels} channels; the bar is one")
    if wave.bits != 16:
        problems.append(f"its samples have {wave.bits} bits; the bar is 16")
    if wave.rate != kind.rate:
        problems.append(f"it has {wave.rate} samples a second; the bar is {kind.rate}")
    if len(wave.data) < wave.claimed:
        problems.append(f"it is cut off: {len(wave.data)} of {wave.claimed} bytes of sound are there")
    elif len(wave.data) % 2:
        problems.append("it ends within a sample")
    return [Finding("container", text) for text in problems]


def _content(sound: Sound, measured: Measured, limits: Limits) -> list[Finding]:
    """What is no speech at all; the other bars say nothing about that."""
    if not len(sound.samples) or measured.level < _FAINTEST_SPEECH:
        return [Finding("content", f"nothing can be heard: its level is {measured.level:.0f} dBov")]
    frame = round(_SPECTRUM_FRAME * sound.rate)
    frames = sound.samples[: len(sound.samples) // frame * frame].reshape(-1, frame)
    levels = 10 * np.log10(frame_powers(frames.reshape(-1), frame) + 1e-12)
    loud = np.flatnonzero(levels >= limits.silence)
    if len(loud) * _SPECTRUM_FRAME < limits.shortest:
        return []
    spread = float(np.ptp(np.percentile(levels[loud[0] : loud[-1] + 1], (10, 95))))
    if spread < _LEAST_SPREAD:
        text = f"it is a steady tone or noise, no speech: its loudness varies by {spread:.1f} dB"
        return [Finding("content", f"{text}; the bar is {_LEAST_SPREAD:g} dB")]
    flatness = _flatness(frames[loud], sound.rate)
    if flatness > _MOST_FLATNESS:
        text = f"it is noise, no speech: its spectral flatness is {flatness:.2f}"
        return [Finding("content", f"{text}; the bar is {_MOST_FLATNESS:g}")]
    return []


def _flatness(frames: Samples, rate: int) -> float:
    """The median over the frames of geometric by arithmetic mean of the power between 300 and 3400 Hz."""
    spectrum = np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1)[:, _band(frames.shape[1], rate)]
    power = spectrum.real**2 + spectrum.imag**2 + 1e-12
    return float(np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)))


def _sound(sound: Sound, measured: Measured, form: Format, limits: Limits) -> list[Finding]:
    found: list[Finding] = []
    if abs(measured.level - limits.level) > limits.level_tolerance:
        bar = f"{limits.level:g} ± {limits.level_tolerance:g} dBov"
        found.append(Finding("level", f"its active speech level is {measured.level:.1f} dBov; the bar is {bar}"))
    if measured.peak > limits.peak:
        found.append(Finding("peak", f"its peak is {measured.peak:.1f} dBFS; the bar is {limits.peak:g} dBFS"))
    if sound.peak >= _CLIPPED:
        clipped = int(np.count_nonzero(np.abs(sound.samples) >= _CLIPPED))
        found.append(Finding("clipped", f"{clipped} samples are clipped; the bar is none"))
    silences: tuple[tuple[Bar, float, tuple[float, float]], ...] = (
        ("leading silence", measured.leading, limits.leading),
        ("trailing silence", measured.trailing, limits.trailing),
    )
    for bar, value, (least, most) in silences:
        if not least <= value <= most:
            span = f"{least * 1000:.0f} to {most * 1000:.0f} ms"
            found.append(Finding(bar, f"its {bar} is {value * 1000:.0f} ms; the bar is {span}"))
    most_offset = limits.offset_g722 if form == "g722" else limits.offset
    if measured.offset > most_offset:
        found.append(Finding("offset", f"its offset is {measured.offset:.1f} dBFS; the bar is {most_offset:g} dBFS"))
    return found


def _edges(sound: Sound, loud: npt.NDArray[np.intp], limits: Limits) -> list[Finding]:
    """Clicks, bursts and cuts where speech begins and ends."""
    found: list[Finding] = []
    for where, part in (
        ("begins", sound.samples[: round(_EDGE_BEFORE * sound.rate)]),
        ("ends", sound.samples[-round(_EDGE_AFTER * sound.rate) :]),
    ):
        if (peak := _db(float(np.abs(part).max(initial=0)))) > limits.edge:
            text = f"it {where} with a click or within a sound, at {peak:.0f} dBFS; the bar is {limits.edge:g} dBFS"
            found.append(Finding("edges", text))
    islands = np.split(loud, np.flatnonzero(np.diff(loud) > 1) + 1)
    if len(islands) > 1:
        for where, outer, gap in (
            ("begins", islands[0], islands[1][0] - islands[0][-1] - 1),
            ("ends", islands[-1], islands[-1][0] - islands[-2][-1] - 1),
        ):
            if len(outer) * _FRAME < _CLICK and gap * _FRAME >= _APART:
                text = f"it {where} with a click or burst of {len(outer) * _FRAME * 1000:.0f} ms apart from the speech"
                found.append(Finding("edges", f"{text}; the bar is none"))
    return found


def _left(codec: Format, ratio: float, limits: Limits) -> list[Finding]:
    """What a call's codec leaves of a prompt."""
    if codec == "g722" and ratio < limits.g722:
        text = f"G.722 leaves {ratio:.1f} dB between 300 and 3400 Hz; the bar is {limits.g722:g} dB"
        return [Finding("G.722", text)]
    if codec != "g722" and ratio < limits.g711:
        return [Finding("G.711", f"{KINDS[codec].title} leaves {ratio:.1f} dB; the bar is {limits.g711:g} dB")]
    return []


def _agreement(sound: Sound, twin: Sound, form: Format, limits: Limits) -> list[Finding]:
    if sound.rate != twin.rate:
        raise AudioError(f"a twin of {twin.rate} samples a second says nothing about one of {sound.rate}")
    if abs(len(sound.samples) - len(twin.samples)) > 1:
        return [Finding("twin", f"it is {sound.seconds:.2f} s long and its WAV file {twin.seconds:.2f} s")]
    ratio = _ratio(twin, sound, form)
    if ratio < _ANOTHER_TEXT:
        text = f"it does not say what its WAV file says: {ratio:.1f} dB; the bar is {_ANOTHER_TEXT:g} dB"
        return [Finding("twin", text)]
    return _left(form, ratio, limits)


def _ratio(original: Sound, coded: Sound, form: Format) -> float:
    """Signal to error, in decibels; for G.722 without its delay and between 300 and 3400 Hz."""
    heard = coded.samples[G722_DELAY:] if form == "g722" else coded.samples
    length = min(len(original.samples), len(heard))
    signal = original.samples[:length]
    error = signal - heard[:length]
    if form == "g722":
        return _power_ratio(_band_power(signal, original.rate), _band_power(error, original.rate))
    return _power_ratio(_power(signal), _power(error))


def _band_power(samples: Samples, rate: int) -> float:
    """Its power there, in blocks: one transform of the whole takes several times as long, and tells the same."""
    blocks = np.zeros((-(-len(samples) // _BAND_BLOCK), _BAND_BLOCK))
    blocks.reshape(-1)[: len(samples)] = samples
    inside = np.fft.rfft(blocks, axis=1)[:, _band(_BAND_BLOCK, rate)]
    return _power(inside.real) + _power(inside.imag)


def _power(values: npt.NDArray[np.floating[Any]]) -> float:
    return float(np.sum(values * values))


def _band(length: int, rate: int) -> slice:
    """Which values of a spectrum of so many samples lie between 300 and 3400 Hz."""
    low, high = _TELEPHONE_BAND
    return slice(math.ceil(low * length / rate), math.floor(high * length / rate) + 1)


def _power_ratio(signal: float, error: float) -> float:
    return 10 * math.log10((signal + 1e-12) / (error + 1e-12))


def _loud_frames(sound: Sound, silence: float) -> npt.NDArray[np.intp]:
    """The numbers of the 10 ms that are no silence."""
    return np.flatnonzero(frame_powers(sound.samples, round(_FRAME * sound.rate)) >= 10 ** (silence / 10))


def _db(value: float) -> float:
    return 20 * math.log10(value) if value > 10 ** (_NOTHING / 20) else _NOTHING
