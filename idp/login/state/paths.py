"""The paths of the pages of a login flow; templates and routes take them from here."""

from __future__ import annotations

from idp.login.policy.methods import Method
from idp.login.policy.steps import Step

RECOVERY_CODE = Method.RECOVERY_CODE.spec.page
PASSKEY = "passkey"
"""A passkey in place of name and password."""
FORGOT_PASSWORD = "forgot"  # noqa: S105 - the path of a page
FORGOT_PASSWORD_SENT = "forgot/sent"  # noqa: S105 - the path of a page
REGISTER = "register"
REGISTER_SENT = "register/sent"
CODE_PASSKEY = f"{Step.CODE}/{Method.PASSKEY}"
"""A passkey as the second step."""
OTHER_PERSON = f"{Step.IDENTIFY}?other=1"
"""The sign-in page without the name that is known."""


def flow_path(flow_id: str, page: str = "") -> str:
    """Return the path of a page of a login flow; without `page`, the path that leads to its present step."""
    return f"/login/{flow_id}/{page}" if page else f"/login/{flow_id}"


def code_page(method: Method) -> str:
    """Return the page that asks for this method as the second step."""
    return method.spec.page


def enrolment_page(method: Method) -> str:
    """Return the page that enrols this method; an authenticator app has none but the first one of the step."""
    return method.spec.enrolment.page if method.spec.enrolment else Step.ENROL
