# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change would do to past mail: counted, explained by examples, measured by what staff did, and shown."""

import asyncio
import datetime as dt
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import cli, resources
from intake.cases.filing import Folders
from intake.cases.ledger import Ledger
from intake.cli.explain import builtin
from intake.cli.init import EXAMPLE
from intake.cli.simulate import Change, simulate
from intake.cli.simulated import Simulated, to_json, to_text
from intake.config import Configuration
from intake.errors import ConfigurationError
from intake.mail.acknowledgement import Texts
from intake.mail.assessment import Reader
from intake.mail.eligibility import Policy
from intake.mail.past import PastMail
from intake.mail.rewording import Rewording, reword
from intake.mail.simulation import Decision, Letter, Outcome, Side, Staff, acknowledging, compare, decide
from intake.office import Calendar
from intake.servers.imap import Connection, Folder, Head
from intake.triage import Rules

CONFIGURATION = builtin().configuration
TEMPLATES = resources.shipped("templates")
SIDE = Side(CONFIGURATION, Texts.load([TEMPLATES]), Calendar(CONFIGURATION.office))
RULES = '\n[triage]\nrules = "routing.toml"\n'
NOW = dt.datetime(2026, 9, 15, 10, 0, tzinfo=dt.UTC)
FOLDERS = {"appointments": "Termine", "naturalisation": "Einbürgerung", "general": "Allgemein"}


def decision(queue: str, reason: str = "eligible", *, languages: tuple[str, ...] = ("de",), why: str = "") -> Decision:
    letter = Letter(queue, languages, unsure=False) if reason == "eligible" else None
    return Decision(queue, FOLDERS[queue], reason, letter, (why,) if why else ())


def outcome(
    before: Decision | str, after: Decision | str, *, name: str = "AB-1111111", staff: str | None = None
) -> Outcome:
    one, other = (decision(side) if isinstance(side, str) else side for side in (before, after))
    return Outcome(name, "Anna wants to move", one, other, staff)


