"""The strength of a new password while its owner types it."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.login.flow import session_guard
from idp.recovery import password_strength
from idp.web.account_paths import PASSWORD, PASSWORD_STRENGTH
from idp.web.context import services
from idp.web.pages import answers_json
from idp.web.transactions import origin

blueprint = Blueprint("password_strength", __name__)


@blueprint.post(PASSWORD_STRENGTH)
@answers_json
def estimate_strength() -> Response:
    """Return how strong the typed password is; a session is enough, since nothing is changed or revealed."""
    with services().database.write(origin()) as tx:
        auth_session = session_guard.require_form(tx, back=PASSWORD)
        allowed = password_strength.consume_attempt(tx, auth_session.person)
    return password_strength.strength_response(auth_session.person, allowed=allowed)
