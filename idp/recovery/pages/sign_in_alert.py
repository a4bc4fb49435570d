"""The link in a "Was this you?" mail: what it is about, and one button that ends it."""

from __future__ import annotations

from flask import Response

from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.login.forms import errors
from idp.persistence.sign_in_alert_links import AlertLink
from idp.persistence.transaction import Transaction
from idp.recovery import sign_in_alerts
from idp.recovery.pages import mailed_link
from idp.recovery.pages.mailed_link import MailedLink
from idp.web import account_paths, geoip
from idp.web.cookies import ALERT
from idp.web.mailed_link_paths import RESET_PASSWORD, SIGN_IN_ALERT
from idp.web.transactions import read_transaction, write_transaction

LINK = MailedLink(SIGN_IN_ALERT, ALERT)
DONE = f"{SIGN_IN_ALERT}/done"

blueprint = LINK.blueprint("recovery_alert", SIGN_IN_ALERT)


@blueprint.get("")
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the sign-in, and ask."""
    link = _link(tx)
    return _render(link) if link else mailed_link.dead_reversal_page()


@blueprint.post("")
@write_transaction
def report_unrecognised(tx: Transaction) -> Response:
    """Claim the link, and end the session and the browser's trust."""
    link = _link(tx)
    if link is None:
        return mailed_link.dead_reversal_page()
    if LINK.is_stale_form():
        return _render(link, {"form": errors.STALE_FORM})
    if not sign_in_alerts.report_unrecognised(tx, link):
        return mailed_link.dead_reversal_page()
    return LINK.redirect_after_use(DONE)


@blueprint.get("/done")
def show_result() -> Response:
    """Show the way to a new password: whoever signed in may know the present one."""
    return mailed_link.result_page(
        "recovery/alert_done.html", forgot_href=RESET_PASSWORD, password_href=account_paths.PASSWORD
    )


def _link(tx: Transaction) -> AlertLink | None:
    """Return the link that is open here; the page is then in its owner's language."""
    link = sign_in_alerts.find_alert_link(tx, LINK.handle)
    mailed_link.use_owner_locale(tx, link.user_id if link else None)
    return link


def _render(link: AlertLink, errors: dict[str, str] | None = None) -> Response:
    return LINK.render(
        "recovery/alert.html",
        errors,
        event=link.event,
        browser=user_agents.browser_name(link.user_agent),
        address=geoip.with_location(link.address),
        when=Moment(link.created_at),
    )
