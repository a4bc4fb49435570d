"""The pages of *My account*. Private; `credentials` has those that change or reveal credentials.

What is raised instead of a page is answered here and by `session_guard.install`.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account.errors import ConcurrentChange
from idp.account.pages import (
    activity,
    apps,
    devices_and_sessions,
    factor,
    home,
    passkey,
    password_strength,
    profile,
    recovery_codes,
    security,
)
from idp.account.pages.credentials import (
    account_closing,
    download,
    email,
    factor_removal,
    password,
    phone,
    sent_codes,
    totp,
    turn_off,
)
from idp.account.pages.credentials import passkey as new_passkey
from idp.account.pages.credentials import recovery_codes as saved_codes
from idp.login.flow import session_guard
from idp.web.account_paths import HOME
from idp.web.pages import see_other

PARTS = (
    home,
    profile,
    email,
    phone,
    download,
    account_closing,
    security,
    totp,
    turn_off,
    new_passkey,
    passkey,
    sent_codes,
    factor,
    factor_removal,
    recovery_codes,
    saved_codes,
    password,
    password_strength,
    devices_and_sessions,
    apps,
    activity,
)

blueprint = Blueprint("account", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
session_guard.install(blueprint)
root = Blueprint("root", __name__)
blueprints = (root, blueprint)


@root.get("/")
def redirect_to_account() -> Response:
    """Redirect from the issuer's root."""
    return see_other(HOME)


@blueprint.errorhandler(ConcurrentChange)
def show_current_state(_: ConcurrentChange) -> Response:
    """Redirect to the page, which shows the present state."""
    return see_other(request.path)
