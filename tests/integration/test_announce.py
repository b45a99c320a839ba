# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake announce`` as an administrator uses it: real voices, real files, a real call.

A sample of four languages, one of which nothing can speak; ``make measure`` takes all of them.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intake.announcements.asterisk import FORMATS
from intake.announcements.freeswitch import RATES
from intake.announcements.prompts import DATED, longest
from intake.audio import BARS, KINDS, alaw, check_all, read, read_wav, wav
from intake.cases.clock import system_clock
from tests import freeswitch
from tests.dialplan import Walker
from tests.servers import nursery
from tests.servers.chromium import Chromium
from tests.servers.office import EXAMPLE
from tests.servers.sip import Line, call
from tests.sounds import align, babble, noise

pytestmark = pytest.mark.integration

ALL = os.environ.get("INTAKE_ALL_LANGUAGES") == "1"
BUILDING = 3600.0
"""Seconds after which a build that hangs is given up."""
LANGUAGES = ("de", "en", "uk", "ps")
SPOKEN = ("de", "en", "uk")


class Office:
    """An office's folder, and the command line in it."""

    def __init__(self, folder: Path, announcements: str = "") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        some = 'menu = ["de", "en"]\nmore = ["uk"]\nlanguages = ["de", "en", "uk", "ps"]\n'
        example = re.sub(r"(?ms)^\[announcements\].*?(?=^\[|^# \[)", "", EXAMPLE.read_text("utf-8"))
        targets = 'targets = ["asterisk", "freeswitch"]\n'
        table = f"[announcements]\ndays_ahead = 2\n{targets}{'' if ALL else some}{announcements}\n"
        (folder / "intake.toml").write_text(f"{example}\n{table}", "utf-8")

    @property
    def library(self) -> Path:
        return self.folder / "data" / "announcements"

    @property
    def current(self) -> Path:
        return self.library / "current"

    def run(self, *arguments: str, code: int = 0) -> str:
        done = nursery.run(["-m", "intake", "announce", *arguments], BUILDING, folder=self.folder)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def build(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("build", "--json"))
        return told

    def manifest(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.current / "manifest.json").read_text("utf-8"))
        return told


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose lead has approved everything, published once."""
    office = Office(tmp_path_factory.mktemp("announce") / "office", 'approved_by = "Leitung"\n')
    office.run("publish", "--name", "Ada Beispiel")
    return office


@pytest.fixture
def office(built: Office, tmp_path: Path) -> Iterator[Office]:
    """A copy of it to change."""
    shutil.copytree(built.folder, tmp_path / "office", symlinks=True)
    copy = Office(tmp_path / "office", 'approved_by = "Leitung"\n')
    yield copy
    shutil.rmtree(tmp_path / "office")


def versions_files(folder: Path) -> list[Path]:
    """Each announcement of a version once, as Asterisk finds it, without its suffix."""
    found = (path for part in ("sounds", "dated") for path in (folder / part).rglob("*.alaw"))
    return sorted(path.with_suffix("") for path in found)


def test_every_published_file_keeps_every_bar(built: Office) -> None:
    announcements = versions_files(built.current)
    assert len(announcements) > 100
    seen: set[int] = set()
    for path in announcements:
        if path.with_suffix(".wav").stat().st_ino in seen:
            continue
        seen.add(path.with_suffix(".wav").stat().st_ino)
        name = path.name if path.parts[-3] == "sounds" else path.parts[-3]
        limits = replace(BARS, longest=longest(name))
        files = {form: path.with_suffix(f".{form}").read_bytes() for form in FORMATS}
        assert set(files) == set(KINDS)
        for form, found in check_all(files, limits).items():
            assert not found, f"{path}.{form}: {found}"


def test_every_file_that_the_dialplan_names_is_there_in_every_language_and_format(built: Office) -> None:
    exists = dict.fromkeys(FORMATS, 0)

    def there(path: str) -> bool:
        if not Path(path).exists():
            return False
        for form in FORMATS:
            assert Path(path).with_suffix(f".{form}").is_file(), path
            exists[form] += 1
        return True

    walker = Walker((built.current / "asterisk" / "intake.conf").read_text("utf-8"), there)
    now = system_clock()
    languages = list(built.manifest()["languages"])
    assert set(LANGUAGES) <= set(languages)
    for language in languages:
        for key in ("", "1", "2", "3", "4", "5", "9"):
            heard = walker.call(now, [key] if key else [], start=("intake-direct", language))
            assert heard.answered
            assert heard.ended
            assert all(f"/{language}" in path for path in heard.played)
            assert (heard.voicemail != "") == (key == "5")
        busy = walker.call(now, start=("intake-busy", "s"), variables={"INTAKE_LANGUAGE": language})
        assert [Path(path).name for path in busy.played] == ["all-lines-busy"]
    chosen = walker.call(now, ["2", "4"])
    assert [Path(path).name for path in chosen.played][:2] == ["greeting", "language-menu"]
    assert chosen.played[-1].endswith("/en/goodbye")
    assert all(count > 0 for count in exists.values())


def test_freeswitch_finds_every_announcement_in_every_language_and_at_both_rates(built: Office) -> None:
    walker = freeswitch.Walker(
        (built.current / "freeswitch" / "intake.xml").read_text("utf-8"), lambda path: Path(path).is_file()
    )
    played: set[str] = set()
    for language in built.manifest()["languages"]:
        for key in ("", "1", "2", "3", "4", "5", "9"):
            heard = walker.call(system_clock(), [key] if key else [], start=("intake-direct", language))
            assert (heard.answered, heard.ended, bool(heard.voicemail)) == (True, True, key == "5")
            played |= set(heard.played)
    for path in map(Path, played):
        for rate, form in RATES.items():
            sound = read_wav((path.parents[1] / rate / f"{path.name}.wav").read_bytes())
            assert sound.rate == int(rate) == KINDS[form].rate


def test_a_language_that_nothing_can_speak_is_heard_in_the_fallback(built: Office) -> None:
    manifest = built.manifest()
    assert manifest["languages"]["ps"]["own"] is False
    assert "nothing here speaks Pashto" in manifest["languages"]["ps"]["reason"]
    for path in versions_files(built.current / ""):
        if path.parent.name == "ps":
            assert path.with_suffix(".wav").read_bytes() == (path.parents[1] / "de" / f"{path.name}.wav").read_bytes()


def test_the_manifest_says_of_every_file_what_it_is(built: Office) -> None:
    manifest = built.manifest()
    for one in manifest["announcements"]:
        assert one["synthetic"] is True
        assert one["voices"]
        assert one["text"]
        assert abs(one["level_dbov"] + 22) <= 1
        assert one["findings"] == []
        assert (one["valid"] is not None) == (one["id"] in DATED)
    assert manifest["languages"]["de"]["approved"]["by"] == "Leitung"


def test_only_what_changed_is_spoken_again(office: Office) -> None:
    assert all(one["spoken"] == 0 for one in office.build()["languages"].values())
    texts = office.folder / "voice_prompts"
    texts.mkdir()
    german = Path("voice_prompts/de.j2").resolve().read_text("utf-8")
    (texts / "de.j2").write_text(german.replace("Auf Wiederhören.", "Auf Wiedersehen."), "utf-8")
    told = office.build()["languages"]
    assert told["de"]["spoken"] == 1
    assert sum(one["spoken"] for one in told.values()) == 1
    before = office.current.readlink()
    office.run("publish", "--name", "Ada Beispiel")
    assert office.current.readlink() != before
    office.run("rollback", "--name", "Ada Beispiel")
    assert office.current.readlink() == before
    listed = json.loads(office.run("list", "--json"))
    assert [one["on_the_line"] for one in listed["versions"]] == [True, False]
    assert listed["held"] is True


def test_building_twice_gives_the_same_bytes(built: Office, tmp_path: Path) -> None:
    again = Office(tmp_path / "again", 'approved_by = "Leitung"\n')
    again.run("build", "--language", "de")
    keys = [path.name for path in (again.library / "sounds").iterdir()]
    shared = [key for key in keys if (built.library / "sounds" / key).is_dir()]
    assert len(shared) > 20
    for key in shared:
        for form in FORMATS:
            one, other = (office.library / "sounds" / key / form for office in (again, built))
            assert one.read_bytes() == other.read_bytes()


def test_what_nobody_has_listened_to_goes_on_the_line_only_when_a_person_approves(office: Office) -> None:
    office = Office(office.folder, "")
    refused = office.run("publish", "--name", "Ada Beispiel", code=1)
    assert "nothing here has listened to it" in refused
    assert "intake announce approve de --name NAME" in refused
    assert "edition" in office.run("approve", "de", "--name", "Ada Beispiel")
    office.run("publish", "--name", "Ada Beispiel")
    languages = office.manifest()["languages"]
    assert {code: languages[code]["own"] for code in SPOKEN} == {"de": True, "en": False, "uk": False}
    assert languages["de"]["approved"]["by"] == "Ada Beispiel"
    audit = _audit(office)
    assert any(line.startswith("announce approve de, edition ") and "Ada Beispiel" in line for line in audit)
    assert any(line.startswith("announce publish version 2, by Ada Beispiel: de") for line in audit)


def test_where_a_person_approves_a_changed_text_waits_and_the_line_stays(office: Office) -> None:
    office = Office(office.folder, 'approval = "person"\n')
    before = office.current.readlink()
    assert "de: nothing here has listened to it" in office.run("publish", "--name", "Ada Beispiel", code=1)
    assert office.current.readlink() == before


def test_a_recording_is_played_until_the_text_changes(office: Office) -> None:
    folder = office.folder / "voice_prompts" / "recordings" / "de"
    folder.mkdir(parents=True)
    (folder / "goodbye.wav").write_bytes(wav(babble(4.0)))
    (folder / "goodbye.txt").write_text("Danke für Ihren Anruf. Auf Wiederhören.", "utf-8")
    (folder / "today.wav").write_bytes(wav(babble(4.0)))
    remarks = office.build()["remarks"]
    assert any("today: it changes with the calendar" in remark for remark in remarks)
    office.run("publish", "--name", "Ada Beispiel")
    (goodbye,) = (
        one for one in office.manifest()["announcements"] if (one["language"], one["id"]) == ("de", "goodbye")
    )
    assert goodbye["synthetic"] is False
    (folder / "goodbye.txt").write_text("Danke. Bis bald.", "utf-8")
    assert any("goodbye: stale, the text has changed since" in remark for remark in office.build()["remarks"])


def test_the_page_for_the_person_who_approves_holds_everything_and_fits_every_screen(office: Office) -> None:
    page = office.folder / "preview.html"
    office.run("preview", str(page), "--language", "de", "--language", "ps")
    html = page.read_text("utf-8")
    assert "http" not in re.sub(r'src="data:[^"]*"', "", html).replace("http://www.w3.org", "")
    with Chromium() as browser:
        for width in (375, 1280):
            browser.show(html, width)
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
        german, pashto = "document.querySelector('#de')", "document.querySelector('#ps')"
        shown = browser.evaluate(f"[...{german}.querySelectorAll('h2')].map(e => e.firstChild.textContent.trim())")
        assert {"greeting", "language-menu", "today", "neutral", "queue-general"} <= set(shown)
        assert browser.evaluate(f"{german}.querySelectorAll('audio').length") == len(shown)
        missing = browser.evaluate(f"[...{pashto}.querySelectorAll('.bad')].map(e => e.textContent)")
        assert all("nothing here speaks Pashto" in text for text in missing)
        assert browser.evaluate(f"{pashto}.querySelectorAll('article audio').length") <= 2  # the menus of languages


MISTAKES = {
    "unknown variable": (r"{% block goodbye %}", "{% block goodbye %}{{ nonsense }}", "nonsense }} is unknown"),
    "broken Jinja2": ("{% block goodbye %}", "{% block goodbye %}{{ ", "line"),
    "too long": ("{% block goodbye %}", "{% block goodbye %}" + "Danke für Ihren Anruf. " * 60, "the limit is 45"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_text_is_a_sentence_with_file_language_and_announcement(office: Office, mistake: str) -> None:
    old, new, sentence = MISTAKES[mistake]
    texts = office.folder / "voice_prompts"
    texts.mkdir()
    german = Path("voice_prompts/en.j2").resolve().read_text("utf-8")
    (texts / "en.j2").write_text(german.replace(old, new), "utf-8")
    told = " ".join(office.build()["remarks"])
    assert "voice_prompts/en.j2: language en" in told
    assert sentence in told
    assert "goodbye" in told or mistake == "broken Jinja2"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no sound at all", "goodbye"),
        (wav(babble(4.0))[:200], "damaged"),
        (wav(babble(4.0).of(babble(4.0).samples * 4, 16_000)), "clipped"),
        (wav(noise(4.0)), "steady tone or noise"),
    ],
    ids=["unreadable", "truncated", "clipped", "noisy"],
)
def test_a_bad_recording_is_a_sentence_with_file_language_and_announcement(
    office: Office, content: bytes, sentence: str
) -> None:
    folder = office.folder / "voice_prompts" / "recordings" / "de"
    folder.mkdir(parents=True)
    (folder / "goodbye.wav").write_bytes(content)
    (folder / "goodbye.txt").write_text("Danke für Ihren Anruf. Auf Wiederhören.", "utf-8")
    (problem,) = (text for text in office.build()["missing"] if "recordings" in text)
    assert f"{folder / 'goodbye.wav'}: language de, announcement goodbye: " in problem
    assert sentence in problem


def test_a_missing_model_is_a_sentence_that_names_the_folder(office: Office) -> None:
    office = Office(office.folder, 'approved_by = "Leitung"\n[listening]\nmodels = "models"\n')
    assert any("models: there is no such folder" in remark for remark in office.build()["remarks"])


def test_a_disk_that_does_not_take_the_sounds_is_a_sentence_and_the_line_stays(office: Office) -> None:
    before = office.current.readlink()
    shutil.rmtree(office.library / "sounds")
    done = subprocess.run(
        [sys.executable, "-m", "intake", "announce", "publish", "--name", "Ada Beispiel"], cwd=office.folder,
        capture_output=True, text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert done.returncode == 1
    refused = f"{office.library / 'sounds'}: cannot be written (File too large); nothing on the line was changed"
    assert refused in " ".join(done.stderr.split())
    assert office.current.readlink() == before
    assert not list((office.library / "sounds").glob(".*"))


def test_a_wrong_language_is_told(office: Office) -> None:
    assert "xx is no language of the office" in office.run("build", "--language", "xx", code=1)
    assert "name the person" in office.run("publish", "--name", " ", code=1)


def test_a_caller_hears_what_was_published(built: Office) -> None:
    path = built.current / "sounds" / "de" / "goodbye.wav"
    sent = read_wav(path.read_bytes())
    with Line(path.resolve()) as line:
        heard = call(line, "PCMA", seconds=sent.seconds + 1)
    found = align(read(alaw(sent), "alaw"), read(heard.sound, "alaw"))
    assert found.present > 0.95
    assert found.snr > 25
    assert abs(found.gain) < 0.5


def _audit(office: Office) -> list[str]:
    import sqlite3

    with sqlite3.connect(office.folder / "data" / "ledger.sqlite3") as database:
        return [f"{action} {detail}" for action, detail in database.execute("select action, detail from audit")]
