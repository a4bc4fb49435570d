"""The pages of a login flow, below `/login/<flow>/`. Private to `login`; shared parts live in `flow` and `forms`.

Each page parses, calls one use case, and answers 303 to the next step (`flow.advance`); no page knows which one that
is. A page that is not the present step sends the browser there, so the back button and a reload are harmless.
"""

from __future__ import annotations

from idp.login.pages import (
    enrol_message_code,
    enrol_passkey,
    enrol_totp,
    identify,
    offer,
    passkey,
    recovery_code,
    save_codes,
    second_step,
    sent_code,
    start,
)

PAGES = (
    start,
    identify,
    second_step,
    sent_code,
    recovery_code,
    passkey,
    offer,
    enrol_totp,
    enrol_message_code,
    enrol_passkey,
    save_codes,
)
blueprints = tuple(page.blueprint for page in PAGES)
