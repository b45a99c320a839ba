# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning from the queue folders: what is seen of a message, what is written, when it decides, and what is advised."""

import datetime as dt
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import ConfigurationError, IntakeError
from intake.learning import training
from intake.learning.advice import HARM, study
from intake.learning.samples import Sample, chosen, sample
from intake.learning.training import SENDERS, Guess, curves, fit, fold
from intake.learning.trial import Terms, by_rules, figures, judged, parted_by_time, right
from intake.triage import Classifier, model_file, ngrams
from intake.triage.classifier import Model
from intake.triage.routing import Evidence, Opinion, Routing
from tests.learning_mails import KEY, forgetful, mails, samples
from tests.triage_score import QUEUES

NAMES = (
    "Amsel", "Brandstetter", "Cuypers", "Dragomirescu", "Eichendorff", "Fahrenkamp", "Grabowska", "Hüsnüoğlu",
    "Iwanenko", "Jelinčić", "Kowalewski", "Lindqvist", "Mbeki-Ndlovu", "Nguyễn", "Oberhuber", "Papadopoulos",
    "Quintanilla", "Rosenzweig", "Szymborska", "Tschernyschow",
)  # fmt: skip
FILE_NUMBER = "ABH-2026/0815-4711"
TERMS = Terms(bar=0.95, margin=0.1, fallback="general")
START = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
UNDECIDED = Routing("general", (), (), "too little")


def invented(count: int = 60, routing: Routing = UNDECIDED) -> list[Sample]:
    """Mails about three things that the rules know nothing of, by people who name themselves."""
    concerns = (
        ("asylum", "Im Keller steht seit Montag ein Klavier, und ich finde keinen Schlüssel dafür."),
        ("complaints", "Der Brunnen im Hof plätschert die ganze Nacht, das Wasser spritzt bis ans Fenster."),
        ("family", "Unser Esel braucht einen Stall auf der Wiese, das Heu liegt schon bereit."),
    )
    made = []
    for number in range(count):
        queue, text = concerns[number % 3]
        name = NAMES[number % len(NAMES)]
        own = f"Guten Tag, hier ist {name}, Zeichen {FILE_NUMBER}. {text}"
        at = START + number * DAY
        who = f"{name}{number % 47}@example.org"
        made.append(sample(queue, who, at, f"Frage von {name}", own, routing, KEY))
    return chosen(made)


def model(*, trusted: bool = True) -> Model:
    """A model that knows one word of two queues, and is nearly sure where it stands."""
    of_word = {ngrams.hashed(KEY, "word ", word): queue for word, queue in (("brunnen", 0), ("esel", 1))}
    weights = [[2.0 if number == of_word[hashed] else -1.0 for number in range(3)] for hashed in sorted(of_word)]
    return Model(
        queues=("complaints", "family", "general"),
        hashes=np.array(sorted(of_word), np.uint64),
        rarity=np.ones(2, np.float32),
        weights=np.array(weights, np.float32),
        bias=np.array([-0.5, -0.5, 0.0], np.float32),
        slope=3.0,
        offsets=np.array([-3.0, -3.0, -20.0], np.float32),
        trusted=(trusted, trusted, False),
    )


# -- what is seen of a message


@given(st.text(max_size=6_000), st.text(max_size=300))
@settings(max_examples=50, deadline=None)
def test_any_text_becomes_hashes_each_once_and_in_order(own: str, subject: str) -> None:
    found = ngrams.hashes(KEY, subject, own)
    assert found == sorted(set(found))
    assert all(0 <= one < 2**64 for one in found)


def test_numbers_are_not_looked_at() -> None:
    assert ngrams.hashes(KEY, "", "Meine Karte 4711, bitte.") == ngrams.hashes(KEY, "", "Meine Karte 0815, bitte.")


def test_without_the_ledgers_secret_no_word_can_be_looked_up() -> None:
    said = "Der Brunnen plätschert"
    assert not set(ngrams.hashes(KEY, "", said)) & set(ngrams.hashes(ngrams.key(b"another ledger"), "", said))


