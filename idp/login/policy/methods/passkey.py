"""A passkey (Web Authentication): the first factor, the second one, or both at once."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import ChangeNotices, Enrolment, History, Kind, MethodSpec
from idp.messaging.notices import Notice

PASSKEY = MethodSpec(
    id="passkey",
    kind=Kind.HAVE,
    amr=frozenset({"user"}),  # each proof adds how its key is kept
    begins_sign_in=True,
    lasting=True,
    phishing_resistant=True,
    name=Text("Passkey"),
    title=Text("Use your passkey"),
    symbol="passkey",
    page="code",
    enrolment=Enrolment(hint=Text("Your finger, face or PIN. The safest way."), page="enrol/passkey"),
    change_notices=ChangeNotices(
        added=Notice.PASSKEY_ADDED, replaced=Notice.PASSKEY_ADDED, removed=Notice.PASSKEY_REMOVED
    ),
    history=History(
        added=Text("A passkey was added."),
        removed=Text("A passkey was removed."),
        second_step=Text("Your passkey was used as the second step."),
    ),
)
