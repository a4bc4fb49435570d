"""Password input: hidden and twice at a terminal, otherwise the first line of standard input.

Never an argument: other users of the machine can read those, and the shell stores them.
"""

from __future__ import annotations

import sys

import click

from idp.admin import Refused
from idp.cli.context import CliContext
from idp.persistence.users import User
from idp.recovery import new_password

from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")


def prompt_password(user: User, work: CliContext, *, piped: bool, second_step: bool) -> str:
    """Return a new password for this person; raises `Refused` when it is not good enough.

    `second_step`: a second step follows it at each sign-in, or has to be set up.
    """
    if piped or not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = str(click.prompt("New password", hide_input=True, confirmation_prompt="Once more", err=True))
    if not password:
        raise Refused("No password was given. Type it at the prompt, or send it as the first line of standard input.")
    settings = work.settings
    if problem := new_password.check_new_password(
        password, user, settings, work.breached, single_factor=not second_step
    ).problem:
        raise Refused(problem)
    return password
