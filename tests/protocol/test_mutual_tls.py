"""Certificates of clients behind a trusted proxy: RFC 8705, RFC 9440, conformance section 1.5."""

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError
from werkzeug.test import TestResponse

from idp.admin.client_rules import Registration, problems
from idp.config import BadSettings, Settings
from idp.persistence.client_metadata import ClientMetadata
from idp.signing.certificates import CertificateAuthorities, ClientCertificate
from tests.support.back_channel import BackChannelClient, refused
from tests.support.behind_proxy import HEADER, MTLS
from tests.support.browser import Browser
from tests.support.certificates import SERVER, SUBJECT, Authority, client_cert, escaped_pem
from tests.support.client_assertions import Signer
from tests.support.dpop import KeyHolder
from tests.support.harness import ISSUER, Harness

TLS = {"token_endpoint_auth_method": "tls_client_auth"}
BOUND = ClientMetadata(tls_client_auth_subject_dn=SUBJECT, tls_client_certificate_bound_access_tokens=True)
FORM = {"grant_type": "client_credentials"}


def client(harness: Harness, client_id: str = "web", **traits: Any) -> BackChannelClient:
    """A client of `tls_client_auth`, with the subject of the certificates."""
    metadata = ClientMetadata(tls_client_auth_subject_dn=SUBJECT)
    return BackChannelClient(harness, client_id, **(TLS | {"metadata": metadata} | traits))


def post(rp: BackChannelClient, found: ClientCertificate | None, **form: Any) -> TestResponse:
    """Asks for a token of the client itself."""
    headers = {HEADER: escaped_pem(found)} if found else {}
    return rp.post("/token", FORM | {"client_id": rp.app.client_id} | form, headers=headers)


def test_certificate_of_an_authority_names_the_client(behind: Harness, authority: Authority) -> None:
    """RFC 8705 section 2.1."""
    rp = client(behind)
    assert post(rp, authority.issue()).status_code == 200
    wrong = {
        "none": None,
        "other subject": authority.issue("CN=other,O=Example"),
        "longer subject": authority.issue("CN=app,O=Example,C=FR"),
        "other authority": Authority(behind.clock.now()).issue(),
        "expired": authority.issue(days=-2),
        "not valid yet": authority.issue(days=2),
        "of a server": authority.issue(SUBJECT, SERVER),
    }
    for name, found in wrong.items():
        answer = post(rp, found)
        assert answer.status_code == 401, name
        refused(answer, "invalid_client", 401)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("dns", "APP.example.test", "example.test"),
        ("uri", "https://app.example.test/one", "https://app.example.test/"),
        ("ip", "192.0.2.7", "192.0.2.8"),
        ("email", "app@example.test", "other@example.test"),
    ],
)
def test_alternative_names(behind: Harness, authority: Authority, kind: str, right: str, wrong: str) -> None:
    """RFC 8705 section 2.1.2."""
    for client_id, name, status in (("right", right, 200), ("wrong", wrong, 401)):
        names: dict[str, Any] = {f"tls_client_auth_san_{kind}": name}
        rp = client(behind, client_id, metadata=ClientMetadata(**names))
        assert post(rp, authority.issue()).status_code == status
        assert post(rp, authority.issue(SUBJECT, SERVER)).status_code == 401


def test_registered_certificate_needs_no_authority(behind: Harness) -> None:
    """RFC 8705 section 2.2."""
    alone = Authority(behind.clock.now(), "self")
    own, other = alone.issue("CN=self"), alone.issue("CN=self")
    key = {"kty": "EC", "x5c": [base64.b64encode(own.der).decode()]}
    rp = client(behind, token_endpoint_auth_method="self_signed_tls_client_auth", jwks={"keys": [{}, key]})
    assert post(rp, own).status_code == 200
    refused(post(rp, other), "invalid_client", 401)
    refused(post(rp, None), "invalid_client", 401)


def test_one_method_only(behind: Harness, authority: Authority) -> None:
    """A certificate does not stand in for a secret, nor a secret for it."""
    rp = client(behind)
    refused(post(rp, authority.issue(), client_secret=rp.app.secret), "invalid_client", 401)
    secret = BackChannelClient(behind, "secret", token_endpoint_auth_method="client_secret_post")
    form = FORM | {"client_id": "secret"}
    refused(secret.post("/token", form, anonymous=True, headers={HEADER: escaped_pem(authority.issue())}),
            "invalid_client", 401)  # fmt: skip


