# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake explain`` reads as a person would want it: words, language, queue and the next one, answer, with reasons."""

import json
from pathlib import Path

import pytest

from intake.cli.explain import explain

TRUSTED = "Authentication-Results: mx.example.org; dmarc=pass header.from=mail.example\n"


def mail(text: str, *, subject: str = "Frage", headers: str = TRUSTED) -> str:
    return (
        f"{headers}From: Ana Roa <ana@mail.example>\nTo: auslaenderbehoerde@musterstadt.example\n"
        f"Subject: {subject}\nMessage-ID: <1@mail.example>\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    )


def explained(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: str, *, columns: int = 100, as_json: bool = False
) -> str:
    file = folder / "message.eml"
    file.write_text(content, "utf-8")
    monkeypatch.setenv("COLUMNS", str(columns))
    lines: list[str] = []
    assert explain([str(file)], None, as_json=as_json, addresses=[], any_recipient=False, echo=lines.append)
    return "\n".join(lines)


@pytest.mark.parametrize("columns", [80, 120])
def test_every_decision_stands_there_with_its_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    text = "Guten Tag. Wann bekomme ich einen Termin für die Einbürgerung? Mein Pass ist blau."
    shown = explained(tmp_path, monkeypatch, mail(text), columns=columns)
    assert "Guten Tag. Wann bekomme ich" in shown
    assert "German (Deutsch): sure" in shown
    assert "Einbürgerung [naturalisation]" in shown
    assert '"Einbürgerung" in the second sentence' in shown
    assert "not Termine:" in shown
    assert "yes, in German (Deutsch)" in shown
    assert max(len(line) for line in shown.splitlines()) <= columns


def test_a_message_that_says_too_little_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing says clearly what this is about" in explained(tmp_path, monkeypatch, mail("Ich bin hier."))


def test_two_concerns_alike_go_to_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = explained(tmp_path, monkeypatch, mail("Es geht um Fiktionsbescheinigung und Blaue Karte."))
    assert "Allgemein [general]" in shown
    assert "weigh the same" in shown
    assert '"Blaue-Karte" in the first sentence → Arbeit und Studium' in shown


def test_what_only_yields_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = explained(tmp_path, monkeypatch, mail("Guten Tag, ein Termin.", subject="Guten Tag"))
    assert "Termine [appointments]" in shown
    assert "would have yielded" in shown


def test_a_machines_mail_needs_no_queue_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = f"{TRUSTED}Auto-Submitted: auto-replied\n"
    shown = explained(tmp_path, monkeypatch, mail("Einbürgerung", headers=headers))
    assert "System [system]" in shown
    assert "no person wrote this" in shown
    assert "\nAnswer       no" in shown


def test_a_message_without_words_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "(none: everything is quoted" in explained(tmp_path, monkeypatch, mail(""))


def test_a_long_message_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = explained(tmp_path, monkeypatch, mail("Einbürgerung bitte. " * 200))
    assert shown.count("Einbürgerung bitte.") < 40
    assert "…" in shown


def test_json_never_holds_the_persons_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = explained(tmp_path, monkeypatch, mail("Meine Tante Xenia will zu Besuch kommen."), as_json=True)
    assert json.loads(line)["queue"] == "visa-invitation"
    assert "Xenia" not in line
