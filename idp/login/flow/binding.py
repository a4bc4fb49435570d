"""Which sign-in under way is this browser's, and why one cannot go on."""

from __future__ import annotations

from idp.kernel.handles import digest, same
from idp.kernel.text import Text
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.web import language
from idp.web.cookies import LOGIN
from idp.web.errors import Refusal
from idp.web.transactions import origin


class LoginFlowClosed(Refusal):
    """The attempt cannot go on in this browser."""


def load_bound_flow(tx: Transaction, flow_id: str) -> LoginFlowRow:
    """The attempt of this browser, open or not.

    Raises:
        Ended: it never was, or belongs to another browser (a copied link).
    """
    row = tx.login_flows.by_id(flow_id)
    secret = LOGIN.read()
    if row is None:
        raise LoginFlowClosed(
            404, Text("This sign-in is not known"), Text("Go back to the app you came from and sign in again.")
        )
    if secret is None or not same(digest(secret), row.browser_digest):
        message = Text(
            "A sign-in can only be finished in the browser where it began. Start again from the app you came from."
        )
        raise LoginFlowClosed(403, Text("This sign-in cannot go on here"), message)
    language.use_ui_locales(row.request)
    tx.origin = origin()  # in the language that the app asked for
    return row


def closed_error(row: LoginFlowRow) -> LoginFlowClosed:
    """Why this attempt cannot go on: it was cancelled, is finished, or took too long."""
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