def test_unreadable_certificates_are_refused(behind: Harness, authority: Authority) -> None:
    """Never a 500; also when the proxy appended to what the caller sent."""
    rp, found = client(behind), authority.issue()
    pem = escaped_pem(found)
    for header in ("x", "%", "%FF", pem[:-40], f"{pem}, {pem}", pem + pem, pem.replace("MII", "MIX"), "x" * 20_000):
        answer = rp.post("/token", FORM | {"client_id": "web"}, headers={HEADER: header})
        refused(answer, "invalid_client", 401)


def test_header_of_rfc_9440(behind: Harness, authority: Authority) -> None:
    object.__setattr__(behind.settings, "client_certificate_format", "rfc9440")
    rp, found = client(behind), authority.issue()
    for header, status in (
        (client_cert(found), 200),
        (client_cert(found)[1:], 401),
        (f"{client_cert(found)}, {client_cert(found)}", 401),
        ("::", 401),
        (":", 401),
        (escaped_pem(found), 401),
    ):
        assert rp.post("/token", FORM | {"client_id": "web"}, headers={HEADER: header}).status_code == status, header


def test_header_counts_only_from_a_trusted_proxy(harness: Harness, authority: Authority) -> None:
    """Whoever can reach a server without a proxy would choose the certificate."""
    object.__setattr__(harness.settings, "client_certificate_header", HEADER)
    refused(post(client(harness), authority.issue()), "invalid_client", 401)
    values = harness.settings.model_dump()
    with pytest.raises(ValidationError, match="IDP_TRUSTED_PROXIES"):
        Settings.model_validate(values)
    proxied = values | {"trusted_proxies": 1}
    for origin in ("mtls.test", "http://mtls.test", "https://MTLS.test", "https://mtls.test/", "https://u@mtls.test"):
        with pytest.raises(ValidationError, match="IDP_MTLS_ORIGIN"):
            Settings.model_validate(proxied | {"mtls_origin": origin})


def test_tokens_are_bound_to_the_certificate(behind: Harness, authority: Authority) -> None:
    """RFC 8705 section 3, also through the address that asks for certificates."""
    jane, found = behind.person("jane"), authority.issue()
    rp = client(behind, metadata=BOUND)
    code = rp.granted(jane)
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    headers = {HEADER: escaped_pem(found)}
    answer = rp.post("/token", form | {"client_id": "web", "code_verifier": code.verifier}, headers=headers).json or {}
    token = answer["access_token"]
    assert answer["token_type"] == "Bearer"
    assert rp.claims_of(token)["cnf"] == {"x5t#S256": found.thumbprint}
    assert rp.get("/userinfo", token, **headers).json == {"sub": jane.id}
    assert (
        rp.http.get("/userinfo", headers={"Authorization": f"Bearer {token}"} | headers, base_url=MTLS).status_code
        == 200
    )
    introspected = rp.post("/introspect", {"token": token, "client_id": "web"}, headers=headers).json or {}
    assert introspected["cnf"] == {"x5t#S256": found.thumbprint}
    for other in ({}, {HEADER: escaped_pem(authority.issue())}, {HEADER: "x"}):
        refused(rp.get("/userinfo", token, **other), "invalid_token", 401)
    holder = KeyHolder(rp)
    refused(holder.get("/userinfo", token), "invalid_token", 401)


def test_refresh_token_of_a_public_client_is_bound(behind: Harness, authority: Authority) -> None:
    """RFC 8705 section 4."""
    jane, headers = behind.person("jane"), {HEADER: escaped_pem(authority.issue())}
    metadata = ClientMetadata(tls_client_certificate_bound_access_tokens=True)
    rp = BackChannelClient(behind, "app", token_endpoint_auth_method="none", metadata=metadata)
    code = rp.granted(jane)
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    form |= {"code_verifier": code.verifier}
    refused(rp.post("/token", form), "invalid_request")
    token = (rp.post("/token", form, headers=headers).json or {})["refresh_token"]
    refresh = {"grant_type": "refresh_token", "refresh_token": token}
    answers = []
    for _ in range(2):  # the second time the answer is only repeated
        refused(rp.post("/token", refresh, headers={HEADER: escaped_pem(authority.issue())}), "invalid_grant")
        answers.append(rp.post("/token", refresh, headers=headers).json or {})
    assert answers[0]["refresh_token"] == answers[1]["refresh_token"]


