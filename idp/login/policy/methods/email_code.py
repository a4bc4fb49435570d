"""A code sent by email."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import ChangeNotices, Destination, Enrolment, History, MethodContext, MethodSpec
from idp.messaging.notices import Notice


def _usable(context: MethodContext) -> bool:
    return "email" in context.settings.channels


def _can_enrol(context: MethodContext) -> bool:
    return bool(context.user and context.user.email)


EMAIL = MethodSpec(
    id="email",
    kind=None,  # a mailbox shows no possession of anything (SP 800-63B section 3.1.3.1)
    amr=frozenset({"otp", "mca"}),
    lasting=True,
    destination=Destination.MAILBOX,
    usable=_usable,
    name=Text("Codes by email"),
    title=Text("Send code by email"),
    symbol="mail",
    page="code/email",
    enrolment=Enrolment(
        hint=Text("The least safe of these."),
        page="enrol/email",
        account_hint=Text("Better than a password alone, and less safe than a passkey or an app."),
        possible=_can_enrol,
    ),
    change_notices=ChangeNotices(
        added=Notice.MESSAGE_CODES_ADDED,
        replaced=Notice.MESSAGE_CODES_ADDED,
        removed=Notice.MESSAGE_CODES_REMOVED,
    ),
    history=History(
        added=Text("Codes by email were set up."),
        removed=Text("Codes by email were turned off."),
        sent=Text("A code was mailed to you."),
    ),
)
