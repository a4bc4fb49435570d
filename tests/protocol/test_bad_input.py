"""Hostile bytes at every back-channel endpoint: the right error, never a 500, and nothing stored."""

from collections.abc import Mapping
from urllib.parse import quote_from_bytes

import pytest

from idp.app import MAX_BODY
from tests.support import tables
from tests.support.back_channel import FORM, BackChannelClient, basic, refused
from tests.support.harness import ISSUER

PATHS = ("/token", "/introspect", "/revoke")
GOOD = {"/token": b"grant_type=client_credentials", "/introspect": b"token=x", "/revoke": b"token=x"}

BROKEN_BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "doubled known": b"%(good)s&%(good)s",
    "doubled with empty": b"%(good)s&token=&token=y&grant_type=",
    "doubled unknown": b"%(good)s&x=1&x=2",
    "doubled client_id": b"%(good)s&client_id=web&client_id=web",
    "NUL": b"%(good)s&state=%%00",
    "NUL in a name": b"%(good)s&st%%00ate=1",
    "not UTF-8": b"%(good)s&state=%%ff%%fe",
    "overlong UTF-8": b"%(good)s&state=%%c0%%80",
    "surrogate": b"%(good)s&state=%%ed%%a0%%80",
    "raw bytes": b"%(good)s&state=\xff",
    "too many": b"%(good)s&" + b"&".join(b"p%d=1" % number for number in range(61)),
    "too long a value": b"%(good)s&state=" + b"x" * 16_385,
    "too long a name": b"%(good)s&" + b"x" * 16_385 + b"=1&" + b"x" * 16_385 + b"=1",
    "too large": b"%(good)s&" + b"x=" + b"y" * MAX_BODY,
    "array": b"grant_type[]=client_credentials&token[]=x",
    "json": b'{"grant_type": "client_credentials", "token": "x"}',
    "semicolons": b"a=1;grant_type=client_credentials;token=x",
}
WRONG_TYPES = (
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
    "nonsense",
    "application/x-www-form-urlencodedx",
)


@pytest.fixture
def headers(rp: BackChannelClient) -> dict[str, str]:
    """The client proves itself in the header, so that the body alone is on trial."""
    return {"Authorization": basic("web", rp.app.secret)}


@pytest.mark.parametrize("path", PATHS)
def test_broken_bodies_are_invalid_requests(rp: BackChannelClient, headers: dict[str, str], path: str) -> None:
    """RFC 6749 sections 3.1 and 3.2: once each, empty is missing."""
    before = tables.rows(rp.harness)
    for name, body in BROKEN_BODIES.items():
        response = rp.raw(path, body % {b"good": GOOD[path]} if b"%(good)s" in body else body, headers=headers)
        assert response.status_code == 400, (name, response.text)
        refused(response, "invalid_request")
    assert tables.rows(rp.harness) == before


@pytest.mark.parametrize("path", PATHS)
def test_other_content_types_are_invalid_requests(rp: BackChannelClient, headers: dict[str, str], path: str) -> None:
    """RFC 6749 section 3.2 wants `application/x-www-form-urlencoded`; its parameters, such as charset, say nothing."""
    for content_type in WRONG_TYPES:
        refused(rp.raw(path, GOOD[path], content_type=content_type, headers=headers), "invalid_request")
    assert rp.raw(path, GOOD[path], content_type=f"{FORM}; charset=utf-8", headers=headers).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_unknown_parameters_are_ignored(rp: BackChannelClient, headers: dict[str, str], path: str) -> None:
    """RFC 6749 section 3.2."""
    body = GOOD[path] + "&extra=foobar&\u2603=%F0%9F%98%80&empty=&=".encode()
    assert rp.raw(path, body, headers=headers).status_code == 200


def test_a_refused_field_is_named_unless_it_is_somebodys_text(rp: BackChannelClient) -> None:
    known = rp.raw("/token", b"code=1&code=2").json or {}
    unknown = rp.raw("/token", b"%22%0d%0aX=1&%22%0d%0aX=2").json or {}
    assert known["error_description"] == "code is sent more than once"
    assert unknown["error_description"] == "a parameter is sent more than once"


@pytest.mark.parametrize(
    "grant_type",
    ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer", 'x"\\', "\u2603", "client_credentials "],
)
def test_unknown_grant_types_are_not_repeated(rp: BackChannelClient, grant_type: str) -> None:
    """RFC 6749 section 5.2 unsupported_grant_type."""
    response = rp.post("/token", {"grant_type": grant_type})
    refused(response, "unsupported_grant_type")
    assert grant_type not in response.text


@pytest.mark.parametrize("path", [*PATHS, "/par", "/device_authorization", "/userinfo"])
def test_other_methods_are_405(rp: BackChannelClient, path: str) -> None:
    """As JSON, with those that are served (RFC 9110 section 15.5.6)."""
    for method in ("PUT", "DELETE", "PATCH", *([] if path == "/userinfo" else ["GET"])):
        answer = rp.http.open(path, method=method, base_url=ISSUER)
        refused(answer, "invalid_request", 405)
        assert "POST" in answer.headers["Allow"]


def test_whoever_asks_for_json_gets_errors_in_json(rp: BackChannelClient) -> None:
    """A browser's `Accept` names HTML; that of most programs, `*/*`, does not say."""
    for path, method, status in (("/token/", "POST", 404), ("/register", "POST", 404), ("/jwks", "PUT", 405)):
        answer = rp.http.open(path, method=method, headers={"Accept": "application/json"})
        refused(answer, "invalid_request", status)
        for accept in ("*/*", "text/html,application/xhtml+xml,*/*;q=0.8"):
            page = rp.http.open(path, method=method, headers={"Accept": accept})
            assert (page.status_code, page.mimetype) == (status, "text/html")


TOKENS = ["x", "..", "a.b.c", "e30.e30.e30", "." * 5000, "A" * 16_385, "eyJhbGciOiJub25lIn0.e30.", "-._~+/=", "=="]


def test_no_bearer_token_is_a_500(rp: BackChannelClient) -> None:
    """RFC 6750 section 3.1."""
    for token in TOKENS:
        assert rp.userinfo(token).status_code == 401, token
    for path in ("/introspect", "/revoke"):
        assert {rp.post(path, {"token": token}).status_code for token in TOKENS} <= {200, 400}


RAW_QUERIES = (b"\xff", b"access_token=\xb2", b"x=\xed\xa0\x80", b"\xc0\x80=1")
QUERIED = ("/api/security", "/userinfo", "/authorize", "/logout", "/recover/x", "/account/security", "/x")


@pytest.mark.parametrize("path", QUERIED)
def test_bytes_in_a_query_that_are_not_utf8_are_no_failure(rp: BackChannelClient, path: str) -> None:
    """RFC 3986 section 2.1: they should have been percent-encoded, and are refused as if they were."""
    headers = {"Authorization": "Bearer x"}
    for query in RAW_QUERIES:
        raw = rp.http.get(path, headers=headers, environ_overrides={"QUERY_STRING": query.decode("latin-1")})
        encoded = rp.http.get(f"{path}?{quote_from_bytes(query, safe='=')}", headers=headers)
        assert raw.status_code == encoded.status_code < 500, (path, query)


def test_broken_userinfo_posts(rp: BackChannelClient) -> None:
    for name, body in BROKEN_BODIES.items():
        text = body % {b"good": b"access_token=x"} if b"%(good)s" in body else body
        assert rp.raw("/userinfo", text).status_code in {400, 401}, name
    assert rp.raw("/userinfo", b"access_token=x", content_type="application/json").status_code == 401
