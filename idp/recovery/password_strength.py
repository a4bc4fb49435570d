"""The strength of a new password while it is typed (`strength.js`). Nothing typed is stored.

Only somebody who may set a password here gets an answer, a limited number of times: the estimate in
`factors.password_strength` is costly.
"""

from __future__ import annotations

from flask import Response, request

from idp.login.policy import rate_limits
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.recovery import new_password
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import json_response, translate


def consume_attempt(tx: Transaction, person: Person) -> bool:
    """Whether this person may be answered once more."""
    return tx.throttles.consume(rate_limits.strength_bucket(person.user.id), rate_limits.STRENGTH_LIMIT)


def strength_response(person: Person, *, allowed: bool) -> Response:
    """Return the strength of the request's `password` as JSON: `score` (0 to 4), `words` for it, and `advice`.

    It is the result that the form will get, except that it does not reveal the current password: that
    would be a way to guess at it.
    """
    typed = single_value(request.form, "password")
    if not allowed:
        return json_response({}, 429)
    if not typed:
        return json_response({}, 400)
    single_factor = not person.has_second_step
    found = new_password.check_new_password(
        typed, person.user, services().settings, services().breached, single_factor=single_factor
    )
    words, advice = translate(found.words), translate(found.problem) if found.problem else ""
    return json_response({"score": found.score, "words": words, "advice": advice})
