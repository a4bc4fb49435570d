"""Client authentication: RFC 6749 section 2.3, OpenID Connect Core section 9; one way, one that is registered."""

import base64
from typing import Any

import pytest

from idp.kernel.handles import digest
from idp.protocol.client_requests.credentials import REFUSED
from tests.support import tables
from tests.support.back_channel import BackChannelClient, basic, refused
from tests.support.harness import Harness

FORM = {"grant_type": "client_credentials"}
ENDPOINTS = ("/token", "/introspect", "/revoke")
BODIES = {"/token": FORM, "/introspect": {"token": "x"}, "/revoke": {"token": "x"}}


def raw_basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_secrets_are_accepted_everywhere(harness: Harness, path: str, method: str) -> None:
    rp = BackChannelClient(harness, "web", token_endpoint_auth_method=method)
    assert rp.post(path, BODIES[path]).status_code == 200


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_refusal_is_401_with_a_challenge(rp: BackChannelClient, path: str) -> None:
    """RFC 6749 section 5.2: 401 and the scheme the client used."""
    response = rp.post(path, BODIES[path], headers={"Authorization": basic("web", "wrong")})
    refused(response, "invalid_client", 401)
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_basic_is_form_decoded(harness: Harness) -> None:
    """RFC 6749 section 2.3.1: `+` is a space, `%xx` a byte, in the name and in the secret."""
    rp = BackChannelClient(harness, "my app:1", secret_digest=digest("p+ ss:w\u00f6rd%"))
    header = raw_basic(b"my+app%3A1:p%2B+ss%3Aw%C3%B6rd%25")
    assert rp.post("/token", FORM, headers={"Authorization": header}).status_code == 200


def test_previous_secret_works_through_its_grace(harness: Harness, rp: BackChannelClient) -> None:
    with harness.services.database.write() as tx:
        client = tx.clients.by_id("web")
        assert client
        tx.clients.rotate_secret(client, digest("new-secret"), grace=60)
    new = {"Authorization": basic("web", "new-secret")}
    assert rp.client_credentials().status_code == 200
    assert rp.post("/token", FORM, headers=new).status_code == 200
    harness.clock.advance(60)
    refused(rp.client_credentials(), "invalid_client", 401)
    assert rp.post("/token", FORM, headers=new).status_code == 200


REGISTERED = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
SECRETS = {"client_secret_basic", "client_secret_post"}


@pytest.mark.parametrize("registered", REGISTERED)
@pytest.mark.parametrize("used", ["client_secret_basic", "client_secret_post", "none"])
@pytest.mark.parametrize("strict", [False, True])
def test_only_the_registered_method_works(harness: Harness, registered: str, used: str, strict: bool) -> None:
    """Otherwise knowing a client's id would be enough to step down to `none`.

    A secret proves the same in the header and in the form: libraries choose by themselves, so either is accepted.
    """
    rp = BackChannelClient(
        harness, "web", token_endpoint_auth_method=registered, strict_auth_method=strict, scopes=["orders"]
    )
    rp.method = used
    response = rp.revoke("unknown")
    if registered == used or ({registered, used} <= SECRETS and not strict):
        assert response.status_code == 200
    else:
        refused(response, "invalid_client", 401)
        right = "public" if registered == "none" else registered
        assert right in (response.json or {})["error_description"], "the answer names the right method"
        assert tables.events(harness, "client.authentication_failed", "failure") == 1


def test_a_wrong_secret_does_not_name_the_method(rp: BackChannelClient) -> None:
    """Only a wrong method is answered with the right one; a guess at a secret learns nothing."""
    for form, headers in (({}, {"Authorization": basic("web", "x")}), ({"client_id": "web", "client_secret": "x"}, {})):
        response = rp.post("/token", FORM | form, headers=headers, anonymous=True)
        refused(response, "invalid_client", 401)
        assert (response.json or {})["error_description"] == REFUSED


