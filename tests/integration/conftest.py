# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that all integration tests of a process share, and a user of its own for each test.

With pytest-xdist every worker starts its own. A missing server is a failure, never a skip.
"""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.deaths import Mortal
from tests.servers.dovecot import Dovecot

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot with everything, TLS on a second port."""
    with Dovecot(tls=True) as server:
        yield server


@pytest.fixture
def user() -> str:
    """A user whom no other test has; any name is a user with the password ``PASSWORD``."""
    return f"user{next(_numbers)}.{os.getpid()}@example.org"


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    """A process that runs daemons."""
    process = Mortal(tmp_path / "mortal.log")
    yield process
    process.close()
