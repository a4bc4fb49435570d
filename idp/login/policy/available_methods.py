"""Which second steps a person can use, the most secure first, and which one is shown first. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from idp.login.policy.assurance import Level, reachable
from idp.login.policy.methods import MOST_SECURE_FIRST, Method
from idp.persistence.factors import Factor


def available_methods(methods: Iterable[Method], target: Level) -> tuple[Method, ...]:
    """Return the methods that reach `target` together with a password.

    A passkey counts as attested: which of several will be used is not known yet.
    """
    able = frozenset(methods)
    levels = {method: reachable({Method.PASSWORD, method}, attested=True) for method in able}
    return tuple(method for method in MOST_SECURE_FIRST if method in able and levels[method] >= target)


def preferred_method(methods: tuple[Method, ...], factors: Iterable[Factor]) -> Method | None:
    """Return the method that was used last, else the most secure one; None when there is no method.

    `methods` has the most secure one first.
    """
    used = [factor for factor in factors if factor.kind in methods and factor.last_used_at]
    if used:
        return Method(max(used, key=lambda factor: factor.last_used_at or 0).kind)
    return methods[0] if methods else None