def assessed(text: str, rules: Rules, **headers: str) -> Any:
    lines = {"From": "Ana <ana@mail.example>", "To": CONFIGURATION.office.email, "Message-ID": "<1@mail.example>"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = "".join(f"{name}: {value}\n" for name, value in lines.items()) + f"Content-Type: text/plain\n\n{text}\n"
    return Reader(Policy.for_mailbox(CONFIGURATION, ""), rules, b"key", "AB").assess(raw.encode(), NOW)


# -- what is counted ----------------------------------------------------------------------------------------


def test_moves_are_counted_by_where_from_and_where_to_the_most_frequent_first() -> None:
    found = compare([
        outcome("general", "general"),
        outcome("general", "appointments"),
        *(outcome("appointments", "naturalisation", name=f"AB-{n}") for n in range(5)),
    ])  # fmt: skip
    assert (found.messages, found.moved, found.changed) == (7, 6, True)
    assert [(move.source, move.target, move.count) for move in found.moves] == [
        (("appointments", "Termine"), ("naturalisation", "Einbürgerung"), 5),
        (("general", "Allgemein"), ("appointments", "Termine"), 1),
    ]
    assert found.queues == {"appointments": (5, 1), "general": (2, 1), "naturalisation": (0, 5)}


def test_a_queue_whose_folder_is_called_otherwise_is_a_move() -> None:
    found = compare([outcome("general", replace(decision("general"), folder="Verschiedenes"))])
    assert [(move.source[1], move.target[1]) for move in found.moves] == [("Allgemein", "Verschiedenes")]


def test_who_would_be_answered_otherwise_is_told_with_both_reasons() -> None:
    found = compare([
        outcome(decision("general", "auto-submitted"), "general"),
        outcome("general", decision("general", "not-addressed")),
        outcome(decision("general", "bulk"), decision("general", "mailing-list")),
    ])  # fmt: skip
    assert [(a.replied, a.before, a.replies, a.after, a.count) for a in found.answers] == [
        (False, "auto-submitted", True, "eligible", 1),
        (True, "eligible", False, "not-addressed", 1),
        (False, "bulk", False, "mailing-list", 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "staff", "expected"),
    [
        ("general", "appointments", None, Staff()),
        ("general", "appointments", "appointments", Staff(1, 0, 1, better=1)),
        ("appointments", "general", "appointments", Staff(1, 1, 0, worse=1)),
        ("appointments", "appointments", "appointments", Staff(1, 1, 1)),
        ("appointments", "general", "naturalisation", Staff(1, 0, 0)),
    ],
)
def test_what_staff_did_is_the_yardstick(before: str, after: str, staff: str | None, expected: Staff) -> None:
    assert compare([outcome(before, after, staff=staff)]).staff == expected


def test_examples_are_few_and_those_that_staff_moved_come_first() -> None:
    plain = [outcome("general", "appointments", name=f"AB-{n}") for n in range(9)]
    [move] = compare([*plain, outcome("general", "appointments", name="AB-S", staff="appointments")]).moves
    assert [example.name for example in move.examples] == ["AB-S", "AB-0", "AB-1"]


decisions = st.sampled_from([decision(queue, reason) for queue in FOLDERS for reason in ("eligible", "bulk")])


@given(st.lists(st.tuples(decisions, decisions, st.sampled_from([None, *FOLDERS]))))
def test_every_message_is_counted_once(pairs: list[tuple[Decision, Decision, str | None]]) -> None:
    found = compare([outcome(before, after, staff=staff) for before, after, staff in pairs])
    assert [sum(side) for side in zip(*found.queues.values(), strict=True)] in ([], [len(pairs)] * 2)
    for queue, (before, after) in found.queues.items():
        came = sum(move.count for move in found.moves if move.target[0] == queue)
        went = sum(move.count for move in found.moves if move.source[0] == queue)
        assert after == before + came - went
    staff = found.staff
    assert staff.right_after - staff.right_before == staff.better - staff.worse
    assert found.changed == any(before != after for before, after, _ in pairs)


# -- what a side decides ------------------------------------------------------------------------------------


def test_both_sides_tell_why_in_the_words_of_their_own_rules() -> None:
    text = 'extends = "shipped"\n[queues.naturalisation.evidence]\ncitizenship = 0\n'
    shipped = Rules.shipped(CONFIGURATION.queues)
    changed = Rules.load(f"{text}[queues.general.evidence]\ncitizenship = 9\n", "new.toml", CONFIGURATION.queues)
    wish = "Ich möchte die Einbürgerung."
    before, after = (decide(SIDE, assessed(wish, rules), NOW) for rules in (shipped, changed))
    assert (before.queue, before.folder, before.reason) == ("naturalisation", "Einbürgerung", "eligible")
    assert before.letter == Letter("naturalisation", ("de",), unsure=False)
    assert before.why[0].endswith('"Einbürgerung" in the first sentence → Einbürgerung')
    assert after.why[0].endswith('"Einbürgerung" in the first sentence → Allgemein')
    silent = decide(SIDE, assessed(wish, Rules.load(text, "new.toml", CONFIGURATION.queues)), NOW)
    assert (silent.queue, silent.why[0]) == ("general", "nothing says clearly what this is about")
    machine = decide(SIDE, assessed(wish, shipped, List_Id="<a.example>"), NOW)
    assert (machine.folder, machine.reason, machine.letter) == ("System", "mailing-list", None)
    assert "list" in machine.why[0]


def switched(service: bool, mailbox: bool) -> Configuration:
    box = next(iter(CONFIGURATION.mailboxes.values())).model_copy(update={"acknowledge": mailbox})
    return CONFIGURATION.model_copy(update={
        "service": CONFIGURATION.service.model_copy(update={"acknowledge": service}),
        "mailboxes": {"main": box},
    })  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "supposed"),
    [
        ((True, True), (True, True), (True, True)),
        ((False, True), (False, True), (True, True)),
        ((False, True), (True, False), (True, True)),
        ((True, True), (True, False), (True, False)),
        ((False, True), (True, True), (False, True)),
    ],
)
def test_acknowledging_is_on_unless_the_change_is_about_that_switch(
    before: tuple[bool, bool], after: tuple[bool, bool], supposed: tuple[bool, bool]
) -> None:
    sides = acknowledging(switched(*before), switched(*after), "main")
    assert tuple(side.service.acknowledge for side in sides) == supposed


