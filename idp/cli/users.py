"""People: `idp users ...`. A NAME is a user name or an email address."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Any

import click

from idp.admin import Refused, attributes, roles, users
from idp.admin.permissions import COMMAND_LINE
from idp.admin.user_changes import set_claims
from idp.cli import passwords, user_access, users_import
from idp.cli.claims import chosen_claims, claim_options
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.listing import PAGE, Row, Selection, listing_options, print_listing, read_pages
from idp.cli.output import as_json, as_text, assume_yes, print_facts, print_json, utc
from idp.login.state import person as people
from idp.login.state.person import without_factors
from idp.login.state.policy_rules import present_rules
from idp.persistence.roles import Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

COLUMNS = ("username", "name", "email", "status", "second_step", "second_step_required")
ROLE = click.Choice([role.value for role in Role])
REQUIRED, NOT_REQUIRED = "required", "not-required"


@click.group(name="users")
def command() -> None:
    """Add, look at and change people."""


for each in (*user_access.COMMANDS, users_import.command):
    command.add_command(each)


@command.command()
@click.argument("name")
@click.option("--email", help="Where they are told of changes to their account; they can sign in with it, too.")
@click.option("--email-verified", is_flag=True, help="You know that the address is theirs; apps are told so.")
@click.option("--name", "full_name", help="What they are called on pages and in claims.")
@click.option("--required", is_flag=True, help="They must have a second step.")
@click.option(
    "--role",
    type=ROLE,
    help="They administer the installation, as far as this role may.",
)
@passwords.from_stdin
@pass_cli_context
def add(
    work: CliContext,
    name: str,
    email: str | None,
    full_name: str | None,
    *,
    email_verified: bool,
    required: bool,
    role: str | None,
    password_stdin: bool,
) -> None:
    """Add a person who signs in as NAME; the password is asked for, or read from standard input."""
    user = users.make_user(
        work.entropy, username=name, email=email, name=full_name, required=required, email_verified=email_verified
    )
    database = work.database  # fails before anything is asked
    with database.read() as tx:
        second_step = without_factors(user, work.settings, present_rules(tx)).policy.required
    password = passwords.prompt_password(user, work, piped=password_stdin, second_step=second_step)
    user = replace(user, password_hash=work.hasher.hash(password))
    with database.write() as tx:
        users.add(tx, user)
        if role:
            roles.grant_to_person(tx, COMMAND_LINE, user, Role(role))
    click.echo(f"Added {name}.")


@command.command(name="list")
@click.option("--late", is_flag=True, help="Only those whose time to set up the second step they must have is over.")
@listing_options("user name", "user name, address or name")
@pass_cli_context
def list_(work: CliContext, /, *, late: bool, json_wanted: bool, **selected: Any) -> None:
    """List everybody, with their second step and until when those who owe one may go on without."""
    selection = Selection(**selected)
    rows = read_pages(partial(_page, work, selection.search), after=selection.after, key=itemgetter("username"))
    print_listing(
        (row for row in rows if row["second_step_late"] or not late),
        selection,
        key="username",
        heads=("USER NAME", "NAME", "EMAIL", "STATUS", "SECOND STEP", "REQUIRED", "DUE"),
        cells=lambda row: (*(as_text(row[column]) for column in COLUMNS), _due(row)),
        json_wanted=json_wanted,
    )


@command.command(name="show")
@click.argument("name")
@as_json
@pass_cli_context
def show_user(work: CliContext, name: str, *, json_wanted: bool) -> None:
    """Show one person and the state of their account."""
    with work.database.read() as tx:
        user = users.find(tx, name)
        person = people.load(tx, user, work.settings)
        facts = _row(
            work,
            tx,
            user,
            on=person.has_second_step,
            rules=person.rules,
            group_ids=person.circumstances.group_ids,
        ) | {
            "email_verified": user.email_verified,
            "recovery_codes_left": person.codes_left,
            "remembered_devices": len(tx.devices.trust_ids(user.id, user.epoch)),
            "sessions": len(tx.sessions.for_user(user.id)),
        }
    times = {"password_changed_at": user.password_changed_at, "created_at": user.created_at}
    times = {"second_step_due_at": facts.pop("second_step_due_at")} | times
    if json_wanted:
        print_json(facts | times)
    else:
        shown = {key: as_text(value) for key, value in facts.items()} | {key: utc(at) for key, at in times.items()}
        print_facts({key.replace("_", " "): value for key, value in shown.items()})


@command.command()
@click.argument("name")
@pass_cli_context
def disable(work: CliContext, name: str) -> None:
    """Disable an account: every session, token and remembered device ends at once."""
    with work.database.write() as tx:
        users.disable(tx, users.find(tx, name), work.settings)
    click.echo(f"Disabled {name}. Nobody is signed in as {name} any longer.")


@command.command()
@click.argument("name")
@pass_cli_context
def enable(work: CliContext, name: str) -> None:
    """Enable an account again."""
    with work.database.write() as tx:
        users.enable(tx, users.find(tx, name))
    click.echo(f"Enabled {name}.")


@command.command(name="set-password")
@click.argument("name")
@passwords.from_stdin
@pass_cli_context
def set_password(work: CliContext, name: str, *, password_stdin: bool) -> None:
    """Give somebody a new password: every session, token and remembered device of theirs ends."""
    with work.database.read() as tx:
        user = users.find(tx, name)
        person = people.load(tx, user, work.settings)
    second_step = person.has_second_step or person.policy.required
    password = passwords.prompt_password(user, work, piped=password_stdin, second_step=second_step)
    hashed = work.hasher.hash(password)
    with work.database.write() as tx:
        users.set_password(tx, users.find(tx, name), hashed)
    click.echo(f"Changed the password of {name}. Nobody is signed in as {name} any longer.")


@command.command(name="reset-mfa")
@click.argument("name")
@assume_yes
@pass_cli_context
def reset_mfa(work: CliContext, name: str, *, yes: bool) -> None:
    """Remove somebody's second steps, passkeys, recovery codes and remembered devices; they stay signed in."""
    with work.database.read() as tx:
        required = users.find(tx, name).second_step_required
    if not yes:
        click.confirm(
            f"Remove the second step of {name}? Only do this when you are sure who asks", abort=True, err=True
        )
    with work.database.write() as tx:
        users.reset_mfa(tx, users.find(tx, name))
    hint = "It stays required: the next sign-in begins with setting up a new one." if required else "It is off now."
    click.echo(f"Removed the second step of {name}. {hint}")


