# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of one message is read. What exceeds a limit is left out and named in the message's defects."""

MAX_HEADER_BYTES = 512 * 1024
"""Bytes read of the header block: room for 10,000 recipients, so that the marks below them are still seen."""
MAX_BODY_BYTES = 256 * 1024
"""Bytes read after the header block; the daemon fetches no more either."""
MAX_HEADERS = 1_000
MAX_HEADER_CHARACTERS = 16 * 1024
"""Kept of one header's value."""
MAX_ADDRESS_CHARACTERS = 512 * 1024
"""Read of one address header: 1,000 addresses are found in it even if their names are long."""
MAX_ADDRESSES = 1_000
MAX_DEPTH = 20
"""Levels of MIME nesting; real mail has at most about six."""
MAX_PARTS = 200
MAX_TEXT = 64 * 1024
MAX_HTML = 128 * 1024
"""Characters of HTML converted in one part."""
MAX_SUBJECT = 500
MAX_IDENTIFIER = 500
"""Characters of one Message-ID; RFC 5322 allows a line of 998, real ones have at most about 200."""
MAX_REFERENCES = 100
MAX_FAILURES = 100
