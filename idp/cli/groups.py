"""Groups of people: `idp groups ...`. A NAME is that of a group, a PERSON a user name or an email address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

import click

from idp.admin import groups, users
from idp.admin.permissions import COMMAND_LINE
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.listing import PAGE, Row, Selection, listing_options, print_listing, read_pages
from idp.cli.output import as_text, assume_yes
from idp.persistence.groups import Group
from idp.persistence.keyset import Page, Position
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.transaction import Transaction

R = TypeVar("R")


@click.group(name="groups")
def command() -> None:
    """Add, look at and change groups of people."""


@command.command(name="list")
@listing_options("name", "name, at its beginning")
@pass_cli_context
def list_(work: CliContext, /, *, json_wanted: bool, **selected: Any) -> None:
    """List all groups, and how many members each has (as far as a thousand)."""
    selection = Selection(**selected)
    print_listing(
        read_pages(partial(_groups, work, selection.search), after=selection.after, key=itemgetter("name")),
        selection,
        key="name",
        heads=("NAME", "MEMBERS", "DESCRIPTION"),
        cells=lambda row: [as_text(row[column]) for column in ("name", "members", "description")],
        json_wanted=json_wanted,
    )


@command.command()
@click.argument("name")
@click.option("--description", default="", help="What it is for.")
@pass_cli_context
def add(work: CliContext, name: str, description: str) -> None:
    """Add a group without members."""
    with work.database.write() as tx:
        groups.add(tx, COMMAND_LINE, work.entropy, name=name, description=description)
    click.echo(f"Added the group {name}.")


@command.command()
@click.argument("name")
@click.argument("new_name", required=False)
@click.option("--description", help="What it is for.")
@pass_cli_context
def rename(work: CliContext, name: str, new_name: str | None, description: str | None) -> None:
    """Give a group another name or description; its members and roles stay."""
    with work.database.write() as tx:
        group = groups.find(tx, name)
        kept = group.description if description is None else description
        groups.change(tx, COMMAND_LINE, group, name=new_name or group.name, description=kept)
    click.echo(f"Changed the group {new_name or name}.")


@command.command()
@click.argument("name")
@assume_yes
@pass_cli_context
def remove(work: CliContext, name: str, *, yes: bool) -> None:
    """Remove a group with its memberships and roles; the people stay."""
    with work.database.read() as tx:
        group = groups.find(tx, name)
        stops = [
            *groups.describe_removal(tx, group),
            *(f"Its role stops: {role}." for role in groups.roles_of(tx, group)),
        ]
    click.echo("\n".join(stops), err=True)
    if not yes:
        click.confirm(f"Remove the group {name}?", abort=True, err=True)
    with work.database.write() as tx:
        groups.remove(tx, COMMAND_LINE, groups.find(tx, name), work.settings)
    click.echo(f"Removed the group {name}.")


@command.command()
@click.argument("name")
@listing_options("user name", "user name or address, at its beginning")
@pass_cli_context
def members(work: CliContext, /, name: str, *, json_wanted: bool, **selected: Any) -> None:
    """List the members of a group."""
    selection = Selection(**selected)
    with work.database.read() as tx:
        group = groups.find(tx, name)
    rows = read_pages(partial(_members, work, group), after=selection.after, key=itemgetter("username"))
    print_listing(
        (row for row in rows if any(_begins(row[column], selection.search) for column in ("username", "email"))),
        selection,
        key="username",
        heads=("USER NAME", "NAME", "EMAIL", "STATUS"),
        cells=lambda row: [as_text(row[column]) for column in ("username", "name", "email", "status")],
        json_wanted=json_wanted,
    )


@command.command(name="add-member")
@click.argument("name")
@click.argument("person")
@pass_cli_context
def add_member(work: CliContext, name: str, person: str) -> None:
    """Add a person to a group; they get its roles, if it holds any."""
    with work.database.write() as tx:
        added = groups.add_member(tx, COMMAND_LINE, groups.find(tx, name), users.find(tx, person), work.settings)
    click.echo(f"Added {person} to {name}." if added else f"{person} is a member of {name} already.")


@command.command(name="remove-member")
@click.argument("name")
@click.argument("person")
@pass_cli_context
def remove_member(work: CliContext, name: str, person: str) -> None:
    """Remove a person from a group; they lose its roles, if it holds any."""
    with work.database.write() as tx:
        removed = groups.remove_member(tx, COMMAND_LINE, groups.find(tx, name), users.find(tx, person), work.settings)
    click.echo(f"Removed {person} from {name}." if removed else f"{person} is no member of {name}.")


def _groups(work: CliContext, search: str, after: str) -> list[Row]:
    def read(tx: Transaction, position: Position) -> Page[Group]:
        return tx.groups.page(position, limit=PAGE, prefix=search)

    with work.database.read() as tx:
        found = _records(read, tx, after)
        counts = tx.groups.member_counts([each.id for each in found], most=groups.MOST_COUNTED)
    return [
        {"id": each.id, "name": each.name, "members": counts[each.id], "description": each.description}
        for each in found
    ]


def _begins(text: str | None, search: str) -> bool:
    return lookup_key(text or "").startswith(lookup_key(search))


def _members(work: CliContext, group: Group, after: str) -> list[Row]:
    with work.database.read() as tx:
        found = _records(lambda tx, position: tx.groups.members(group.id, position, limit=PAGE), tx, after)
    return [
        {
            "id": user.id,
            "username": user.username,
            "name": user.profile.get("name"),
            "email": user.email,
            "status": user.status,
        }
        for user in found
    ]


def _records(read: Callable[[Transaction, Position], Page[R]], tx: Transaction, after: str) -> list[R]:
    return read(tx, Position(after=(lookup_key(after),) if after else None)).records
