"""A recovery code, used once in place of a second step."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.policy.methods.spec import Kind, MethodSpec

RECOVERY_CODE = MethodSpec(
    id="recovery_code",
    kind=Kind.HAVE,
    amr=frozenset({"otp"}),
    recovery=True,
    title=Text("Use a recovery code"),
    symbol="key",
    page="recovery",
)
