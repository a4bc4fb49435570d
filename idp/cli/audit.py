"""The audit trail: `idp audit`."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import click

from idp.activity.admin_sentences import Names
from idp.activity.export import as_json, facts, read_batches
from idp.admin import Refused, users
from idp.audit import Event, Outcome
from idp.cli import audit_verification
from idp.cli.context import CliContext, pass_cli_context
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.persistence.audit_events import AuditEvent
from idp.persistence.audit_search import AuditFilter

POLL = 1.0
"""Seconds between two looks at the trail with `--follow`."""
LATE = MINUTE
"""A transaction may commit after a later one with a greater id; events of the last minute are looked for again."""
AGO = re.compile(r"([0-9]{1,6})([smhd])")
SECONDS = {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY}


@click.group(name="audit", invoke_without_command=True)
@click.option("--person", metavar="NAME", help="A user name, email address or sub.")
@click.option("--client", "client_id", metavar="ID", help="A client id.")
@click.option("--event", "events", multiple=True, metavar="NAME", help="Such as sign_in or 'token.*'; repeatable.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]))
@click.option("--since", metavar="TIME", help="Such as 2h, 7d, 2026-06-01 or 2026-06-01T12:00 (UTC).")
@click.option("--until", metavar="TIME", help="The same.")
@click.option("--request-id", metavar="ID", help="The reference on an error page, or X-Request-Id.")
@click.option("--limit", type=click.IntRange(0), default=100, show_default=True, help="The newest; 0: all.")
@click.option("--follow", is_flag=True, help="Go on with what happens from now; end with Ctrl-C.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, one event a line; times are seconds since 1970.")
@pass_cli_context
@click.pass_context
def command(
    context: click.Context, work: CliContext, /, *, limit: int, follow: bool, json_wanted: bool, **given: Any
) -> None:
    """Search the audit trail, oldest first: what happened, to whom, from where, and why something was refused."""
    if context.invoked_subcommand:
        return
    wanted = _filter(work, **given)
    try:
        for line in _lines(work, wanted, limit=limit, follow=follow, json_wanted=json_wanted):
            click.echo(line)
    except KeyboardInterrupt:
        if not follow:
            raise


command.add_command(audit_verification.verify)
command.add_command(audit_verification.accept_end)


def _filter(work: CliContext, *, person: str | None, events: tuple[str, ...], **given: Any) -> AuditFilter:
    with work.database.read() as tx:
        user = (tx.users.by_id(person) or users.find(tx, person)) if person else None
    for name in events:
        if not any(name == event or (name.endswith("*") and event.startswith(name[:-1])) for event in Event):
            nearest = difflib.get_close_matches(name, list(Event), 1, 0)
            raise Refused(f"There is no event {name!r}. Did you mean {nearest[0]}? One may end in *, such as token.*")
    since, until = (_parse_time(given.pop(name), work.clock.now()) for name in ("since", "until"))
    return AuditFilter(user_id=user.id if user else None, events=events, since=since, until=until, **given)


def _parse_time(text: str | None, now: int) -> int | None:
    if text is None:
        return None
    if ago := AGO.fullmatch(text):
        return now - int(ago[1]) * SECONDS[ago[2]]
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no time. It must look like 2h, 7d, 2026-06-01 or 2026-06-01T12:00.") from None
    return int((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp())


def _lines(work: CliContext, wanted: AuditFilter, *, limit: int, follow: bool, json_wanted: bool) -> Iterator[str]:
    """Yield events as text, page by page, so that memory does not grow with them."""
    show = as_json if json_wanted else _as_text
    with work.database.read() as tx:
        floor = tx.audit_search.id_before_newest(wanted, limit) if limit else 0
    seen: set[int] = set()
    while True:
        with work.database.read() as tx:
            settled = tx.audit.newest_id(before=work.clock.now() - LATE)
        for found, names in read_batches(work.database, wanted, after=floor):
            yield from (show(event, names) for event in found if event.id not in seen)
            seen |= {event.id for event in found if event.id > settled}
        if not follow:
            return
        floor = max(floor, settled)
        seen = {number for number in seen if number > floor}
        time.sleep(POLL)


def _as_text(event: AuditEvent, names: Names) -> str:
    """Return one line; what came from outside is quoted: it could hold escape sequences."""
    at = f"{dt.datetime.fromtimestamp(event.at, dt.UTC):%Y-%m-%d %H:%M:%S}Z"
    known = {name: value for name, value in facts(event, names).items() if value not in (None, "")}
    for name, identifier in (("username", "user_id"), ("actor", "actor_id")):
        if name in known:
            known.pop(identifier, None)
    return "  ".join((at, event.event, event.outcome, *(f"{name}={_quoted(value)}" for name, value in known.items())))


def _quoted(value: object) -> str:
    plain = isinstance(value, str) and value.isascii() and value.isprintable() and not set(value) & set(" \"'=")
    return str(value) if plain else json.dumps(value)
