# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that holds what was learned: arrays of numbers in a ZIP archive (``.npz``), and no readable text.

Queues stand in it as keyed hashes, like words, so the file tells nothing without the ledger's secret. With the same
model the same bytes are written.

It is read without pickle, which could run a program: each array's header must say the type and the number of
dimensions that are expected, and the octets must be as many as it says. Nothing is unpacked; nothing larger than
:data:`MAX_BYTES` is read. Whatever is wrong is one sentence with a remedy.
"""

import io
import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from intake.errors import ConfigurationError
from intake.triage import ngrams
from intake.triage.arrays import single_threaded
from intake.triage.classifier import Model

VERSION = 1
MAX_BYTES = 64 * 1024 * 1024
"""About three times what the most hashes for the example office need."""

MAX_QUEUES = 200

_ARRAYS = {
    "about": ("<u8", 1),
    "queues": ("<u8", 1),
    "hashes": ("<u8", 1),
    "rarity": ("<f4", 1),
    "weights": ("<f4", 2),
    "bias": ("<f4", 1),
    "curves": ("<f4", 1),
    "trusted": ("|u1", 1),
}
"""Name → type and number of dimensions. ``about``: version, and a hash that only the right key makes; ``curves``:
each queue's offset, then the slope."""

_REMEDY = "make it again with: intake learn"


def dump(model: Model, key: bytes) -> bytes:
    """The file's octets."""
    np = single_threaded()
    arrays = {
        "about": [VERSION, ngrams.hashed(key, "key ", "")],
        "queues": [ngrams.hashed(key, "queue ", queue) for queue in model.queues],
        "hashes": model.hashes,
        "rarity": model.rarity,
        "weights": model.weights,
        "bias": model.bias,
        "curves": [*model.offsets, model.slope],
        "trusted": model.trusted,
    }
    out = io.BytesIO()
    np.savez(out, **{name: np.asarray(arrays[name], kind) for name, (kind, _) in _ARRAYS.items()})
    return out.getvalue()


def read(path: Path, key: bytes, queues: Collection[str]) -> Model:
    """The model in a file; the queues that are not among ``queues`` (any more) are not trusted.

    Raises :class:`ConfigurationError` with one sentence.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the classifier cannot be read ({error.strerror}); {_REMEDY}, or take triage.classifier out"
        ) from None
    return load(raw, str(path), key, queues)


def load(raw: bytes, name: str, key: bytes, queues: Collection[str]) -> Model:
    """The model in a file's octets; ``name`` is the file's name for errors. Raises :class:`ConfigurationError`."""
    try:
        arrays = _unpack(raw)
        about = arrays["about"]
        if len(about) != 2 or about[0] != VERSION:
            raise _Unfit("has another version")
        if about[1] != ngrams.hashed(key, "key ", ""):
            raise _Unfit("was made with another ledger, whose secret is needed to read it")
        _fit_together(arrays)
    except _Unfit as problem:
        raise ConfigurationError(f"{name}: this classifier {problem}; {_REMEDY}") from None
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError, NotImplementedError, RuntimeError):
        raise ConfigurationError(f"{name}: this is no classifier, or a damaged one; {_REMEDY}") from None
    known = {ngrams.hashed(key, "queue ", queue): queue for queue in queues}
    names = [known.get(int(hashed), "") for hashed in arrays["queues"]]
    return Model(
        queues=tuple(names),
        hashes=arrays["hashes"],
        rarity=arrays["rarity"],
        weights=arrays["weights"],
        bias=arrays["bias"],
        slope=float(arrays["curves"][-1]),
        offsets=arrays["curves"][:-1],
        trusted=tuple(bool(on and queue) for on, queue in zip(arrays["trusted"], names, strict=True)),
    )


class _Unfit(Exception):
    """What is wrong with a file, as the rest of a sentence."""


def _unpack(raw: bytes) -> dict[str, Any]:
    """The arrays by name, each of the right type and the right number of dimensions."""
    if len(raw) > MAX_BYTES:
        raise _Unfit(f"is larger than {MAX_BYTES // 1024 // 1024} MB")
    np = single_threaded()
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entries = archive.infolist()
        if [entry.filename for entry in entries] != [f"{name}.npy" for name in _ARRAYS]:
            raise _Unfit("holds other arrays than it should")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise _Unfit("is packed, which it should not be")
        for (name, (kind, dimensions)), entry in zip(_ARRAYS.items(), entries, strict=True):
            octets = archive.read(entry)
            stream = io.BytesIO(octets)
            if np.lib.format.read_magic(stream) != (1, 0):
                raise ValueError(name)
            shape, by_column, dtype = np.lib.format.read_array_header_1_0(stream)
            size = len(octets) - stream.tell()
            fits = dtype.str == kind and len(shape) == dimensions and (dimensions == 1 or not by_column)
            if not fits or math.prod(shape) * dtype.itemsize != size:
                raise ValueError(name)
            arrays[name] = np.frombuffer(octets, dtype, offset=stream.tell()).reshape(shape)
    return arrays


def _fit_together(arrays: dict[str, Any]) -> None:
    np = single_threaded()
    queues, hashes = len(arrays["queues"]), arrays["hashes"]
    lengths = {"rarity": len(hashes), "bias": queues, "curves": queues + 1, "trusted": queues}
    if (
        not 2 <= queues <= MAX_QUEUES
        or any(len(arrays[name]) != length for name, length in lengths.items())
        or arrays["weights"].shape != (len(hashes), queues)
    ):
        raise _Unfit("holds arrays that do not fit together")
    if not all(np.isfinite(arrays[name]).all() for name in ("rarity", "weights", "bias", "curves")):
        raise _Unfit("holds values that are no numbers")
    if (hashes[1:] <= hashes[:-1]).any() or (arrays["rarity"] <= 0).any() or arrays["curves"][-1] < 0:
        raise _Unfit("holds values that cannot be")
