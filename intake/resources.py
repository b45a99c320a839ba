# SPDX-License-Identifier: GPL-3.0-or-later
"""Where shipped texts lie, and how an office overrides any single file of them.

``templates/`` and ``voice_prompts/`` stand at the top of the repository and travel inside the wheel
as ``intake/_shipped/``. An office overrides one file by placing its own under the same relative name
beside its ``intake.toml``; everything not overridden comes from the shipped set.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """The shipped folder ``templates`` or ``voice_prompts``: in an installation or in a checkout."""
    installed = _PACKAGE / "_shipped" / folder
    return installed if installed.is_dir() else _PACKAGE.parent / folder


def search_path(folder: str, beside: Path | None) -> list[Path]:
    """The folders to look in, the office's own first. ``beside`` is the configuration's folder."""
    own = [beside / folder] if beside is not None and (beside / folder).is_dir() else []
    return [*own, shipped(folder)]
