"""The selector on each page of the second step: what else would do, the most secure first, recovery codes last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from idp.config import Settings
from idp.factors.message_code import masked
from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.policy.proofs import SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import RECOVERY_CODE, code_page, enrolment_page

TITLES = {
    Method.PASSKEY: Text("Use your passkey"),
    Method.TOTP: Text("Use your authenticator app"),
    Method.WHATSAPP: Text("Send code via WhatsApp"),
    Method.SMS: Text("Send code by text message"),
    Method.EMAIL: Text("Send code by email"),
    Method.RECOVERY_CODE: Text("Use a recovery code"),
}
ENROLMENT_TITLES = {
    Method.PASSKEY: Text("Passkey"),
    Method.WHATSAPP: Text("Codes by WhatsApp"),
    Method.SMS: Text("Codes by text message"),
    Method.EMAIL: Text("Codes by email"),
}
HINTS = {
    Method.PASSKEY: Text("Your finger, face or PIN. The safest way."),
    Method.WHATSAPP: Text("Less safe than a passkey or an app."),
    Method.SMS: Text("Less safe than a passkey or an app."),
    Method.EMAIL: Text("The least safe of these."),
}
SYMBOLS = {Method.PASSKEY: "passkey", Method.RECOVERY_CODE: "key", Method.EMAIL: "mail"}


@dataclass(frozen=True)
class AlternativeMethod:
    """One entry: where it leads by GET, or, if pressing it sends a code, where it is posted."""

    title: str
    detail: str
    symbol: str
    href: str = ""
    action: str = ""


def alternative_methods(
    flow: LoginFlow, shown: Collection[Method], *, recovery: bool = True
) -> list[AlternativeMethod]:
    """Everything open to this person but what the page itself shows."""
    ways = [_way(flow, method) for method in flow.available_methods if method not in shown]
    able = flow.person.methods if flow.person else frozenset()
    if recovery and Method.RECOVERY_CODE in able:
        ways.append(_link(Method.RECOVERY_CODE, page.flow_url(flow, RECOVERY_CODE)))
    return ways


def enrolment_alternatives(flow: LoginFlow, settings: Settings) -> list[AlternativeMethod]:
    """What could be set up on the way in instead of the app."""
    ways = flow.enrollable_methods(settings)
    return [
        AlternativeMethod(
            ENROLMENT_TITLES[way],
            HINTS[way],
            SYMBOLS.get(way, "phone"),
            href=page.flow_url(flow, enrolment_page(way)),
        )
        for way in ways
    ]


def _way(flow: LoginFlow, method: Method) -> AlternativeMethod:
    if method not in SENT or flow.person is None:
        return _link(method, page.flow_url(flow, Step.CODE))
    (factor,) = flow.person.factors_of(method)
    action = page.flow_url(flow, f"{code_page(method)}/send")
    return AlternativeMethod(TITLES[method], masked(factor.address or ""), SYMBOLS.get(method, "phone"), action=action)


def _link(method: Method, href: str) -> AlternativeMethod:
    return AlternativeMethod(TITLES[method], "", SYMBOLS.get(method, "phone"), href=href)
