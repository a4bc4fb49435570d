"""Optional members of a client's registration: `idp clients members`."""

from __future__ import annotations

from dataclasses import asdict

import click

from idp.admin.client_member import Member
from idp.admin.client_members import MEMBER_GROUPS, MEMBERS, PROFILE_TEXTS
from idp.cli.output import as_json, print_json


@click.command(name="members")
@as_json
def list_members(*, json_wanted: bool) -> None:
    """Explain the members that --set and --unset take."""
    if json_wanted:
        print_json([asdict(each) for each in MEMBERS.values()])
        return
    for group in MEMBER_GROUPS:
        click.echo(group.title)
        for each in group.members:
            click.echo("\n      ".join((f"  {each.name}", *_describe(each))))


def _describe(member: Member) -> list[str]:
    lines = [f"{member.title}.", member.help or "", ", ".join(member.values)]
    if member.name == "security_profile":
        lines[-1:] = [f"{name}: {text}" for name, text in PROFILE_TEXTS.items()]
    return [line for line in lines if line]
