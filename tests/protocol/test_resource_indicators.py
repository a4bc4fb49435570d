"""Tokens for APIs: RFC 8707, RFC 9068; introspection by the API: RFC 7662, RFC 9701."""

import json
from urllib.parse import urlencode

import pytest
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT
from werkzeug.test import TestResponse

from idp.persistence.client_metadata import ClientMetadata
from tests.support.apis import BILLS, ORDERS, PAY, READ, WRITE, ResourceServer
from tests.support.back_channel import BackChannelClient, basic, refused
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.relying_party import RelyingParty

SCOPES = ["openid", "email", "offline_access", READ, WRITE, PAY]
ALLOWED = ("openid", "email", "offline_access", READ, PAY)


@pytest.fixture
def rp(harness: Harness) -> BackChannelClient:
    """An app that is registered for scopes of two APIs."""
    return BackChannelClient(harness, scopes=SCOPES)


def claims(rp: BackChannelClient, response: TestResponse) -> dict[str, object]:
    """What the access token of a token response says."""
    assert response.status_code == 200, response.text
    return rp.claims_of((response.json or {})["access_token"])


@pytest.mark.usefixtures("orders")
def test_a_token_is_for_the_api_and_has_its_scopes_alone(rp: BackChannelClient, jane: Someone) -> None:
    """RFC 9068 section 3: who reads it cannot use it anywhere else, at userinfo either."""
    answer = rp.tokens(jane, scopes=ALLOWED, resources=[ORDERS])
    token = rp.claims_of(answer["access_token"])
    assert (token["aud"], token["scope"], answer["scope"]) == (ORDERS, READ, READ)
    assert answer["id_token"]
    refused(rp.userinfo(answer["access_token"]), "invalid_token", 401)


def test_a_token_without_resource_is_for_our_own_endpoints(rp: BackChannelClient, jane: Someone) -> None:
    answer = rp.tokens(jane, scopes=ALLOWED)
    assert rp.claims_of(answer["access_token"])["aud"] == ISSUER
    assert rp.userinfo(answer["access_token"]).status_code == 200


