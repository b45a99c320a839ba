# SPDX-License-Identifier: GPL-3.0-or-later
"""What bytes mean: base64 with faults, and characters as declared unless the bytes say otherwise (RFC 2045)."""

import binascii
import codecs
import re


def base64_decoded(encoded: bytes) -> bytes:
    """What can be decoded of ``encoded``: foreign characters skipped, a cut end left out."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", encoded)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


_ALIASES = {
    "": "ascii", "us-ascii": "ascii", "unknown": "ascii", "unknown-8bit": "ascii", "x-unknown": "ascii",
    "default": "ascii", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso8859-1": "cp1252", "8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "x-sjis": "cp932", "shift_jis": "cp932", "windows-874": "cp874",
    "iso-8859-9": "cp1254", "utf8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman", "cp-1251": "cp1251", "win-1251": "cp1251",
}  # fmt: skip
_LATIN = frozenset({"ascii", "cp1252"})
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})


def _codec(charset: str) -> str:
    """The codec for a declared charset; ASCII where nothing (known) is declared."""
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not re.fullmatch(r"[a-z0-9_.:+-]{1,40}", name):
        return "ascii"
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return "ascii"
    unfit = found.name.replace("_", "-") in _NOT_FOR_MAIL or not getattr(found, "_is_text_encoding", True)
    return "ascii" if unfit else found.name


def text_of(raw: bytes, charset: str) -> str:
    """``raw`` decoded as declared, unless the bytes say otherwise; never raises.

    Bytes declared Latin or nothing that are valid UTF-8 are UTF-8: by chance that is next to impossible. A
    declared charset may have a few broken characters (a text that was cut); with more of them it lies.
    """
    codec = _codec(charset)
    if codec in _LATIN:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            codec = "cp1252"
    try:
        text = raw.decode(codec, "replace")
        if text.count("\ufffd") <= 2 + len(text) // 50:
            return text
        return raw.decode("utf-8")
    except (UnicodeError, ValueError):
        return raw.decode("cp1252", "replace")