# -- what acknowledgements say ------------------------------------------------------------------------------


def with_text(folder: Path, name: str, old: str, new: str) -> Side:
    """The office with one of its text files changed."""
    shutil.copytree(TEMPLATES, folder, dirs_exist_ok=True)
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return replace(SIDE, texts=Texts.load([folder]))


def answered(*languages: tuple[str, ...], after: str = "general") -> list[Outcome]:
    return [outcome(decision("general", languages=codes), decision(after, languages=codes)) for codes in languages]


def test_the_same_texts_say_the_same() -> None:
    again = replace(SIDE, texts=Texts.load([TEMPLATES]))
    assert reword(SIDE, again, answered(("de",), ("uk", "de")), NOW) == Rewording(letters=2)


def test_a_change_in_german_is_shown_once_for_all_the_languages_above_it(tmp_path: Path) -> None:
    after = with_text(tmp_path, "acknowledgement/de.j2", "Guten Tag,", "Grüß Gott,")
    found = reword(SIDE, after, answered(("de",), ("uk", "de"), ("uk", "de"), ("tr", "de")), NOW)
    assert (found.letters, found.changed, found.reworded) == (4, 4, 4)
    [difference] = found.differences
    assert (difference.languages, difference.variant, difference.html) == (("de", "uk", "tr"), "open", False)
    assert {"-Guten Tag,", "+Grüß Gott,"} <= set(difference.diff)


@pytest.mark.parametrize(
    ("block", "variant"),
    [("received", "open"), ("received_closed", "closed"), ("closure", "closure"), ("received_follow_up", "follow-up")],
)
def test_each_text_is_compared_in_the_situation_in_which_it_stands(tmp_path: Path, block: str, variant: str) -> None:
    start = f"{{% block {block} %}}"
    after = with_text(tmp_path, "acknowledgement/tr.j2", start, f"{start}Yeni: ")
    found = reword(SIDE, after, answered(("tr", "de"), ("uk", "de")), NOW)
    assert (found.changed, found.reworded) == (1, 1)
    assert [(one.languages, one.variant) for one in found.differences] == [(("tr",), variant)]


def test_a_change_of_the_html_form_alone_is_told_as_such(tmp_path: Path) -> None:
    after = with_text(tmp_path, "layout.html.j2", "</body>", "<hr></body>")
    [difference] = reword(SIDE, after, answered(("de",)), NOW).differences
    assert difference.html
    assert any("<hr>" in line for line in difference.diff)


def test_other_languages_and_another_team_are_counted_without_a_diff() -> None:
    moved = answered(("uk", "de"), after="appointments")
    spoken = [outcome(decision("general", languages=("tr", "de")), decision("general", languages=("de", "en")))]
    found = reword(SIDE, SIDE, [*moved, *spoken, outcome("general", decision("general", "bulk"))], NOW)
    assert (found.letters, found.changed) == (2, 2)
    assert (found.other_queue, found.other_languages, found.reworded) == (1, 1, 0)
    assert found.languages == ((("tr", "de"), ("de", "en"), 1),)
    assert found.differences == ()


def test_an_office_without_hours_and_holidays_is_compared_all_the_same(tmp_path: Path) -> None:
    office = CONFIGURATION.office.model_copy(update={"hours": {}, "closures": ()})
    never = CONFIGURATION.model_copy(update={"office": office})
    before = Side(never, SIDE.texts, Calendar(office))
    after = replace(with_text(tmp_path, "acknowledgement/de.j2", "Guten Tag,", "Hallo,"), configuration=never)
    assert reword(before, replace(after, calendar=before.calendar), answered(("de",)), NOW).reworded == 1


