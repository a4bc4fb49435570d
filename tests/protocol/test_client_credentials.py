"""An app acting for itself: RFC 6749 section 4.4."""

import pytest

from tests.support import tables
from tests.support.back_channel import BackChannelClient, refused
from tests.support.harness import Harness


@pytest.fixture
def rp(harness: Harness) -> BackChannelClient:
    return BackChannelClient(
        harness, "robot", scopes=["openid", "email", "offline_access", "orders:read", "orders:write"]
    )


def test_the_token_is_the_apps_own(harness: Harness, rp: BackChannelClient) -> None:
    """RFC 9068 section 2.2: `sub` is the client; section 4.4.3 of RFC 6749: no refresh token."""
    answer = rp.client_credentials(scope="orders:read").json or {}
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
    claims = rp.claims_of(answer["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("robot", "robot", "orders:read")
    assert not {"acr", "auth_time"} & claims.keys()
    assert "." not in claims["jti"]
    assert tables.events(harness, "token.issued", "success") == 1


def test_without_scope_it_gets_what_it_may_have_for_itself(rp: BackChannelClient) -> None:
    """RFC 6749 section 3.3."""
    assert (rp.client_credentials().json or {})["scope"] == "orders:read orders:write"


def test_an_app_with_no_scope_of_its_own_gets_a_bare_token(harness: Harness) -> None:
    answer = BackChannelClient(harness, "bare").client_credentials().json or {}
    assert "scope" not in answer


@pytest.mark.parametrize("scope", ["openid", "email", "offline_access", "orders:read openid", "orders:delete", "a  b"])
def test_no_scope_about_a_person_or_beyond_registration(rp: BackChannelClient, scope: str) -> None:
    """RFC 9700 section 4.15: a client must not pass for a person."""
    refused(rp.client_credentials(scope=scope), "invalid_scope")


def test_a_public_client_never_acts_for_itself(harness: Harness) -> None:
    """RFC 6749 section 4.4: confidential clients only."""
    rp = BackChannelClient(harness, "spa", token_endpoint_auth_method="none")
    refused(rp.client_credentials(), "unauthorized_client")


def test_a_client_not_registered_for_it_is_told_so(harness: Harness) -> None:
    rp = BackChannelClient(harness, "web", grant_types=["authorization_code"])
    refused(rp.client_credentials(), "unauthorized_client")


def test_the_token_opens_nothing_of_a_persons(rp: BackChannelClient) -> None:
    token = (rp.client_credentials().json or {})["access_token"]
    refused(rp.userinfo(token), "insufficient_scope", 403)
    refused(rp.get("/api/security", token), "insufficient_scope", 403)
