"""A method nobody has: the one module that describes it, as `test_factor_registry` adds it to a copy of the source."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import ChangeNotices, Enrolment, History, Kind, MethodContext, MethodSpec
from idp.messaging.notices import Notice


def _usable(context: MethodContext) -> bool:
    return context.settings.second_step == "required"


HARDWARE_TOKEN = MethodSpec(
    id="hardware_token",
    kind=Kind.HAVE,
    amr=frozenset({"otp", "hwk", "x-token"}),
    lasting=True,
    usable=_usable,
    name=Text("Token"),
    title=Text("Use your token"),
    symbol="key",
    page="code/token",
    enrolment=Enrolment(hint=Text("A device that shows codes."), page="enrol/token"),
    change_notices=ChangeNotices(
        added=Notice.AUTHENTICATOR_ADDED, replaced=Notice.AUTHENTICATOR_REPLACED, removed=Notice.AUTHENTICATOR_REMOVED
    ),
    history=History(
        added=Text("A token was added."),
        replaced=Text("Your token was replaced."),
        removed=Text("A token was removed."),
        second_step=Text("Your token was used."),
    ),
)
