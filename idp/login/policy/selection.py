"""Which ways of giving a second step there are for somebody, the most secure first; and which is shown first. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from idp.login.policy.assurance import Level, reachable
from idp.login.policy.methods import MOST_SECURE_FIRST, Method
from idp.persistence.factors import Factor


def available_methods(methods: Iterable[Method], target: Level) -> tuple[Method, ...]:
    """Those of a person's methods with which, after a password, `target` is reached.

    Which of several passkeys will be used nobody knows before, so a passkey counts as one that its maker vouches for.
    """
    able = frozenset(methods)
    worth = {method: reachable({Method.PASSWORD, method}, attested=True) for method in able}
    return tuple(method for method in MOST_SECURE_FIRST if method in able and worth[method] >= target)


def preferred_method(ways: tuple[Method, ...], factors: Iterable[Factor]) -> Method | None:
    """The way that was used last, if it is open; otherwise the most secure one. None when no way is open."""
    used = [factor for factor in factors if factor.kind in ways and factor.last_used_at]
    if used:
        return Method(max(used, key=lambda factor: factor.last_used_at or 0).kind)
    return ways[0] if ways else None
