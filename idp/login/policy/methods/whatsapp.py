"""A code sent by WhatsApp."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.phone_code import number_code
from idp.login.policy.methods.spec import History

WHATSAPP = number_code(
    "whatsapp",
    amr=frozenset({"otp", "mca"}),
    name=Text("Codes by WhatsApp"),
    title=Text("Send code via WhatsApp"),
    history=History(
        added=Text("Codes by WhatsApp were set up."),
        removed=Text("Codes by WhatsApp were turned off."),
        sent=Text("A code was sent to you by WhatsApp."),
    ),
)
