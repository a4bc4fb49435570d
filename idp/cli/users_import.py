"""`idp users import`: people of another product, from a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from idp.admin import Refused
from idp.admin.people_import import NewPerson, UnreadableFile, checking
from idp.admin.people_import.checking import Report
from idp.admin.people_import.files import Source, guess_source, read_entries
from idp.admin.people_import.person import parse_person
from idp.admin.people_import.storing import BATCH, store_people
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import escape_unprintable, progress_bar

MOST_NAMED = 20
"""People who are named when they are here already."""


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice([str(source) for source in Source]),
    help="What wrote it, if its name does not say so.",
)
@click.option("--dry-run", is_flag=True, help="Check the file, and store nothing.")
@pass_cli_context
def command(work: CliContext, file: Path, source: str | None, *, dry_run: bool) -> None:
    """Add the people of FILE with their passwords: CSV, JSON lines, or an export of Keycloak.

    Nothing is stored while an entry has a problem. Whoever is here already stays as they are. Nobody is mailed.
    """
    if not file.is_file():
        raise Refused(f"{file} is no regular file. It is read twice, to check it and to store it.")
    chosen = Source(source) if source else guess_source(file)
    if chosen is None:
        raise Refused(f"Say what wrote {file}: --from {', --from '.join(Source)}.")
    try:
        report = _check(work, file, chosen)
        if dry_run:
            click.echo("Nothing was stored: this was a dry run.")
        else:
            _store(work, _people(work, file, chosen), report.people)
    except UnreadableFile as error:
        raise Refused(f"{file}: {error}") from None
    if report.people > report.with_password:
        click.echo(
            "Who has no password needs a link to choose one: `idp users invite NAME`, or `idp users send-reset NAME` "
            "for somebody with an authenticator app."
        )


def _check(work: CliContext, file: Path, source: Source) -> Report:
    """Check the file and print what is in it; raises `Refused` with every problem."""
    report = checking.check_entries(read_entries(file, source), work.entropy, today=_today(work))
    with work.database.read() as tx:
        new_groups = checking.check_groups(tx, report)
        checking.check_subjects(tx, report)
    if report.problems:
        problems = "\n".join(report.problems)
        more = "\nThere may be more: this was too much to read on." if report.has_too_many_problems else ""
        raise Refused(f"{file} was not imported.\n{problems}{more}")
    with_secrets = f"{report.with_password} with a password, {report.with_totp} with an authenticator app"
    click.echo(f"{report.people} people: {with_secrets}.")
    if new_groups:
        click.echo(f"New groups: {', '.join(new_groups)}.")
    if known := [name for name in report.groups.values() if name not in new_groups]:
        click.echo(f"Groups that are here already: {', '.join(known)}.")
    for what, times in report.left_out.most_common():
        click.echo(f"Cannot be moved: {escape_unprintable(what)} ({times}).")
    return report


def _people(work: CliContext, file: Path, source: Source) -> Iterator[NewPerson]:
    """Read the people again who were checked; raises `UnreadableFile` when the file has changed."""
    today = _today(work)
    for entry in read_entries(file, source):
        try:
            yield parse_person(entry, work.entropy, today=today)
        except Refused:
            raise UnreadableFile(f"{entry.place} has changed since the check. Run it again.") from None


def _store(work: CliContext, people: Iterator[NewPerson], total: int) -> None:
    """Store everybody in batches; what is stored stays when it is interrupted."""
    here, read = list[NewPerson](), 0
    with progress_bar("Importing") as progress:
        while batch := list(islice(people, BATCH)):
            with work.database.write() as tx:
                here += store_people(tx, batch, work.entropy, work.sealer)
            read += len(batch)
            progress(len(batch), total)
    click.echo(f"Imported {read - len(here)} people.")
    if here:
        named = ", ".join(f"{person.user.username} ({person.place})" for person in here[:MOST_NAMED])
        more = f" and {len(here) - MOST_NAMED} more" if len(here) > MOST_NAMED else ""
        click.echo(f"Here already, and not changed: {named}{more}.")


def _today(work: CliContext) -> dt.date:
    return dt.datetime.fromtimestamp(work.clock.now(), dt.UTC).date()
