"""A code sent by WhatsApp."""

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
    return "whatsapp" in context.settings.channels


WHATSAPP = MethodSpec(
    id="whatsapp",
    kind=Kind.HAVE,
    amr=frozenset({"otp", "mca"}),
    lasting=True,
    destination=Destination.NUMBER,
    usable=_usable,
    name=Text("Codes by WhatsApp"),
    title=Text("Send code via WhatsApp"),
    page="code/whatsapp",
    enrolment=Enrolment(
        hint=Text("Less safe than a passkey or an app."),
        page="enrol/whatsapp",
        account_hint=Text("Works on any phone; less safe than a passkey or an app."),
    ),
    change_notices=ChangeNotices(
        added=Notice.MESSAGE_CODES_ADDED,
        replaced=Notice.MESSAGE_CODES_ADDED,
        removed=Notice.MESSAGE_CODES_REMOVED,
    ),
    history=History(
        added=Text("Codes by WhatsApp were set up."),
        removed=Text("Codes by WhatsApp were turned off."),
        sent=Text("A code was sent to you by WhatsApp."),
    ),
)
