# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone line on loopback: a real baresip answers with a file, and a caller listens to what arrives.

    with Line(folder / "greeting.wav") as line:
        heard = call(line, "PCMA")

The line is the Debian package ``baresip-core`` with a configuration of its own. The caller is RFC 3261 and RFC 3550 in
a few dozen lines of blocking sockets, so that a test gets the very bytes that came over the line and knows of every
packet that was lost, instead of what a sound card's player would have made of them.
"""

import contextlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

Codec = Literal["PCMU", "PCMA", "G722"]

PAYLOAD_TYPES: dict[Codec, int] = {"PCMU": 0, "PCMA": 8, "G722": 9}
"""RFC 3551 section 6; all three send 8000 bytes a second and count them as 8000 units (for G.722, see its 4.5.2)."""

PATIENCE = 60.0
"""Seconds that anything may take beyond the sound itself."""

_RETRY = 0.5
"""Seconds until a request is sent again: T1 of RFC 3261."""

_CONFIG = """\
poll_method epoll
net_interface 127.0.0.1
sip_listen 127.0.0.1:{port}
call_max_calls 8
audio_source aufile,{file}
audio_channels 1-1
ausrc_srate {rate}
auplay_srate {rate}
rtp_ports {rtp}-{rtp_end}
module_path {modules}
module g711.so
module g722.so
module aufile.so
module_app account.so
module_app menu.so
"""


class Line:
    """A baresip that answers every call at once with the sound of a WAV file. Use it as a context manager.

    ``rate``: samples a second of the file; a wideband one is for G.722.
    """

    def __init__(self, file: Path, *, rate: int = 8000) -> None:
        program = shutil.which("baresip")
        if program is None:
            raise FileNotFoundError("no baresip found: apt-get install baresip-core")
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self.port = _free_neighbours(2)
        rtp = _free_neighbours(20)
        modules = next(path.parent for path in Path("/usr/lib").rglob("baresip/modules/aufile.so"))
        values = {"port": self.port, "file": file, "rate": rate, "rtp": rtp, "rtp_end": rtp + 19, "modules": modules}
        (folder / "config").write_text(_CONFIG.format(**values))
        (folder / "accounts").write_text(
            f"<sip:line@127.0.0.1:{self.port}>;regint=0;answermode=auto"
            ";audio_codecs=PCMA/8000/1,PCMU/8000/1,G722/16000/1\n"
        )
        (folder / "contacts").touch()
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def expect_alive(self) -> None:
        """AssertionError with its log if it has ended."""
        assert self._process.poll() is None, self.log.read_text(errors="replace")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller got."""

    codec: Codec
    sound: bytes
    """The bytes of the codec, in order."""
    lost: int
    """Packets that never came."""


def call(line: Line, codec: Codec = "PCMA", *, seconds: float = 80) -> Heard:
    """Calls, listens until the line hangs up or ``seconds`` of sound have come, and hangs up."""
    with _Caller(line, codec) as caller:
        caller.invite()
        return caller.listen(seconds)


