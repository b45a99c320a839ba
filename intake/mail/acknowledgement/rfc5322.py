# SPDX-License-Identifier: GPL-3.0-or-later
"""Header values and text parts of a mail, written safely whatever strangers put into them (RFC 5322, 2045, 2047).

Written here rather than by ``email.message``, which in Python 3.11 turns a long Message-ID in References into
an encoded word and so breaks threads, and which raises on some hostile values. Nothing here raises; no value
ever holds a line break except a fold that this file made itself.
"""

import base64
import binascii
import re
import unicodedata

SUBJECT_CHARACTERS = 80
"""Of the sender's subject at most this much is repeated."""
REFERENCES_CHARACTERS = 900
"""The References field stays below the 998 octets that RFC 5322 2.1.1 allows on a line, folded or not."""
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}>\Z")
"""A Message-ID that can be repeated: printable ASCII in angle brackets, so also Exchange's ``<[x]@y>``."""

_BASE64_COLUMNS = 76
"""The longest line that RFC 2045 6.8 allows."""


def clean_subject(subject: str) -> str:
    """The sender's subject fit to be repeated: one line, at most 80 characters.

    Without URLs, addresses, control, bidirectional and other invisible characters (the joiners that Persian
    and Indic scripts need excepted); a dot that could make a link (``example.org``) gets a space after it.
    """
    visible = "".join(
        c if c in "\u200c\u200d" else " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Zs"} else c
        for c in unicodedata.normalize("NFKC", subject[:1000])
        if c in "\u200c\u200d" or unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    words = [
        w for w in visible.split() if not re.search(r"@|://|\bwww\.|\b(?:mailto|tel|sms|data|javascript):", w, re.I)
    ]
    text = re.sub(r"(?<=\w)\.(?=[^\W\d_]{2})", ". ", " ".join(words))
    if len(text) <= SUBJECT_CHARACTERS:
        return text
    cut = text[: SUBJECT_CHARACTERS - 1]
    word, space, _ = cut.rpartition(" ")
    return (word if space and len(word) > SUBJECT_CHARACTERS // 2 else cut).rstrip(" \u200c\u200d") + "…"


def thread(message_id: str, references: tuple[str, ...], in_reply_to: tuple[str, ...]) -> list[str]:
    """The References of an answer (RFC 5322 3.6.4): those of the original, else its one In-Reply-To, and its ID.

    What is no well-formed Message-ID is left out. Too long a thread keeps its first and its last ones.
    """
    before = references or (in_reply_to if len(in_reply_to) == 1 else ())
    ids = dict.fromkeys((*before[:1], *before[-200:]))
    kept = [i for i in ids if MESSAGE_ID.match(i) and i != message_id]
    if MESSAGE_ID.match(message_id):
        kept.append(message_id)
    while len(" ".join(kept)) > REFERENCES_CHARACTERS and len(kept) > 1:
        del kept[1 if len(kept) > 2 else 0]
    return kept


def unstructured(text: str) -> str:
    """A header value: as it is if it is short printable ASCII, else encoded words (RFC 2047), folded."""
    clean = text
    if not text.isprintable():
        clean = "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text)
    if clean.isascii() and len(clean) <= 60 and "=?" not in clean:
        return clean
    octets, words, begin = clean.encode("utf-8", "replace"), [], 0
    while begin < len(octets):
        end = begin + 42  # base64 of 42 octets is 56: an encoded word of 68, below its limit of 75
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # never within a character (RFC 2047 5)
            end -= 1
        words.append(octets[begin:end])
        begin = end
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def phrase(name: str) -> str:
    """A display name: a quoted string, or encoded words where it is not plain ASCII."""
    encoded = unstructured(name)
    return encoded if encoded != name else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def addr_spec(address: str) -> str:
    """The address for the To field; a local part that is no dot-atom is quoted (RFC 5322 3.4.1)."""
    local, _, domain = address[:320].rpartition("@")
    local = "".join(c for c in local if c.isprintable() and c not in "\u2028\u2029")
    domain = "".join(c for c in domain if c.isalnum() or c in ".-[]:")
    if not re.fullmatch(r"[^\s()<>\[\]:;@\\,.\"]+(?:\.[^\s()<>\[\]:;@\\,.\"]+)*", local):
        local = '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'
    return f"{local}@{domain}"


def crlf(octets: bytes) -> bytes:
    """Lines that end with LF as lines that end with CRLF."""
    return octets.replace(b"\n", b"\r\n")


def quoted_printable(octets: bytes) -> bytes:
    """Text whose lines end with LF in quoted-printable (RFC 2045 6.7), its lines ending with CRLF.

    Each line is encoded for itself: texts of whole lines may be encoded one by one and joined.
    """
    return crlf(binascii.b2a_qp(octets, istext=True))


def text_part(subtype: str, octets: bytes, quoted: bytes) -> bytes:
    """One text part in UTF-8, in whichever of quoted-printable and base64 is shorter (RFC 2045 6.7, 6.8).

    ``octets`` are the text with CRLF, ``quoted`` is the same in quoted-printable.
    """
    encoded, name = quoted, "quoted-printable"
    size = -(-len(octets) // 3) * 4
    if size + -(-size // _BASE64_COLUMNS) * 2 < len(quoted):
        letters = binascii.b2a_base64(octets, newline=False)
        lines = [letters[n : n + _BASE64_COLUMNS] for n in range(0, len(letters), _BASE64_COLUMNS)]
        encoded, name = b"\r\n".join([*lines, b""]), "base64"
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode("ascii") + encoded
