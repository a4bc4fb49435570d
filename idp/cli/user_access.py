"""People's way in and out: `idp users invite`, `send-reset`, `sign-out`, `forget-devices`, `unlock`, `delete`."""

from __future__ import annotations

import click

from idp.admin import invitations, user_actions, users
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import assume_yes


@click.command()
@click.argument("username", metavar="NAME")
@click.option("--email", help="Of somebody new: where the invitation goes.")
@click.option("--name", "full_name", help="Of somebody new: what they are called on pages and in claims.")
@click.option("--required", is_flag=True, help="Of somebody new: they must have a second step.")
@pass_cli_context
def invite(work: CliContext, username: str, email: str | None, full_name: str | None, *, required: bool) -> None:
    """Add NAME and mail a link to choose a password; without --email, send NAME the invitation again."""
    with work.database.write() as tx:
        if email is None:
            user = users.find(tx, username)
        else:
            new = users.make_user(work.entropy, username=username, email=email, name=full_name, required=required)
            user = users.add(tx, new)
        invitations.invite(tx, user, work.entropy, work.sealer)
    click.echo(f"Invited {username}. The link works once, for {invitations.INVITATION_DAYS} days.")


@click.command(name="withdraw-invitation")
@click.argument("name")
@pass_cli_context
def withdraw_invitation(work: CliContext, name: str) -> None:
    """End the link of an invitation."""
    with work.database.write() as tx:
        invitations.withdraw(tx, users.find(tx, name))
    click.echo(f"Withdrew the invitation of {name}.")


@click.command(name="send-reset")
@click.argument("name")
@pass_cli_context
def send_reset(work: CliContext, name: str) -> None:
    """Mail a link to set a new password; until it is used nothing changes."""
    with work.database.write() as tx:
        invitations.send_reset_link(tx, users.find(tx, name), work.entropy, work.sealer)
    click.echo(f"Sent {name} a link for a new password.")


@click.command(name="sign-out")
@click.argument("name")
@pass_cli_context
def sign_out(work: CliContext, name: str) -> None:
    """End every session, and every app's access."""
    with work.database.write() as tx:
        user_actions.sign_out(tx, users.find(tx, name))
    click.echo(f"Nobody is signed in as {name} any longer.")


@click.command(name="forget-devices")
@click.argument("name")
@pass_cli_context
def forget_devices(work: CliContext, name: str) -> None:
    """Stop remembering devices: on each the second step is asked again."""
    with work.database.write() as tx:
        forgotten = user_actions.forget_devices(tx, users.find(tx, name))
    click.echo(f"Forgot the devices of {name}: {forgotten}.")


@click.command()
@click.argument("name")
@pass_cli_context
def unlock(work: CliContext, name: str) -> None:
    """Let somebody try again after too many wrong passwords or codes."""
    with work.database.write() as tx:
        user_actions.unlock(tx, users.find(tx, name))
    click.echo(f"{name} can try again at once.")


@click.command()
@click.argument("name")
@assume_yes
@pass_cli_context
def delete(work: CliContext, name: str, *, yes: bool) -> None:
    """Erase a person for good; what apps know them by is never given to anybody else."""
    with work.database.read() as tx:
        users.find(tx, name)
    if not yes:
        click.confirm(f"Delete {name} and everything about them? This cannot be undone", abort=True, err=True)
    with work.database.write() as tx:
        user_actions.delete(tx, users.find(tx, name), work.settings)
    click.echo(f"Deleted {name}.")


COMMANDS = (invite, withdraw_invitation, send_reset, sign_out, forget_devices, unlock, delete)
"""Commands of the group `users`."""
