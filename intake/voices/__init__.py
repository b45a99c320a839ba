# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines that speak, behind one interface: text and voice in, sound out.

``pico``, ``espeak`` and ``piper`` know one engine each and run in worker processes (``worker``); ``pool`` keeps these;
``catalogue`` says which voices there are, which is preferred for a language, and what could be installed. ``pool`` is
imported by its own name: it needs the libraries for sound, which a worker and ``intake voices`` can do without.
"""

from intake.voices.catalogue import OFFERS, Offer
from intake.voices.voice import MAX_CHARACTERS, Voice, pieces

__all__ = ["MAX_CHARACTERS", "OFFERS", "Offer", "Voice", "pieces"]
