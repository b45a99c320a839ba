# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: examples that hypothesis finds are the same in every run, and none is judged by its time."""

from hypothesis import settings

settings.register_profile("intake", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("intake")
