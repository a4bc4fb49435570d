"""The command line: `idp COMMAND`.

    serve, demo            run it
    db, keys, purge        maintain it
    users, groups, clients manage people, groups and clients; attributes of people; APIs (apis);
                           issuers of assertions (trusted-issuers)
    policy                 who needs a second step
    audit, doctor          find out what happened, diagnose problems

One file per command group, imported when used. Commands parse, prompt and print; the work is done by `idp.admin` and
`idp.server`. Scripts can rely on: exit code 0 done, 1 refused or failed with a sentence on standard error, 2 wrong
usage; results on standard output, as JSON with `--json`.
"""

from __future__ import annotations

import importlib

import click

from idp.cli.errors import friendly_errors

GROUPS = {
    "serve": "Run the server.",
    "demo": "Run everything on this machine, to try it out.",
    "db": "The database's tables.",
    "users": "People.",
    "groups": "Groups of people.",
    "attributes": "Attributes of people.",
    "clients": "Apps.",
    "apis": "APIs that tokens are meant for.",
    "trusted-issuers": "Issuers whose assertions stand for people.",
    "policy": "Who needs a second step, and when.",
    "keys": "Signing keys.",
    "audit": "What happened, and why something was refused.",
    "doctor": "Check the installation.",
    "purge": "Delete what has ended.",
}


class _Commands(click.Group):
    """Loads commands from modules of the same name, and turns expected failures into sentences."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(GROUPS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        command: click.Command = importlib.import_module(f"idp.cli.{cmd_name.replace('-', '_')}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        with friendly_errors():
            return super().invoke(ctx)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="countersign", message="%(version)s")
def main() -> None:
    """Countersign, a standalone OpenID Connect identity provider.

    Settings come from the environment (IDP_ISSUER, ...) or from the file that IDP_CONFIG names.
    """
