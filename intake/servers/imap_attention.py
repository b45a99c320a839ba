# SPDX-License-Identifier: GPL-3.0-or-later
"""How attentively a mailbox is watched: asking again at once, or waiting to be told. Pure, no I/O.

IDLE (RFC 2177) costs nothing, but the server decides when it tells: Dovecot holds its news back for half a second, so
that one message each 200 ms waits 300 ms at the median before anything can be done about it. NOOP (RFC 9051 section
6.1.2) brings the same news at once. Messages come in flurries, so the more recently one came, the more often is asked:

* The pause before the next question is a tenth of the time since the last message came. So nobody's wait grows by
  more than a tenth of the time that the mailbox was quiet, and a message costs about forty questions in all.
* It is never shorter than :data:`SHORTEST` nor than ten times as long as the last questions took. So no more than
  a tenth of the time is spent on asking: a server that is slow, far away or serves hundreds of such mailboxes
  slows every one of them down by itself, however long the flurry lasts. One slow answer among quick ones counts
  little, and each further message halves what is held against the server, so that it gets another try.
* Beyond :data:`LONGEST`, which is what a delayed push costs on average, IDLE is as good.
"""

SHORTEST = 0.02
"""Seconds between two questions at the least."""
LONGEST = 0.25
"""Seconds; a longer pause is spent in IDLE."""
SHARE = 0.1
"""Of the time since the last message, and of our time with the server."""
WEIGHT = 0.25
"""Of the latest answer in the mean of them."""


class Attention:
    """What is known of one connection. ``now`` is in seconds that only grow, from any beginning."""

    def __init__(self) -> None:
        self._arrival: float | None = None
        self._answer = 0.0

    def arrived(self, now: float) -> None:
        """A message came."""
        self._arrival = now
        self._answer /= 2

    def answered(self, seconds: float) -> None:
        """The server took so long to answer a question."""
        self._answer += (seconds - self._answer) * WEIGHT

    def pause(self, now: float) -> float | None:
        """Seconds to let pass before the server is asked again; ``None``: it is not asked, it tells."""
        if self._arrival is None:
            return None
        seconds = max(SHORTEST, (now - self._arrival) * SHARE, self._answer / SHARE)
        return seconds if seconds <= LONGEST else None
