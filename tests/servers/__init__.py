# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers for tests: each starts from its own generated configuration in a temporary folder."""
