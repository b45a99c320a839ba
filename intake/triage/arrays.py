# SPDX-License-Identifier: GPL-3.0-or-later
"""numpy, imported when it is first needed and with one thread.

Its linear algebra would reserve some 30 MB of address space for each processor of the machine, and the process that
reads mail has a limit of address space; sums over a few hundred numbers need no threads. Commands that read no mail
do not wait for the import.
"""

import os
from typing import Any


def single_threaded() -> Any:
    """The module."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy

    return numpy
