# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that finishes sounds: ``python -m intake.announcements.worker MEMORY``, see ``intake.children``.

What voices or a person said goes in; the files for the line are put into the store, with what was measured on these
files: so the bytes of all formats, which are several times those that go in, never leave the process. Each piece is
brought to the level by itself first, because voices are not equally loud, and then all of them together.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from intake.announcements.store import Made, Store
from intake.audio import BARS, RECORDED_BARS, Sound, check_all, decode, join, master, measure, publish, read
from intake.children.child import Unanswerable, serve
from intake.errors import AnnouncementError, AudioError


def _answer(request: Mapping[str, Any], payload: bytes) -> tuple[Mapping[str, Any], bytes]:
    try:
        sounds = [_recorded(Path(request["path"]))] if request["path"] else _spoken(request["pieces"], payload)
        mastered = [master(sound) for sound in sounds]
        files = publish(mastered[0] if len(mastered) == 1 else master(join(mastered)))
    except AudioError as error:
        raise Unanswerable(str(error)) from None
    found = check_all(files, RECORDED_BARS if request["path"] else BARS)
    measured = measure(read(files["wav16"], "wav16"))
    findings = tuple(f"{form}: {finding.text}" for form, findings in found.items() for finding in findings)
    made = Made(
        request["key"], round(measured.seconds, 3), round(measured.level, 2), findings, not request["path"],
        tuple(request["voices"]), tuple(request["spoken"]), {},
    )  # fmt: skip
    try:
        Store(Path(request["library"])).put(made, files)
    except AnnouncementError as error:
        return {"refused": str(error)}, b""
    return {}, b""


def _spoken(pieces: list[tuple[int, int]], payload: bytes) -> list[Sound]:
    """``pieces``: the number of samples and the rate of each."""
    samples = np.frombuffer(payload, "<i2")
    ends = np.cumsum([length for length, _ in pieces])
    return [Sound.of_pcm16(samples[end - length : end], rate) for end, (length, rate) in zip(ends, pieces, strict=True)]


def _recorded(path: Path) -> Sound:
    decoded = decode(path)
    if decoded.damaged:
        raise AudioError("it is damaged: not all of it can be decoded; export it again")
    if decoded.clipped:
        raise AudioError(f"it is clipped: {decoded.clipped} samples are at full scale; record it with less gain")
    return decoded.sound


if __name__ == "__main__":
    serve(_answer)
