"""The two addresses of the authorization endpoint: where an app's request arrives, and where a sign-in comes back."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from flask import Response

from idp.login.flow import binding, start
from idp.persistence.transaction import Transaction
from idp.protocol import query as queries
from idp.protocol.authorize import authorization, client_redirect, resume
from idp.protocol.authorize.request import LONGEST, judge
from idp.web import language


def authorize(tx: Transaction) -> Response:
    """Judge the request being served and answer it, by redirect once there is a proven way back.

    Raises:
        Refusal: a page, while there is none.
    """
    query = queries.read(queries.of_get(), LONGEST)
    language.hear(query.values)
    client, back = client_redirect.prove(tx, query)
    try:
        return authorization.arrive(tx, judge(tx, query, client, back))
    except OAuth2Error as error:
        return back.refuse(error)


def resumed(tx: Transaction, login_id: str) -> Response:
    """Go on with the request that a sign-in was begun for.

    Raises:
        Ended: it is answered, took too long, or belongs to another browser.
        Refusal: its client or redirect URI is no longer registered.
    """
    login = binding.bound(tx, login_id)
    if login.finished_at is not None or tx.now >= login.expires_at or login.door != start.AUTHORIZE:
        raise binding.over(login)
    query = queries.thaw(login.request, LONGEST)
    client, back = client_redirect.prove(tx, query)
    try:
        return resume.resume(tx, judge(tx, query, client, back), login)
    except OAuth2Error as error:
        resume.close(tx, login)
        return back.refuse(error)
