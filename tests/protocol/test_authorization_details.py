"""Rich authorization requests: RFC 9396."""

import json
from typing import Any

import pytest

from idp.persistence.client_metadata import ClientMetadata
from tests.support.apis import BILLS, ORDERS, PAY, READ, ResourceServer
from tests.support.back_channel import BackChannelClient, refused
from tests.support.browser import Browser
from tests.support.device_grant import Television, type_code
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

PAYMENT: dict[str, Any] = {
    "type": "payment_initiation",
    "actions": ["initiate", "status"],
    "locations": [BILLS],
    "instructedAmount": {"currency": "EUR", "amount": "123.50"},
}
ACCOUNTS: dict[str, Any] = {"type": "account_information", "identifier": "DE40"}
TYPES = ClientMetadata(authorization_details_types=["payment_initiation", "account_information"])
SCOPES = ["openid", "offline_access", READ, PAY]


def test_they_are_shown_allowed_and_told(harness: Harness, jane: Someone, browser: Browser) -> None:
    """Sections 6 to 9: in the consent, the token response, the access token and introspection; asked each time."""
    rp = RelyingParty(harness, scopes=SCOPES, metadata=TYPES)
    sent = json.dumps([PAYMENT, ACCOUNTS])
    rp.send(browser, authorization_details=sent)
    browser.submit(username=jane.username, password=jane.password)
    for word in ("payment_initiation", "initiate, status", "123.50", "DE40"):
        assert word in browser.page.text
    browser.submit(choice="approve")
    answer = rp.tokens_from(rp.answer(browser))
    assert answer["authorization_details"] == [PAYMENT, ACCOUNTS]
    assert rp.claims_of(answer["access_token"])["authorization_details"] == [PAYMENT, ACCOUNTS]
    assert (rp.introspect(answer["access_token"]).json or {})["authorization_details"] == [PAYMENT, ACCOUNTS]
    rp.send(browser, authorization_details=sent)
    assert "/consent/" in browser.at, "consent to one payment does not cover the next"
    browser.submit(choice="cancel")
    assert rp.error(browser) == "access_denied"
    rp.send(browser, authorization_details=sent, prompt="none")
    assert rp.error(browser) == "consent_required"


@pytest.mark.parametrize(
    "sent",
    ["{}", "[]", "[1]", "nonsense", '[{"type":"unknown"}]', '[{"type":"account_information","actions":"x"}]',
     '[{"type":"account_information","type":"account_information"}]', '[{"actions":[]}]',
     '[{"type":"account_information","identifier":NaN}]', '[{"type":"account_information","x":1e400}]',
     r'[{"type":"account_information","x":{"y":"\ud800"}}]', r'[{"type":"account_information","\u0000":1}]'],
)  # fmt: skip
def test_what_is_not_of_the_client_or_not_well_formed_is_refused(harness: Harness, browser: Browser, sent: str) -> None:
    """Section 5."""
    rp = RelyingParty(harness, metadata=TYPES)
    rp.send(browser, authorization_details=sent)
    assert rp.error(browser) == "invalid_authorization_details"
    tv = Television(harness, metadata=TYPES)
    answer = tv.post("/device_authorization", {"scope": "openid", "authorization_details": sent})
    refused(answer, "invalid_authorization_details")


def test_a_token_has_those_of_its_api_and_a_request_may_choose(harness: Harness, jane: Someone) -> None:
    """Sections 3 and 6."""
    ResourceServer(harness)
    ResourceServer(harness, BILLS)
    rp = BackChannelClient(harness, scopes=SCOPES, metadata=TYPES)
    answer = rp.tokens(jane, scopes=tuple(SCOPES), resources=[ORDERS, BILLS], authorization_details=[PAYMENT, ACCOUNTS])
    assert answer["authorization_details"] == [ACCOUNTS], "the payment is for another API"
    bills = rp.refresh(answer["refresh_token"], resource=BILLS, authorization_details=json.dumps([PAYMENT]))
    assert (bills.json or {})["authorization_details"] == [PAYMENT]
    more = json.dumps([PAYMENT | {"instructedAmount": {"currency": "EUR", "amount": "999"}}])
    again = rp.refresh((bills.json or {})["refresh_token"], authorization_details=more)
    refused(again, "invalid_authorization_details")


def test_a_type_that_was_withdrawn_is_not_issued_again(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness, scopes=SCOPES, metadata=TYPES)
    answer = rp.tokens(jane, scopes=tuple(SCOPES), authorization_details=[ACCOUNTS])
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"metadata": ClientMetadata()})
    refreshed = rp.refresh(answer["refresh_token"]).json or {}
    assert "authorization_details" not in refreshed
    assert "authorization_details" not in rp.claims_of(refreshed["access_token"])


def test_a_device_asks_for_them_too(harness: Harness, jane: Someone, browser: Browser) -> None:
    tv = Television(harness, metadata=TYPES).start(authorization_details=json.dumps([ACCOUNTS]))
    type_code(browser, tv, jane)
    assert "DE40" in browser.page.text
    browser.submit(choice="approve")
    assert (tv.poll().json or {})["authorization_details"] == [ACCOUNTS]
