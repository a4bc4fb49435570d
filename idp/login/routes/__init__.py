"""The pages of a sign-in, below `/login/<attempt>/`, and those that links in mails lead to.

Each page parses, calls one use case, and answers 303 to whatever is missing next (`flow.onward`); none of them knows
what that is. A page that is not the present step sends the browser there, so the back button and a reload are harmless.
"""

from __future__ import annotations

from idp.login.routes import (
    alert,
    email,
    enrol,
    forgot,
    identify,
    offer,
    passkey,
    recover,
    second_step,
    sent_code,
    set_up_codes,
    set_up_passkey,
    start,
    undo,
)

signing_in = (start, identify, forgot, second_step, sent_code, passkey, offer, enrol, set_up_codes, set_up_passkey)
parts = (*signing_in, recover, alert, email, undo)
blueprints = tuple(part.blueprint for part in parts)
