# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes that may be lost: what runs in them can crash, hang or eat memory, and stops nothing else.

Engines that speak and recognisers are large C libraries. Each runs in a child that answers one request at a time;
``parent`` starts it, waits with a time limit, and says in words how it was lost; ``child`` is the other end.

A request and an answer are frames: the length of a line of JSON and of the bytes after it (two big-endian 32-bit
numbers), then both.
"""

from intake.children.parent import Child, ChildLost

__all__ = ["Child", "ChildLost"]
