# SPDX-License-Identifier: GPL-3.0-or-later
"""Where shipped texts lie, and how an office overrides any single file of them.

``templates/`` and ``voice_prompts/`` stand at the top of the repository and travel inside the wheel
as ``intake/_shipped/``. An office overrides one file by placing its own under the same relative name
beside its ``intake.toml``; everything not overridden comes from the shipped set.
"""

from collections.abc import Sequence
from pathlib import Path

FILE_BYTES = 64 * 1024
"""A text is a few kilobytes; what is larger is a mistake."""

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """The shipped folder ``templates`` or ``voice_prompts``: in an installation or in a checkout."""
    installed = _PACKAGE / "_shipped" / folder
    return installed if installed.is_dir() else _PACKAGE.parent / folder


def search_path(folder: str, beside: Path | None) -> list[Path]:
    """The folders to look in, the office's own first. ``beside`` is the configuration's folder."""
    own = [beside / folder] if beside is not None and (beside / folder).is_dir() else []
    return [*own, shipped(folder)]


def first(folders: Sequence[Path], name: str) -> Path | None:
    """The first file of this name on a search path."""
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def read_text(path: Path, problems: list[str], where: str = "") -> str | None:
    """A text file of sane size; None and a problem otherwise, which begins with ``where``."""
    try:
        with path.open("rb") as file:
            octets = file.read(FILE_BYTES + 1)
        if len(octets) > FILE_BYTES:
            problems.append(f"{where}larger than {FILE_BYTES // 1024} KiB; shorten it")
            return None
        return octets.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        problems.append(f"{where}cannot be read ({error.strerror}); make it readable for the service's user")
    except UnicodeDecodeError:
        problems.append(f"{where}is not UTF-8 text; save it as UTF-8")
    return None
