# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Dovecot for tests (Debian's 2.3): IMAP, LMTP, Sieve, in a temporary folder on free ports.

Every user name is accepted with the password :data:`PASSWORD`; other passwords are given at the
start. So all tests of a process can share one server, each with a user of its own.
It runs as root (mail belongs to ``nobody``) and as an ordinary user.
"""

import base64
import datetime as dt
import grp
import hashlib
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from tests.servers.certificates import write_certificate
from tests.servers.ports import free_ports, greeting, wait_until

PASSWORD = "secret"
CAPABILITIES = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND CATENATE UNSELECT "
    "CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE QRESYNC ESEARCH SEARCHRES WITHIN LIST-STATUS BINARY "
    "MOVE LITERAL+ SPECIAL-USE"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it lies on the server."""

    uid: int
    flags: frozenset[str]
    internaldate: dt.datetime
    raw: bytes


class Dovecot:
    """One server. ``with Dovecot() as server: …``, or :meth:`start` and :meth:`close`."""

    def __init__(
        self,
        *,
        passwords: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        tls: bool = False,
        expired: bool = False,
        prefix: str = "",
        delimiter: str = "/",
        quota: str = "",
        submission_port: int = 0,
        fsync: str = "never",
        introspection: str = "",
        token_users: Collection[str] = (),
        token_mechanisms: str = "xoauth2 oauthbearer",
    ) -> None:
        """``without``: capabilities not offered. ``quota``: such as ``100k``. ``submission_port``: SMTP
        server on this machine that takes what Sieve scripts send. ``fsync``: Dovecot's ``mail_fsync``.

        ``introspection``: the beginning of the address that says whether a token opens a mailbox; the mailbox's
        name, one of ``token_users``, is appended. Such a Dovecot takes tokens besides passwords."""
        self.host = "127.0.0.1"
        self.port, self.tls_port, self.lmtp_port = free_ports(3)
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.ca_file: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._passwords = dict(passwords or {})
        self._fsync = fsync
        (self.folder / "home").mkdir()
        certificate = write_certificate(self.folder, expired=expired) if tls or expired else None
        if certificate:
            self.ca_file = certificate[0]
        self._token_users = list(token_users)
        self._token_mechanisms = token_mechanisms if token_users else ""
        for number, user in enumerate(self._token_users):
            (self.folder / f"token{number}.conf").write_text(
                f"introspection_url = {introspection}{user}?token=\nintrospection_mode = get\n"
                "active_attribute = active\nactive_value = true\nusername_attribute = username\n"
            )
        self.configuration = self.folder / "dovecot.conf"
        self.configuration.write_text(
            self._configuration(certificate, without, prefix, delimiter, quota, submission_port), "utf-8"
        )
        self._write_users()
        self.folder.chmod(0o755)

    def _configuration(
        self,
        certificate: tuple[Path, Path] | None,
        without: Collection[str],
        prefix: str,
        delimiter: str,
        quota: str,
        submission_port: int,
    ) -> str:
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrgid(os.getegid()).gr_name
        mail = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        if root:
            os.chown(self.folder / "home", mail.pw_uid, mail.pw_gid)
        offered = " ".join(c for c in CAPABILITIES.split() if c not in without)
        login = f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}\n"
        chroot = "" if root else "  chroot =\n"
        tls_listener = f"  inet_listener imaps {{\n    port = {self.tls_port}\n    ssl = yes\n  }}\n"
        no_tls_listener = "  inet_listener imaps {\n    port = 0\n  }\n"
        plugins = "quota " if quota else ""
        return (
            f"base_dir = {self.folder}/run\nstate_dir = {self.folder}/state\nlog_path = {self.folder}/log\n"
            f"instance_name = {self.folder.name}\n"
            "protocols = imap lmtp\nlisten = 127.0.0.1\nshutdown_clients = yes\n"
            f"auth_mechanisms = plain login {self._token_mechanisms}\n"
            "disable_plaintext_auth = no\nauth_failure_delay = 0\n"
            "auth_username_chars =\nauth_username_format = %u\nmail_max_userip_connections = 0\n"
            f"first_valid_uid = 1\nmail_fsync = {self._fsync}\nmail_location = sdbox:~/mail\n"
            "postmaster_address = postmaster@example.org\nhostname = mail.example.org\n"
            f"submission_host = 127.0.0.1:{submission_port or 9}\n"
            + ("" if root else login)
            + (
                f"ssl = yes\nssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}\n"
                if certificate
                else "ssl = no\n"
            )
            + (f"imap_capability = {offered}\n" if without else "")
            + f"mail_plugins = {plugins}\n"
            + "".join(
                # One for each mailbox, because Dovecot wants to hear the name that the client gave.
                f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n"
                f"  args = {self.folder}/token{number}.conf\n}}\n"
                for number in range(len(self._token_users))
            )
            + f"passdb {{\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {self.folder}/users\n}}\n"
            f"passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n"
            f"userdb {{\n  driver = static\n"
            f"  args = uid={mail.pw_uid} gid={mail.pw_gid} home={self.folder}/home/%Mu allow_all_users=yes\n}}\n"
            f"namespace inbox {{\n  inbox = yes\n  prefix = {prefix}\n  separator = {delimiter}\n"
            "  mailbox Sent {\n    auto = subscribe\n    special_use = \\Sent\n  }\n"
            "  mailbox Trash {\n    auto = create\n    special_use = \\Trash\n  }\n}\n"
            f"service imap-login {{\n{chroot}  service_count = 0\n"
            f"  inet_listener imap {{\n    port = {self.port}\n  }}\n"
            f"{tls_listener if certificate else no_tls_listener}}}\n"
            # Without this, logins that are meant to fail slow down all others.
            f"service anvil {{\n{chroot}  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n"
            f"service lmtp {{\n  inet_listener lmtp {{\n    port = {self.lmtp_port}\n  }}\n}}\n"
            "service imap {\n  service_count = 100\n  process_limit = 400\n}\n"
            f"protocol lmtp {{\n  mail_plugins = {plugins}sieve\n}}\n"
            "plugin {\n  sieve = file:~/sieve;active=~/active.sieve\n  sieve_vacation_min_period = 0\n"
            "  sieve_vacation_default_period = 0\n"
            + (f"  quota = count:Mail\n  quota_vsizes = yes\n  quota_rule = *:storage={quota}\n" if quota else "")
            + "}\n"
        )

    def _write_users(self) -> None:
        # Dovecot looks for the name as it escapes it.
        escape = str.maketrans({c: f"\\{c}" for c in "\\\"'"})
        lines = [
            f"{user.translate(escape)}:{{PLAIN.b64}}{base64.b64encode(password.encode()).decode()}::::::\n"
            for user, password in self._passwords.items()
        ]
        (self.folder / "users").write_text("".join(lines), "utf-8")

    # -- life

    def __enter__(self) -> "Dovecot":
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts, or starts again on the same ports, and waits until clients can connect."""
        program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
        if program is None:
            raise AssertionError("Dovecot is missing: apt-get install dovecot-imapd dovecot-lmtpd dovecot-sieve")
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(self.configuration)],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr").open("wb"),
            start_new_session=True,
        )
        wait_until(self._ready, f"Dovecot is ready\n{self.log()}")

    def _ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"Dovecot ended at once\n{self.log()}")
        return greeting(self.port).startswith(b"* OK") and greeting(self.lmtp_port).startswith(b"220")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stops it and all its children; clients are disconnected. SIGKILL gives them no goodbye."""
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        wait_until(lambda: not greeting(self.port), "Dovecot has let go of its port")

    def close(self) -> None:
        """Stops and removes everything."""
        try:
            self.stop(signal.SIGKILL)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """The end of its log, for a failed test."""
        text = "".join(
            path.read_text("utf-8", "replace")
            for path in (self.folder / "stderr", self.folder / "log")
            if path.exists()
        )
        return text[-4000:]

    # -- mail

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """A signed-in client of another make than the one under test."""
        client = IMAPClient(self.host, port=self.port, ssl=False, timeout=60)
        try:
            client.plain_login(user, self._passwords.get(user, PASSWORD))
            yield client
        finally:
            client.shutdown()

    def deliver(
        self,
        user: str,
        *messages: bytes,
        folder: str = "INBOX",
        flags: Collection[str] = (),
        date: dt.datetime | None = None,
    ) -> None:
        """Puts messages into a folder by APPEND, as they are but for line ends."""
        with self.client(user) as client:
            for raw in messages:
                client.append(folder, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), tuple(flags), date)

    def lmtp(self, recipient: str, raw: bytes, sender: str = "sender@example.org") -> None:
        """Delivers a message as a mail server does: Return-Path is added, Sieve scripts run."""
        with smtplib.LMTP(self.host, self.lmtp_port, local_hostname="mail.example.org") as lmtp:
            lmtp.sendmail(sender, [recipient], raw)

    def stored(self, user: str, folder: str = "INBOX") -> list[Stored]:
        """The messages of a folder by UID; empty if there is no such folder."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            client.normalise_times = False
            rows = client.fetch(client.search(), ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"])
        return [
            Stored(
                uid,
                frozenset(flag.decode("utf-8", "replace") for flag in row[b"FLAGS"] if flag != rb"\Recent"),
                row[b"INTERNALDATE"],
                row[b"BODY[]"],
            )
            for uid, row in sorted(rows.items())
        ]

    def folders(self, user: str) -> dict[str, list[bytes]]:
        """Every folder of a user with its messages."""
        with self.client(user) as client:
            names = [name for _, _, name in client.list_folders()]
        return {name: [message.raw for message in self.stored(user, name)] for name in names}

    def home(self, user: str) -> Path:
        """Where the user's mail and scripts lie."""
        return self.folder / "home" / hashlib.md5(user.encode(), usedforsecurity=False).hexdigest()

    def sieve(self, user: str, script: str) -> None:
        """Makes ``script`` the user's active Sieve script for what comes by :meth:`lmtp`."""
        self.stored(user)  # the first login makes the home
        home = self.home(user)
        path = home / "active.sieve"
        path.write_text(script, "utf-8")
        owner = home.stat()
        if os.geteuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid)

    def doveadm(self, *arguments: str) -> str:
        """Runs ``doveadm`` on this server."""
        done = subprocess.run(
            ["doveadm", "-c", str(self.configuration), *arguments], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, f"doveadm {' '.join(arguments)}: {done.stderr}\n{self.log()}"
        return done.stdout

    def set_uidvalidity(self, user: str, folder: str, value: int) -> None:
        """Gives a folder another UIDVALIDITY, as a restored backup would."""
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(value), folder)
