"""The sign-in policy: `idp policy ...`. SUBJECT is a group, a person, an app or a network."""

from __future__ import annotations

from typing import Any

import click

from idp.admin import Refused
from idp.admin.permissions import COMMAND_LINE
from idp.admin.policy import changes, explain, fields, history, preview, words
from idp.admin.policy.changes import Proposal
from idp.admin.policy.preview import Count
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, assume_yes, print_json, utc
from idp.login.policy.assurance import LEVELS
from idp.login.policy.methods import MOST_SECURE_FIRST
from idp.login.policy.rules import OPEN, Rule, RuleKind, Terms, to_row
from idp.login.state.policy_rules import present_rules
from idp.persistence.keyset import Position
from idp.persistence.transaction import Transaction

SHOWN = 50
"""Versions that `history` prints."""
KIND = click.Choice([kind.value for kind in RuleKind])


@click.group(name="policy")
def command() -> None:
    """Look at and change who needs a second step, and when."""


@command.command(name="show")
@as_json
@pass_cli_context
def show_policy(work: CliContext, *, json_wanted: bool) -> None:
    """Show what applies to everybody, and the further rules."""
    with work.database.read() as tx:
        rules = present_rules(tx)
        others = [rule for rule in rules.rules.values() if rule.kind is not RuleKind.ORGANISATION]
        names = explain.rule_names(tx, others)
    organisation = rules.organisation(work.settings)
    if json_wanted:
        listed = [{"kind": rule.kind, "subject": rule.subject, "terms": to_row(rule.terms)} for rule in others]
        print_json({"version": rules.version, "organisation": to_row(organisation), "rules": listed})
        return
    click.echo(f"version {rules.version}\n\nOrganisation")
    _print_sentences(organisation)
    for rule in others:
        click.echo(f"\n{names[rule.kind, rule.subject]}")
        _print_sentences(rule.terms)


@command.command(name="set")
@click.argument("kind", type=KIND)
@click.argument("subject", default="")
@click.option("--second-step", type=click.Choice([fields.YES, fields.NO]), help="Whether it must be enrolled.")
@click.option("--kinds", help=f"Those that count, separated by spaces, of: {', '.join(MOST_SECURE_FIRST)}.")
@click.option("--min-level", help=f"The least level: {', '.join(LEVELS)}.")
@click.option("--remember-days", help="Days that a device is remembered; 0 switches it off.")
@click.option("--sign-in-hours", help="Hours after which people sign in again.")
@click.option("--grace-days", help="Days to set up a second step that is required.")
@click.option("--codes-viewable", type=click.Choice([fields.YES, fields.NO]), help="Recovery codes, once saved.")
@click.option("--may-close", type=click.Choice([fields.YES, fields.NO]), help="Whether people close accounts.")
@click.option("--self-registration", type=click.Choice([fields.YES, fields.NO]), help="Whether strangers register.")
@click.option("--unset", multiple=True, type=click.Choice([*fields.NAMES]), help="Leave this open again; repeatable.")
@click.option("--remove", is_flag=True, help="Remove the rule.")
@click.option("--reason", required=True, help="Why; kept in the history.")
@assume_yes
@pass_cli_context
def set_(
    work: CliContext,
    /,
    kind: str,
    subject: str,
    *,
    unset: tuple[str, ...],
    remove: bool,
    reason: str,
    yes: bool,
    **typed: Any,
) -> None:
    """Change one rule: only the options that are named. What would change is shown first."""
    with work.database.read() as tx:
        proposal = _proposal(tx, RuleKind(kind), subject, typed, unset=unset, remove=remove)
        _print_differences(proposal)
        if not yes:
            _print_effects(tx, work, proposal)
    if not yes:
        click.confirm("Save this?", abort=True, err=True)
    with work.database.write() as tx:
        number = changes.save(
            tx,
            COMMAND_LINE,
            proposal,
            base=proposal.present.version,
            reason=reason,
            settings=work.settings,
            entropy=work.entropy,
        )
    click.echo(f"Saved as version {number}. It applies from now on.")