def test_other_address_serves_no_page(behind: Harness) -> None:
    """Only what clients call themselves: nobody shall get used to signing in there."""
    rp = client(behind)
    assert rp.http.get("/authorize", base_url=MTLS).status_code == 421
    assert rp.http.get("/account", base_url=MTLS).status_code == 421
    assert rp.http.get("/userinfo", base_url=MTLS).status_code == 401


def test_discovery_lists_what_works(behind: Harness) -> None:
    """RFC 8705 sections 3.3 and 5."""
    document = Browser(behind).get("/.well-known/openid-configuration").json or {}
    methods = {"tls_client_auth", "self_signed_tls_client_auth"}
    assert methods <= set(document["token_endpoint_auth_methods_supported"])
    assert document["tls_client_certificate_bound_access_tokens"] is True
    aliases = document["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == f"{MTLS}/token"
    assert "authorization_endpoint" not in aliases


def test_without_a_proxy_none_is_offered(harness: Harness) -> None:
    document = Browser(harness).get("/.well-known/openid-configuration").json or {}
    assert "tls" not in repr(document["token_endpoint_auth_methods_supported"])
    assert document["tls_client_certificate_bound_access_tokens"] is False
    assert "mtls_endpoint_aliases" not in document


def test_proof_may_name_either_address(behind: Harness, authority: Authority) -> None:
    """RFC 9449 section 4.3 item 9, at the aliases of RFC 8705."""
    rp = client(behind)
    holder, headers = KeyHolder(rp), {HEADER: escaped_pem(authority.issue())}
    for htu, status in ((f"{MTLS}/token", 200), (f"{ISSUER}/token", 200), ("https://evil.test/token", 400)):
        answer = rp.post("/token", FORM | {"client_id": "web"}, headers=headers | {"DPoP": holder.proof(htu=htu)})
        assert answer.status_code == status


@pytest.mark.parametrize("aud", [f"{MTLS}/token", [ISSUER, f"{MTLS}/token"], f"{MTLS}/revoke"])
def test_assertion_may_name_either_address(behind: Harness, aud: object) -> None:
    """fapi1-advanced-final-test-array-as-audience-for-client-JWT-assertion."""
    signer = Signer(behind)
    assert signer.post(signer.assertion(aud=aud), "/revoke").status_code == 200
    refused(signer.post(signer.assertion(aud="https://evil.test/token"), "/revoke"), "invalid_client", 401)


def test_authorities_must_be_readable_authorities(tmp_path: Path, authority: Authority) -> None:
    bundle = tmp_path / "bundle.pem"
    for content in (b"", b"x", authority.issue().certificate.public_bytes(Encoding.PEM)):
        bundle.write_bytes(content)
        with pytest.raises(BadSettings, match="IDP_CLIENT_CERTIFICATE_AUTHORITIES"):
            CertificateAuthorities.open(str(bundle))


def found(method: str, jwks: Any = None, **metadata: Any) -> set[str]:  # noqa: ANN401 - whatever is registered
    """The fields that are wrong with a registration."""
    values: dict[str, Any] = {"redirect_uris": ["https://a.test/cb"], "token_endpoint_auth_method": method}
    wanted = Registration(client_id="a", client_name="A", jwks=jwks, metadata=ClientMetadata(**metadata), **values)
    return {each.field for each in problems(wanted, attesting=False)}


def test_registration_names_one_certificate() -> None:
    """RFC 8705 sections 2.1.2 and 2.2.2."""
    subject = "tls_client_auth_subject_dn"
    assert found("tls_client_auth", tls_client_auth_subject_dn=SUBJECT) == set()
    assert found("tls_client_auth") == {subject}
    assert found("tls_client_auth", tls_client_auth_subject_dn=SUBJECT, tls_client_auth_san_dns="a.test") == {subject}
    assert found("tls_client_auth", tls_client_auth_subject_dn="app") == {subject}
    assert found("tls_client_auth", tls_client_auth_san_ip="app") == {"tls_client_auth_san_ip"}
    assert found("client_secret_basic", tls_client_auth_subject_dn=SUBJECT) == {subject}
    assert found("self_signed_tls_client_auth") == {"jwks"}