# -- past mail ----------------------------------------------------------------------------------------------


class Account:
    """Folders with so many messages each; none of them known to the ledger."""

    def __init__(self, folders: Mapping[str, int]) -> None:
        self.counts = folders
        self.opened: list[str] = []

    async def folders(self) -> list[Folder]:
        return [Folder(name, "/", frozenset()) for name in self.counts]

    async def examine(self, folder: str) -> Any:
        self.opened.append(folder)
        return SimpleNamespace(uidvalidity=1)

    async def search(self, *_: str, since: dt.date) -> list[int]:
        return list(range(1, self.counts[self.opened[-1]] + 1))

    async def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        return {uid: Head(uid, frozenset(), NOW, 9, b"Subject: x\r\n\r\n", None) for uid in uids}

    async def skeletons(self, heads: Sequence[Head]) -> dict[int, bytes]:
        return {head.uid: head.header for head in heads}

    async def read(self, *_: object) -> dict[int, Any]:
        return {}


def test_where_too_much_lies_the_newest_of_each_folder_are_read_in_proportion() -> None:
    account = Account({"Termine": 300, "Allgemein": 100, "Leer": 0})
    past = PastMail(
        cast(Ledger, account), cast(Connection, account), "main", Folders("", "/", ""),
        Policy.for_mailbox(CONFIGURATION, ""),
    )  # fmt: skip

    async def names() -> list[list[str]]:
        lying = await past.lying(["Termine", "Allgemein", "Leer", "Fehlt"], since=NOW.date())
        return [[message.name for message in block] async for block in past.read(lying, 200)]

    first, second, third = asyncio.run(names())
    assert (len(first), len(second), len(third)) == (100, 50, 50)
    assert (first[0], second[-1], third[0]) == ("Termine, UID 151", "Termine, UID 300", "Allgemein, UID 51")
    assert +past.left_out == Counter({"older": 200})


# -- how it reads -------------------------------------------------------------------------------------------


def shown(
    *outcomes: Outcome, rewording: Rewording | None = None, left_out: Mapping[str, int] | None = None
) -> Simulated:
    return Simulated(
        "intake.toml, shipped rules", "rules new.toml", dt.date(2026, 8, 18), left_out or {}, compare(outcomes),
        rewording or Rewording(),
    )  # fmt: skip


def test_nothing_is_said_of_what_does_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    same = shown(outcome("general", "general"), left_out={"own-mail": 3})
    assert not same.changes
    assert to_text(same, show_subjects=False).splitlines() == [
        "before     intake.toml, shipped rules",
        "after      rules new.toml",
        "looked at  1 message in the queue folders that came since 18.08.2026",
        "left out   3 sent by this service",
        "",
        "Nothing would change.",
    ]


def test_a_person_sees_moves_reasons_and_what_staff_did_in_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    after = with_text(tmp_path, "acknowledgement/de.j2", "Guten Tag,", "Grüß Gott,")
    found = shown(
        outcome(
            decision("general", why="nothing says clearly what this is about"),
            decision("appointments", why='+4.0  "Termin" in the subject → Termine'),
            name="AB-7K3M9QX", staff="appointments",
        ),
        outcome(decision("general", "auto-submitted"), decision("general", "bulk")),
        rewording=reword(SIDE, after, answered(("de",), ("uk", "de")), NOW),
    )  # fmt: skip
    text = to_text(found, show_subjects=False)
    assert max(len(line) for line in text.splitlines()) <= 80
    for said in (
        "1 of 2 messages would go to another queue",
        "1  Allgemein  Termine  AB-7K3M9QX",
        "Staff moved 1 of these messages by hand.",
        "1 better, 0 worse",
        "AB-7K3M9QX: Allgemein → Termine (staff moved it to appointments)",
        "nothing says clearly what this is about",
        '+4.0  "Termin" in the subject → Termine',
        "no [auto-submitted]  no [bulk]",
        "auto-submitted  It says itself that it was sent automatically.",
        "2 of 2 acknowledgements would read otherwise",
        "in de, uk: the office is open",
        "+Grüß Gott,",
    ):
        assert said in text, said
    assert "Anna" not in text
    assert "Anna wants to move" in to_text(found, show_subjects=True)