@command.command(name="explain")
@click.argument("person")
@click.option("--app", default="", help="Client id of the app; without it: our own pages.")
@click.option("--address", default="", help="Where the person comes from.")
@click.option("--remembered", is_flag=True, help="On a remembered device.")
@click.option("--acr-values", default="", help="Levels that the app's request names.")
@click.option("--max-age", default="", help="Seconds that the app's request accepts.")
@as_json
@pass_cli_context
def explain_(work: CliContext, /, *, json_wanted: bool, **typed: Any) -> None:
    """Explain why somebody would be asked: each rule that speaks, what they require together, and the pages."""
    with work.database.read() as tx:
        found = explain.explain(tx, explain.parse_situation(tx, **typed), work.settings)
    if json_wanted:
        sources = [{"rule": each.name, "says": each.sentences, "asks": each.requires_more} for each in found.sources]
        print_json(
            {"rules": sources, "together": found.together, "pages": found.steps, "done": found.done, "acr": found.level}
        )
        return
    for each in found.sources:
        click.echo(f"{each.name}{' (asks for more)' if each.requires_more else ''}")
        for sentence in each.sentences:
            click.echo(f"  {sentence}")
    click.echo("\nTogether")
    for sentence in found.together:
        click.echo(f"  {sentence}")
    if not found.together:
        click.echo("  Nobody here can reach what is asked. The app gets an error.")
    click.echo("\nPages")
    for number, page in enumerate(found.pages, 1):
        click.echo(f"  {number}. {page}")
    click.echo(f"  Signed in, at level {found.level}." if found.done else "  Then it ends without a sign-in.")


@command.command(name="history")
@click.option("--return-to", type=int, metavar="VERSION", help="Let the rules of this version apply again.")
@click.option("--reason", default="", help="With --return-to: why.")
@as_json
@pass_cli_context
def history_(work: CliContext, *, return_to: int | None, reason: str, json_wanted: bool) -> None:
    """List the versions, newest first, with author and reason, or return to one."""
    if return_to is not None:
        _return_to(work, return_to, reason)
        return
    with work.database.read() as tx:
        versions = tx.policy.history(Position(), limit=SHOWN).records
        authors = history.authors(tx, versions)
        listed = [(version, history.changes_of(tx, version.number)) for version in versions]
        names = explain.rule_names(tx, [rule for _, changed in listed for rule, _ in changed])
    if json_wanted:
        print_json(
            [
                {
                    "version": version.number,
                    "at": version.created_at,
                    "by": version.actor_id,
                    "reason": version.reason,
                    "rules": [{"rule": rule.id, "terms": to_row(rule.terms)} for rule, _ in changed],
                }
                for version, changed in listed
            ]
        )
        return
    for version, changed in listed:
        author = authors.get(
            version.actor_id or "", "on the server" if version.actor_id is None else "somebody removed"
        )
        click.echo(f"{version.number}  {utc(version.created_at)}  {author}  {version.reason}")
        for rule, differences in changed:
            for each in differences:
                click.echo(
                    f"   {names[rule.kind, rule.subject]}: {each.after or 'left open again: ' + str(each.before)}"
                )


def _return_to(work: CliContext, number: int, reason: str) -> None:
    with work.database.write() as tx:
        proposal = changes.propose_version(tx, number)
        saved = changes.save(
            tx,
            COMMAND_LINE,
            proposal,
            base=proposal.present.version,
            reason=reason or f"Return to version {number}",
            settings=work.settings,
            entropy=work.entropy,
        )
    click.echo(f"Saved as version {saved}: the rules of version {number} apply again.")


def _proposal(
    tx: Transaction, kind: RuleKind, subject: str, typed: dict[str, Any], *, unset: tuple[str, ...], remove: bool
) -> Proposal:
    given = {name: value for name, value in typed.items() if value is not None}
    if not (given or unset or remove):
        raise Refused("Say what to set: `idp policy set --help` lists it.")
    found, present = changes.find_subject(tx, kind, subject), present_rules(tx)
    rule = present.get(kind, found)
    kept = fields.typed_values(rule.terms) if rule else {}
    wanted = {name: value for name, value in (kept | given).items() if name not in unset}
    if foreign := wanted.keys() - set(fields.names_for(kind)):
        raise Refused(f"A rule about this cannot say {min(foreign).replace('_', '-')}.")
    return changes.propose(present, [Rule(kind, OPEN if remove else fields.parse(kind, wanted), found)])


def _print_sentences(terms: Terms) -> None:
    for sentence in words.describe(terms):
        click.echo(f"  {sentence}")


def _print_differences(proposal: Proposal) -> None:
    (rule,) = proposal.changed
    for each in words.compare(proposal.before(rule), rule.terms):
        click.echo(f"{each.field}: {each.before or 'open'} -> {each.after or 'open'}")


def _print_effects(tx: Transaction, work: CliContext, proposal: Proposal) -> None:
    counted = Count()
    while not counted.done:
        counted = preview.count(tx, proposal, work.settings, counted)
    click.echo(f"Of {counted.people} people, newly:")
    for effect, number in counted.effects.items():
        click.echo(f"  {effect.value.replace('-', ' ')}: {number}")