class _Caller:
    """One call. SIP and RTP each have a socket."""

    def __init__(self, line: Line, codec: Codec) -> None:
        self._line = line
        self._codec = codec
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind(("127.0.0.1", 0))
        self._sip.connect(("127.0.0.1", line.port))
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp.bind(("127.0.0.1", 0))
        self._own = f"127.0.0.1:{self._sip.getsockname()[1]}"
        self._target = f"sip:line@127.0.0.1:{line.port}"
        self._to = f"<{self._target}>"
        self._answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._answered:
            with contextlib.suppress(OSError):
                self._send("BYE", 2)
        self._sip.close()
        self._rtp.close()

    def invite(self) -> None:
        """Asks for the codec, again until there is an answer, and confirms it. AssertionError unless it is 200."""
        port, number = self._rtp.getsockname()[1], PAYLOAD_TYPES[self._codec]
        lines = (
            "v=0", "o=caller 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
            f"m=audio {port} RTP/AVP {number}", f"a=rtpmap:{number} {self._codec}/8000", "a=ptime:20", "a=sendrecv",
        )  # fmt: skip
        offer = "".join(f"{line}\r\n" for line in lines)
        end = time.monotonic() + PATIENCE
        provisional = False
        while True:
            assert time.monotonic() < end, "nobody answers the call"
            self._line.expect_alive()
            if not provisional:
                with contextlib.suppress(ConnectionError):  # not listening yet
                    self._send("INVITE", 1, offer)
            answer = self._receive(_RETRY)
            if answer.startswith("SIP/2.0 1"):
                provisional = True
            elif answer:
                break
        assert answer.startswith("SIP/2.0 200"), answer
        self._to = _header(answer, "To")
        contact = re.search(r"sip:[^>;]+", _header(answer, "Contact"))
        assert contact, answer
        self._target = contact[0]
        self._send("ACK", 1)
        self._answered = True

    def listen(self, seconds: float) -> Heard:
        """Collects packets until enough have come or the line says goodbye."""
        packets: dict[int, bytes] = {}
        first: int | None = None
        size = 0
        self._rtp.settimeout(0.05)
        end = time.monotonic() + seconds + PATIENCE
        while size < seconds * 8000 and not self._said_goodbye():
            assert time.monotonic() < end, f"only {size / 8000:.1f} s came"
            self._line.expect_alive()
            with contextlib.suppress(TimeoutError):
                packet = self._rtp.recv(4096)
                # RTP version 2 without padding, extension or sources, as everything on this line
                assert packet[0] == 0x80, packet[:12]
                if packet[1] & 0x7F != PAYLOAD_TYPES[self._codec]:
                    continue
                number = int.from_bytes(packet[2:4])
                first = number if first is None else first
                packets[(number - first) & 0xFFFF] = packet[12:]
                size += len(packet) - 12
        assert packets, "not a single packet came"
        return Heard(self._codec, b"".join(packets[n] for n in sorted(packets)), max(packets) + 1 - len(packets))

    def _said_goodbye(self) -> bool:
        request = self._receive(0)
        if not request.startswith("BYE"):
            return False
        copied = [line for line in request.split("\r\n") if re.match(r"(?i)(via|from|to|call-id|cseq):", line)]
        self._sip.send("\r\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]).encode())
        self._answered = False
        return True

    def _send(self, method: str, number: int, body: str = "") -> None:
        lines = [
            f"{method} {self._target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{method.lower()}{number};rport",
            "Max-Forwards: 70",
            f"From: <sip:caller@{self._own}>;tag=caller",
            f"To: {self._to}",
            f"Call-ID: {id(self)}@{self._own}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:caller@{self._own}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        self._sip.send("\r\n".join(lines).encode())

    def _receive(self, seconds: float) -> str:
        """The next message; empty if none comes within ``seconds``, or nobody listens there."""
        self._sip.settimeout(seconds)
        try:
            return self._sip.recv(65535).decode()
        except ConnectionError:
            # Nobody listens yet. The refusal came at once: wait as long as silence would have taken.
            time.sleep(min(seconds, 0.05))
            return ""
        except (TimeoutError, BlockingIOError):
            return ""


def _header(message: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:\s*(.+?)\r?$", message)
    assert found, message
    return found[1]


def _free_neighbours(count: int) -> int:
    """The first of ``count`` neighbouring ports that are all free, for UDP and TCP: baresip takes more than it says."""
    for _ in range(100):
        with contextlib.ExitStack() as taken:
            first = taken.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            try:
                for port in range(first, first + count):
                    datagram = taken.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    datagram.bind(("127.0.0.1", port))
                    if port > first:
                        stream = taken.enter_context(socket.socket())
                        stream.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return int(first)
    raise AssertionError(f"no {count} neighbouring free ports")
