# SPDX-License-Identifier: GPL-3.0-or-later
"""The process in which engines speak: ``python -m intake.voices.worker MEMORY``, see ``intake.children``."""

from collections.abc import Mapping
from typing import Any

from intake.children.child import serve
from intake.voices import espeak, pico, piper

_ENGINES = {pico.ENGINE: pico.speak, espeak.ENGINE: espeak.speak, piper.ENGINE: piper.speak}


def _answer(request: Mapping[str, Any], _payload: bytes) -> tuple[Mapping[str, Any], bytes]:
    said, rate = _ENGINES[request["engine"]](request["name"], request["model"], request["text"])
    return {"rate": rate}, said


if __name__ == "__main__":
    serve(_answer)
