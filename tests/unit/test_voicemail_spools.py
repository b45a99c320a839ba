# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a whole recording in a spool, and what a stranger cannot do there."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.voicemail import asterisk, dropped, spools
from intake.voicemail.spools import Found, Mark, sound_of
from tests.telephone import Asterisk, drop, sound

NOW = dt.datetime(2026, 4, 3, 12, 0, tzinfo=dt.UTC)
LEFT = dt.datetime(2026, 4, 3, 10, 30, tzinfo=dt.UTC)
MOST = 1_000_000


def look(root: Path, settled: dict[str, Mark] | None = None) -> list[Found]:
    return asterisk.look(root, settled or {}, NOW)[0]


def heard(root: Path, found: list[Found]) -> list[bytes | None]:
    return [sound_of(root, one, MOST) for one in found]


def test_a_message_of_asterisk_says_when_who_where_and_in_which_language(tmp_path: Path) -> None:
    Asterisk(tmp_path).leave("a", at=LEFT, caller='"Samira" <+497614711>', category="TR", identity="1-0000000a")
    (one,) = look(tmp_path)
    assert (one.left_at, one.caller, one.mailbox) == (LEFT, "+497614711", "100@default")
    assert (one.language, one.identity, one.audio.path) == ("tr", "1-0000000a", "default/100/INBOX/msg0000.wav")
    assert heard(tmp_path, [one]) == [sound("a")]


@pytest.mark.parametrize("caller", ['"" <>', "Unknown", '"Anonymous" <anonymous>', "", '"asterisk" <asterisk>'])
def test_a_withheld_number_is_none(tmp_path: Path, caller: str) -> None:
    Asterisk(tmp_path).leave("a", at=LEFT, caller=caller)
    assert look(tmp_path)[0].caller == ""


def test_without_its_description_a_message_is_not_whole(tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path)
    target = pbx.leave("a", at=LEFT, finish=False)
    assert look(tmp_path) == []
    pbx.finish("a", target)
    assert heard(tmp_path, look(tmp_path)) == [sound("a")]


def test_a_description_that_is_being_written_waits_until_it_does_not_change(tmp_path: Path) -> None:
    text = Asterisk(tmp_path).leave("a", at=LEFT)
    whole = text.read_text()
    text.write_text(whole[:40])
    found, unfinished = asterisk.look(tmp_path, {}, NOW)
    assert (found, list(unfinished)) == ([], ["default/100/INBOX/msg0000.txt"])
    assert len(look(tmp_path, unfinished)) == 1, "what stays damaged is a message all the same"
    text.write_text(whole)
    assert look(tmp_path, unfinished)[0].left_at == LEFT


def test_all_folders_of_all_mailboxes_are_looked_through_but_what_is_being_recorded(tmp_path: Path) -> None:
    first, second = Asterisk(tmp_path), Asterisk(tmp_path, "200", "other")
    first.leave("a", at=LEFT)
    first.leave("b", at=LEFT, folder="Urgent")
    first.listen(0)
    second.leave("c", at=LEFT)
    (first.home / "tmp" / "msg0000.wav").write_bytes(b"x")
    (first.home / "tmp" / "msg0000.txt").write_text("origtime=1\nduration=1\n")
    (first.home / "unavail.wav").write_bytes(b"the greeting")
    assert sorted(one.audio.path for one in look(tmp_path)) == [
        "default/100/Old/msg0000.wav", "default/100/Urgent/msg0000.wav", "other/200/INBOX/msg0000.wav",
    ]  # fmt: skip


def test_a_message_keeps_its_mark_when_those_before_it_are_deleted(tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path)
    for name in "abc":
        pbx.leave(name, at=LEFT)
    before = {one.identity: one.audio.mark for one in look(tmp_path)}
    pbx.delete(0)
    after = {one.identity: one.audio.mark for one in look(tmp_path)}
    assert len(after) == 2
    assert after.items() <= before.items()


def test_of_a_message_that_moved_while_it_was_read_nothing_is_taken(tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path)
    for name in "ab":
        pbx.leave(name, at=LEFT)
    first, second = look(tmp_path)
    pbx.delete(0)  # the second is the first now
    assert heard(tmp_path, [first, second]) == [None, None]
    assert heard(tmp_path, look(tmp_path)) == [sound("b")]


def test_the_best_of_the_formats_is_taken(tmp_path: Path) -> None:
    Asterisk(tmp_path).leave("a", at=LEFT, formats=("gsm", "WAV", "wav"))
    assert look(tmp_path)[0].audio.name == "msg0000.wav"