@pytest.mark.usefixtures("orders")
def test_each_refresh_chooses_among_the_resources_of_the_request(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    """RFC 8707 section 2.2: one refresh token, tokens for several APIs and for userinfo."""
    ResourceServer(harness, BILLS)
    answer = rp.tokens(jane, scopes=ALLOWED, resources=[ORDERS, ISSUER])
    refused(rp.refresh(answer["refresh_token"], resource=BILLS), "invalid_target")
    own = rp.refresh(answer["refresh_token"], resource=ISSUER)
    assert (claims(rp, own)["aud"], claims(rp, own)["scope"]) == (ISSUER, " ".join(ALLOWED))
    first = claims(rp, rp.refresh((own.json or {})["refresh_token"]))
    assert (first["aud"], first["scope"]) == (ORDERS, READ)


def test_a_grant_without_resources_may_be_narrowed_to_any_api_of_its_scopes(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    ResourceServer(harness, BILLS)
    code = rp.granted(jane, scopes=ALLOWED)
    assert claims(rp, rp.redeem(code, resource=BILLS))["aud"] == BILLS


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("resource", ["https://unknown.example.test", "orders", BILLS])
def test_an_unknown_api_or_one_without_scopes_for_it_is_refused(harness: Harness, jane: Someone, resource: str) -> None:
    ResourceServer(harness, BILLS)
    rp = BackChannelClient(harness, scopes=["openid", READ])
    refused(rp.redeem(rp.granted(jane, scopes=("openid", READ)), resource=resource), "invalid_target")
    refused(rp.client_credentials(resource=resource), "invalid_target")


@pytest.mark.usefixtures("orders")
def test_a_token_is_for_one_api_alone(harness: Harness, rp: BackChannelClient) -> None:
    """RFC 8707 section 3: one that names two could be used by each of them at the other."""
    ResourceServer(harness, BILLS)
    body = urlencode([("grant_type", "client_credentials"), ("resource", ORDERS), ("resource", BILLS)]).encode()
    refused(rp.raw("/token", body, headers={"Authorization": basic("web", rp.app.secret)}), "invalid_target")


def test_an_app_gets_a_token_of_its_own_for_an_api(rp: BackChannelClient, orders: ResourceServer) -> None:
    answer = rp.client_credentials(resource=ORDERS)
    token = claims(rp, answer)
    assert (token["aud"], token["sub"], token["scope"]) == (ORDERS, "web", f"{READ} {WRITE}")
    assert (orders.introspect((answer.json or {})["access_token"]).json or {})["active"]


def test_the_shorter_life_counts(harness: Harness, rp: BackChannelClient) -> None:
    ResourceServer(harness, access_token_lifetime=40)
    answer = rp.client_credentials(resource=ORDERS)
    token = claims(rp, answer)
    assert ((answer.json or {})["expires_in"], token["exp"]) == (40, harness.clock.now() + 40)


@pytest.mark.usefixtures("orders")
def test_the_authorization_request_names_several(harness: Harness, jane: Someone, browser: Browser) -> None:
    """RFC 8707 section 2.1; the code stands for the first of them."""
    ResourceServer(harness, BILLS)
    rp = RelyingParty(harness, scopes=SCOPES)
    address = rp.address(scope=f"openid {READ} {PAY}") + "&" + urlencode([("resource", ORDERS), ("resource", BILLS)])
    browser.get(address, site="cross-site")
    token = rp.claims_of(rp.tokens_from(rp.go_through(browser, jane))["access_token"])
    assert (token["aud"], token["scope"]) == (ORDERS, READ)


def test_an_unknown_resource_is_refused_before_the_sign_in(harness: Harness, browser: Browser) -> None:
    rp = RelyingParty(harness, scopes=SCOPES)
    rp.send(browser, resource="https://nobody.example.test")
    assert rp.error(browser) == "invalid_target"


def test_a_resource_of_none_of_the_requested_scopes_is_refused_before_the_sign_in(
    harness: Harness, browser: Browser
) -> None:
    """Otherwise the code would be spent before anybody notices."""
    rp = RelyingParty(harness, scopes=SCOPES)
    rp.send(browser, scope="openid", resource=ORDERS)
    assert rp.error(browser) == "invalid_target"


def test_unknown_scopes_are_refused_in_a_strict_profile(harness: Harness, browser: Browser) -> None:
    rp = RelyingParty(harness, scopes=SCOPES, metadata=ClientMetadata(security_profile="strict"))
    rp.send(browser, scope="openid orders:none")
    assert rp.error(browser) == "invalid_scope"


def test_an_api_learns_about_tokens_for_it_and_no_other(
    harness: Harness, rp: BackChannelClient, jane: Someone, orders: ResourceServer
) -> None:
    """Whichever app has them; one for userinfo, or for another API, is inactive to it."""
    bills = ResourceServer(harness, BILLS)
    token = rp.tokens(jane, scopes=ALLOWED, resources=[ORDERS])["access_token"]
    found = orders.introspect(token).json or {}
    assert (found["active"], found["sub"], found["client_id"], found["scope"]) == (True, jane.id, "web", READ)
    assert (rp.introspect(token).json or {})["active"], "the app that it was issued to may ask, too"
    assert bills.introspect(token).json == {"active": False}
    assert orders.introspect(rp.tokens(jane, scopes=ALLOWED)["access_token"]).json == {"active": False}
    rp.revoke(token)
    assert orders.introspect(token).json == {"active": False}


def test_a_disabled_app_or_a_lost_grant_ends_its_tokens_for_the_api(
    harness: Harness, rp: BackChannelClient, jane: Someone, orders: ResourceServer
) -> None:
    token, own = (
        rp.tokens(jane, scopes=ALLOWED, resources=[ORDERS])["access_token"],
        (rp.client_credentials(resource=ORDERS).json or {})["access_token"],
    )
    with harness.services.database.write() as tx:
        client = tx.clients.by_id("web")
        assert client
        tx.clients.disable(client)
    assert [orders.introspect(each).json for each in (token, own)] == [{"active": False}] * 2


def test_an_api_proves_itself_with_its_own_secret(orders: ResourceServer) -> None:
    for identifier, secret in ((ORDERS, "wrong"), (BILLS, orders.secret)):
        answer = orders.introspect("x", Authorization=basic(identifier, secret))
        refused(answer, "invalid_client", 401)
    refused(orders.http.post("/introspect", data={"token": "x", "client_id": ORDERS}), "invalid_client", 401)


def test_the_answer_is_signed_on_request(rp: BackChannelClient, jane: Someone, orders: ResourceServer) -> None:
    """RFC 9701 sections 4 and 5: neither `sub` nor `exp` of its own, so that it passes for no other token."""
    token = rp.tokens(jane, scopes=ALLOWED, resources=[ORDERS])["access_token"]
    answer = orders.introspect(token, Accept="application/token-introspection+jwt")
    assert answer.mimetype == "application/token-introspection+jwt"
    keys = JWKSet.from_json(rp.http.get("/jwks").text)
    jwt = JWT(jwt=answer.text, key=keys)
    assert json.loads(jwt.header)["typ"] == "token-introspection+jwt"
    signed = json.loads(jwt.claims)
    assert signed.keys() == {"iss", "aud", "iat", "token_introspection"}
    assert signed["aud"] == ORDERS
    assert signed["token_introspection"]["sub"] == jane.id


def test_our_own_endpoints_publish_what_they_are(rp: BackChannelClient) -> None:
    """RFC 9728 sections 3.3 and 5.1: the challenge leads to the document, which names the resource and its server."""
    challenge = rp.http.get("/userinfo").headers["WWW-Authenticate"]
    address = challenge.partition('resource_metadata="')[2].partition('"')[0]
    document = rp.http.get(address.removeprefix(ISSUER)).json or {}
    assert (document["resource"], document["authorization_servers"]) == (ISSUER, [ISSUER])
