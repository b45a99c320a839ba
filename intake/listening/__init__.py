# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognisers behind one interface: sound in, words with their times and confidences out.

``models`` finds what an office has installed, ``recogniser`` asks it in a child process (``worker``; ``whisper`` is how
it uses Whisper), ``compare`` says how much of a text was heard. Recognition is always free decoding: a grammar of the
expected words would hear them in noise.
"""

from intake.listening.compare import Rates, compare
from intake.listening.models import Model
from intake.listening.recogniser import LISTENING_LIMITS, Heard, ListeningLimits, Recogniser, Word

__all__ = ["LISTENING_LIMITS", "Heard", "ListeningLimits", "Model", "Rates", "Recogniser", "Word", "compare"]
