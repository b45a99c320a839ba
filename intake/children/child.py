# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the child: limits itself, then answers requests until its parent closes the pipe or is gone.

What the libraries print goes to nowhere: answers have a descriptor of their own. The child is nicer than its parent,
because a person who waits for an acknowledgement is more urgent than an announcement for tomorrow.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

HEAD = struct.Struct(">II")

Answer = Callable[[Mapping[str, Any], bytes], tuple[Mapping[str, Any], bytes]]
"""Request and bytes → answer and bytes; what it raises is told to the parent by its text."""

_NICER = 5
_PR_SET_PDEATHSIG = 1


class Unanswerable(Exception):
    """The request cannot be answered; the text is for the parent."""


def serve(answer: Answer) -> None:
    """Answer the requests on standard input. The first argument of the program is the memory it may use, in bytes."""
    parent = os.getppid()
    die_with_parent()
    if os.getppid() != parent:
        return
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    os.nice(_NICER)
    answers, requests = _private_pipes()
    while frame := _read(requests):
        try:
            reply, payload = answer(*frame)
        except Unanswerable as error:
            reply, payload = {"error": str(error)}, b""
        except MemoryError:
            reply, payload = {"error": f"it needs more than {most / 1e9:.1f} GB of memory"}, b""
        except Exception as error:
            # Only the kind: its text may hold what was to be said or heard.
            reply, payload = {"error": f"the engine failed ({type(error).__name__})"}, b""
        line = json.dumps(reply).encode()
        answers.write(HEAD.pack(len(line), len(payload)) + line + payload)
        answers.flush()


def die_with_parent() -> None:
    """Linux ends this process when the one that started it ends, however that happens; see prctl(2)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Both ends for this module alone; descriptors 0 and 1 become nothing."""
    answers, requests = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return answers, requests


def _read(requests: BinaryIO) -> tuple[Mapping[str, Any], bytes] | None:
    head = requests.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    line, payload = HEAD.unpack(head)
    return json.loads(requests.read(line)), requests.read(payload)
