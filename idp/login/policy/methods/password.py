"""The password."""

from __future__ import annotations

from idp.login.policy.methods.spec import Kind, MethodSpec

PASSWORD = MethodSpec(id="password", kind=Kind.KNOW, amr=frozenset({"pwd"}), begins_sign_in=True)