def test_a_program_gets_all_of_it_and_subjects_only_where_they_are_asked_for() -> None:
    found = shown(outcome("general", "appointments", staff="general"), left_out={"unreadable": 1})
    said = json.loads(to_json(found, show_subjects=False))
    assert (said["changed"], said["messages"], said["left_out"], said["since"]) == (
        True, 1, {"unreadable": 1}, "2026-08-18",
    )  # fmt: skip
    assert said["staff"] == {"corrected": 1, "right_before": 1, "right_after": 0, "better": 0, "worse": 1}
    [example] = said["moves"][0]["examples"]
    assert example == {
        "message": "AB-1111111",
        "before": {"queue": "general", "reply": True, "reason": "eligible", "evidence": []},
        "after": {"queue": "appointments", "reply": True, "reason": "eligible", "evidence": []},
        "staff": "general",
    }
    assert json.loads(to_json(found, show_subjects=True))["moves"][0]["examples"][0]["subject"] == "Anna wants to move"


# -- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office with a rule file of its own, and no message to look at: no name comes in on stdin."""
    (tmp_path / "routing.toml").write_text('extends = "shipped"\n', "utf-8")
    (tmp_path / "intake.toml").write_text(EXAMPLE.read_text("utf-8") + RULES, "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setattr("os.nice", lambda _: 0)
    return tmp_path / "intake.toml"


def tried(running: Path, change: Change) -> str:
    """What ``intake simulate -`` says."""
    said: list[str] = []
    changes = simulate(
        ["-"], running, change, environment={}, since=None, as_json=False, show_subjects=False, echo=said.append
    )
    assert not asyncio.run(changes)
    return "\n".join(said)


def test_a_changed_configuration_is_tried_in_the_place_of_the_running_one(running: Path, tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    changed = tmp_path / "review" / "new.toml"
    changed.write_text(running.read_text("utf-8").replace("authserv = [", 'authserv = ["mx2.example.org", '), "utf-8")
    said = tried(running, Change(configuration=changed))
    assert "Nothing would change." in said
    assert "review/new.toml" in " ".join(said.split()).replace(" ", "")


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ('= "poststelle"', '= "other"', "mailboxes.poststelle: this table is missing"),
        ("first = 2026-", "first = 2020-", "office.closures: the closure from 2020-12-24"),
        ('"routing.toml"', '"gone.toml"', "the rules cannot be read"),
        ("[trust]", "[trust]\nauthserver = 1", "trust.authserver: this key is unknown"),
    ],
)
def test_what_is_wrong_in_a_changed_configuration_is_told_as_always(
    running: Path, tmp_path: Path, written: str, instead: str, says: str
) -> None:
    text = running.read_text("utf-8")
    assert written in text
    new = text.replace(written, instead)
    if "poststelle" in written:
        new = new.replace("[mailboxes.poststelle]", "[mailboxes.other]")
    changed = tmp_path / "new.toml"
    changed.write_text(new, "utf-8")
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        tried(running, Change(configuration=changed))


def test_a_folder_without_texts_is_refused(running: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder acknowledgement/ lies there"):
        tried(running, Change(texts=tmp_path))


@pytest.mark.parametrize("arguments", [[], ["a.eml"], ["a.eml", "--rules", "b.toml", "--since", "2026-01-01"]])
def test_what_makes_no_sense_is_wrong_usage(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["intake", "simulate", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