def test_a_very_long_message_costs_no_more_than_its_beginning() -> None:
    words = " ".join(f"wort{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(100_000))
    assert ngrams.hashes(KEY, "", words) == ngrams.hashes(KEY, "", words[: ngrams.MAX_CHARACTERS])


# -- what is learned


def test_a_hash_counts_only_if_messages_of_five_people_have_it() -> None:
    word = ngrams.hashed(KEY, "word ", "zwiebelturm")

    def learned(people: int) -> Model:
        made = invented()
        for number in range(SENDERS * 2):
            who = f"person{number % people}@example.org"
            made.append(sample("family", who, START, "", "Zwiebelturm", UNDECIDED, KEY))
        return fit(made, ("asylum", "complaints", "family", "general"), "general")

    assert word not in learned(SENDERS - 1).hashes
    assert word in learned(SENDERS).hashes


def test_prediction_scores_as_training_does() -> None:
    from sklearn.svm import LinearSVC

    trained: list[Any] = []

    class Remembering(LinearSVC):  # type: ignore[misc]
        def fit(self, rows: Any, wanted: Any) -> Any:
            trained.append((self, rows))
            return super().fit(rows, wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sklearn.svm.LinearSVC", Remembering)
        made = training.fit(invented(), ("asylum", "complaints", "family", "general"), "general")
    [(machine, rows)] = trained
    ours = np.array([made.scores(one.hashes)[:3] for one in invented()])
    assert np.allclose(ours, machine.decision_function(rows), atol=1e-5)


def test_no_sender_is_on_both_sides_of_a_trial() -> None:
    def fitting(some: Sequence[Sample], queues: tuple[str, ...], fallback: str) -> Model:
        taught.append(({one.sender for one in some}, fit(some, queues, fallback)))
        return taught[-1][1]

    def guessing(by: Model, one: Sample) -> Guess:
        met.extend(one.sender in people for people, made in taught if made is by)
        return Guess("family", 0.0)

    taught: list[tuple[set[str], Model]] = []
    met: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "fit", fitting)
        patch.setattr(training, "guess", guessing)
        training.guesses(invented(120), ("asylum", "complaints", "family", "general"), "general")
    assert len(met) == len(invented(120))
    assert not any(met)
    older, newer = parted_by_time(invented(120)) or ([], [])
    assert newer
    assert not {one.sender for one in older} & {one.sender for one in newer}
    assert max(one.at for one in older) <= min(one.at for one in newer)


def test_the_same_mails_in_any_order_make_the_same_file() -> None:
    first = invented()
    other = list(first)
    random.Random(7).shuffle(other)
    assert other != first
    files = [model_file.dump(study(chosen(some), TERMS).model(), KEY) for some in (first, other, [*other, *first[:9]])]
    assert files[0] == files[1] == files[2]


def test_too_little_to_learn_from_is_said_in_one_sentence() -> None:
    with pytest.raises(IntakeError, match="too little to learn from: 8 messages") as error:
        study(invented(8), TERMS)
    assert "\n" not in str(error.value)


# -- the file


def hidden(raw: bytes, text: str) -> bool:
    """Whether a text stands in octets as people or programs write it, in the archive or in what is packed in it."""
    forms = {text, text.lower(), text.upper(), text.casefold()}
    codes = [form.encode(code, "ignore") for form in forms for code in ("utf-8", "latin-1", "utf-16-le", "utf-32-le")]
    inside = [raw, *unpacked(raw)]
    return any(code in octets for code in codes if len(code) > 3 for octets in inside)


def unpacked(raw: bytes) -> Iterator[bytes]:
    """Every array, and whatever can be unpacked from any place of the file."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        yield from (archive.read(name) for name in archive.namelist())
    for place in range(len(raw)):
        if raw[place] & 0x0F == 8 and raw[place : place + 2] in ZLIB_BEGINNINGS:
            machine = zlib.decompressobj()
            try:
                yield machine.decompress(raw[place:], 100_000)
            except zlib.error:
                continue


ZLIB_BEGINNINGS = {bytes((0x78, second)) for second in (0x01, 0x5E, 0x9C, 0xDA)}


def test_neither_names_nor_numbers_of_the_mails_are_found_in_the_file() -> None:
    # Each name is in mails of three people; "Amsel", as a clerk's would be, in everybody's.
    some = invented()
    everybody = [
        sample(one.queue, f"{number}@example.com", one.at, "An Herrn Amsel", "Sehr geehrter Herr Amsel", UNDECIDED, KEY)
        for number, one in enumerate(some)
    ]
    made = study(chosen([*some, *everybody]), TERMS).model()
    raw = model_file.dump(made, KEY)
    for name in (*NAMES, FILE_NUMBER):
        assert not hidden(raw, name), name
    for queue in made.queues:
        assert not hidden(raw, queue), queue
    rare = [name for name in NAMES if name != "Amsel"]
    assert not set(made.hashes.tolist()) & {ngrams.hashed(KEY, "word ", ngrams.fold(name)) for name in rare}
    # The search itself finds what is there.
    for planted in ("Amsel".encode("utf-16-le"), zlib.compress(b"hier ist Amsel")):
        assert hidden(raw + planted, "Amsel")


def test_a_model_survives_its_file() -> None:
    made = model()
    back = model_file.load(model_file.dump(made, KEY), "file", KEY, QUEUES)
    assert (back.queues, back.trusted) == (made.queues, made.trusted)
    said = ngrams.hashes(KEY, "", "der Brunnen")
    assert back.guess(back.scores(said)) == made.guess(made.scores(said))


def test_a_queue_that_the_office_no_longer_has_is_not_trusted() -> None:
    back = model_file.load(model_file.dump(model(), KEY), "file", KEY, ["family", "general"])
    assert back.trusted == (False, True, False)


def repacked(change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A file with other arrays in it."""
    with zipfile.ZipFile(io.BytesIO(model_file.dump(model(), KEY))) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, octets in entries.items():
            archive.writestr(name, octets)
    return out.getvalue()


def array(values: Any, **options: Any) -> bytes:
    """One array as it lies in the archive."""
    out = io.BytesIO()
    np.lib.format.write_array(out, values, **options)
    return out.getvalue()


def put(name: str, values: Any) -> bytes:
    """A file with one other array."""
    return repacked(lambda entries: entries.update({f"{name}.npy": array(values)}))


def promising() -> bytes:
    """A header that promises 4 TB."""
    return array(np.zeros(2, "<f4")).replace(b"(2,), }          ", b"(999999999999,), }")


BROKEN = {
    "nothing": (b"", "no classifier"),
    "text": (b"Guten Tag", "no classifier"),
    "half of it": (model_file.dump(model(), KEY)[:700], "no classifier"),
    "a pickle in it": (
        repacked(lambda e: e.update({"rarity.npy": array(np.array([{}, {}], object), allow_pickle=True)})),
        "no classifier",
    ),
    "another array": (repacked(lambda e: e.update({"more.npy": array(np.zeros(1))})), "other arrays"),
    "an array missing": (repacked(lambda e: e.pop("bias.npy")), "other arrays"),
    "packed": (repacked(lambda e: None, zipfile.ZIP_DEFLATED), "is packed"),
    "too large": (bytes(model_file.MAX_BYTES + 1), "larger than 64 MB"),
    "4 TB promised": (repacked(lambda e: e.update({"rarity.npy": promising()})), "no classifier"),
    "another type": (put("rarity", np.ones(2, "<f8")), "no classifier"),
    "another shape": (put("weights", np.ones((3, 2), "<f4")), "do not fit together"),
    "one queue": (put("queues", np.ones(1, "<u8")), "do not fit together"),
    "no number": (put("bias", np.array([np.nan, 0, 0], "<f4")), "no numbers"),
    "not in order": (put("hashes", np.array([5, 4], "<u8")), "cannot be"),
    "nothing rare": (put("rarity", np.zeros(2, "<f4")), "cannot be"),
    "falling curves": (put("curves", np.array([0, 0, 0, -1], "<f4")), "cannot be"),
    "another version": (put("about", np.array([2, ngrams.hashed(KEY, "key ", "")], "<u8")), "another version"),
    "another ledger": (model_file.dump(model(), ngrams.key(b"another ledger")), "another ledger"),
}


@pytest.mark.parametrize(("raw", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_clear_sentence(tmp_path: Path, raw: bytes, says: str) -> None:
    file = tmp_path / "classifier.npz"
    file.write_bytes(raw)
    with pytest.raises(ConfigurationError, match=says) as error:
        model_file.read(file, KEY, QUEUES)
    assert str(error.value).startswith(f"{file}: ")
    assert str(error.value).endswith("make it again with: intake learn")
    assert "\n" not in str(error.value)


def test_a_missing_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read .*; make it again with: intake learn"):
        model_file.read(tmp_path / "classifier.npz", KEY, QUEUES)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_a_file_holds_it_is_a_model_or_a_sentence(data: st.DataObject) -> None:
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = model_file.load(bytes(raw), "file", KEY, QUEUES)
    except ConfigurationError:
        return
    assert np.isfinite(made.scores(ngrams.hashes(KEY, "", "der Brunnen und der Esel"))).all()


WHOLE = model_file.dump(model(), KEY)


# -- when it decides


def tie(*queues: str, others: Sequence[tuple[str, float]] = ()) -> Routing:
    """Queues that weigh the same."""
    return Routing("general", (), (*((queue, 3.0) for queue in queues), *others), "too close")


def spoken(where: Any, queue: str, weight: float = 1.5) -> Routing:
    """Too little was found, and it was found there."""
    return Routing("general", (Evidence("term", where, queue, weight),), ((queue, weight),), "too little")


CASES = {
    "the rules found nothing": (UNDECIDED, "complaints"),
    "the rules are sure": (Routing("asylum", (), (("asylum", 5.0),), "clear"), "asylum"),
    "nothing else was asked": (
        Routing("appointments", (), (("appointments", 4.0),), "nothing else asked"),
        "appointments",
    ),
    "it is one of the tied": (tie("asylum", "complaints"), "complaints"),
    "it is none of the tied": (tie("asylum", "family"), "general"),
    "it is behind the tied": (tie("asylum", "family", others=[("complaints", 2.5)]), "general"),
    "words speak for another": (spoken("text", "family"), "complaints"),
    "the sender speaks for another": (spoken("sender", "lawyers-authorities"), "general"),
    "a file number speaks for another": (spoken("number", "asylum"), "general"),
    "the address written to speaks for another": (spoken("recipient", "family"), "general"),
    "a form's field speaks for another": (spoken("form", "family"), "general"),
    "the sender speaks for it, too": (spoken("sender", "complaints"), "complaints"),
    "the sender speaks against another": (spoken("sender", "family", -1.0), "complaints"),
}


@pytest.mark.parametrize(("routing", "queue"), CASES.values(), ids=CASES)
def test_it_decides_only_where_the_rules_leave_room(routing: Routing, queue: str) -> None:
    decided = Classifier(model(), KEY, 0.9).decide(routing, subject="", own_words="Der Brunnen!", margin=0.1)
    assert decided.queue == queue
    assert decided.opinion is not None
    assert decided.opinion.decided == (queue != routing.queue)
    assert replace(decided, queue=routing.queue, opinion=None) == routing


@pytest.mark.parametrize(
    ("classifier", "words"),
    [
        pytest.param(Classifier(model(), KEY, 0.999), "Der Brunnen!", id="the bar is higher"),
        pytest.param(Classifier(model(trusted=False), KEY, 0.9), "Der Brunnen!", id="the queue is not trusted"),
        pytest.param(Classifier(model(), KEY, 0.9), "Etwas anderes.", id="nothing is known of it"),
        pytest.param(Classifier(model(), KEY, 0.9), "Der Brunnen und der Esel.", id="two queues are alike"),
        pytest.param(Classifier(model(), KEY, 0.9), "", id="nothing was said"),
    ],
)
def test_where_it_is_not_sure_the_rules_stay(classifier: Classifier, words: str) -> None:
    decided = classifier.decide(UNDECIDED, subject="", own_words=words, margin=0.1)
    assert decided.queue == "general"
    assert decided.opinion is not None
    assert not decided.opinion.decided


@pytest.mark.parametrize(
    ("opinion", "english", "german"),
    [
        (
            Opinion("family", 0.978, decided=True),
            "decided by the classifier: 97 % of such messages belong there → Familiennachzug",
            "entschieden durch die gelernte Zuordnung: 97 % solcher Nachrichten gehören dorthin → Familiennachzug",
        ),
        (Opinion("", 0.0, decided=False), "decided by the rules", "entschieden durch die Regeln"),
        (
            Opinion("family", 0.4, decided=False),
            "decided by the rules: the classifier is not sure enough (40 % Familiennachzug)",
            "entschieden durch die Regeln: Die gelernte Zuordnung ist nicht sicher genug (40 % Familiennachzug)",
        ),
    ],
)
def test_every_decision_says_which_of_the_two_decided(opinion: Opinion, english: str, german: str) -> None:
    assert (opinion.english("Familiennachzug"), opinion.german("Familiennachzug")) == (english, german)


# -- what it is worth


def test_what_the_rules_do_not_know_is_learned_and_filed_rightly() -> None:
    lesson = study(invented(120), TERMS)
    assert lesson.worth_it
    assert lesson.trusted == {"asylum", "complaints", "family"}
    together = right(lesson.tried, lambda one: one.together(lesson.trusted))
    assert right(lesson.tried, by_rules) == 0
    assert together >= 100
    assert "switch it on" in lesson.sentence()


def test_what_nobody_could_learn_is_not_switched_on() -> None:
    concerns = invented(120)
    queues = [one.queue for one in concerns]
    random.Random(3).shuffle(queues)
    lesson = study([replace(one, queue=queue) for one, queue in zip(concerns, queues, strict=True)], TERMS)
    assert not lesson.worth_it
    assert not any(lesson.model().trusted)
    assert "leave it off" in lesson.sentence()


def test_where_the_rules_can_place_everything_there_is_nothing_to_believe() -> None:
    sure = Routing("family", (), (("family", 5.0),), "clear")
    guessed = [Guess("family", 1.0)] * 60
    assert curves(invented(60, sure), guessed, "general").precision(Guess("family", 1.0)) == pytest.approx(0, abs=1e-6)


def test_by_its_own_advice_it_makes_no_queue_worse_by_more_than_a_point() -> None:
    # Rules that have forgotten more than half of their words, and a bar that is not too high, leave it something to do.
    terms = replace(TERMS, bar=0.9)
    of = samples(mails(["dev_a", "unseen_a", "unseen_b", "unseen_c", "unseen_d"]), forgetful(60))
    lesson = study([one for one in of if fold(one) < 4], terms)
    rest = judged([one for one in of if fold(one) == 4], lesson.model(), lesson.worth, terms)
    assert any(one.together(lesson.trusted) != by_rules(one) for one in rest)
    for queue in QUEUES:
        before = figures(rest, queue, by_rules).precision
        after = figures(rest, queue, lambda one: one.together(lesson.trusted)).precision
        assert before is None or after is None or after >= before - 0.01, queue
    assert right(rest, lambda one: one.together(lesson.trusted)) > right(rest, by_rules)
    for verdict in lesson.verdicts:
        if verdict.trusted and verdict.rules.precision is not None:
            assert verdict.together.precision is not None
            assert verdict.together.precision >= verdict.rules.precision - HARM
