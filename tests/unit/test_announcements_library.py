# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompt library under fire: readers, kills, a full disk, damaged files."""

import errno
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.announcements import store as store_module
from intake.announcements.asterisk import FORMATS
from intake.announcements.layout import Layout
from intake.announcements.library import Library
from intake.announcements.store import Heard, Made, Store
from intake.audio import Format
from intake.errors import AnnouncementError

PROMPTS = ("greeting", "today", "goodbye")
PUBLISHES = 200
SAYINGS = 7
"""So many different versions, again and again: sounds are made once."""


def keep(store: Store, key: str, content: str) -> None:
    """A sound whose files say what they are."""
    files: dict[Format, bytes] = {form: f"{content} {form}".encode() for form in FORMATS}
    store.put(Made(key, 1.0, -22.0, (), True, ("paper:voice",), (content,), {}), files)


def layout(store: Store, content: str) -> Layout:
    """A version in which every file says the same."""
    made = Layout(texts={"manifest.json": content.encode()})
    for name in PROMPTS:
        key = f"{content}-{name}"
        if store.get(key) is None:
            keep(store, key, content)
        for form in FORMATS:
            made.sounds[f"sounds/de/{name}.{form}"] = (key, form)
    made.links["at/now"] = "../sounds"
    return made


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def store(library: Library) -> Store:
    return Store(library.folder)


def contents(folder: Path) -> set[str]:
    """What the files of a version say, without their formats; every file that belongs there is read."""
    files = [folder / f"at/now/de/{name}.{form}" for name in PROMPTS for form in FORMATS]
    said = {file.read_text().removesuffix(f" {file.suffix[1:]}") for file in files}
    return said | {(folder / "manifest.json").read_text()}


