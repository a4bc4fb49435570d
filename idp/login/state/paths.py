"""The paths of the pages of a login flow; templates and routes take them from here."""

from __future__ import annotations

from idp.login.policy.proofs import Method
from idp.login.policy.steps import Step

RECOVERY_CODE = "recovery"
"""The page of recovery codes."""
PASSKEY = "passkey"
"""A passkey in place of name and password."""
FORGOT_PASSWORD = "forgot"  # noqa: S105 - the path of a page
FORGOT_PASSWORD_SENT = "forgot/sent"  # noqa: S105 - the path of a page
CODE_PASSKEY = f"{Step.CODE}/{Method.PASSKEY}"
"""A passkey as the second step."""
OTHER_PERSON = f"{Step.IDENTIFY}?other=1"
"""The sign-in page without the name that is known."""


def flow_path(flow_id: str, page: str = "") -> str:
    """Return the path of a page of a login flow; without `page`, the path that leads to its present step."""
    return f"/login/{flow_id}/{page}" if page else f"/login/{flow_id}"


def code_page(method: Method) -> str:
    """Return the page of codes that are sent by this method."""
    return f"{Step.CODE}/{method}"


def enrolment_page(method: Method) -> str:
    """Return the page that enrols this method."""
    return f"{Step.ENROL}/{method}"
