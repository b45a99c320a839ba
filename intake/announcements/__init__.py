# SPDX-License-Identifier: GPL-3.0-or-later
"""The telephone announcements: from the office's texts and calendar to what callers hear, always true.

``facts`` takes from the office calendar what is true and when that changes; ``texts`` reads and checks the texts of
``voice_prompts/``; ``forms`` says values in words and writes them in figures; ``prompts`` puts sentences together;
``lexicon`` tells a voice how a name is pronounced.

``plan`` says what must be sayable in the days ahead; ``speaking`` makes the sounds that are missing, with people's
``recordings`` first, and ``store`` keeps them; ``approval`` decides which languages go on the line. ``layout`` is how a
version lies on the disk and ``library`` puts it on the line, with the dialplans of ``asterisk`` and ``freeswitch``
(``menus``: what keys do) and the upload sets of ``flat``, where ``combined`` is one announcement in several languages.
``announcer`` does all of it in order, for the command line and for the daemon's ``keeper``; ``preview`` is the page for
the person who approves, and ``outlook`` tells how long the line stays right.
"""