@pytest.mark.parametrize("path", ["/token", "/revoke"])
def test_a_public_client_may_send_basic_with_an_empty_secret(harness: Harness, path: str) -> None:
    """Go's library and oidc-agent do: the header then names the client and proves nothing (RFC 6749 2.3.1)."""
    rp = BackChannelClient(harness, "spa", token_endpoint_auth_method="none")
    token = rp.tokens(harness.person())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token} if path == "/token" else {"token": token}
    headers = {"Authorization": raw_basic(b"spa:")}
    assert rp.post(path, form, headers=headers, anonymous=True).status_code == 200
    assert tables.events(harness, "client.authentication_failed") == 0


def test_an_empty_secret_is_no_secret_of_a_confidential_client(harness: Harness, rp: BackChannelClient) -> None:
    response = rp.post("/token", FORM, headers={"Authorization": raw_basic(b"web:")})
    refused(response, "invalid_client", 401)
    assert "client_secret_basic" in (response.json or {})["error_description"]
    assert tables.events(harness, "client.authentication_failed") == 1


@pytest.mark.parametrize(
    ("header", "extra"),
    [
        (True, {"client_id": "web", "client_secret": "x"}),
        (True, {"client_secret": "x"}),
        (True, {"client_assertion": "x", "client_assertion_type": "y"}),
        (True, {"client_assertion_type": "y"}),
        (False, {"client_id": "web", "client_secret": "x", "client_assertion": "x"}),
        (True, {"client_id": "another"}),
    ],
)
def test_two_ways_at_once_are_refused(rp: BackChannelClient, header: bool, extra: dict[str, str]) -> None:
    """RFC 6749 section 2.3: no more than one; here also no second name for the client."""
    refused(rp.post("/token", FORM | extra, anonymous=not header), "invalid_request")


def test_repeating_the_client_id_beside_basic_is_fine(rp: BackChannelClient) -> None:
    assert rp.client_credentials(client_id="web").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic d2Vi",
        "Bearer abc",
        "Digest username=web",
        raw_basic(b"\xff\xfe:secret"),
        raw_basic(b"%FF:secret"),
        raw_basic(b"web:\x00"),
        raw_basic(b"web%00:x"),
        raw_basic(b":secret"),
        raw_basic(b"web:"),
        raw_basic(b"w" * 300 + b":x"),
        raw_basic(b"web:" + b"x" * 9000),
        "Basic d2ViOnN\u00e9",
    ],
)
def test_malformed_headers_are_invalid_client(rp: BackChannelClient, header: str) -> None:
    """Never a 500."""
    refused(rp.post("/token", FORM, headers={"Authorization": header}), "invalid_client", 401)


@pytest.mark.parametrize("form", [{}, {"client_id": ""}, {"client_id": "nobody"}, {"client_secret": "x"}])
def test_nobody_is_invalid_client(rp: BackChannelClient, form: dict[str, Any]) -> None:
    refused(rp.post("/token", FORM | form, anonymous=True), "invalid_client", 401)


def test_a_disabled_client_looks_like_an_unknown_one(harness: Harness, rp: BackChannelClient) -> None:
    off = BackChannelClient(harness, "off", disabled=True)
    unknown = rp.post("/token", FORM, headers={"Authorization": basic("nobody", "x")})
    wrong = rp.post("/token", FORM, headers={"Authorization": basic("web", "x")})
    refused(off.client_credentials(), "invalid_client", 401)
    assert off.client_credentials().data == unknown.data == wrong.data


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_secret_in_the_address_is_refused(rp: BackChannelClient, path: str) -> None:
    """RFC 6749 section 2.3.1: credentials must not be in the request URI; nothing else may be, either."""
    for query in ("client_secret=x&client_id=web", "grant_type=client_credentials", "token=x"):
        refused(rp.post(f"{path}?{query}", BODIES[path]), "invalid_request")


def test_a_public_client_cannot_introspect(harness: Harness) -> None:
    """RFC 7662 section 2.1: the caller must be authorised."""
    rp = BackChannelClient(harness, "spa", token_endpoint_auth_method="none")
    refused(rp.introspect("x"), "invalid_client", 401)
