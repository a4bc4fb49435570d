"""Which pages may read our answers: the Fetch standard's CORS protocol."""

import pytest

from tests.support.back_channel import BackChannelClient
from tests.support.harness import ISSUER, Harness, Someone

PAGE = "https://spa.example.test"
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture
def spa(harness: Harness) -> BackChannelClient:
    """A public client in a browser."""
    return BackChannelClient(harness, "spa", token_endpoint_auth_method="none", web_origins=[PAGE])


@pytest.mark.parametrize(
    ("origin", "readable"),
    [(PAGE, True), ("https://evil.test", False), ("null", False), ("", False), (PAGE + ".evil.test", False)],
)
def test_only_registered_pages_read_tokens(spa: BackChannelClient, jane: Someone, origin: str, readable: bool) -> None:
    code, headers = spa.granted(jane), {"Origin": origin}
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    response = spa.post("/token", form | {"code_verifier": code.verifier}, headers=headers)
    assert response.status_code == 200
    assert response.headers.get(ALLOW) == (PAGE if readable else None)
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"]


def test_a_registered_page_reads_refusals_too(harness: Harness, spa: BackChannelClient, jane: Someone) -> None:
    headers = {"Origin": PAGE}
    assert spa.post("/token", {"grant_type": "refresh_token"}, headers=headers).headers[ALLOW] == PAGE
    assert spa.post("/revoke", {"token": "x"}, headers=headers).headers[ALLOW] == PAGE
    token = spa.tokens(jane)["access_token"]
    assert spa.get("/userinfo", token, Origin=PAGE).headers[ALLOW] == PAGE
    assert spa.get("/api/security", token, Origin=PAGE).headers[ALLOW] == PAGE
    harness.clock.advance(300)
    expired = spa.get("/userinfo", token, Origin=PAGE)
    assert (expired.status_code, expired.headers[ALLOW]) == (401, PAGE)
    assert expired.headers["Access-Control-Expose-Headers"] == "WWW-Authenticate, DPoP-Nonce"


def test_a_page_of_another_client_reads_nothing(harness: Harness, spa: BackChannelClient, jane: Someone) -> None:
    other = BackChannelClient(harness, "web")
    token = other.tokens(jane)["access_token"]
    assert ALLOW not in spa.get("/userinfo", token, Origin=PAGE).headers
    assert ALLOW not in other.post("/token", {"grant_type": "client_credentials"}, headers={"Origin": PAGE}).headers


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/token", "POST"), ("/revoke", "POST"), ("/par", "POST"), ("/userinfo", "GET, POST"), ("/api/security", "GET")],
)
def test_preflights_are_answered(rp: BackChannelClient, path: str, methods: str) -> None:
    response = rp.http.options(path, headers={"Origin": PAGE}, base_url=ISSUER)
    assert response.status_code == 204
    assert response.headers[ALLOW] == PAGE
    assert response.headers["Access-Control-Allow-Methods"] == methods
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, DPoP"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("path", ["/introspect", "/authorize"])
def test_pages_have_no_business_elsewhere(rp: BackChannelClient, path: str) -> None:
    """RFC 9700 section 2.6: never at the authorization endpoint."""
    assert ALLOW not in rp.http.options(path, headers={"Origin": PAGE}, base_url=ISSUER).headers
    assert ALLOW not in rp.http.get(path, headers={"Origin": PAGE}, base_url=ISSUER).headers
