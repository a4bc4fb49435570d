"""What assertions of trusted issuers gave, listed and ended: with the issuer, the app, or the person's wish."""

import pytest

from idp.persistence.grants import GrantedScopes
from tests.support import tables
from tests.support.account import Account
from tests.support.apis import ORDERS, READ, ResourceServer
from tests.support.back_channel import BackChannelClient, refused
from tests.support.command import Command
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.trusted_issuers import GRANT, OTHER, AssertionClient, trust


def test_without_the_trust_the_tokens_end(
    harness: Harness, assertion_client: AssertionClient, orders: ResourceServer, jane: Someone
) -> None:
    """Of each app that loses it, and of no other; what a person signed in for stays."""
    kept = assertion_client.granted(jane).grant_id
    other, command = AssertionClient(harness, "other"), Command.of(harness.settings)
    trust(harness, clients=["courier", "other"])
    brought = [
        each.present(each.assertion(jti=each.app.client_id), resource=ORDERS) for each in (assertion_client, other)
    ]
    first, second = [(each.json or {})["access_token"] for each in brought]
    command.done("trusted-issuers", "set", OTHER, "--client", "other", "--scope", READ)
    assert [(orders.introspect(each).json or {})["active"] for each in (first, second)] == [False, True]
    command.done("trusted-issuers", "remove", OTHER, "--yes")
    assert not (orders.introspect(second).json or {})["active"]
    with harness.services.database.read() as tx:
        held = tx.grants.by_id(kept)
        assert held is not None
        assert held.revoked_at is None


def test_many_assertions_are_listed_as_one(harness: Harness, assertion_client: AssertionClient, jane: Someone) -> None:
    """Since the first; pages that list what apps have do not grow with each."""
    trust(harness)
    first = harness.clock.now()
    for _ in range(3):
        assert assertion_client.present().status_code == 200
        harness.clock.advance(10)
    assert tables.count(harness, "grants") == 3
    with harness.services.database.read() as tx:
        assert tx.grants.live_scopes(jane.id) == [GrantedScopes("courier", [READ], first)]


@pytest.mark.usefixtures("orders")
def test_a_removed_app_comes_back_by_consent_alone(
    harness: Harness, assertion_client: AssertionClient, jane: Someone
) -> None:
    """Not by the next assertion; an organisation's own app needs nobody's consent."""
    shop = RelyingParty(harness, "shop", first_party=False, grant_types=["authorization_code", GRANT])
    trust(harness, clients=["courier", "shop"], scopes=["email"])
    with harness.services.database.write() as tx:
        tx.clients.change("courier", {"scopes": ["email"]})
    here = Account(harness, jane)

    def present(app: BackChannelClient) -> int:
        return app.post("/token", {"grant_type": GRANT, "assertion": assertion_client.assertion()}).status_code

    for app in (shop, assertion_client):
        assert present(app) == 200
        here.open("/account/apps")
        here.browser.submit(action=f"/{app.app.client_id}/remove")
    assert (present(shop), present(assertion_client)) == (400, 200)
    assert "/shop/remove" not in here.open("/account/apps").text
    harness.clock.advance(3)
    shop.send(here.browser, scope="openid email")
    here.browser.submit(choice="approve")
    assert present(shop) == 200
    with harness.services.database.read() as tx:
        consent = tx.consents.find(jane.id, "shop")
        assert consent is not None
        assert consent.granted_at == harness.clock.now()


@pytest.mark.usefixtures("jane")
def test_a_new_app_with_the_id_of_a_removed_one_is_not_trusted(
    harness: Harness, assertion_client: AssertionClient
) -> None:
    trust(harness, clients=["courier", "other"])
    assert assertion_client.present().status_code == 200
    Command.of(harness.settings).done("clients", "remove", "courier", "--yes")
    refused(AssertionClient(harness).present(assertion_client.assertion()), "invalid_grant")
    with harness.services.database.read() as tx:
        assert [each.clients for each in tx.trusted_issuers.all()] == [["other"]]
