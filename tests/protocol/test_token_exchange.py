"""Token exchange by policy: RFC 8693."""

from typing import Any

import pytest

from idp.admin import clients
from idp.login.policy.assurance import Level
from idp.login.policy.rules import RuleKind
from tests.support.apis import BILLS, ORDERS, PAY, READ, ResourceServer
from tests.support.back_channel import BackChannelClient, refused
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.policy import rule, store_rules

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:access_token"
BACK_END: dict[str, Any] = {"grant_types": [GRANT], "redirect_uris": [], "scopes": [PAY, "email"]}


@pytest.fixture
def rp(harness: Harness) -> BackChannelClient:
    """The app that the person signed in to."""
    return BackChannelClient(harness, scopes=["openid", READ])


@pytest.fixture
def back_end(harness: Harness) -> BackChannelClient:
    """The program behind the API for orders, which may call the API for bills."""
    ResourceServer(harness, exchange_clients=["orders-back-end"])
    return BackChannelClient(harness, "orders-back-end", **BACK_END)


@pytest.fixture
def bills(harness: Harness) -> ResourceServer:
    """The API that is called then."""
    return ResourceServer(harness, BILLS)


def token_for_orders(rp: BackChannelClient, jane: Someone) -> str:
    """What the API for orders gets from the app."""
    token: str = rp.tokens(jane, scopes=("openid", READ), resources=[ORDERS])["access_token"]
    return token


def exchange(client: BackChannelClient, token: str, **changes: Any) -> Any:  # noqa: ANN401 - a response
    """Asks for a token for bills instead."""
    form = {"grant_type": GRANT, "subject_token": token, "subject_token_type": TYPE, "resource": BILLS}
    return client.post("/token", form | changes)


def test_a_token_of_one_api_becomes_one_of_another_that_names_the_actor(
    rp: BackChannelClient, back_end: BackChannelClient, bills: ResourceServer, jane: Someone
) -> None:
    """Sections 2.2.1 and 4.1; it ends with the token and the grant that it came from."""
    subject = token_for_orders(rp, jane)
    back_end.harness.clock.advance(100)
    answer = exchange(back_end, subject).json or {}
    claims = back_end.claims_of(answer["access_token"])
    assert (claims["sub"], claims["aud"], claims["scope"], claims["client_id"]) == (
        jane.id,
        BILLS,
        PAY,
        "orders-back-end",
    )
    assert claims["act"] == {"sub": "orders-back-end"}
    assert claims["exp"] == rp.claims_of(subject)["exp"]
    assert (answer["issued_token_type"], answer["expires_in"], "refresh_token" in answer) == (TYPE, 200, False)
    assert (bills.introspect(answer["access_token"]).json or {})["act"] == {"sub": "orders-back-end"}
    refused(back_end.userinfo(answer["access_token"]), "invalid_token", 401)
    with rp.harness.services.database.write() as tx:
        tx.grants.revoke_for_user(jane.id)
    assert bills.introspect(answer["access_token"]).json == {"active": False}


