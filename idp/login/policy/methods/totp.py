"""A code of an authenticator app (RFC 6238)."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import ChangeNotices, History, Kind, MethodSpec
from idp.messaging.notices import Notice

TOTP = MethodSpec(
    id="totp",
    kind=Kind.HAVE,
    amr=frozenset({"otp"}),
    lasting=True,
    name=Text("Authenticator app"),
    title=Text("Use your authenticator app"),
    page="code",
    change_notices=ChangeNotices(
        added=Notice.AUTHENTICATOR_ADDED,
        replaced=Notice.AUTHENTICATOR_REPLACED,
        removed=Notice.APP_REMOVED,
    ),
    history=History(
        added=Text("An authenticator app was set up."),
        replaced=Text("Your authenticator app was replaced by another one."),
        removed=Text("Your authenticator app was removed."),
    ),
)
