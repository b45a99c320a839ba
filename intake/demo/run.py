# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the demo: start, deliver, watch, compare, show, and end in order."""

import asyncio
import email
import email.policy
import secrets
import signal
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from intake.cases import reference
from intake.cases.clock import system_clock
from intake.demo import account, announcements, installation, pages
from intake.demo.installation import LOOK_SECONDS, Installation, Record
from intake.demo.pages import Entry
from intake.demo.scenario import Acknowledgement, Gap, Outcome, Sample, differences, judge
from intake.demo.server import HOST, MailServer, Outgoing, place
from intake.demo.show import Screen
from intake.errors import IntakeError
from intake.mail.eligibility import REASONS

STALL_SECONDS = 60.0
"""After so long without anything new, what is not done counts as not done."""
SMTP_SECONDS = 30.0
OWN_SECONDS = 0.5
"""Between two looks for messages of the user's own."""
USER = "auslaenderbehoerde"


@dataclass(frozen=True, slots=True)
class _Sent:
    """An outgoing mail: for which message (its UID), in which files it is kept, and what it says."""

    uid: int
    name: str
    message_id: str
    reference: str
    mail: Acknowledgement


class Demo:
    """``output``: an empty folder; ``samples`` and ``gaps``: what is delivered, and what cannot come out right yet."""

    def __init__(self, output: Path, samples: Sequence[Sample], gaps: Mapping[str, Gap], *, speak: bool) -> None:
        self._output = output
        self._samples = samples
        self._gaps = gaps
        self._speak = speak
        self._screen = Screen()
        self._prefix = ""
        self._password = secrets.token_urlsafe(12)
        self._unsorted: list[Outgoing] = []
        """Outgoing mails that no acknowledgement in the ledger is known for."""
        self._sent: list[_Sent] = []
        self._acknowledged = asyncio.Event()
        self._places: dict[str, tuple[str, int]] = {}
        """Of the samples delivered so far: the server's identifier, and the UID in INBOX."""
        self._records: dict[int, Record] = {}
        self._shown: set[int] = set()
        """The UIDs of the messages that were shown as done."""

    async def run(self, *, once: bool) -> bool:
        """Until all is done (``once``) or it is told to stop. Whether everything came out as expected, and if told
        to stop without ``once``: true. Raises :class:`IntakeError` if the service cannot run."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop.set)
        server = await MailServer.start(
            USER, self._password, installation.addresses(), now=system_clock, on_outgoing=self._unsorted.append
        )
        office = Installation(
            self._output / "office",
            imap_port=server.imap_port, smtp_port=server.smtp_port, user=USER, password=self._password,
        )  # fmt: skip
        self._prefix = office.settings.configuration.service.reference_prefix
        work = asyncio.create_task(self._work(server, office, once=once))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([work, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                self._screen.say("Ending.")
                return not once
            return work.result()
        finally:
            stopping.cancel()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await office.stop()
            await server.close()

    async def _work(self, server: MailServer, office: Installation, *, once: bool) -> bool:
        self._screen.say("Starting the service.")
        await office.start()
        self._screen.say(f"Delivering {len(self._samples)} messages.")
        await self._deliver_and_watch(server.smtp_port, office)
        contents = await asyncio.to_thread(account.look, server.imap_port, USER, self._password)
        entries = self._judged(office.folders, contents)
        pages.write_index(self._output / "index.html", entries)
        self._screen.table(entries)
        self._screen.summary(entries)
        if self._unsorted:
            self._screen.say(f"{len(self._unsorted)} mails went out that belong to no message.")
        spoken = not self._speak or await self._announce(office)
        if once:
            self._screen.say(f"Outgoing mail: {self._output / 'index.html'}")
            return spoken and not self._unsorted and all(entry.result != "wrong" for entry in entries)
        first, *_ = installation.addresses()
        self._screen.where(
            self._output, office.config, f"{HOST}:{server.imap_port}, user {USER}, password {self._password}",
            f"{HOST}:{server.smtp_port}", first,
        )  # fmt: skip
        await self._keep_watching(office, entries)
        return True

    async def _announce(self, office: Installation) -> bool:
        """Speak and publish the telephone announcements; whether none is missing."""
        self._screen.say(f"Speaking the telephone announcements in {', '.join(announcements.LANGUAGES)}.")
        spoken = await announcements.publish(office.settings, self._output / "announcements.html")
        for problem in spoken.problems:
            self._screen.say(f"  {problem}")
        self._screen.say(
            f"{spoken.announcements} announcements, {spoken.seconds / 60:.0f} minutes. Listen: {spoken.page}"
        )
        self._screen.say("In all languages: intake init office; cd office; intake announce build")
        return not spoken.problems

    # -- delivering

    async def _deliver_and_watch(self, port: int, office: Installation) -> None:
        """Until everything is delivered and done, or nothing has happened for :data:`STALL_SECONDS`."""
        loop = asyncio.get_running_loop()
        delivering = asyncio.create_task(self._deliver(port))
        known: object = None
        since = loop.time()
        try:
            while not (delivering.done() and self._shown >= {uid for _, uid in self._places.values()}):
                await self._look(office)
                now_known = (len(self._places), len(self._sent), tuple(self._records.values()))
                if now_known != known:
                    known, since = now_known, loop.time()
                elif loop.time() - since > STALL_SECONDS:
                    break
                await asyncio.sleep(LOOK_SECONDS)
            if delivering.done():
                delivering.result()
        finally:
            delivering.cancel()

    async def _deliver(self, port: int) -> None:
        for sample in self._samples:
            while not sample.needs <= {sent.name for sent in self._sent}:
                self._acknowledged.clear()
                await self._acknowledged.wait()
            values = {("reference", sent.name): sent.reference for sent in self._sent}
            values |= {("acknowledgement", sent.name): sent.message_id for sent in self._sent}
            raw = sample.filled(values)
            self._places[sample.number] = await asyncio.to_thread(_hand_over, port, sample.envelope_sender, raw)

    # -- watching

    async def _look(self, office: Installation, *, own: bool = False) -> None:
        """What is new: read the ledger, keep what was sent, show what is done.

        ``own``: the samples are through, so any other message is one that the user wrote.
        """
        office.check()
        self._records = await office.records()
        numbers = {uid: number for number, (_, uid) in self._places.items()}
        if own:
            numbers |= {uid: f"own{uid}" for uid in self._records if uid not in numbers}
        self._keep_outgoing(numbers)
        for uid, number in numbers.items():
            record = self._records.get(uid)
            if record is None or uid in self._shown or not record.settled or not self._all_kept(record):
                continue
            self._shown.add(uid)
            self._screen.live(self._entry(number, record, office.folders))

    def _keep_outgoing(self, numbers: Mapping[int, str]) -> None:
        sources = {mail.message_id: record.uid for record in self._records.values() for mail in record.mails}
        for outgoing in tuple(self._unsorted):
            message = email.message_from_bytes(outgoing.raw, policy=email.policy.default)
            message_id = str(message["Message-ID"]).strip()
            uid = sources.get(message_id, 0)
            if uid not in numbers:
                continue
            earlier = len(self._of(uid))
            name = f"{numbers[uid]}-{earlier + 1}" if earlier else numbers[uid]
            pages.keep(self._output, name, outgoing.raw)
            mail = Acknowledgement(
                recipients=outgoing.recipients,
                envelope_sender=outgoing.sender,
                languages=tuple(code.strip() for code in str(message.get("Content-Language", "")).split(",")),
                automatic=str(message.get("Auto-Submitted", "")) == "auto-replied",
            )
            (case, *_) = (*reference.find(self._prefix, str(message["Subject"])), "")
            self._unsorted.remove(outgoing)
            self._sent.append(_Sent(uid, name, message_id, case, mail))
            self._acknowledged.set()

    def _of(self, uid: int) -> list[_Sent]:
        return [sent for sent in self._sent if sent.uid == uid]

    def _all_kept(self, record: Record) -> bool:
        """Whether every mail that the ledger calls sent has been seen on the server's side."""
        return sum(mail.state == "sent" for mail in record.mails) <= len(self._of(record.uid))

    async def _keep_watching(self, office: Installation, entries: Sequence[Entry]) -> None:
        """Show what the user's own messages lead to, for ever."""
        shown = len(self._shown)
        while True:
            await self._look(office, own=True)
            if len(self._shown) > shown:
                shown = len(self._shown)
                samples = {uid for _, uid in self._places.values()}
                own = [self._entry(f"own{u}", self._records[u], office.folders) for u in sorted(self._shown - samples)]
                pages.write_index(self._output / "index.html", [*entries, *own])
            await asyncio.sleep(OWN_SECONDS)

    # -- comparing

    def _judged(self, folders: Mapping[str, str], contents: account.Contents) -> list[Entry]:
        """An entry for each sample, with its result."""
        outcomes = {
            number: self._outcome(self._records[uid], contents.received.get(name, ()), contents.message_ids)
            for number, (name, uid) in self._places.items()
            if uid in self._shown
        }
        entries = []
        for sample in self._samples:
            outcome = outcomes.get(sample.number)
            if outcome is None:
                found: tuple[str, ...] = (
                    "not finished" if sample.number in self._places else "could not be delivered",
                )
            else:
                found = differences(sample, outcome, outcomes.get(sample.follows), folders)
            gap = self._gaps.get(sample.number)
            result, remarks = judge(found, gap)
            if result == "known gap" and gap is not None:
                remarks = (*remarks, f"{gap.reason}; closed by: {gap.closed_by}")
            if outcome is None:
                entries.append(Entry(sample.number, sample.title, "", "", "", "", "nothing known", (), result, remarks))
            else:
                record = self._records[self._places[sample.number][1]]
                entries.append(replace(self._entry(sample.number, record, folders), result=result, remarks=remarks))
        return entries

    def _outcome(self, record: Record, lies_in: tuple[str, ...], message_ids: Mapping[str, tuple[str, ...]]) -> Outcome:
        sent = self._of(record.uid)
        return Outcome(
            reply=record.reply,
            reason=record.reason,
            language=record.language,
            queue=record.queue,
            case=record.reference,
            folders=lies_in,
            acknowledgements=tuple(one.mail for one in sent),
            copies=tuple(folder for one in sent for folder in message_ids.get(one.message_id, ())),
        )

    def _entry(self, number: str, record: Record, folders: Mapping[str, str]) -> Entry:
        titles = {sample.number: sample.title for sample in self._samples}
        names = tuple(sent.name for sent in self._of(record.uid))
        return Entry(
            number=number,
            title=titles.get(number, "Your own message"),
            language=record.language,
            queue=record.queue,
            folder=folders.get(record.queue, record.queue),
            reference=record.reference,
            why_not="" if names else REASONS[record.reason].english,
            files=names,
            result="",
            remarks=(),
        )


def _hand_over(port: int, sender: str, raw: bytes) -> tuple[str, int]:
    """Deliver one message by SMTP. Raises :class:`IntakeError` if the server does not take it."""
    recipient, *_ = installation.addresses()
    try:
        with smtplib.SMTP(HOST, port, local_hostname="mx.example.org", timeout=SMTP_SECONDS) as client:
            client.ehlo_or_helo_if_needed()
            client.mail(sender, ["BODY=8BITMIME"])
            client.rcpt(recipient)
            code, reply = client.data(raw)
    except (OSError, smtplib.SMTPException) as error:
        raise IntakeError(f"a sample could not be delivered to {HOST}:{port} ({error}); start the demo again") from None
    if code != 250:
        raise IntakeError(f"a sample was refused by {HOST}:{port} ({reply!r}); please report it")
    return place(reply)
