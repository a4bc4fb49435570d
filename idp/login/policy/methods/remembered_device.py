"""A remembered device: it waives the second step for a while, and is no factor."""

from __future__ import annotations

from idp.login.policy.methods.spec import MethodSpec

DEVICE = MethodSpec(id="device", kind=None, amr=frozenset())
