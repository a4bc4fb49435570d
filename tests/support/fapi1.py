"""A client of FAPI 1.0 Part 2: it signs its requests, and shows its certificate or signs assertions as well."""

from typing import Any

from werkzeug.test import TestResponse

from idp.kernel.handles import s256
from idp.persistence.client_metadata import ClientMetadata
from tests.support.back_channel import VERIFIER
from tests.support.behind_proxy import HEADER
from tests.support.browser import Browser
from tests.support.certificates import SUBJECT, Authority, escaped_pem
from tests.support.client_assertions import assertion_fields
from tests.support.harness import Harness, Someone
from tests.support.pushed_requests import open_request_uri
from tests.support.relying_party import RelyingParty
from tests.support.signed_requests import KEYS, PUBLIC, SigningParty

HYBRID = "code id_token"
BOTH = f"code, {HYBRID}"
TRAITS: dict[str, Any] = {
    "jwks": PUBLIC,
    "token_endpoint_auth_method": "tls_client_auth",
    "response_types": ["code", HYBRID],
    "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"],
    "id_token_signed_response_alg": "PS256",
    "require_pkce": False,
}
PKCE: dict[str, Any] = {"code_challenge": s256(VERIFIER), "code_challenge_method": "S256"}
MEMBERS: dict[str, Any] = {
    "security_profile": "fapi1-advanced",
    "tls_client_auth_subject_dn": SUBJECT,
    "tls_client_certificate_bound_access_tokens": True,
}


class AdvancedClient(SigningParty):
    """A client of the profile; its requests are of the hybrid flow, and without PKCE unless they say otherwise.

    Its assertions, where it signs some in place of showing its certificate, have the claims `bent`, and are of `alg`.
    """

    def __init__(self, harness: Harness, authority: Authority, client_id: str = "bank", **traits: Any) -> None:
        subject = SUBJECT.replace("app", client_id)
        members = ClientMetadata(**MEMBERS | {"tls_client_auth_subject_dn": subject})
        RelyingParty.__init__(self, harness, client_id, **{"metadata": members} | TRAITS | traits)
        self.certificate = {HEADER: escaped_pem(authority.issue(subject))}
        self.bent: dict[str, Any] = {}
        self.alg = "PS256"

    def credentials(self) -> dict[str, str]:
        """Return what stands in a request beside the certificate."""
        if self.method != "private_key_jwt":
            return {"client_id": self.app.client_id}
        key, client_id = KEYS[self.alg], self.app.client_id
        return assertion_fields(self.harness, client_id, key=key, alg=self.alg, **self.bent)

    def request(self, **changes: Any) -> dict[str, str]:
        """Return a good request, as changed."""
        plain = {"response_type": HYBRID, "code_challenge": None, "code_challenge_method": None}
        return super().request(**plain | changes)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a request object; `sent` becomes what is inside it."""
        made = super().claims(**changes)
        self.sent |= {name: str(made[name]) for name in ("response_type", "response_mode") if name in made}
        if "state" not in made:
            del self.sent["state"]
        return made

    def push(self, **changes: Any) -> TestResponse:
        """Push a request object."""
        return self.post("/par", self.credentials() | {"request": self.signed(**changes)}, headers=self.certificate)

    def token_request(
        self, answer: dict[str, str], certificate: dict[str, str] | None = None, **more: str
    ) -> TestResponse:
        """Redeem the code of an answer, with the client's own certificate unless another is given."""
        form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": self.sent["redirect_uri"]}
        sent = self.certificate if certificate is None else certificate
        return self.post("/token", self.credentials() | form | more, headers=sent)

    def resource(self, token: str, **headers: str) -> TestResponse:
        """Call userinfo with the certificate."""
        return self.get("/userinfo", token, **self.certificate | headers)


def code_of(bank: AdvancedClient, browser: Browser, someone: Someone, request_uri: str = "") -> dict[str, str]:
    """Return the answer to the request that was signed last: by value, or pushed."""
    if request_uri:
        open_request_uri(browser, bank.app.client_id, request_uri)
    return bank.go_through(browser, someone) if "/identify" in browser.at else bank.answer(browser)
