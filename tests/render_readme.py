# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in the README: what people see on a telephone first, in several languages side by side.

``python -m tests.render_readme`` writes docs/acknowledgement.png anew, after a change of the texts or of their form.
"""

from html import escape
from pathlib import Path

from tests.render_acknowledgements import PHONE, acknowledgement
from tests.servers.chromium import Chromium

CODES = ("en", "tr", "ar", "ti")
SCREEN = 760
"""CSS pixels: the height of a usual telephone's screen."""
GAP = 16
FILE = Path(__file__).parents[1] / "docs" / "acknowledgement.png"


def page() -> str:
    """An HTML page with an acknowledgement in each of the languages."""
    screens = "".join(
        f'<iframe srcdoc="{escape(acknowledgement(code, "new").html)}" width="{PHONE}" height="{SCREEN}"></iframe>'
        for code in CODES
    )
    style = (
        f"body{{margin:0;padding:{GAP}px;display:flex;gap:{GAP}px;background:#8a9199}}"
        "iframe{border:0;border-radius:16px;background:#fff;flex:none}"
    )
    return f"<!DOCTYPE html><html><head><style>{style}</style></head><body>{screens}</body></html>"


if __name__ == "__main__":
    with Chromium() as browser:
        browser.show(page(), len(CODES) * (PHONE + GAP) + GAP, SCREEN + 2 * GAP)
        browser.picture(FILE)
