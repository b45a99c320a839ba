# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail: what callers say reaches the same queues as what people write.

A recording comes in (``spool``: the folder of a telephone system; ``attachment``: an e-mail of one), is kept in a
private spool and opens a case in the same moment (``intake``). One after another it is listened to (``listener``),
what was understood goes through the same triage as e-mail, and staff get a message in the queue folder, with the words
and the sound (``staff_message``). :mod:`intake.voicemail.values` holds what the parts hand to each other.
"""
