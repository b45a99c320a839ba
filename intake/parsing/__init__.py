# SPDX-License-Identifier: GPL-3.0-or-later
"""The readers behind :func:`intake.message.parse`: header block, addresses, MIME tree, HTML, charsets."""
