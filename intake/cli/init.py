# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake init``: a commented configuration to begin with, and the folders beside it."""

from collections.abc import Iterator
from pathlib import Path

from intake.errors import IntakeError

EXAMPLE = Path(__file__).resolve().parent.parent / "example" / "intake.toml"


def write(directory: Path) -> Iterator[str]:
    """Write what is missing; yields a line for each thing done. Raises :class:`IntakeError`."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        target = directory / "intake.toml"
        if target.exists():
            raise IntakeError(f"{target}: exists already and is left as it is; choose another folder or remove it")
        target.write_text(EXAMPLE.read_text("utf-8"), "utf-8")
        yield f"{target}: the configuration; adapt it to your office"
        for name, purpose in (
            ("secrets", "put one file per password here, readable for the service's user only"),
            (
                "templates/acknowledgement",
                "your own version of a text, under the shipped file's name, takes precedence",
            ),
        ):
            folder = directory / name
            folder.mkdir(parents=True, exist_ok=True, mode=0o700 if name == "secrets" else 0o755)
            yield f"{folder}: {purpose}"
        yield f"then: intake check --config {target}"
    except OSError as error:
        raise IntakeError(f"{error.filename or directory}: cannot be written ({error.strerror})") from None
