"""The pages of a login flow, below `/login/<flow>/`. Private to `login`; shared parts live in `flow` and `forms`.

Each page parses, calls one use case, and answers 303 to the next step (`flow.advance`); no page knows which one that
is. A page that is not the present step sends the browser there, so the back button and a reload are harmless.
"""

from __future__ import annotations

from idp.login.pages import (
    enrol_passkey,
    enrol_sent_code,
    enrol_totp,
    identify,
    optional_enrolment,
    passkey,
    recovery_code,
    save_codes,
    second_step,
    select_account,
    sent_code,
)

PAGES = (
    select_account,
    identify,
    second_step,
    sent_code,
    recovery_code,
    passkey,
    optional_enrolment,
    enrol_totp,
    enrol_sent_code,
    enrol_passkey,
    save_codes,
)
blueprints = tuple(page.blueprint for page in PAGES)