def test_actors_in_a_row_are_all_named(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    """Section 4.1: the newest outside."""
    ResourceServer(harness, BILLS, exchange_clients=["bills-back-end"])
    second = BackChannelClient(harness, "bills-back-end", **(BACK_END | {"scopes": [READ]}))
    assert (exchange(back_end, token_for_orders(rp, jane), scope=f"{PAY} {PAY}").json or {})["scope"] == PAY
    first = (exchange(back_end, token_for_orders(rp, jane)).json or {})["access_token"]
    claims = second.claims_of((exchange(second, first, resource=ORDERS).json or {})["access_token"])
    assert claims["act"] == {"sub": "bills-back-end", "act": {"sub": "orders-back-end"}}


@pytest.mark.usefixtures("bills")
def test_only_what_the_policy_allows_is_exchanged(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    """No app that the API did not name, no token for userinfo, none of an app itself, none that ended."""
    subject = token_for_orders(rp, jane)
    other = BackChannelClient(harness, "other", **BACK_END)
    refused(exchange(other, subject), "invalid_request")
    refused(exchange(rp, subject), "unauthorized_client")
    refused(exchange(back_end, rp.tokens(jane, scopes=("openid", READ))["access_token"]), "invalid_request")
    refused(exchange(back_end, (rp.client_credentials(resource=ORDERS).json or {})["access_token"]), "invalid_request")
    refused(exchange(back_end, "a.b.c"), "invalid_request")
    rp.revoke(subject)
    refused(exchange(back_end, subject), "invalid_request")
    harness.clock.advance(300)
    refused(exchange(back_end, token_for_orders(rp, jane), resource=ISSUER), "invalid_target")


@pytest.mark.usefixtures("bills")
def test_an_app_with_a_lowest_level_gets_no_token_of_a_lower_one(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    """`acr` "0" is that of somebody whom a trusted issuer named."""
    with harness.services.database.write() as tx:
        tx.clients.change(back_end.app.client_id, {"min_acr": "mfa"})
    assert exchange(back_end, token_for_orders(rp, jane)).status_code == 200
    for acr in ("pwd", "0"):
        subject = rp.tokens(jane, scopes=("openid", READ), resources=[ORDERS], acr=acr)["access_token"]
        refused(exchange(back_end, subject), "invalid_request")


@pytest.mark.usefixtures("bills")
def test_the_rule_of_an_app_counts_like_its_own_lowest_level(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    store_rules(harness, rule(RuleKind.APP, back_end.app.client_id, min_level=Level.MFA))
    assert exchange(back_end, token_for_orders(rp, jane)).status_code == 200
    subject = rp.tokens(jane, scopes=("openid", READ), resources=[ORDERS], acr="pwd")["access_token"]
    refused(exchange(back_end, subject), "invalid_request")


@pytest.mark.usefixtures("bills")
def test_a_new_app_with_the_id_of_a_removed_one_exchanges_nothing(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    with harness.services.database.write() as tx:
        clients.remove(tx, clients.find(tx, back_end.app.client_id))
    new = BackChannelClient(harness, back_end.app.client_id, **BACK_END)
    refused(exchange(new, token_for_orders(rp, jane)), "invalid_request")


@pytest.mark.usefixtures("bills")
def test_impersonation_and_other_types_are_refused(
    rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    subject = token_for_orders(rp, jane)
    id_token = "urn:ietf:params:oauth:token-type:id_token"
    for changes, error in (
        ({"actor_token": subject, "actor_token_type": TYPE}, "invalid_request"),
        ({"requested_token_type": id_token}, "invalid_request"),
        ({"subject_token_type": id_token}, "invalid_request"),
        ({"subject_token": None}, "invalid_request"),
        ({"resource": None}, "invalid_target"),
        ({"resource": ORDERS}, "invalid_target"),
        ({"audience": ORDERS}, "invalid_target"),
        ({"scope": READ}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
    ):
        refused(exchange(back_end, subject, **changes), error)


def test_an_exchanged_token_ends_with_each_of_its_two_apps(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, bills: ResourceServer, jane: Someone
) -> None:
    """Its grant is the first app's, and does not end with the credentials of the second."""
    first, second = [(exchange(back_end, token_for_orders(rp, jane)).json or {})["access_token"] for _ in range(2)]
    assert (bills.introspect(first).json or {})["active"]
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"restricted": True})
    assert bills.introspect(second).json == {"active": False}
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"restricted": False})
        client = clients.find(tx, back_end.app.client_id, lock=True)
        clients.disable(tx, client)
        clients.enable(tx, client)
    assert bills.introspect(first).json == {"active": False}


def test_a_token_is_not_exchanged_again_once_its_holder_is_disabled(
    harness: Harness, rp: BackChannelClient, back_end: BackChannelClient, jane: Someone
) -> None:
    ResourceServer(harness, BILLS, exchange_clients=["bills-back-end"])
    second = BackChannelClient(harness, "bills-back-end", **(BACK_END | {"scopes": [READ]}))
    token = (exchange(back_end, token_for_orders(rp, jane)).json or {})["access_token"]
    with harness.services.database.write() as tx:
        clients.disable(tx, clients.find(tx, back_end.app.client_id))
    refused(exchange(second, token, resource=ORDERS), "invalid_request")
    with harness.services.database.write() as tx:
        clients.enable(tx, clients.find(tx, back_end.app.client_id))
    refused(exchange(second, token, resource=ORDERS), "invalid_request")
