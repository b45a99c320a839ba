# SPDX-License-Identifier: GPL-3.0-or-later
"""The telephone announcements: what is said, from the office's texts and from what is true at an instant.

``facts`` takes from the office calendar what is true and when that changes; ``texts`` reads and checks the texts of
``voice_prompts/``; ``forms`` says values in words and writes them in figures; ``prompts`` puts sentences together;
``lexicon`` tells a voice how a name is pronounced.
"""
