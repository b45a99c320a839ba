# SPDX-License-Identifier: GPL-3.0-or-later
"""The mails of ``tests/data/triage`` as an office would have them in its folders: with senders, and with dates.

Some three mails of a language share a sender, who wrote them within three weeks of one year. Who and when follows
from the text alone.

The rules were written with most of these very mails, and so are nearly always right about them. :func:`forgetful` makes
rules that have forgotten a share of their words: with 30 % they do about as well (90 %) as the rules did on mails that
nobody had seen (87 to 92 %; see ``docs/triage.md``), with 40 % a little worse.
"""

import copy
import datetime as dt
import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from intake.learning.samples import Sample, chosen, sample
from intake.triage import Rules, ngrams, own_words
from intake.triage.routing import files
from tests import triage_score
from tests.triage_queue_score import judge, mails_of
from tests.triage_score import QUEUES

KEY = ngrams.key(b"a ledger's secret of thirty-two b")
ALL = (
    "mails", "hard", "held_out", "implicit", "dev_a", "dev_b",
    "unseen_a", "unseen_b", "unseen_c", "unseen_d", "unseen_e",
)  # fmt: skip
"""The files with mails whose queue is known."""

_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def mails(names: Iterable[str] = ALL) -> list[triage_score.Sample]:
    """The mails of some files of ``tests/data/triage``."""
    return mails_of(f"{name}.toml" for name in names)


def samples(mails: Sequence[triage_score.Sample], rules: Rules) -> list[Sample]:
    """The mails with senders, dates, and what ``rules`` make of them; in the order of learning."""
    many = Counter(mail.language for mail in mails)
    made = []
    for judged in judge(rules, mails):
        mail = judged.sample
        who = f"{mail.language}{_number(mail.text) % max(1, many[mail.language] // 3)}@{mail.sender_domain}"
        at = _YEAR + dt.timedelta(hours=_number(who) % 8_000 + _number(mail.text) % 500)
        made.append(sample(mail.queue, who, at, mail.subject, own_words(mail.text), judged.routing, KEY))
    return chosen([one for one in made if len(one.hashes)])


@functools.cache
def forgetful(percent: int) -> Rules:
    """The shipped rules without ``percent`` of a hundred of their words; which ones, follows from the words."""
    pack = copy.deepcopy(files.shipped_pack())
    pack.vocabulary = {
        (language, concept): [w for w in words if _number(f"{language} {concept} {w}") % 100 >= percent]
        for (language, concept), words in pack.vocabulary.items()
    }
    return Rules.of(pack, QUEUES)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")
