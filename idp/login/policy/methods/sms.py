"""A code sent by text message."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import (
    ChangeNotices,
    Destination,
    Enrolment,
    History,
    Kind,
    MethodContext,
    MethodSpec,
)
from idp.messaging.notices import Notice


def _usable(context: MethodContext) -> bool:
    return "sms" in context.settings.channels


SMS = MethodSpec(
    id="sms",
    kind=Kind.HAVE,
    amr=frozenset({"sms", "mca"}),
    lasting=True,
    destination=Destination.NUMBER,
    usable=_usable,
    name=Text("Codes by text message"),
    title=Text("Send code by text message"),
    page="code/sms",
    enrolment=Enrolment(
        hint=Text("Less safe than a passkey or an app."),
        page="enrol/sms",
        account_hint=Text("Works on any phone; less safe than a passkey or an app."),
    ),
    change_notices=ChangeNotices(
        added=Notice.MESSAGE_CODES_ADDED,
        replaced=Notice.MESSAGE_CODES_ADDED,
        removed=Notice.MESSAGE_CODES_REMOVED,
    ),
    history=History(
        added=Text("Codes by text message were set up."),
        removed=Text("Codes by text message were turned off."),
        sent=Text("A code was sent to you by text message."),
    ),
)
