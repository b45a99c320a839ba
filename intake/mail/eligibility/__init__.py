# SPDX-License-Identifier: GPL-3.0-or-later
"""May this message be answered automatically? One rule per function (``rules.py``), in the visible list :data:`RULES`.

A message gets an acknowledgement unless a rule says no. The rules by their numbers; they are asked in this order but
for the fourth, which comes last: a newsletter that names none of our addresses is a newsletter first, and lies in
``system``, not in a team's folder; a forged message lies in ``suspicious``.

1. no answer to the null return path (RFC 3834 2, RFC 5321 4.5.5), nor where there is nobody to answer
2. nor to ourselves, nor to another responder of the office (RFC 3834 2: loops)
3. nor to our own mail coming back (RFC 3834 3.1.8)
4. nor to mail that does not name one of our addresses (RFC 5230 4.5; can be switched off)
5. nor to ``Auto-Submitted`` other than ``no`` (RFC 3834 5)
6. nor to a mailing list (RFC 2369, RFC 2919)
7. nor to bulk mail (``Precedence``; RFC 3834 2)
8. nor where automatic answers are declined (``X-Auto-Response-Suppress``, MS-OXCMAIL 2.1.3.2.20)
9. nor to the marks of other responders and machines
10. nor to reports, receipts and calendar replies (RFC 6522, 8098, 5546, 5965)
11. nor to spam and forged senders, as told by our own filter (RFC 8601)
12. a trusted forwarder lifts 5 and 8; a configured and authenticated web form lifts 5, 7, 8 and 13
13. nor to role addresses behind which nobody reads (RFC 2142, RFC 5230 4.6)
14. nor where the sender is not one plain mailbox
20. nor, as the last signal, to what reads like an out-of-office note, a bounce or a notification
22. nor to voicemail that a telephone system sends by e-mail; this is asked first, because such a system may send from
    the office's own address and with any mark of a machine, and its recording must reach a team all the same

15–19 and 21 depend on what the ledger knows: :func:`with_state`. Of each header every instance counts, and
case never matters. Nobody is refused silently: the message is filed with the reason code of :data:`REASONS`.
"""

from intake.config import Limits
from intake.mail.eligibility import rules
from intake.mail.eligibility.addresses import is_forwarded, is_mailbox, target_of, web_form_of
from intake.mail.eligibility.authentication import dmarc_result
from intake.mail.eligibility.reasons import REASONS, Reason
from intake.mail.eligibility.values import Facts, Policy, Refusal, Rule, Standing, State, Verdict
from intake.message import Message

__all__ = [
    "REASONS", "RULES", "Facts", "Policy", "Reason", "Refusal", "Rule", "Standing", "State", "Verdict", "is_mailbox",
    "judge", "with_state",
]  # fmt: skip

RULES: tuple[Rule, ...] = (
    rules.voicemail,
    rules.null_return_path,
    rules.own_address,
    rules.own_mail_returned,
    rules.auto_submitted,
    rules.mailing_list,
    rules.bulk,
    rules.suppressed,
    rules.responder_mark,
    rules.report,
    rules.spam,
    rules.forged,
    rules.machine_sender,
    rules.unusable_sender,
    rules.automatic_text,
    rules.not_addressed,
)


def judge(message: Message, own_words: str, policy: Policy) -> Verdict:
    """Rules 1–14 and 20 in order, without any state; the first that says no decides.

    ``own_words``: of the message, see :func:`intake.triage.text.own_words`.
    """
    authenticated = dmarc_result(message, policy.trust)
    form = web_form_of(message, policy.trust, authenticated)
    target = target_of(message, form)
    facts = Facts(message, own_words, policy, target, form, is_forwarded(message, policy), authenticated)
    for rule in RULES:
        if refusal := rule(facts):
            return Verdict(False, refusal.reason, target, refusal.standing, authenticated, refusal.evidence)
    return Verdict(True, "eligible", target, "person", authenticated)


def with_state(verdict: Verdict, state: State, limits: Limits) -> Verdict:
    """Rules 15–19 and 21 on top of :func:`judge`; a refusal stays as it is."""
    if not verdict.reply or verdict.target is None:
        return verdict
    domain = verdict.target.address.rpartition("@")[2].lower()
    exempt = domain in {d.lower() for d in limits.exempt_domains}
    answered = state.in_case and state.days_since_acknowledged is not None
    quiet = answered and (state.days_since_acknowledged or 0.0) < limits.quiet_days_in_case
    checks: tuple[tuple[bool, str], ...] = (
        (not state.acknowledging, "acknowledging-off"),
        (state.already_acknowledged, "already-acknowledged"),
        (state.before_first_start, "before-first-start"),
        (state.age_hours > limits.max_age_hours, "too-old"),
        (quiet, "follow-up"),
        (state.reply_to_staff and not state.in_case, "reply-to-staff"),
        (state.same_text, "same-text"),
        (state.target_blocked, "target-blocked"),
        (state.sender_count_24h >= limits.per_sender_per_day, "sender-cap"),
        (state.domain_count_1h >= limits.per_domain_per_hour and not exempt, "domain-cap"),
    )
    reason = next((code for holds, code in checks if holds), None)
    if reason is None:
        reason = "follow-up-eligible" if answered else "eligible"
    return Verdict(
        reason in ("eligible", "follow-up-eligible"),
        reason,
        verdict.target,
        verdict.standing,
        verdict.authenticated,
        verdict.evidence,
    )
