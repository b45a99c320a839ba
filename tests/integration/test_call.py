# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller hears is what was published: a real telephone line plays a file, and a caller compares.

The line encodes the WAV file with the call's codec by itself, as a PBX does; what arrives has been through it and
over RTP.
"""

from pathlib import Path

import pytest

from intake.audio import active_level, master, publish, read, wav
from intake.audio.formats import Format
from tests.servers.sip import Codec, Line, call
from tests.sounds import align, babble

pytestmark = pytest.mark.integration

CALLS: list[tuple[Codec, Format, Format, float]] = [
    ("PCMA", "wav", "alaw", 35),
    ("PCMU", "wav", "ulaw", 35),
    ("G722", "wav16", "g722", 20),
]
"""The codec of the call, what is played, how to read what is heard, and how near it has to come in decibels."""


@pytest.mark.parametrize(("codec", "played", "heard_as", "nearness"), CALLS, ids=[codec for codec, *_ in CALLS])
def test_a_caller_hears_what_was_published(
    codec: Codec, played: Format, heard_as: Format, nearness: float, tmp_path: Path
) -> None:
    files = publish(master(babble(3)))
    file = tmp_path / "greeting.wav"
    file.write_bytes(files[played])
    published = read(files[played], played)
    with Line(file, rate=published.rate) as line:
        heard = call(line, codec)
    assert heard.lost == 0
    sound = read(heard.sound, heard_as)
    found = align(published, sound)
    assert found.snr > nearness
    assert found.gain == pytest.approx(0, abs=0.2)
    assert found.present == 1
    assert active_level(sound).dbov == pytest.approx(-22, abs=1)


def test_another_announcement_is_not_taken_for_it(tmp_path: Path) -> None:
    file = tmp_path / "greeting.wav"
    file.write_bytes(publish(master(babble(2, seed=5)))["wav"])
    expected = read(publish(master(babble(2)))["wav"], "wav")
    with Line(file) as line:
        heard = call(line)
    assert align(expected, read(heard.sound, "alaw")).snr < 5


def test_the_line_answers_one_caller_after_another(tmp_path: Path) -> None:
    published = read(publish(master(babble(1)))["wav"], "wav")
    file = tmp_path / "greeting.wav"
    file.write_bytes(wav(published))
    with Line(file) as line:
        for heard in (call(line), call(line)):
            assert align(published, read(heard.sound, "alaw")).snr > 35
