# SPDX-License-Identifier: GPL-3.0-or-later
"""What does understanding voicemail cost, beside the recognisers' own command lines?

``python -m benchmarks.voicemail [MESSAGES]`` (10). The same callers' messages, over a line with noise, are queued: here
one recogniser keeps its model for all of them; a command line loads it for each file. Whisper's base model against
``whisper-ctranslate2`` (on PyPI), Vosk's small Korean model against its ``vosk-transcriber`` (which needs ``ffmpeg``);
a command line that is not installed is left out, by name. Printed: seconds that one waits and seconds of processor time
for each second of sound, the most memory that one process had, and how many times as long the command line takes.

Our figures are of the whole way: decoding, language, transcript, figures, queue, MP3. The Korean model hears German: a
model for it is no package, and for what it costs the language matters little.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.audio import wav
from intake.voicemail.values import KnownCaller, Recording
from tests.models import vosk_korean, whisper_base
from tests.voice_line import NOISE_20, line
from tests.voicemail_score import LEFT_AT, listener, messages, speak

HERE = ["--threads", str(len(os.sched_getaffinity(0)))]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of all files together: seconds waited, seconds of processor time, bytes of the largest process."""

    waited: float
    computed: float
    memory: int

    def told(self, name: str, sound: float) -> str:
        """A line of the table."""
        return f"{name:34} {self.waited / sound:10.2f} {self.computed / sound:10.2f} {self.memory / 1e6:10.0f} MB"


def ours(models: Path, files: Sequence[Path], language: str) -> Cost:
    """In a process of its own, so that what it took can be told from what others took."""
    program = [sys.executable, "-m", "benchmarks.voicemail", "--ours", str(models), language, *map(str, files)]
    return commands([program])


async def understand(models: Path, language: str, files: Sequence[str]) -> None:
    """What ``ours`` measures."""
    ears = listener(models)
    try:
        for file in files:
            await ears.understand(Recording("", "", Path(file), LEFT_AT, "", "", language), KnownCaller())
    finally:
        await ears.close()


def commands(lines: Sequence[Sequence[str]]) -> Cost:
    """One process after another; each counts with the processes that it started and waited for."""
    start, computed, memory = time.monotonic(), 0.0, 0
    for command in lines:
        done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(done.pid, 0)
        done.returncode = os.waitstatus_to_exitcode(status)
        if done.returncode:
            raise RuntimeError(f"{command[0]} ended with {done.returncode}")
        computed += used.ru_utime + used.ru_stime
        memory = max(memory, used.ru_maxrss * 1024)
    return Cost(time.monotonic() - start, computed, memory)


def main() -> None:
    """Measure, a table for each recogniser."""
    if sys.argv[1:2] == ["--ours"]:
        asyncio.run(understand(Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = []
        sound = 0.0
        wanted = [(n, one) for n, one in enumerate(messages()) if one.language == "de"][:count]
        for number, _, said in asyncio.run(speak(wanted)):
            over = line(said, NOISE_20, seed=number)
            sound += over.seconds
            files.append(folder / f"{number}.wav")
            files[-1].write_bytes(wav(over))
        print(f"{len(files)} messages, {sound:.0f} s of sound; for each second of sound:")
        print(f"{'':34} {'waited':>10} {'computed':>10} {'memory':>13}")
        for engine, model, tool in (
            ("vosk", _model(folder, "vosk-model-small-de-0.15", vosk_korean()), "vosk-transcriber"),
            ("whisper", _model(folder, "whisper-base", whisper_base()), "whisper-ctranslate2"),
        ):
            own = ours(model.parent, files, "de" if engine == "vosk" else "")
            print(own.told(f"{engine}: intake, one queue", sound), flush=True)
            beside = shutil.which(tool) or shutil.which(tool, path=str(Path(sys.executable).parent))
            if beside is None or (engine == "vosk" and shutil.which("ffmpeg") is None):
                print(f"{engine}: {tool} {'or ffmpeg ' if engine == 'vosk' else ''}is not installed; not measured")
                continue
            theirs = commands([_command(beside, engine, model, file, folder) for file in files])
            print(theirs.told(f"{engine}: {tool}, a file each", sound))
            print(f"{'':34} {theirs.waited / own.waited:9.2f}x {theirs.computed / own.computed:9.2f}x", flush=True)


def _model(folder: Path, name: str, model: Path) -> Path:
    """In a folder of its own; without a README, which would say that the Korean model is Korean."""
    place = folder / name.split("-")[0] / name
    place.mkdir(parents=True)
    for part in model.iterdir():
        if part.name != "README":
            (place / part.name).symlink_to(part)
    return place


def _command(tool: str, engine: str, model: Path, file: Path, folder: Path) -> list[str]:
    if engine == "vosk":
        return [tool, "-m", str(model), "-i", str(file), "-o", str(folder / "text")]
    return [
        tool, str(file), "--model_directory", str(model), "--device", "cpu", "--compute_type", "int8",
        "--local_files_only", "True", "--word_timestamps", "True", "--condition_on_previous_text", "False",
        "--temperature", "0", "--temperature_increment_on_fallback", "None", "--output_dir", str(folder), *HERE,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
