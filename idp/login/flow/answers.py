"""The answer to a proof, repeatable for the browser that did not get it.

    POST -> proof stored, cookies rotated -> answer sealed in the row -> answer lost
    the same POST again, with the same cookie, within `REPEATABLE` -> the same answer, and nothing else happens

A reload, a second click and a proxy that tries again all send the same form: it holds the password or code that was
proven, and an id drawn for its page. Without that id, whoever has the cookie of before could guess codes here for as
long as the answer lasts, uncounted. The cookie alone opens nothing (docs/decisions/0029).
"""

from __future__ import annotations

import json

from flask import Response, request

from idp.kernel.clock import MINUTE
from idp.kernel.handles import keyed_digest
from idp.persistence.login_flows import LoginFlowRow
from idp.signing.sealing import SealBroken
from idp.web.context import services
from idp.web.pages import see_other

REPEATABLE = 2 * MINUTE
"""Seconds in which a browser may ask for the same answer again."""


PAGE_ID = "page_id"
"""The field of a form with the id of its page."""


def seal_answer(response: Response, *, row: LoginFlowRow, secret: str, now: int) -> str:
    """Seal a redirect and its cookies, for the request being served alone; `secret` is the binding cookie it sent.

    Empty when the form has no page id: then the answer cannot be had again.
    """
    if not request.form.get(PAGE_ID):
        return ""
    answer = {"at": now, "to": response.headers["Location"], "cookies": response.headers.getlist("Set-Cookie")}
    return services().sealer.seal(json.dumps(answer).encode(), row=_name(row, secret))


def repeat_answer(row: LoginFlowRow, *, secret: str, now: int) -> Response | None:
    """Return the sealed answer again, if this request is the one it was sealed for."""
    if request.method != "POST" or not row.sealed_answer:
        return None
    try:
        answer = json.loads(services().sealer.unseal(row.sealed_answer, row=_name(row, secret)))
    except SealBroken:
        return None
    if now >= answer["at"] + REPEATABLE:
        return None
    response = see_other(answer["to"])
    for cookie in answer["cookies"]:
        response.headers.add("Set-Cookie", cookie)
    return response


def _name(row: LoginFlowRow, secret: str) -> str:
    form = json.dumps([request.path, sorted(request.form.items(multi=True))])
    return f"login_flows:{row.id}:{keyed_digest(secret, form)}"
