# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake check``, the voicemail's part: can the spools be read, can the mail of a telephone system be believed, and
who understands what is said.

Nothing in a spool is opened for writing.
"""

from intake.cases.clock import system_clock
from intake.cli.check_telephone import Report
from intake.config import Settings
from intake.languages import LANGUAGES


def voicemail(settings: Settings, report: Report) -> None:
    """The ways in."""
    wanted = settings.configuration.voicemail
    if wanted is None:
        return
    from intake.listening import models as recognisers
    from intake.voicemail.arrivals import KINDS

    for number, spool in enumerate(wanted.spools, 1):
        where = f"{settings.file}: voicemail.spools (entry {number}).path"
        root = settings.folder / spool.path
        try:
            found, _ = KINDS[spool.kind](root, {}, system_clock())
        except OSError as error:
            report.problem(
                f"{where}: {root} cannot be read ({error.strerror}); correct the path, or give the service's user the "
                "right to read it (see systemd/asterisk.conf)"
            )
        else:
            report.ok(f"voicemail {spool.name}: {len(found)} recordings in {root}")
    if wanted.senders and wanted.senders_proven and not settings.configuration.trust.authserv:
        report.problem(
            f"{settings.file}: voicemail.senders_proven: nobody is trusted to prove a sender, so no recording is taken "
            "from e-mail; name the authserv-id in trust.authserv, or set this to false where that mail never leaves "
            "the house"
        )
    folder = settings.configuration.listening.models
    known = recognisers.languages(recognisers.find(settings.folder / folder if folder else None)[0])
    chosen = {code for spool in wanted.spools for code in spool.languages.values()}
    if missing := [code for code in LANGUAGES if code in {*settings.configuration.announcements.menu, *chosen} - known]:
        report.warning(
            f"voicemail in {', '.join(missing)} is filed without a transcript, because no recogniser's model here "
            f"knows {'it' if len(missing) == 1 else 'them'}; unpack one into listening.models, see: intake voices"
        )
