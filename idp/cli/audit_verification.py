"""`idp audit verify` and `idp audit accept-end`: the chain of the audit trail."""

from __future__ import annotations

import gc
import json
import sys

import click

from idp import audit
from idp.admin import Refused
from idp.admin.audit_chain import MOST_UNCHAINED, AuditChain
from idp.admin.audit_verification import Verification
from idp.audit import Event
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import assume_yes
from idp.kernel.clock import stopwatch
from idp.signing.sealing import Sealer

MILLION = 1_000_000
MOST_SHOWN = 1000
"""Findings that are printed; the rest is counted."""
NEW_OBJECTS = 50_000
"""Objects after which Python looks for cycles: a batch of rows has fewer, and looking took a third of the time."""


@click.command(name="verify")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON: one finding a line, and the numbers last.")
@pass_cli_context
def verify(work: CliContext, /, *, json_wanted: bool) -> None:
    """Verify that nobody altered the audit trail: name each row that was altered, removed, inserted or swapped.

    Ends with exit code 1 when something was found.
    """
    verification = Verification(_chain(work), _show_progress if sys.stderr.isatty() else lambda _done, _all: None)
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    began, count = stopwatch(), 0
    for finding in verification.findings():
        count += 1
        if count <= MOST_SHOWN:
            where = {"event_id": finding.event_id, "position": finding.position}
            line = {"problem": finding.problem, "text": finding.text} | where
            click.echo(json.dumps(line) if json_wanted else f"{finding.problem.upper()}  {finding.text}")
    seconds = stopwatch() - began
    if json_wanted:
        click.echo(json.dumps(_numbers(verification, count, seconds)))
    else:
        _print_summary(work, verification, count, seconds)
    sys.exit(1 if count else 0)


@click.command(name="accept-end")
@assume_yes
@pass_cli_context
def accept_end(work: CliContext, /, *, yes: bool) -> None:
    """Accept the present end of the chain, after a backup was restored: what came after it is known to be lost."""
    if not yes and not click.confirm("From now on `idp audit verify` will not miss what came later. Accept?"):
        raise Refused("Nothing was changed.")
    chain = _chain(work)
    with work.database.write() as tx:
        old, new = chain.accept_end(tx)
        audit.record(tx, Event.AUDIT_END_ACCEPTED, before=old, after=new)
    click.echo(f"The chain ends at position {new}; the stored head was at position {old}.")


def _chain(work: CliContext) -> AuditChain:
    Sealer.check(work.settings.keys_dir)  # a new key would make every event look altered
    return AuditChain.open(work.database, work.settings, now=work.clock.now())


def _show_progress(done: int, total: int) -> None:
    click.echo(f"\r{done:,} of {total:,} rows", nl=False, err=True)


def _numbers(verification: Verification, count: int, seconds: float) -> dict[str, object]:
    state = verification.state
    return {
        "findings": count,
        "checked": verification.checked,
        "unchained": verification.unchained,
        "oldest_unchained_at": verification.oldest_unchained_at,
        "position": state.position,
        "hash": state.hash,
        "seconds": round(seconds, 3),
    }


def _print_summary(work: CliContext, verification: Verification, count: int, seconds: float) -> None:
    state, checked = verification.state, verification.checked
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    click.echo(
        f"{checked:,} rows verified in {seconds:.1f} s; the chain ends at position {state.position}, {state.hash}."
    )
    if checked:
        click.echo(f"{seconds / checked * MILLION:.1f} seconds per million rows.")
    if verification.oldest_unchained_at is not None:
        age = work.clock.now() - verification.oldest_unchained_at
        late = f" That is more than {MOST_UNCHAINED}: is the server running?" if age > MOST_UNCHAINED else ""
        click.echo(f"{verification.unchained:,} rows wait for the chain, the oldest for {age} seconds.{late}")
    click.echo(f"{count:,} problems." if count else "Nothing was altered, removed, inserted, swapped or cut off.")
