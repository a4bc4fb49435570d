"""The account's blueprints, and the responses when a requirement is not met."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account.credential_changes import ConcurrentChange
from idp.account.guard import CodesToSave, SignInNeeded
from idp.account.pages import (
    account_closing,
    activity,
    apps,
    devices_and_sessions,
    download,
    email,
    factors,
    home,
    passkeys,
    password,
    phone,
    profile,
    recovery_codes,
    security,
    sent_codes,
    totp,
)
from idp.login.flow import start
from idp.web.account_paths import HOME, RECOVERY_CODES
from idp.web.context import services
from idp.web.pages import see_other
from idp.web.transactions import origin

blueprint = Blueprint("account", __name__, url_prefix="/account")
PARTS = (
    home,
    profile,
    email,
    phone,
    download,
    account_closing,
    security,
    totp,
    passkeys,
    sent_codes,
    factors,
    recovery_codes,
    password,
    devices_and_sessions,
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
