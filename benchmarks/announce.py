# SPDX-License-Identifier: GPL-3.0-or-later
"""How long do announcements take to build, all and after a change, and how long would the usual way take?

``python -m benchmarks.announce [LANGUAGE…]`` (all that can be spoken, unless told). Runs on the same announcements of
the example office, each in its own folder:

* everything, from nothing;
* one sentence changed in one language;
* one day later, with everything else as it was;
* nothing changed;
* the usual way, as an administrator's script would do it, as many announcements at once as there are processors: for
  each piece of text a process of the engine (eSpeak NG's own command line; for Pico, whose package has none, Python
  with a few lines), for each announcement one of sox that joins, resamples, filters, trims and tells the level, for
  each format one that brings it to the level, and for each file of sox's one that measures it. G.722, which sox does
  not know, is made by ffmpeg and not measured. It needs the Debian packages espeak-ng, sox and ffmpeg;
* the usual way without G.722: about half of what the usual way takes is spent on starting ffmpeg.

The usual way says the same texts with the same engines in the same formats. It does less than the first run: its level
is the mean power and no active speech level, what codecs leave is not compared, and no digest, manifest or check for
silence, noise and clicks is made.

Printed: seconds of wall clock and of processor time, sounds made, and seconds of sound.
"""

import asyncio
import datetime as dt
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from intake import config
from intake.announcements.announcer import Announcer, Built
from intake.cli.init import EXAMPLE
from intake.config import Settings
from intake.resources import shipped
from intake.voices import pico
from intake.voices.espeak import VOICES

AT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
SOX = ("-r", "16000", "-b", "16", "-c", "1")
LEVEL = -22.0
TRIM = ("silence", "1", "0.01", "0.5%", "reverse")
EFFECTS = ("highpass", "80", *TRIM, *TRIM, "pad", "0.1", "0.15", "stats")
FORMATS = {
    "16.wav": ("-r", "16000"), "wav": ("-r", "8000"),
    "al": ("-r", "8000", "-t", "al"), "ul": ("-r", "8000", "-t", "ul"),
}  # fmt: skip
G722 = ("ffmpeg", "-nostdin", "-v", "error", "-i")

PICO_FOLDER = Path(sys.prefix) / "languages"
PICO = """
import sys, wave, ttspico
_, name, folder, text, path = sys.argv
with wave.open(path, "wb") as file:
    file.setparams((1, 2, 16000, 0, "NONE", ""))
    file.writeframes(ttspico.TtsEngine(name, lang_dir=folder).speak(text) or b"")
"""


async def build(settings: Settings, at: dt.datetime, languages: list[str]) -> Built:
    """Whatever is missing."""
    async with Announcer.open(settings) as announcer:
        return await announcer.build(at, languages=languages)


def measured(title: str, settings: Settings, at: dt.datetime, languages: list[str]) -> Built:
    """Build, and print what it took."""
    begin, cpu = time.monotonic(), _cpu()
    built = asyncio.run(build(settings, at, languages))
    sound = sum(one.made.seconds for one in built.spoken if one.made)
    _print(title, time.monotonic() - begin, _cpu() - cpu, len(built.spoken), sound)
    return built


def usual(title: str, built: Built, folder: Path, *, g722: bool) -> None:
    """The same texts by the command lines of the engine, of sox and of ffmpeg."""
    folder.mkdir()
    jobs = [
        list(zip(outcome.made.voices, outcome.made.spoken, strict=True))
        for outcome in built.spoken
        if outcome.made and outcome.made.synthetic
    ]

    def one(number: int) -> None:
        pieces = []
        for index, (voice, text) in enumerate(jobs[number]):
            piece = str(folder / f"{number}-{index}.wav")
            engine, _, name = voice.partition(":")
            if engine == pico.ENGINE:
                subprocess.run([sys.executable, "-c", PICO, name, str(PICO_FOLDER), text, piece], check=True)
            else:
                command = ["espeak-ng", "-v", VOICES[name], "-s", "155", "-w", piece, text]
                subprocess.run(command, check=True)
            if len({voice.partition(":")[0] for voice, _ in jobs[number]}) > 1:  # sox joins what has one rate
                subprocess.run(["sox", piece, *SOX, f"{piece}.wav"], check=True, stderr=subprocess.DEVNULL)
                piece = f"{piece}.wav"
            pieces.append(piece)
        joined = str(folder / f"{number}.joined.wav")
        told = subprocess.run(["sox", *pieces, *SOX, joined, *EFFECTS], check=True, stderr=subprocess.PIPE, text=True)
        (level,) = (line.split()[3] for line in told.stderr.splitlines() if line.startswith("RMS lev dB"))
        gain = ["gain", "-l", f"{LEVEL - float(level):.2f}"]
        for suffix, options in FORMATS.items():
            file = str(folder / f"{number}.{suffix}")
            subprocess.run(["sox", joined, *options, file, *gain], check=True, stderr=subprocess.DEVNULL)
            read = () if suffix.endswith("wav") else options
            subprocess.run(["sox", *read, file, "-n", "stats"], check=True, stderr=subprocess.DEVNULL)
        if g722:
            wide = str(folder / f"{number}.16.wav")
            subprocess.run([*G722, wide, "-f", "g722", str(folder / f"{number}.g722")], check=True)

    begin, cpu = time.monotonic(), _cpu()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(one, range(len(jobs))))
    sound = sum(path.stat().st_size for path in folder.glob("*.16.wav")) / 32_000
    _print(title, time.monotonic() - begin, _cpu() - cpu, len(jobs), sound)


def main() -> None:
    """All of them."""
    languages = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "intake.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
        settings = config.load(folder / "intake.toml")
        print(f"{'':42} {'wall':>8} {'processor':>10} {'sounds':>7} {'of sound':>10}")
        built = measured("everything", settings, AT, languages)
        own = folder / "voice_prompts"
        own.mkdir()
        german = (shipped("voice_prompts") / "de.j2").read_text("utf-8")
        (own / "de.j2").write_text(german.replace("Auf Wiederhören.", "Auf Wiedersehen."), "utf-8")
        measured("one sentence changed", settings, AT, languages)
        measured("one day later", settings, AT + dt.timedelta(days=1), languages)
        measured("nothing changed", settings, AT + dt.timedelta(days=1), languages)
        if all(shutil.which(program) for program in ("espeak-ng", "sox", "ffmpeg")):
            usual("the usual way: a process for each file", built, folder / "usual", g722=True)
            usual("the usual way without G.722", built, folder / "less", g722=False)
        else:
            print("the usual way needs: apt-get install espeak-ng sox ffmpeg")


def _cpu() -> float:
    """Processor seconds of this process and of all children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _print(title: str, wall: float, cpu: float, sounds: int, seconds: float) -> None:
    print(f"{title:42} {wall:6.1f} s {cpu:8.1f} s {sounds:7} {seconds:8.1f} s", flush=True)


if __name__ == "__main__":
    main()
