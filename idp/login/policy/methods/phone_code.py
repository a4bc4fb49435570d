"""What codes to a phone number have in common, whichever channel carries them."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import ChangeNotices, Destination, Enrolment, History, Kind, MethodSpec
from idp.messaging.notices import Notice


def number_code(channel: str, *, amr: frozenset[str], name: Text, title: Text, history: History) -> MethodSpec:
    """Describe codes by one channel, which has the name of the method."""
    return MethodSpec(
        id=channel,
        kind=Kind.HAVE,
        amr=amr,
        lasting=True,
        destination=Destination.NUMBER,
        usable=lambda context: channel in context.settings.channels,
        name=name,
        title=title,
        page=f"code/{channel}",
        enrolment=Enrolment(
            hint=Text("Less safe than a passkey or an app."),
            page=f"enrol/{channel}",
            account_hint=Text("Works on any phone; less safe than a passkey or an app."),
        ),
        change_notices=ChangeNotices(
            added=Notice.MESSAGE_CODES_ADDED,
            replaced=Notice.MESSAGE_CODES_ADDED,
            removed=Notice.MESSAGE_CODES_REMOVED,
        ),
        history=history,
    )
