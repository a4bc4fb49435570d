"""A code sent by text message."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.phone_code import number_code
from idp.login.policy.methods.spec import History

SMS = number_code(
    "sms",
    amr=frozenset({"sms", "mca"}),
    name=Text("Codes by text message"),
    title=Text("Send code by text message"),
    history=History(
        added=Text("Codes by text message were set up."),
        removed=Text("Codes by text message were turned off."),
        sent=Text("A code was sent to you by text message."),
    ),
)
