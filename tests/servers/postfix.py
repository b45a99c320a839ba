# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Postfix of its own, below one folder, that relays everything to one port.

Its configuration, queue and log are its own, so that several run side by side and next to one of the system.
It takes mail on a free loopback port, offers DSN, 8BITMIME and SMTPUTF8, and believes lone line feeds as an
unpatched relay would, so that a mail smuggled inside another is seen. Needs the Debian package ``postfix``
and root, as Postfix itself does.
"""

import contextlib
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers.ports import free_ports, greeting, wait_until

_DAEMONS = Path("/usr/lib/postfix/sbin")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
config_directory = {root}/config
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.net
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
relayhost = [127.0.0.1]:{relay_port}
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = {recipient_restrictions}
smtpd_forbid_bare_newline = no
smtpd_helo_required = yes
smtputf8_enable = yes
message_size_limit = 1024000
default_process_limit = 10
biff = no
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def unavailable() -> str:
    """Why Postfix cannot be started here, in one line; empty if it can."""
    if not (_DAEMONS / "master").exists():
        return "Postfix is not installed: apt-get install postfix"
    if os.geteuid() != 0:
        return "Postfix must be started as root"
    return ""


class Postfix:
    """A running Postfix. ``refuse``: recipient → reply, as in ``"550 5.1.1 no such mailbox"``."""

    def __init__(self, root: Path, relay_port: int, refuse: dict[str, str] | None = None) -> None:
        self.host, self.port = "127.0.0.1", free_ports(1)[0]
        self.root = root
        self.log = root / "postfix.log"
        self._config = root / "config"
        self._master: subprocess.Popen[bytes] | None = None
        self._write(relay_port, refuse or {})

    def _write(self, relay_port: int, refuse: dict[str, str]) -> None:
        owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        self.root.chmod(0o755)
        self._config.mkdir()
        (self.root / "data").mkdir(mode=0o700)
        os.chown(self.root / "data", owner, -1)
        queue = self.root / "queue"
        queue.mkdir()
        (queue / "pid").mkdir()
        private = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
                   "saved", "trace")  # fmt: skip
        for name in (*private, "maildrop", "public"):
            (queue / name).mkdir(mode=0o700)
            os.chown(queue / name, owner, group if name in ("maildrop", "public") else -1)
        (queue / "maildrop").chmod(0o1730)
        (queue / "public").chmod(0o2710)
        restrictions = "permit"
        if refuse:
            table = self.root / "recipients"
            table.write_text("".join(f"{address} {reply}\n" for address, reply in refuse.items()))
            restrictions = f"check_recipient_access texthash:{table}, permit"
        main = _MAIN.format(root=self.root, relay_port=relay_port, recipient_restrictions=restrictions)
        (self._config / "main.cf").write_text(main)
        (self._config / "master.cf").write_text(_MASTER.format(port=self.port))

    def start(self) -> None:
        """Starts it and waits until it greets. RuntimeError with the end of its log if it gives up."""
        self._master = subprocess.Popen(
            [_DAEMONS / "master", "-c", self._config, "-d"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        master = self._master
        wait_until(lambda: master.poll() is not None or greeting(self.port).startswith(b"220"), "Postfix greets", 60)
        if master.poll() is not None:
            log = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "no log"
            raise RuntimeError(f"Postfix did not start: {log}")

    def stop(self) -> None:
        """Ends master; its children end with it."""
        if self._master is None:
            return
        self._master.terminate()
        try:
            self._master.wait(15)
        except subprocess.TimeoutExpired:
            self._master.kill()
            self._master.wait()
        self._master = None


@contextlib.contextmanager
def postfix(relay_port: int, refuse: dict[str, str] | None = None) -> Iterator[Postfix]:
    """A Postfix that relays to ``relay_port`` on loopback, gone with its folder at the end."""
    reason = unavailable()
    if reason:
        raise RuntimeError(reason)
    # not pytest's tmp_path: Postfix's own user must be able to walk down to its queue
    root = Path(tempfile.mkdtemp(prefix="postfix-"))
    server = Postfix(root, relay_port, refuse)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)
