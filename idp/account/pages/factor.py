"""One factor of the person: an authenticator app, or codes by message."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.account import responses
from idp.factors.sent_code import mask
from idp.kernel.dates import Moment
from idp.login.flow.session_guard import requires
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.account_paths import SECURITY, factor_path, remove_factor_path
from idp.web.pages import see_other

blueprint = Blueprint("factor", __name__)


@blueprint.get(factor_path("<factor_id>"))
@requires()
def show_page(_: Transaction, auth_session: AuthenticatedSession, factor_id: str) -> Response:
    """Show what it is, and a link to the page that removes it."""
    factor = auth_session.person.factor(factor_id)
    if factor is None:
        return see_other(SECURITY)
    needed = auth_session.person.needs(factor)
    return responses.render(
        auth_session,
        "account/factor.html",
        name=Method(factor.kind).spec.name,
        masked=mask(factor.address) if factor.address else "",
        added=Moment(factor.created_at),
        used=Moment(factor.last_used_at) if factor.last_used_at else "",
        remove_href=None if needed else remove_factor_path(factor.id),
    )
