"""The selector of other methods on each page of the second step: the most secure first, recovery codes last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from idp.factors.sent_code import mask
from idp.login.flow import rendering
from idp.login.policy.methods import Method
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import code_page


@dataclass(frozen=True)
class AlternativeMethod:
    """One entry: a link, or a form to post if it sends a code."""

    title: str
    detail: str
    symbol: str
    href: str = ""
    action: str = ""


def alternative_methods(
    flow: LoginFlow, shown: Collection[Method], *, recovery: bool = True
) -> list[AlternativeMethod]:
    """Return everything open to this person but what the page itself shows."""
    methods = flow.second_steps if recovery else flow.available_methods
    return [_entry(flow, method) for method in methods if method not in shown]


def enrolment_alternatives(flow: LoginFlow, *, shown: Method) -> list[AlternativeMethod]:
    """Return what could be set up instead of the method shown, where its page lists them.

    The page of an authenticator app does; the others link back to it, unless an app does not count.
    """
    if shown is not Method.TOTP and Method.TOTP in flow.enrollable_methods:
        return []
    return [
        AlternativeMethod(method.spec.name, entry.hint, method.spec.symbol, href=rendering.flow_url(flow, entry.page))
        for method in flow.enrollable_methods
        if method is not shown and (entry := method.spec.enrolment)
    ]


def _entry(flow: LoginFlow, method: Method) -> AlternativeMethod:
    spec = method.spec
    if not spec.destination or flow.person is None:
        return _link(flow, method)
    (factor,) = flow.person.factors_of(method)
    action = rendering.flow_url(flow, f"{code_page(method)}/send")
    return AlternativeMethod(spec.title, mask(factor.address or ""), spec.symbol, action=action)


def _link(flow: LoginFlow, method: Method) -> AlternativeMethod:
    return AlternativeMethod(
        method.spec.title, "", method.spec.symbol, href=rendering.flow_url(flow, code_page(method))
    )
