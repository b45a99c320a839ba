# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning from the queue folders what the rules do not know, and saying honestly whether it is worth it.

What a message lies in now is what staff think of it: they move what lies wrong. :mod:`.sources` reads the folders,
:mod:`.samples` keeps of each message only keyed hashes, :mod:`.training` makes a model of them with scikit-learn,
:mod:`.trial` tries it on senders and on times that it has not learned from, and :mod:`.advice` says in sentences
whether to switch it on. What uses the model afterwards, :mod:`intake.triage.classifier`, needs none of this.
"""
