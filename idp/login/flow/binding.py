"""Which login flow belongs to this browser, and why one is closed."""

from __future__ import annotations

from idp.kernel.handles import constant_time_equal, digest
from idp.kernel.text import Text
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.web import language
from idp.web.cookies import LOGIN
from idp.web.errors import Refusal
from idp.web.transactions import origin


class LoginFlowClosed(Refusal):
    """The login flow cannot go on in this browser."""


def load_bound_flow(tx: Transaction, flow_id: str) -> LoginFlowRow:
    """Return the row of a login flow of this browser, open or not.

    Raises:
        LoginFlowClosed: when it does not exist, or belongs to another browser (a copied link).
    """
    row = tx.login_flows.by_id(flow_id)
    secret = LOGIN.read()
    if row is None:
        raise LoginFlowClosed(
            404, Text("This sign-in is not known"), Text("Go back to the app you came from and sign in again.")
        )
    if secret is None or not constant_time_equal(digest(secret), row.browser_digest):
        message = Text(
            "A sign-in can only be finished in the browser where it began. Start again from the app you came from."
        )
        raise LoginFlowClosed(403, Text("This sign-in cannot go on here"), message)
    language.use_ui_locales(row.request)
    tx.origin = origin()  # with the language that the client requested
    return row


def closed_error(row: LoginFlowRow) -> LoginFlowClosed:
    """Return the error of a flow that was cancelled, is finished, or expired."""
    if row.cancelled_at is not None:
        message = Text("To sign in after all, start again from the app you came from.")
        return LoginFlowClosed(410, Text("This sign-in was cancelled"), message)
    if row.finished_at is not None:
        return LoginFlowClosed(
            410, Text("This sign-in is finished"), Text("Nothing is left to do here. Go back to the app you came from.")
        )
    return LoginFlowClosed(
        410,
        Text("This sign-in took too long"),
        Text("For your safety it was ended. Start again from the app you came from."),
    )