@pytest.fixture
def private() -> Iterator[None]:
    """The umask of the service, under which nobody else may read its files."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_telephone_system_may_read_what_is_published_and_nothing_else(
    private: None, library: Library, store: Store
) -> None:
    with library.lock():
        library.publish(layout(store, "one"), store)
    for path in (library.folder, library.folder / "versions", *library.path(1).rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o755 if path.is_dir() else 0o644), path
    assert stat.S_IMODE(library.folder.parent.stat().st_mode) & 0o077 == 0
    keep(store, "draft", "draft")
    assert stat.S_IMODE(store.file("draft", "wav").stat().st_mode) == 0o600


def test_what_is_published_is_on_the_line_and_what_was_before_can_come_back(library: Library, store: Store) -> None:
    with library.lock():
        assert library.publish(layout(store, "one"), store) == 1
        assert library.publish(layout(store, "two"), store) == 2
        assert contents(library.folder / "current") == {"two"}
        assert not library.held
        assert library.roll_back() == 1
    assert contents(library.folder / "current") == {"one"}
    assert (library.versions, library.current, library.held) == ((1, 2), 1, True)
    with library.lock():
        assert library.publish(layout(store, "three"), store) == 3
    assert (library.current, library.held) == (3, False)


def test_going_back_to_what_is_not_there_says_what_is(library: Library, store: Store) -> None:
    with library.lock():
        with pytest.raises(AnnouncementError, match="kept are: none"):
            library.roll_back()
        library.publish(layout(store, "one"), store)
        with pytest.raises(AnnouncementError, match="kept are: 1"):
            library.roll_back(7)
    assert library.current == 1


def test_old_versions_go_but_never_the_one_on_the_line(library: Library, store: Store) -> None:
    with library.lock():
        for content in ("one", "two", "three", "four", "five"):
            library.publish(layout(store, content), store)
        library.roll_back(2)
        assert library.prune(2) == (1, 3)
    assert library.versions == (2, 4, 5)
    assert contents(library.folder / "current") == {"two"}


def test_one_process_at_a_time(library: Library) -> None:
    with (
        library.lock(),
        pytest.raises(AnnouncementError, match="another process"),
        Library(library.folder).lock(),
    ):
        pass


def test_a_reader_never_sees_a_missing_mixed_or_partial_set(library: Library, store: Store) -> None:
    stop, seen, wrong = threading.Event(), set[str](), list[str]()

    def read() -> None:
        while not stop.is_set():
            try:
                # As a call does that stays with the version it began with, and as one that looks anew each time.
                said = contents(Path(os.path.realpath(library.folder / "current")))
                if len(said) != 1:
                    wrong.append(f"mixed: {said}")
                seen.update(said)
                for name in PROMPTS:
                    text = (library.folder / "current" / "sounds" / "de" / f"{name}.wav").read_text()
                    if not text.endswith(" wav"):
                        wrong.append(f"partial: {text}")
            except OSError as error:
                wrong.append(str(error))

    with library.lock():
        library.publish(layout(store, "0"), store)
        reader = threading.Thread(target=read)
        reader.start()
        try:
            for number in range(1, PUBLISHES + 1):
                library.publish(layout(store, str(number % SAYINGS)), store)
                if number % 5 == 0:
                    library.roll_back()
                library.prune(20)
        finally:
            stop.set()
            reader.join()
    assert not wrong
    assert len(seen) > 1, "the reader read nothing"
    assert len(library.versions) <= 21


class _Tripwire:
    """Calls ``strike`` before the ``number``-th change to the disk."""

    def __init__(self, number: int, strike: Callable[[], None]) -> None:
        self.number, self.strike = number, strike

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for owner, name in (
            (os, "fsync"), (os, "link"), (Path, "rename"), (Path, "symlink_to"), (Path, "mkdir"), (Path, "unlink"),
        ):  # fmt: skip
            patch.setattr(owner, name, self._wrapped(getattr(owner, name)))

    def _wrapped(self, function: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self.number -= 1
            if self.number == 0:
                self.strike()
            return function(*arguments, **options)

        return counted


def _killed_at(number: int, folder: Path) -> bool:
    """A process of its own publishes something new and is killed before its ``number``-th change; whether it was."""
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch:
            _Tripwire(number, lambda: os.kill(os.getpid(), signal.SIGKILL)).install(patch)
            library, store = Library(folder), Store(folder)
            with library.lock():
                library.publish(layout(store, f"new{number}"), store)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_kill_at_any_point_leaves_the_old_or_the_new_version(library: Library, store: Store) -> None:
    with library.lock():
        library.publish(layout(store, "old"), store)
    found: list[str] = []
    number = 1
    while _killed_at(number, library.folder):
        (said,) = contents(library.folder / "current")
        found.append(said)
        with library.lock():
            assert not list(library.folder.glob("*/.*"))
            if said != "old":
                assert said == f"new{number}"
                assert library.roll_back(1) == 1
        number += 1
    assert number > 30
    assert "old" in found
    assert len(set(found)) > 1
    assert contents(library.folder / "current") == {f"new{number}"}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_is_a_clear_error_and_the_old_version_stays(
    library: Library, store: Store, code: int
) -> None:
    with library.lock():
        library.publish(layout(store, "old"), store)
    sentences: list[str] = []
    for number in range(1, 200):
        with pytest.MonkeyPatch.context() as patch, library.lock():

            def refuse() -> None:
                raise OSError(code, os.strerror(code))

            fresh = Store(library.folder)
            _Tripwire(number, refuse).install(patch)
            try:
                library.publish(layout(fresh, f"new{number}"), fresh)
            except AnnouncementError as error:
                sentences.append(str(error))
            else:
                break
        (said,) = contents(library.folder / "current")
        assert said in ("old", f"new{number}")
    assert len(sentences) > 30
    for sentence in sentences:
        assert str(library.folder) in sentence
        assert "nothing on the line was changed" in sentence
        assert ("disk is full" in sentence) == (code == errno.ENOSPC)


def test_a_damaged_sound_is_not_published_but_made_anew(library: Library, store: Store) -> None:
    with library.lock():
        made = layout(store, "one")
        store.file("one-today", "alaw").write_bytes(b"another text")
        with pytest.raises(AnnouncementError, match=r"A-law file has changed.*Publish again"):
            library.publish(made, store)
        assert library.current is None
        assert store.get("one-today") is None
        library.publish(layout(store, "one"), store)
    assert contents(library.folder / "current") == {"one"}


def test_a_sound_is_there_as_a_whole_or_not_at_all(store: Store) -> None:
    keep(store, "key", "words")
    again = Store(store.file("key", "wav").parents[2])
    assert again.get("key") == store.get("key")
    assert again.get("key") is not None
    (store.file("key", "wav").parent / store_module.MADE).write_text('{"key": "key"}')
    assert Store(store.file("key", "wav").parents[2]).get("key") is None


def test_what_another_process_of_the_build_has_put_there_is_taken(store: Store) -> None:
    assert store.get("key") is None
    keep(Store(store.library), "key", "words")
    made = store.take("key")
    assert made.spoken == ("words",)
    assert store.get("key") == made
    with pytest.raises(AnnouncementError, match="gone: it was made just now and cannot be read; build again"):
        store.take("gone")


def test_what_was_heard_is_remembered(store: Store) -> None:
    keep(store, "key", "words")
    heard = Heard("wurds", "vosk:x", 1.0, 0.2)
    store.heard("key", heard)
    made = Store(store.file("key", "wav").parents[2]).get("key")
    assert made is not None
    assert made.heard == heard


def test_sounds_that_no_version_uses_are_removed_after_some_days(library: Library, store: Store) -> None:
    with library.lock():
        library.publish(layout(store, "one"), store)
    keep(store, "draft", "draft")
    now = store.file("draft", "wav").stat().st_mtime
    assert store.sweep(now) == 0
    assert store.sweep(now + (store_module.UNUSED_DAYS + 1) * 86_400) == 1
    assert store.get("draft") is None
    assert contents(library.folder / "current") == {"one"}
