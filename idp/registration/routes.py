"""`/register` (RFC 7591) and `/register/<client_id>` (RFC 7592): no pages and no cookies."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from idp import audit
from idp.admin import client_logos, client_registrations, clients
from idp.admin.client_metadata_json import InvalidMetadata, read_registration
from idp.admin.client_registrations import Registered
from idp.admin.client_rules import Registration
from idp.admin.sector_identifiers import sector_problem
from idp.audit import Event, Outcome
from idp.kernel.client_addresses import network_of
from idp.kernel.grant_types import CIBA
from idp.messaging.fetched_documents import Busy
from idp.persistence.failures import DatabaseUnavailable
from idp.persistence.transaction import Transaction
from idp.protocol.errors import BearerError, ServerError, oauth_error, unavailable
from idp.registration import admission, answers
from idp.registration.admission import ClientDisabled, TooMany
from idp.signing.jws import InvalidToken, read_object
from idp.web.context import services
from idp.web.errors import json_error, log_unavailable
from idp.web.transactions import origin, read_transaction, write_transaction

log = logging.getLogger(__name__)

blueprint = Blueprint("registration", __name__)

ONE = f"{answers.PATH}/<client:client_id>"
NOT_SENT_BACK = (
    "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at",
)  # fmt: skip
"""Members of a response that no request may have (RFC 7592 section 2.2)."""
NO_CIBA = "grant_types: here only an administrator lets an app ask people to sign in (CIBA)"


@blueprint.post(answers.PATH, provide_automatic_options=False)
def register() -> Response:
    """Register a client (RFC 7591 section 3).

    Three transactions: nothing is locked while the client's own addresses are fetched.
    """
    settings, entropy = services().settings, services().entropy
    with services().database.write(origin()) as tx:
        try:
            token_digest = admission.require_admission(tx, settings)
        except (BearerError, TooMany) as error:
            return _refuse(tx, error)
    try:
        pkce = settings.registered_pkce == "required"
        new = Registration(client_id=entropy.token(16), client_name="", scopes=(), require_pkce=pkce)
        wanted = _wanted(_read_body(), new, ciba_allowed=settings.client_registration != "open")
        logo = client_logos.fetch_logo(services().documents, wanted.metadata.logo_uri)
        with services().database.write(origin()) as tx:
            found = client_registrations.register(
                tx,
                wanted,
                entropy,
                network=network_of(tx.origin.address) or "",
                waits=settings.client_registration == "approval",
                initial_token_id=admission.claim_initial_token(tx, token_digest),
                attesting=settings.attesting,
                sealer=lambda: services().sealer,
            )
            client_logos.store_fetched_logo(tx, found.client, logo)
    except (BearerError, InvalidMetadata) as error:
        with services().database.write(origin()) as tx:
            return _refuse(tx, error)
    return answers.registered(found, found.token or "", status=201)


@blueprint.get(ONE, provide_automatic_options=False)
@read_transaction
def show_registration(tx: Transaction, client_id: str) -> Response:
    """Show a client its registration (RFC 7592 section 2.1); its secret is not shown again."""
    client = admission.require_own_token(tx, client_id)
    return answers.registered(Registered(client, None), admission.presented_token())


@blueprint.put(ONE, provide_automatic_options=False)
def replace(client_id: str) -> Response:
    """Replace a registration (RFC 7592 section 2.2)."""
    settings, database = services().settings, services().database
    with database.write(origin()) as tx:
        present = admission.require_changeable(tx, client_id)
        admitted = admission.count_change(tx, client_id)
        ciba_allowed = admission.may_choose_ciba(tx, present, settings)
    if not admitted:
        return answers.too_many()
    body = _read_body()
    if body.get("client_id") != client_id or any(name in body for name in NOT_SENT_BACK):
        raise InvalidMetadata("client_id: send it, and nothing that only the server says (RFC 7592 section 2.2)")
    secret = body.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and present.verify_secret(secret, now=tx.now)):
        raise InvalidMetadata("client_secret: it is not the present one, and no other can be chosen")
    wanted = _wanted(body, clients.registration_of(present), ciba_allowed=ciba_allowed)
    with database.write(origin()) as tx:
        client = admission.require_changeable(tx, client_id, lock=True)
        if clients.version_of(client) != clients.version_of(present):  # the fetched page can take its time
            raise InvalidMetadata("the registration was changed in the meantime: read it and send it again")
        must_wait = settings.client_registration == "approval"
        found = client_registrations.change(
            tx,
            client,
            wanted,
            services().entropy,
            must_wait=must_wait,
            attesting=settings.attesting,
            sealer=lambda: services().sealer,
        )
    return answers.registered(found, admission.presented_token())


@blueprint.delete(ONE, provide_automatic_options=False)
@write_transaction
def remove(tx: Transaction, client_id: str) -> Response:
    """Remove a client with everything it was given (RFC 7592 section 2.3)."""
    clients.remove(tx, admission.require_changeable(tx, client_id, lock=True), by_itself=True)
    return answers.removed()


@blueprint.route(f"{answers.PATH}/<path:_client_id>", methods=["GET", "PUT", "DELETE"], provide_automatic_options=False)
def find_nothing(_client_id: str) -> Response:
    """Answer for an id that no client can have as for one that no client has (RFC 7592 section 2.1)."""
    admission.presented_token()
    raise BearerError(*admission.INVALID)


@blueprint.errorhandler(InvalidMetadata)
def _handle_invalid(error: InvalidMetadata) -> Response:
    return answers.invalid(error)


@blueprint.errorhandler(BearerError)
def _handle_bearer_error(error: BearerError) -> Response:
    return oauth_error(error)


@blueprint.errorhandler(ClientDisabled)
def _handle_disabled(error: ClientDisabled) -> Response:
    """Record it: whoever has the token of a client that was stopped still tries."""
    event = Event.CLIENT_REMOVED if request.method == "DELETE" else Event.CLIENT_CHANGED
    with services().database.write(origin()) as tx:
        audit.record(tx, event, Outcome.FAILURE, client_id=error.client_id, reason=error.description)
    return oauth_error(error)


@blueprint.errorhandler(Busy)
def _handle_busy(_: Busy) -> Response:
    """Ask to come back: nothing is wrong with the metadata, which nobody has looked at."""
    return unavailable()


@blueprint.errorhandler(DatabaseUnavailable)
def _handle_unavailable(error: DatabaseUnavailable) -> Response:
    log_unavailable(error)
    return unavailable()


@blueprint.errorhandler(HTTPException)
def _handle_http_error(error: HTTPException) -> Response:
    return json_error(error)


@blueprint.errorhandler(Exception)
def _handle_exception(error: Exception) -> Response:
    log.error("unexpected error at %s", request.path, exc_info=error)
    return oauth_error(ServerError())


def _read_body() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise InvalidMetadata("send a JSON object as application/json")
    try:
        return read_object(request.get_data(), "metadata")
    except InvalidToken:
        raise InvalidMetadata("send one JSON object, each member once") from None


def _wanted(body: Mapping[str, Any], present: Registration, *, ciba_allowed: bool) -> Registration:
    """Return the registration that was asked for; what its sector identifier lists was fetched."""
    settings = services().settings
    scopes = tuple(dict.fromkeys((*settings.registered_scopes.split(), *present.scopes)))
    wanted = read_registration(body, present, scopes=scopes, response_types=settings.response_type_names)
    client_registrations.require_valid(wanted, present, attesting=settings.attesting)
    if CIBA in wanted.grant_types and not ciba_allowed:
        raise InvalidMetadata(NO_CIBA)  # strangers could ask everybody, and mail them
    if problem := sector_problem(services().documents, wanted):
        raise InvalidMetadata(problem)
    return wanted


def _refuse(tx: Transaction, error: BearerError | InvalidMetadata | TooMany) -> Response:
    """Record why a registration was refused, and say it."""
    if isinstance(error, TooMany):
        audit.record(tx, Event.CLIENT_REGISTERED, Outcome.THROTTLED)
        return answers.too_many()
    reason = error.description if isinstance(error, InvalidMetadata) else error.error or "no initial access token"
    audit.record(tx, Event.CLIENT_REGISTERED, Outcome.FAILURE, reason=reason)
    return answers.invalid(error) if isinstance(error, InvalidMetadata) else oauth_error(error)
