"""Apps: `idp clients ...`."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from idp.admin import Refused, clients
from idp.admin.client_rules import AUTH_METHODS, GRANT_TYPES, PUBLIC, SECRET_METHODS, Registration
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.listing import PAGE, Row, Selection, listing_options, print_listing, read_pages
from idp.cli.output import as_json, assume_yes, print_facts, print_json, utc, yes_no
from idp.kernel import strict_json
from idp.kernel.clock import DAY
from idp.login.policy.assurance import LEVELS
from idp.persistence.clients import Client
from idp.signing.algorithms import OWN

SHOWN = (
    "client_id", "client_name", "token_endpoint_auth_method", "grant_types", "response_types", "scopes",
    "redirect_uris", "post_logout_redirect_uris", "web_origins", "backchannel_logout_uri",
    "backchannel_logout_session_required", "first_party", "min_acr", "client_uri", "default_max_age",
    "id_token_signed_response_alg", "disabled",
    "previous_secret_expires_at", "created_at", "updated_at",
)  # fmt: skip
COLUMNS = ("client_id", "client_name", "token_endpoint_auth_method", "grant_types")
TIMES = {"previous_secret_expires_at", "created_at", "updated_at"}


@click.group(name="clients")
def command() -> None:
    """Register, look at and remove apps."""


@command.command()
@click.argument("client_id")
@click.option("--name", required=True, help="What people see when the app asks for their consent.")
@click.option("--redirect-uri", multiple=True, help="Exactly where people are sent back to; may be repeated.")
@click.option("--post-logout-redirect-uri", multiple=True, help="Where they may go after signing out; repeatable.")
@click.option("--web-origin", multiple=True, help="Scripts from there may read tokens and userinfo (CORS); repeatable.")
@click.option("--backchannel-logout-uri", help="Where it wants to be told when somebody's session ends.")
@click.option("--backchannel-logout-session-required", is_flag=True, help="It tells sessions apart by their id (sid).")
@click.option("--public", is_flag=True, help="An app that cannot keep a secret: on a phone, or in a browser.")
@click.option("--auth-method", type=click.Choice(AUTH_METHODS), help=f"Default: {SECRET_METHODS[0]}.")
@click.option("--jwks-file", type=click.Path(path_type=Path), help="Its public keys, for private_key_jwt.")
@click.option(
    "--grant", multiple=True, type=click.Choice(GRANT_TYPES), help="Default: authorization_code refresh_token."
)
@click.option("--scope", multiple=True, help="What it may ask for; repeatable. Default: openid profile email.")
@click.option("--first-party", is_flag=True, help="One of our own: people are not asked for consent.")
@click.option("--min-acr", type=click.Choice(list(LEVELS)), help="The least level of sign-in it accepts.")
@click.option("--home-page", help="Where the app begins; people are led back there when they have nothing left to do.")
@click.option(
    "--default-max-age", type=int, metavar="SECONDS", help="People sign in anew when the last time is longer ago."
)
@click.option("--id-token-alg", type=click.Choice(OWN), help=f"What its ID tokens are signed with. Default: {OWN[0]}.")
@as_json
@pass_cli_context
def add(
    work: CliContext, /, client_id: str, *, name: str, public: bool, auth_method: str | None, jwks_file: Path | None,
    json_wanted: bool, **given: Any,
) -> None:  # fmt: skip
    """Register an app. Its secret is shown once, now."""
    if public and auth_method not in {None, PUBLIC}:
        raise Refused(f"--public means that the app has nothing to prove itself with, not even {auth_method}.")
    lists = {
        "redirect_uris": given["redirect_uri"],
        "post_logout_redirect_uris": given["post_logout_redirect_uri"],
        "web_origins": given["web_origin"],
        "grant_types": given["grant"],
        "scopes": given["scope"],
    }
    wanted = Registration(
        client_id=client_id,
        client_name=name,
        token_endpoint_auth_method=PUBLIC if public else auth_method or SECRET_METHODS[0],
        jwks=_read_jwks(jwks_file) if jwks_file else None,
        first_party=given["first_party"],
        min_acr=given["min_acr"],
        backchannel_logout_uri=given["backchannel_logout_uri"],
        backchannel_logout_session_required=given["backchannel_logout_session_required"],
        client_uri=given["home_page"],
        default_max_age=given["default_max_age"],
        id_token_signed_response_alg=given["id_token_alg"] or OWN[0],
        **{field: values for field, values in lists.items() if values},
    )
    with work.database.write() as tx:
        secret = clients.add(tx, wanted, work.entropy, attesting=work.settings.attesting)
    _print_secret(client_id, secret, f"Registered {client_id}.", json_wanted=json_wanted)


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
    """Show how an app is registered; secrets are not kept, so they cannot be shown."""
    with work.database.read() as tx:
        facts = _facts(clients.find(tx, client_id))
    if json_wanted:
        print_json(facts)
    else:
        print_facts({name.replace("_", " "): _text(name, value) for name, value in facts.items()})


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
        clients.remove(tx, clients.find(tx, client_id))
    click.echo(f"Removed {client_id}.")


@command.command()
@click.argument("client_id")
@pass_cli_context
def disable(work: CliContext, client_id: str) -> None:
    """Refuse an app until it is enabled again; its tokens are dead at once."""
    with work.database.write() as tx:
        clients.disable(tx, clients.find(tx, client_id))
    click.echo(f"Disabled {client_id}. Nobody can sign in to it, and every token it held is dead.")


@command.command()
@click.argument("client_id")
@pass_cli_context
def enable(work: CliContext, client_id: str) -> None:
    """Accept an app again. Tokens that died stay dead."""
    with work.database.write() as tx:
        clients.enable(tx, clients.find(tx, client_id))
    click.echo(f"Enabled {client_id}.")


@command.command(name="rotate-secret")
@click.argument("client_id")
@click.option("--grace", type=click.IntRange(0, 90 * DAY), default=DAY, show_default=True, metavar="SECONDS",
              help="How long the present secret stays good.")  # fmt: skip
@as_json
@pass_cli_context
def rotate_secret(work: CliContext, client_id: str, *, grace: int, json_wanted: bool) -> None:
    """Give an app a new secret; it is shown once, now."""
    with work.database.write() as tx:
        secret = clients.rotate_secret(tx, clients.find(tx, client_id), work.entropy, grace=grace)
    said = f"The present secret of {client_id} stays good for {grace} seconds."
    _print_secret(client_id, secret, said, json_wanted=json_wanted)


def _print_secret(client_id: str, secret: str | None, said: str, *, json_wanted: bool) -> None:
    if json_wanted:
        print_json({"client_id": client_id} | ({"client_secret": secret} if secret else {}))
        return
    click.echo(said)
    if secret:
        click.echo(f"client secret: {secret}")
        click.echo("Keep it now: it is not stored, and cannot be shown again.")


def _read_jwks(path: Path) -> dict[str, Any]:
    try:
        content = strict_json.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as a JWK Set: {error}") from None
    if not isinstance(content, dict):
        raise Refused(f'{path} is not a JWK Set: it must look like {{"keys": [...]}} (RFC 7517 section 5).')
    return content


def _page(work: CliContext, search: str, after: str) -> list[Row]:
    with work.database.read() as tx:
        return [_facts(client) for client in tx.clients.listed(limit=PAGE, after=after, search=search)]


def _facts(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in SHOWN}


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - a column
    if name in TIMES:
        return utc(value)
    if isinstance(value, bool):
        return yes_no(value)
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