@command.command(name="set")
@click.argument("username", metavar="NAME")
@click.option("--second-step", type=click.Choice([REQUIRED, NOT_REQUIRED]))
@click.option("--attribute", multiple=True, metavar="NAME=VALUE", help="An attribute that is declared; repeatable. "
              "Of a list, one value a line.")  # fmt: skip
@claim_options
@assume_yes
@pass_cli_context
def set_(
    work: CliContext,
    /,
    username: str,
    *,
    second_step: str | None,
    attribute: tuple[str, ...],
    yes: bool,
    **claims: Any,
) -> None:
    """Set whether somebody must have a second step, or what apps are told of them. An empty value removes a claim.

    Another address or number ends their sign-ins under way and remembered devices, and is told to them.
    """
    wanted = chosen_claims(claims)
    typed = _attributes(attribute)
    if second_step is None and wanted is None and not typed:
        raise Refused("Say what to set: `idp users set --help` lists it.")
    with work.database.read() as tx:
        users.find(tx, username)
    if second_step == REQUIRED and not yes:
        question = (
            f"Require a second step of {username}? Without one they must set it up before their time for it is over"
        )
        click.confirm(question, abort=True, err=True)
    with work.database.write() as tx:
        user = users.find(tx, username)
        if second_step:
            users.require_second_step(tx, user, required=second_step == REQUIRED)
        changed = set_claims(tx, user, wanted, work.settings) if wanted else []
        changed += attributes.set_values(tx, user, typed) if typed else []
    if second_step:
        click.echo(f"A second step is now {second_step.replace('-', ' ')} for {username}.")
    if changed:
        click.echo(f"Changed {username}: {', '.join(changed)}.")


@command.command(name="roles")
@click.argument("name")
@click.option("--grant", type=ROLE, multiple=True, help="A role to give; can be repeated.")
@click.option(
    "--withdraw",
    type=ROLE,
    multiple=True,
    help="A role to withdraw; can be repeated.",
)
@pass_cli_context
def change_roles(work: CliContext, name: str, grant: tuple[str, ...], withdraw: tuple[str, ...]) -> None:
    """Show the roles of somebody, and give or withdraw some: owner, people, apps, auditor."""
    with work.database.write() as tx:
        user = users.find(tx, name)
        for role in grant:
            roles.grant_to_person(tx, COMMAND_LINE, user, Role(role))
        for role in withdraw:
            roles.withdraw_from_person(tx, COMMAND_LINE, user, Role(role), work.settings)
        held = sorted(tx.roles.of_user(user.id))
    click.echo(f"{name}: {', '.join(held) or 'no role'}.")


def _attributes(given: tuple[str, ...]) -> dict[str, str]:
    for each in given:
        if "=" not in each:
            raise Refused(f"{each!r} is no attribute with a value. Write it as department=Sales.")
    return {name: value for name, _, value in (each.partition("=") for each in given)}


def _page(work: CliContext, search: str, after: str) -> list[Row]:
    with work.database.read() as tx:
        found = tx.people.listed(limit=PAGE, after=after, search=search)
        ids = [user.id for user in found]
        owners, groups = tx.factors.owners_among(ids), tx.groups.ids_of_users(ids)
        rules = present_rules(tx)
        return [_row(work, tx, user, on=user.id in owners, rules=rules, group_ids=groups[user.id]) for user in found]


def _row(work: CliContext, tx: Transaction, user: User, *, on: bool, **policy: Any) -> dict[str, Any]:
    second_step = users.second_step_status(user, on=on, settings=work.settings, now=tx.now, **policy)
    return {
        "id": user.id,
        "username": user.username,
        "name": user.profile.get("name"),
        "email": user.email,
        "status": user.status,
        "second_step": second_step.on,
        "second_step_required": second_step.required,
        "second_step_due_at": second_step.due_at,
        "second_step_late": second_step.late,
    }


def _due(row: dict[str, Any]) -> str:
    return "late" if row["second_step_late"] else utc(row["second_step_due_at"])
