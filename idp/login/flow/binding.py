"""Which login flow belongs to this browser, and why one is closed."""

from __future__ import annotations

from dataclasses import replace

from flask import abort

from idp.kernel.handles import constant_time_equal, digest
from idp.kernel.text import Text
from idp.login.flow import answers
from idp.login.state.initiators import Initiator
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.web import language
from idp.web.client_links import initiate_login_href
from idp.web.cookies import LOGIN
from idp.web.errors import MY_ACCOUNT, Link, Refusal, home_links

RESTART = "/authorize/again/"
"""Beginning of the path that starts the authorization request of a flow again; `protocol` serves it."""
DEVICE = "/device"
"""Where people type the code of a device; `protocol` serves it."""
START_AGAIN = Text("Start again")


class LoginFlowClosed(Refusal):
    """The login flow cannot go on in this browser."""


def load_bound_flow(tx: Transaction, flow_id: str, *, outdated_too: bool = False) -> LoginFlowRow:
    """Return the row of a login flow of this browser, open or not; the rest is as for `require_bound`."""
    return require_bound(tx, tx.login_flows.by_id(flow_id), outdated_too=outdated_too)


def require_bound(tx: Transaction, row: LoginFlowRow | None, *, outdated_too: bool = False) -> LoginFlowRow:
    """Return this row of a login flow, open or not, if it belongs to this browser.

    A form that was accepted before gets its answer again (`answers`): the request ends here. `outdated_too`: also for a
    browser that did not get that answer, so that it can start again.

    Raises:
        LoginFlowClosed: when it does not exist, or belongs to another browser (a copied link).
    """
    secret = LOGIN.read()
    if row is None:
        raise LoginFlowClosed(
            404, Text("This sign-in is not known"), Text("Go back to the app you came from and sign in again.")
        )
    if secret is None or not (_is_current(row, secret) or _is_previous(row, secret)):
        raise _foreign_error()
    if row.sealed_answer is not None and not _is_current(row, secret) and not outdated_too:
        if answer := answers.repeat_answer(row, secret=secret, now=tx.now):
            abort(answer)
        raise _outdated_error(row)
    language.use_ui_locales(row.request)
    tx.origin = replace(tx.origin, language=language.request_language())  # the one that the client requested
    return row


def closed_error(tx: Transaction, row: LoginFlowRow) -> LoginFlowClosed:
    """Return the error of a flow that was cancelled, is finished, or expired."""
    home = _client_home(tx, row)
    if row.cancelled_at is not None:
        return LoginFlowClosed(
            410,
            Text("This sign-in was cancelled"),
            Text("To sign in after all, start again."),
            links=(*_restart(row), *home, MY_ACCOUNT),
        )
    if row.finished_at is not None:
        again = () if home or row.initiator == Initiator.ACCOUNT else _restart(row)
        return LoginFlowClosed(
            410,
            Text("This sign-in is finished"),
            Text("Nothing is left to do here. Go back to the app you came from."),
            links=(*home, *again, MY_ACCOUNT),
        )
    if row.initiator == Initiator.AUTHORIZE and not row.request:
        message = Text("Newer sign-ins were started in this browser. Go back to the app you came from and start again.")
        return LoginFlowClosed(410, Text("This sign-in was ended"), message, links=(*home, MY_ACCOUNT))
    return LoginFlowClosed(
        410,
        Text("This sign-in took too long"),
        Text("For your safety it was ended. Start again."),
        links=(*_restart(row), *home, MY_ACCOUNT),
    )


def _is_current(row: LoginFlowRow, secret: str) -> bool:
    return constant_time_equal(digest(secret), row.browser_digest)


def _is_previous(row: LoginFlowRow, secret: str) -> bool:
    return row.previous_digest is not None and constant_time_equal(digest(secret), row.previous_digest)


def _foreign_error() -> LoginFlowClosed:
    message = Text(
        "A sign-in can only be finished in the browser where it began, while that browser keeps its cookies. "
        "Start again from the app you came from."
    )
    return LoginFlowClosed(403, Text("This sign-in cannot go on here"), message)


def _outdated_error(row: LoginFlowRow) -> LoginFlowClosed:
    message = Text("The sign-in went on, but our answer did not reach this browser. Start again.")
    return LoginFlowClosed(
        410,
        Text("This page was out of date"),
        message,
        links=(*_restart(row), MY_ACCOUNT),
        detail="the answer was lost",
    )


def _restart(row: LoginFlowRow) -> tuple[Link, ...]:
    """Return the link that starts the same again, as a new flow; none once the request was emptied."""
    if row.initiator == Initiator.DEVICE:
        return (Link(START_AGAIN, DEVICE),)
    if row.initiator != Initiator.AUTHORIZE:
        return (Link(START_AGAIN, row.return_to),)
    return (Link(START_AGAIN, RESTART + row.id),) if row.request else ()


def _client_home(tx: Transaction, row: LoginFlowRow) -> tuple[Link, ...]:
    client = tx.clients.by_id(row.client_id) if row.client_id else None
    if client is None or client.disabled:
        return ()
    return home_links(client.client_name, initiate_login_href(client) or client.client_uri)
