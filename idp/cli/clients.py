"""Apps: `idp clients ...`."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import click

from idp.admin import Refused, claim_mappings, client_logos, clients
from idp.admin.client_rules import Registration
from idp.admin.permissions import COMMAND_LINE
from idp.admin.recipes import RECIPES, Recipe, recipe_fields, settings_for
from idp.claims.mappings import parse
from idp.cli import client_files, client_members, registration, registration_tokens
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.listing import PAGE, Row, Selection, listing_options, print_listing, read_pages
from idp.cli.output import as_json, as_text, assume_yes, print_facts, print_json, utc
from idp.kernel import strict_json
from idp.kernel.clock import DAY
from idp.persistence.client_metadata import DEFAULTS, changed_members
from idp.persistence.clients import Client
from idp.protocol import discovery

SHOWN = (
    "client_id", "client_name", "token_endpoint_auth_method", "strict_auth_method", "require_pkce",
    "grant_types", "response_types", "scopes",
    "redirect_uris", "post_logout_redirect_uris", "web_origins", "backchannel_logout_uri",
    "backchannel_logout_session_required", "first_party", "min_acr", "client_uri", "default_max_age",
    "policy_uri", "tos_uri", "accent_color", "remembered_device_accepted", "restricted", "allowed_user_ids",
    "allowed_group_ids",
    "access_token_lifetime", "id_token_lifetime", "refresh_token_lifetime",
    "id_token_signed_response_alg", "id_token_scope_claims", "disabled",
    "previous_secret_expires_at", "created_at", "updated_at",
)  # fmt: skip
COLUMNS = ("client_id", "client_name", "token_endpoint_auth_method", "grant_types")
TIMES = {"previous_secret_expires_at", "created_at", "updated_at"}


@click.group(name="clients")
def command() -> None:
    """Register, look at and remove apps."""


command.add_command(client_members.list_members)
command.add_command(registration_tokens.command)
command.add_command(client_files.apply)
command.add_command(client_files.export)


@command.command()
@click.argument("client_id")
@click.option("--name", required=True, help="What people see when the app asks for their consent.")
@click.option("--for", "software", type=click.Choice(list(RECIPES)), help="Register what this software needs, and "
              "print the settings to paste into it.")  # fmt: skip
@click.option("--url", help="With --for: where the app is, such as https://app.example.com.")
@registration.registration_options
@as_json
@pass_cli_context
def add(
    work: CliContext, /, client_id: str, *, software: str | None, url: str | None, json_wanted: bool, **given: Any
) -> None:
    """Register an app. Its secret is shown once, now."""
    if url and not software:
        raise click.UsageError("--url goes with --for; otherwise name each --redirect-uri.")
    with work.database.write() as tx:
        chosen = registration.chosen_fields(registration.with_ids(tx, given))
        fields = recipe_fields(software, url, chosen) if software else chosen
        metadata = registration.chosen_members(given, DEFAULTS)
        wanted = Registration(client_id=client_id, metadata=metadata, **fields)
        attesting = work.settings.attesting
        secret = clients.add(tx, wanted, work.entropy, attesting=attesting, sealer=lambda: work.sealer)
    issuer = work.settings.issuer
    paste = settings_for(software, issuer=issuer, client_id=client_id, secret=secret, url=url) if software else None
    if json_wanted:
        print_json(_secret_facts(client_id, secret) | ({"issuer": issuer, "settings": paste} if paste else {}))
        return
    _print_secret(client_id, secret, f"Registered {client_id}.", json_wanted=False)
    if software and paste:
        _print_recipe(RECIPES[software], issuer, paste)


@command.command(name="set")
@click.argument("client_id")
@click.option("--name", help="What people see when the app asks for their consent.")
@registration.registration_options
@registration.change_options
@as_json
@pass_cli_context
def set_(work: CliContext, /, client_id: str, *, json_wanted: bool, **given: Any) -> None:
    """Change how an app is registered: only the fields that are named. A repeatable option replaces the whole list.

    An app that gets its first secret is shown it once, now.
    """
    with work.database.write() as tx:
        client, given = clients.find(tx, client_id, lock=True), registration.with_ids(tx, given)
        present = clients.registration_of(client)
        removable = registration.REMOVABLE
        emptied: dict[str, Any] = {removable[name]: None for name in given["unset"] if name in removable}
        chosen = registration.chosen_fields(given)
        chosen["metadata"] = registration.chosen_members(given, present.metadata)
        base = replace(present, **emptied, **chosen)
        wanted = replace(base, **registration.changed_lists(given, asdict(base)))
        attesting = work.settings.attesting
        changed, secret = clients.change(
            tx, client, wanted, work.entropy, attesting=attesting, sealer=lambda: work.sealer
        )
    _print_secret(client_id, secret, f"Changed {client_id}: {', '.join(changed)}.", json_wanted=json_wanted)


@command.command(name="list")
@listing_options("client id", "client id or name")
@pass_cli_context
def list_(work: CliContext, /, *, json_wanted: bool, **selected: Any) -> None:
    """List all apps."""
    selection = Selection(**selected)
    print_listing(
        read_pages(partial(_page, work, selection.search), after=selection.after, key=itemgetter("client_id")),
        selection,
        key="client_id",
        heads=("CLIENT ID", "NAME", "AUTHENTICATION", "GRANTS"),
        cells=lambda row: [_text(column, row[column]) for column in COLUMNS],
        json_wanted=json_wanted,
    )


@command.command(name="show")
@click.argument("client_id")
@as_json
@pass_cli_context
def show_client(work: CliContext, client_id: str, *, json_wanted: bool) -> None:
    """Show how an app is registered; its secrets are never shown again."""
    with work.database.read() as tx:
        facts = _facts(clients.find(tx, client_id))
    if json_wanted:
        print_json(facts)
    else:
        print_facts({name.replace("_", " "): _text(name, value) for name, value in facts.items()})


@command.command(name="claims")
@click.argument("client_id")
@click.option("--file", "path", type=click.Path(path_type=Path), help="A JSON array of claims; it replaces those that "
              "are there.")  # fmt: skip
@pass_cli_context
def change_claims(work: CliContext, client_id: str, path: Path | None) -> None:
    """Show the claims that were added for an app as JSON, and replace them by those of a file."""
    content = _read_claims(path) if path else None
    with work.database.write() as tx:
        client = clients.find(tx, client_id, lock=path is not None)
        if path:
            wanted = claim_mappings.from_json(tx, content)
            claim_mappings.replace_all(tx, COMMAND_LINE, client, wanted)
        else:
            wanted = parse(client.claim_mappings)
        shown = claim_mappings.to_json(tx, wanted)
    print_json(shown)


@command.command()
@click.argument("client_id")
@assume_yes
@pass_cli_context
def remove(work: CliContext, client_id: str, *, yes: bool) -> None:
    """Remove an app; its tokens are dead at once, and consent to it is forgotten."""
    with work.database.read() as tx:
        clients.find(tx, client_id)
    if not yes:
        click.confirm(f"Remove {client_id}? People can no longer sign in to it", abort=True, err=True)
    with work.database.write() as tx:
        clients.remove(tx, clients.find(tx, client_id, lock=True))
    click.echo(f"Removed {client_id}.")


@command.command()
@click.argument("client_id")
@pass_cli_context
def disable(work: CliContext, client_id: str) -> None:
    """Refuse an app until it is enabled again; its tokens are dead at once."""
    with work.database.write() as tx:
        clients.disable(tx, clients.find(tx, client_id, lock=True))
    click.echo(f"Disabled {client_id}. Nobody can sign in to it, and every token it held is dead.")


@command.command()
@click.argument("client_id")
@pass_cli_context
def enable(work: CliContext, client_id: str) -> None:
    """Accept an app again. Tokens that died stay dead."""
    with work.database.write() as tx:
        clients.enable(tx, clients.find(tx, client_id, lock=True))
    click.echo(f"Enabled {client_id}.")


@command.command()
@click.argument("client_id")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--remove", "removing", is_flag=True, help="Show none any more.")
@pass_cli_context
def logo(work: CliContext, client_id: str, *, file: BinaryIO | None, removing: bool) -> None:
    """Set the logo of an app: a PNG, JPEG or WebP file. People see it where they sign in to the app."""
    if removing == (file is not None):
        raise click.UsageError("Name a file, or --remove.")
    with work.database.write() as tx:
        client = clients.find(tx, client_id, lock=True)
        if file is None:
            client_logos.remove_logo(tx, client)
        else:
            client_logos.store_logo(tx, client, file.read(client_logos.LARGEST + 1))
    click.echo(f"Changed the logo of {client_id}.")


@command.command(name="rotate-secret")
@click.argument("client_id")
@click.option("--grace", type=click.IntRange(0, 90 * DAY), default=DAY, show_default=True, metavar="SECONDS",
              help="How long the present secret stays good.")  # fmt: skip
@as_json
@pass_cli_context
def rotate_secret(work: CliContext, client_id: str, *, grace: int, json_wanted: bool) -> None:
    """Give an app a new secret; it is shown once, now."""
    with work.database.write() as tx:
        client = clients.find(tx, client_id, lock=True)
        secret = clients.rotate_secret(tx, client, work.entropy, grace=grace, sealer=lambda: work.sealer)
    message = f"The present secret of {client_id} stays good for {grace} seconds."
    _print_secret(client_id, secret, message, json_wanted=json_wanted)


@command.command(name="end-secret")
@click.argument("client_id")
@click.option("--all", "every", is_flag=True, help="The newest one too, and every token that the app holds.")
@pass_cli_context
def end_secret(work: CliContext, client_id: str, *, every: bool) -> None:
    """End the earlier one of two secrets now."""
    with work.database.write() as tx:
        client = clients.find(tx, client_id, lock=True)
        if every:
            clients.delete_secrets(tx, client)
        else:
            clients.end_previous_secret(tx, client)
    click.echo(f"{client_id} has no secret any more." if every else f"Only the newest secret of {client_id} works now.")


def _print_secret(client_id: str, secret: str | None, message: str, *, json_wanted: bool) -> None:
    if json_wanted:
        print_json(_secret_facts(client_id, secret))
        return
    click.echo(message)
    if secret:
        click.echo(f"client secret: {secret}")
        click.echo("Keep it now. It cannot be shown again. If you lose it, make a new one.")


def _secret_facts(client_id: str, secret: str | None) -> dict[str, str]:
    return {"client_id": client_id} | ({"client_secret": secret} if secret else {})


def _print_recipe(recipe: Recipe, issuer: str, paste: str) -> None:
    click.echo(f"issuer:        {issuer}\ndiscovery:     {issuer}{discovery.PATH}\n\n{recipe.title}:\n\n{paste}")
    if recipe.note:
        click.echo(recipe.note)


def _page(work: CliContext, search: str, after: str) -> list[Row]:
    with work.database.read() as tx:
        return [_facts(client) for client in tx.clients.listed(limit=PAGE, after=after, search=search)]


def _facts(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in SHOWN} | changed_members(client.metadata)


def _text(name: str, value: object) -> str:
    return utc(value) if name in TIMES and isinstance(value, int) else as_text(value)


def _read_claims(path: Path) -> object:
    try:
        return strict_json.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as JSON: {error}") from None
