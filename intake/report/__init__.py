# SPDX-License-Identifier: GPL-3.0-or-later
"""The key figures as people and programs read them; what they mean and how they are made: :mod:`intake.cases.report`.

``terminal`` tables for an administrator, ``sheet`` CSV for a spreadsheet, ``tree`` JSON for programs, ``letter`` the
weekly mail to the office's lead with its ``charts``, ``weekly`` when that mail is due and how it gets sent.
"""
