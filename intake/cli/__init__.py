# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: a thin shell over the parts. Names and exit codes are a contract.

0: done. 1: a problem that the user can fix, told in clear sentences on stderr, without a traceback. 2: usage.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from typing import Annotated, Literal

import typer

from intake import __version__
from intake.errors import IntakeError, LedgerError

app = typer.Typer(
    name="intake",
    help="Every message to the office filed, every person acknowledged exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

announce = typer.Typer(
    help="The telephone announcements: build, preview, approve, publish, go back.", no_args_is_help=True
)
app.add_typer(announce, name="announce")

DEFAULT_CONFIG = Path("intake.toml")

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file.", metavar="FILE")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"intake {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Every message to the office filed, every person acknowledged exactly once."""


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="Where to write.")] = Path()) -> None:
    """Write a commented intake.toml and the folders beside it; never overwrites."""
    from intake.cli.init import write

    for line in write(directory):
        typer.echo(line)


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Try everything that the service needs; every problem with its remedy."""
    from intake.cli.check import check as run_check

    if not asyncio.run(run_check(config, typer.echo)):
        raise typer.Exit(1)


@app.command()
def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the daemon in the foreground, until SIGTERM or Ctrl-C."""
    import os

    from intake.cases.clock import system_clock
    from intake.cli.check import calendar, ledger_problem
    from intake.cli.logs import to_stdout
    from intake.config import load
    from intake.daemon import Daemon

    settings = load(config)
    calendar(settings)
    to_stdout()
    try:
        asyncio.run(Daemon(settings, environment=os.environ, now=system_clock, random=SystemRandom()).run())
    except LedgerError as error:
        raise LedgerError(ledger_problem(settings, error)) from None


@app.command()
def explain(
    files: Annotated[list[str], typer.Argument(help="Messages (.eml), or - for file names on stdin.", metavar="FILE…")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Default: the built-in example office.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="One more address that is ours.")] = None,
    any_recipient: Annotated[
        bool, typer.Option("--any-recipient", help="Do not ask that a message be addressed to us.")
    ] = False,
) -> None:
    """Show the full plan for each message, without any side effect."""
    from intake.cli.explain import explain as run_explain

    if not run_explain(
        files, config, as_json=as_json, addresses=address or [], any_recipient=any_recipient, echo=typer.echo
    ):
        raise typer.Exit(1)


@app.command()
def simulate(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Messages (.eml), or - for file names on stdin. Default: what lies in the queue folders.",
            metavar="FILE…",
        ),
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="The changed rule file.", metavar="FILE")] = None,
    texts: Annotated[
        Path | None, typer.Option("--texts", help="The changed texts: a folder like templates/.", metavar="DIR")
    ] = None,
    changed: Annotated[
        Path | None, typer.Option("--with", help="The changed configuration, tried in its place.", metavar="FILE")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="First day of the past mail. Default: 28 days ago."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="The running configuration. Default: intake.toml; for files, if there is none, the example office.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    show_subjects: Annotated[bool, typer.Option("--show-subjects", help="Show the subjects of examples.")] = False,
) -> None:
    """Show what changed rules, texts or settings would do to past mail; exit code 3 if anything would change."""
    import os

    from intake.cli.simulate import Change
    from intake.cli.simulate import simulate as run_simulate

    if rules is texts is changed is None:
        raise typer.BadParameter("name what is changed: --rules, --texts or --with")
    if files and since:
        raise typer.BadParameter("--since is for mail in the queue folders; files are looked at whatever their date")
    if config is None and (not files or DEFAULT_CONFIG.exists()):
        config = DEFAULT_CONFIG
    run = run_simulate(
        files or [], config, Change(rules, texts, changed), environment=os.environ,
        since=since.date() if since else None, as_json=as_json, show_subjects=show_subjects, echo=typer.echo,
    )  # fmt: skip
    if asyncio.run(run):
        raise typer.Exit(3)


@app.command()
def learn(
    directory: Annotated[
        Path | None, typer.Option("--from", help="Folders of .eml files, named like the queues.", metavar="DIR")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Write nothing; say of each queue whether it is worth it.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Learn from the queue folders what the rules do not know; try it, and write it to a file without readable text."""
    from intake.cli.learn import learn as run_learn

    asyncio.run(run_learn(config, directory, compare=compare, as_json=as_json, echo=typer.echo))


@app.command()
def case(
    ref: Annotated[str, typer.Argument(help="A case reference, as people type it.", metavar="REF")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show everything known about one case, with reasons."""
    from intake.cli.show import show_case

    asyncio.run(show_case(config, ref, as_json=as_json, echo=typer.echo))


@app.command()
def status(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Is it working: mailboxes, last fetch, outbox, holds, notices."""
    from intake.cli.show import show_status

    asyncio.run(show_status(config, as_json=as_json, echo=typer.echo))


@app.command()
def health(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """One line for a monitoring system; exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
    from intake.cli.health import show_health

    raise typer.Exit(asyncio.run(show_health(config, echo=typer.echo)))


@app.command()
def report(
    config: ConfigOption = DEFAULT_CONFIG,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: 27 days before --to.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included; default: today.")
    ] = None,
    by: Annotated[Literal["week", "month"], typer.Option("--by", help="In which steps the course is shown.")] = "week",
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV for a spreadsheet, one figure a line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    mail: Annotated[
        Path | None,
        typer.Option("--mail", help="Write the weekly mail to a file instead (- prints it); see --to.", metavar="FILE"),
    ] = None,
) -> None:
    """Key figures: volumes by queue, language, weekday and hour, waiting times, corrections, opening hours."""
    from intake.cli.report import preview_mail, show_report

    if as_csv + as_json + (mail is not None) > 1:
        raise typer.BadParameter("choose one of --csv, --json and --mail")
    begin, end = first.date() if first else None, last.date() if last else None
    if mail is not None:
        asyncio.run(preview_mail(config, mail, end, echo=typer.echo))
        return
    form: Literal["csv", "json", "table"] = "csv" if as_csv else "json" if as_json else "table"
    asyncio.run(show_report(config, begin, end, by=by, form=form, echo=typer.echo))


@app.command()
def resume(
    config: ConfigOption = DEFAULT_CONFIG,
    discard: Annotated[bool, typer.Option("--discard", help="Drop what was held instead of sending it.")] = False,
) -> None:
    """Lift a hold (breaker, restored backup); what was held is sent, unless it is too old. Confirms the clock, too."""
    from intake.cli.show import lift_holds

    asyncio.run(lift_holds(config, discard=discard, echo=typer.echo))


@app.command()
def forget(
    address: Annotated[
        str, typer.Argument(help="The person's e-mail address or telephone number, or - to read it from stdin.")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="The receipt as JSON.")] = False,
) -> None:
    """Erase a person from the ledger, with a receipt; mail in folders is the official file and stays."""
    from intake.cli.privacy import forget as run_forget

    asyncio.run(run_forget(config, address, as_json=as_json, echo=typer.echo))


@app.command()
def backup(
    directory: Annotated[Path | None, typer.Argument(help="Where to; default: data/backups.", metavar="DIR")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Back the ledger up while the service runs; backups past their end are deleted."""
    from intake.cli.privacy import back_up

    asyncio.run(back_up(config, directory, as_json=as_json, echo=typer.echo))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", metavar="FILE")], config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Put a backup in the place of the ledger; the service must be stopped."""
    from intake.cli.privacy import restore as run_restore

    asyncio.run(run_restore(config, file, echo=typer.echo))


@app.command()
def voices(
    config: Annotated[Path | None, typer.Option("--config", help="Default: the built-in example office.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What can speak and listen here, and what could be installed."""
    from intake.cli.voices import show_voices

    show_voices(config, as_json=as_json, echo=typer.echo)


@app.command()
def voicemail(
    files: Annotated[list[str], typer.Argument(help="Recordings: WAV, MP3, Ogg, Opus, AMR, GSM.", metavar="FILE…")],
    config: Annotated[
        Path | None, typer.Option("--config", help="Default: intake.toml; if there is none, the example office.")
    ] = None,
    models: Annotated[
        Path | None, typer.Option("--models", help="The folder of recognisers' models.", metavar="DIR")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="As if it was chosen in the menu.", metavar="CODE")] = "",
    caller: Annotated[str, typer.Option("--caller", help="The caller's number.", metavar="NUMBER")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Transcript, language and queue of a recording; nothing is filed."""
    from intake.cli.voicemail import understand

    if config is None and DEFAULT_CONFIG.exists():
        config = DEFAULT_CONFIG
    if not asyncio.run(
        understand(files, config, models=models, language=language, caller=caller, as_json=as_json, echo=typer.echo)
    ):
        raise typer.Exit(1)


LanguagesOption = Annotated[
    list[str] | None, typer.Option("--language", help="Only this language; may be given again.", metavar="CODE")
]
NameOption = Annotated[str, typer.Option("--name", help="Who does this; it is noted in the audit trail.")]


@announce.command("build")
def announce_build(
    config: ConfigOption = DEFAULT_CONFIG,
    language: LanguagesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Speak what is missing for the days ahead; nothing on the line changes."""
    from intake.cli.announce import build

    asyncio.run(build(config, language or [], as_json=as_json, echo=typer.echo))


@announce.command("preview")
def announce_preview(
    target: Annotated[Path | None, typer.Argument(help="Default: preview.html in the library.", metavar="FILE")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    language: LanguagesOption = None,
) -> None:
    """Write one page with every announcement: words, sound, figures, what is stale or missing."""
    from intake.cli.announce import write_preview

    asyncio.run(write_preview(config, target, language or [], echo=typer.echo))


@announce.command("approve")
def announce_approve(
    language: Annotated[str, typer.Argument(help="The language's code.", metavar="CODE")],
    name: NameOption,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Let a language go on the line, as a person who has listened to it."""
    from intake.cli.announce import approve

    asyncio.run(approve(config, language, name, echo=typer.echo))


@announce.command("publish")
def announce_publish(name: NameOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Speak what is missing, and put all of it on the line at once."""
    from intake.cli.announce import publish

    asyncio.run(publish(config, name, echo=typer.echo))


@announce.command("rollback")
def announce_rollback(
    name: NameOption,
    config: ConfigOption = DEFAULT_CONFIG,
    to: Annotated[int | None, typer.Option("--to", help="Which version; default: the one before.")] = None,
) -> None:
    """Put an older version back on the line."""
    from intake.cli.announce import roll_back

    asyncio.run(roll_back(config, to, name, echo=typer.echo))


@announce.command("list")
def announce_list(
    config: ConfigOption = DEFAULT_CONFIG, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """The versions that are kept, and which one callers hear."""
    from intake.cli.announce import show_list

    show_list(config, as_json=as_json, echo=typer.echo)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End by itself; exit code 0 only if all came out right.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(help="Where to keep the outgoing mail.")] = None,
) -> None:
    """The whole service on this machine, with an embedded mail server and sample mail in many languages."""
    import importlib.util

    missing = [name for name in ("aiosmtpd", "pymap") if importlib.util.find_spec(name) is None]
    if missing:
        raise IntakeError(
            f"the demo needs extra packages ({', '.join(missing)}); install them with: pip install 'amtseingang[demo]'"
        )
    from intake.demo import run_demo

    if not run_demo(once=once, folder=folder):
        raise typer.Exit(1)


def main() -> None:
    """The command ``intake``."""
    try:
        app()
    except IntakeError as error:
        for line in str(error).splitlines():
            print(f"intake: {line}", file=sys.stderr)  # noqa: T201 - the command's own output
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
