"""The account's blueprints, and the responses when a requirement is not met."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import (
    activity,
    apps,
    authenticator,
    closing,
    download,
    email,
    factors,
    message_codes,
    overview,
    passkeys,
    password,
    phone,
    profile,
    recovery_codes,
    security,
    sessions,
)
from idp.account.changes import ConcurrentChange
from idp.account.guard import CodesToSave, SignInNeeded
from idp.login.flow import start
from idp.web.account_paths import HOME, RECOVERY_CODES
from idp.web.context import services
from idp.web.pages import see_other
from idp.web.transactions import origin

blueprint = Blueprint("account", __name__, url_prefix="/account")
PARTS = (
    overview,
    profile,
    email,
    phone,
    download,
    closing,
    security,
    authenticator,
    passkeys,
    message_codes,
    factors,
    recovery_codes,
    password,
    sessions,
    apps,
    activity,
)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)


root = Blueprint("root", __name__)


@root.get("/")
def redirect_to_account() -> Response:
    """Redirect from the issuer's root."""
    return see_other(HOME)


@blueprint.errorhandler(SignInNeeded)
def sign_in(needed: SignInNeeded) -> Response:
    """Start a login flow that leads back by GET: a posted form is not executed, but shown again."""
    with services().database.write(origin()) as tx:
        return start.start_login(tx, needed.requirement, start.LoginRequest(start.ACCOUNT, needed.return_to))


@blueprint.errorhandler(CodesToSave)
def save_codes(_: CodesToSave) -> Response:
    """Redirect to the recovery codes."""
    return see_other(RECOVERY_CODES)


@blueprint.errorhandler(ConcurrentChange)
def show_current_state(_: ConcurrentChange) -> Response:
    """Redirect to the page, which shows the present state."""
    return see_other(request.path)


blueprints = (root, blueprint)
