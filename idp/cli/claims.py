"""Options for the claims of a person (OpenID Connect Core section 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from idp.admin.user_changes import PROFILE_CLAIMS, ClaimChanges

Command = TypeVar("Command", bound=Callable[..., Any])

HELP = {
    "name": "What they are called on pages and in claims.",
    "birthdate": "YYYY-MM-DD, YYYY, or 0000-MM-DD.",
    "locale": "A language that pages have, such as de.",
    "zoneinfo": "A time zone, such as Europe/Paris.",
    "preferred_username": "The user name that apps are told, if not that of the account.",
}


def claim_options(command: Command) -> Command:
    """Add an option for every claim that can be set; `chosen_claims` reads them."""
    for name in reversed(PROFILE_CLAIMS):
        command = click.option(f"--{name.replace('_', '-')}", name, help=HELP.get(name, ""))(command)
    for name in ("phone-number", "email"):
        help_ = "Codes or links that prove it are not needed for this."
        command = click.option(f"--{name}-verified/--no-{name}-verified", default=None, help=help_)(command)
        command = click.option(f"--{name}")(command)
    return command


def chosen_claims(given: Mapping[str, Any]) -> ClaimChanges | None:
    """Return what the options name; None when they name nothing."""
    chosen = {name: value for name, value in given.items() if value is not None}
    if not chosen:
        return None
    profile = {name: chosen.pop(name) for name in PROFILE_CLAIMS if name in chosen}
    return ClaimChanges(profile=profile, **chosen)