def test_links_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere" / "100" / "INBOX"
    secret.mkdir(parents=True)
    (secret / "msg0000.wav").write_bytes(b"not yours")
    (secret / "msg0000.txt").write_text("origtime=1\nduration=1\n")
    spool = tmp_path / "spool"
    pbx = Asterisk(spool)
    (spool / "linked").symlink_to(secret.parents[1])
    (pbx.home / "linked").symlink_to(secret)
    (pbx.home / "INBOX" / "msg0000.wav").symlink_to(secret / "msg0000.wav")
    (pbx.home / "INBOX" / "msg0000.txt").write_text("origtime=1\nduration=1\n")
    os.mkfifo(pbx.home / "INBOX" / "msg0001.wav")
    (pbx.home / "INBOX" / "msg0001.txt").write_text("origtime=1\nduration=1\n")
    assert look(spool) == []
    drop(tmp_path / "drop", "a.wav", {})
    (tmp_path / "drop" / "b.wav").symlink_to(secret / "msg0000.wav")
    (tmp_path / "drop" / "b.json").write_text("{}")
    assert [one.audio.name for one in dropped.look(tmp_path / "drop", {}, NOW)[0]] == ["a.wav"]


def test_a_file_that_became_a_link_after_it_was_found_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not yours")
    path = drop(tmp_path / "drop", "a.wav", {})
    found = dropped.look(path.parent, {}, NOW)[0]
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    assert heard(path.parent, found) == [None]


def test_a_large_file_is_cut(tmp_path: Path) -> None:
    drop(tmp_path, "a.wav", {}, data=b"x" * 1000)
    (found,) = dropped.look(tmp_path, {}, NOW)[0]
    assert sound_of(tmp_path, found, 100) == b"x" * 100


def test_a_sound_with_its_json_is_whole_and_says_what_the_json_says(tmp_path: Path) -> None:
    drop(
        tmp_path,
        "a.wav",
        {"caller": "+497614711", "language": "uk", "received": "2026-04-03T12:30:00+02:00", "mailbox": "9"},
    )
    (one,) = dropped.look(tmp_path, {}, NOW)[0]
    assert (one.caller, one.language, one.left_at, one.mailbox) == ("+497614711", "uk", LEFT, "9")


def test_a_sound_alone_is_whole_when_it_does_not_change(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.mp3")
    drop(tmp_path, "notes.txt")
    drop(tmp_path, ".hidden.wav")
    found, unfinished = dropped.look(tmp_path, {}, NOW)
    assert (found, list(unfinished)) == ([], ["a.mp3"])
    path.write_bytes(path.read_bytes() + b"more")
    assert dropped.look(tmp_path, unfinished, NOW)[0] == []
    assert len(dropped.look(tmp_path, dropped.look(tmp_path, {}, NOW)[1], NOW)[0]) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"received": "yesterday"}, {"received": 1e300}, {"received": True}, {"received": "2026-04-03T12:30:00"},
        {"received": "2999-01-01T00:00:00Z"}, {"received": -5}, {"language": "klingon"}, {},
        {"caller": ["x"], "language": {"a": 1}, "mailbox": None},
    ],
)  # fmt: skip
def test_what_a_json_says_wrongly_is_not_known(tmp_path: Path, facts: dict[str, object]) -> None:
    path = drop(tmp_path, "a.wav", facts)
    os.utime(path, (LEFT.timestamp(), LEFT.timestamp()))
    (one,) = dropped.look(tmp_path, {}, NOW)[0]
    assert (one.left_at, one.language, one.caller) == (LEFT, "", "")


@settings(max_examples=60, deadline=None)
@given(text=st.binary(max_size=300), facts=st.binary(max_size=300))
def test_no_description_breaks_a_look(tmp_path_factory: pytest.TempPathFactory, text: bytes, facts: bytes) -> None:
    root = tmp_path_factory.mktemp("spool")
    description = Asterisk(root / "pbx").leave("a", at=LEFT)
    description.write_bytes(b"origtime=1\nduration=1\n" + text)
    drop(root / "drop", "a.wav").with_suffix(".json").write_bytes(facts)
    assert len(look(root / "pbx")) == 1
    found, unfinished = dropped.look(root / "drop", {}, NOW)
    assert len(found) + len(unfinished) == 1


def test_a_folder_with_more_files_than_any_telephone_system_makes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "MOST_ENTRIES", 5)
    pbx = Asterisk(tmp_path / "pbx")
    for name in "abc":
        pbx.leave(name, at=LEFT)
        drop(tmp_path / "drop", f"{name}.wav", {})
    for kind, root in ((asterisk.look, pbx.root), (dropped.look, tmp_path / "drop")):
        with pytest.raises(OSError, match="more than 5 files in one folder"):
            kind(root, {}, NOW)


def test_a_spool_that_is_not_there_is_told(tmp_path: Path) -> None:
    for kind in (asterisk.look, dropped.look):
        with pytest.raises(OSError, match="No such file"):
            kind(tmp_path / "nowhere", {}, NOW)
