"""UserInfo: OpenID Connect Core sections 5.3 and 5.4, RFC 6750 sections 2 and 3."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.persistence.users import DISABLED
from tests.support.back_channel import ALL_SCOPES, BackChannelClient, bearer, refused
from tests.support.harness import ISSUER, Harness, Someone

PROFILE = {
    "name": "Jane Doe",
    "given_name": "Jane",
    "family_name": "Doe",
    "middle_name": "M.",
    "nickname": "jd",
    "preferred_username": "janed",
    "profile": "https://jane.example.test/",
    "picture": "https://jane.example.test/me.jpg",
    "website": "https://jane.example.test/blog",
    "gender": "female",
    "birthdate": "1990-05-01",
    "zoneinfo": "Europe/Paris",
    "locale": "en-US",
}
ADDRESS = {
    "formatted": "1 Main St\nParis",
    "street_address": "1 Main St",
    "locality": "Paris",
    "region": "IDF",
    "postal_code": "75001",
    "country": "FR",
}


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """Somebody about whom everything is known."""
    return harness.person(
        "jane",
        profile=PROFILE | {"address": ADDRESS},
        email_verified=True,
        phone_number="+33123456789",
        phone_number_verified=True,
    )


def told(rp: BackChannelClient, person: Someone, *scopes: str, **traits: Any) -> dict[str, Any]:
    answer = rp.tokens(person, scopes=("openid", *scopes), **traits)
    response = rp.userinfo(answer["access_token"])
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = response.json or {}
    return found


def test_openid_alone_tells_who_and_no_more(rp: BackChannelClient, jane: Someone) -> None:
    assert told(rp, jane) == {"sub": jane.id}


def test_each_scope_tells_all_of_its_claims(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Conformance scope-profile, -email, -address, -phone: all claims of the scope, and no others."""
    contact = {"phone_number": "+33123456789", "phone_number_verified": True}
    mail = {"email": "jane@example.test", "email_verified": True}
    profile = PROFILE | {"updated_at": harness.clock.now()}
    assert told(rp, jane, "email") == {"sub": jane.id, **mail}
    assert told(rp, jane, "phone") == {"sub": jane.id, **contact}
    assert told(rp, jane, "address") == {"sub": jane.id, "address": ADDRESS}
    assert told(rp, jane, "profile") == {"sub": jane.id, **profile}
    everything = told(rp, jane, *ALL_SCOPES[1:])
    assert everything == {"sub": jane.id, **mail, **contact, **profile, "address": ADDRESS}


def test_empty_claims_are_left_out(harness: Harness, rp: BackChannelClient) -> None:
    """Core section 5.3.2: never null, never blank."""
    profile = {"name": " ", "nickname": None, "gender": "", "website": 7, "address": {"country": "", "region": None}}
    plain = harness.person("plain", email=None, profile=profile)
    expected = {"sub": plain.id, "preferred_username": "plain", "updated_at": harness.clock.now()}
    assert told(rp, plain, *ALL_SCOPES[1:]) == expected


def test_claims_parameter_adds_single_claims(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Core section 5.5; conformance claims-essential: there and only there."""
    asked = {"userinfo": {"name": {"essential": True}, "second_factor_at": None, "unknown": None}, "id_token": {}}
    expected = {"sub": jane.id, "name": "Jane Doe", "second_factor_at": harness.clock.now() - 60}
    assert told(rp, jane, claims=asked) == expected


def test_a_narrowed_token_tells_less(rp: BackChannelClient, jane: Someone) -> None:
    answer = rp.tokens(jane, scopes=("openid", "email", "offline_access"))
    narrow = rp.refresh(answer["refresh_token"], scope="openid").json or {}
    assert rp.userinfo(narrow["access_token"]).json == {"sub": jane.id}


def test_get_and_both_kinds_of_post(rp: BackChannelClient, jane: Someone) -> None:
    """Conformance userinfo-get, -post-header, -post-body."""
    token = rp.tokens(jane)["access_token"]
    header = {"Authorization": f"bearer {token}"}
    answers = [
        rp.userinfo(token),
        rp.http.post("/userinfo", headers=header, base_url=ISSUER),
        rp.post("/userinfo", {}, headers=header, anonymous=True),
        rp.post("/userinfo", {"access_token": token}, anonymous=True),
    ]
    assert [answer.json for answer in answers] == [{"sub": jane.id}] * 4


def test_no_token_no_error_code(rp: BackChannelClient) -> None:
    """RFC 6750 section 3.1."""
    for response in (rp.http.get("/userinfo", base_url=ISSUER), rp.post("/userinfo", {}, anonymous=True)):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == (
            f'Bearer realm="{ISSUER}", resource_metadata="{ISSUER}/.well-known/oauth-protected-resource"'
        )


def test_a_token_in_the_address_is_refused(rp: BackChannelClient, jane: Someone) -> None:
    """RFC 9700 section 4.3.2: it would be logged."""
    token = rp.tokens(jane)["access_token"]
    refused(rp.http.get(f"/userinfo?access_token={token}", base_url=ISSUER), "invalid_request")


def test_two_tokens_are_refused(rp: BackChannelClient, jane: Someone) -> None:
    """RFC 6750 section 2: one method."""
    token = rp.tokens(jane)["access_token"]
    response = rp.post(
        "/userinfo", {"access_token": token}, headers={"Authorization": f"Bearer {token}"}, anonymous=True
    )
    refused(response, "invalid_request")
    twice = f"access_token={token}&access_token={token}".encode()
    refused(rp.raw("/userinfo", twice), "invalid_request")


def invalid(response: TestResponse) -> bool:
    refused(response, "invalid_token", 401)
    return bearer(response) and 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_token_lives_five_minutes(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane)["access_token"]
    harness.clock.advance(299)
    assert rp.userinfo(token).status_code == 200
    harness.clock.advance(1)
    assert invalid(rp.userinfo(token))


def test_a_token_dies_with_its_grant(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane)["access_token"]
    with harness.services.database.write() as tx:
        tx.grants.revoke_for_session("sid-1", offline_too=True)
    assert invalid(rp.userinfo(token))


def test_a_token_dies_with_the_account(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane)["access_token"]
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user
        tx.users.set_status(user, DISABLED)
    assert invalid(rp.userinfo(token))


def test_openid_is_needed(rp: BackChannelClient, jane: Someone) -> None:
    """Core section 5.3.1; RFC 6750 section 3.1 insufficient_scope names the scope."""
    response = rp.userinfo(rp.tokens(jane, scopes=("email",))["access_token"])
    refused(response, "insufficient_scope", 403)
    assert 'scope="openid"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Basic d2ViOng=", "Bearer \u00e9"])
def test_what_is_no_bearer_token_counts_as_none(rp: BackChannelClient, header: str) -> None:
    response = rp.http.get("/userinfo", headers={"Authorization": header}, base_url=ISSUER)
    assert response.status_code == 401
    assert bearer(response)
