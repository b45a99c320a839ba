# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephone numbers: one form for the ledger, one for people.

Telephone systems hand on a caller's number as the line gave it: with or without country, as a SIP address, as a word
for "withheld". What can be read is brought into the form of ITU-T E.164 (``+497614711``), so that a caller is known
again whichever way the number came. An internal extension stays the digits that it is.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat

LONGEST = 40
"""Characters of a number that are looked at; E.164 has 15 digits."""

_SIP = re.compile(r"(?:sips?:|tel:)([^@;>]{1,40})", re.IGNORECASE)
_ONLY = re.compile(r"[\d\s()/.+*#-]+")


def given(text: str) -> str:
    """A number as a telephone system gave it, without what is not part of it; empty for words such as "anonymous"."""
    text = "".join(c for c in text if c.isprintable()).strip().strip("<>\"'").strip()[:LONGEST]
    if sip := _SIP.match(text):
        text = sip[1]
    return text if _ONLY.fullmatch(text) and any(c.isdecimal() for c in text) else ""


def normalised(number: str, country: str) -> str:
    """E.164 with its plus sign, or empty where it is no public number. ``country``: ISO 3166, of the office.

    A trunk may leave out the plus before the country's code.
    """
    number = given(number)
    digits = re.sub(r"\D", "", number)
    code = str(phonenumbers.country_code_for_region(country))
    if not number.startswith(("+", "0")) and digits.startswith(code) and (whole := _parsed(f"+{digits}", country)):
        return whole
    # Without a 0 or a plus in front it may be an extension of the house; only what is surely a number counts.
    return _parsed(number, country, sure=not number.startswith(("+", "0")))


def _parsed(number: str, country: str, *, sure: bool = True) -> str:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    fits = phonenumbers.is_valid_number(parsed) if sure else phonenumbers.is_possible_number(parsed)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if fits else ""


def shown(number: str, country: str) -> str:
    """An E.164 number as people of ``country`` write it: ``0761 4711``, or with its country where that is another."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    here = parsed.country_code == phonenumbers.country_code_for_region(country)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL if here else PhoneNumberFormat.INTERNATIONAL)


def address(number: str, country: str) -> str:
    """What identifies a caller in the ledger, in the place of an e-mail address: ``tel:+497614711``, or empty."""
    known = normalised(number, country) or re.sub(r"\D", "", given(number))
    return f"tel:{known}" if known else ""
