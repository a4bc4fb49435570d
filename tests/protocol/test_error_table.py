"""The tables of docs/reference/errors.md: a request for each row, and what it is answered with."""

import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.config import LOOPBACK
from idp.login.policy import rate_limits
from idp.persistence.client_metadata import ClientMetadata
from tests.support.back_channel import refused
from tests.support.browser import Browser
from tests.support.ciba import GRANT as CIBA
from tests.support.ciba import Terminal
from tests.support.databases import SqliteDatabases
from tests.support.device_grant import ADDRESS, Television, type_code
from tests.support.dpop import KeyHolder
from tests.support.harness import ISSUER, REDIRECT_URI, Harness, migrate
from tests.support.issuer_client import IssuerClient
from tests.support.jws import unsigned
from tests.support.network import browser_at
from tests.support.receiver import Asked, receiver
from tests.support.reference_tables import code, rows
from tests.support.relying_party import RelyingParty

UNSIGNED = unsigned({"alg": "none"}, {})
LIMITS = {"registrations_per_network": 6, "login_flows_per_network": 10}


class Cast:
    """The product, somebody who is signed in, an app, and a device."""

    def __init__(self, harness: Harness) -> None:
        self.harness, self.browser, self.jane = harness, Browser(harness), harness.person("jane")
        self.http = IssuerClient(harness.app, ISSUER)
        self.rp = self.client("web", scopes=["openid", "security", "offline_access"])
        self.tv = Television(harness, scopes=["openid"])
        self.rp.sign_in(self.browser, self.jane)

    def client(self, client_id: str, **traits: Any) -> RelyingParty:
        return RelyingParty(self.harness, client_id, **traits)

    def device(self, client_id: str = "tv", **form: str) -> TestResponse:
        sent = {"client_id": client_id, "scope": "openid"} | form
        return self.http.post("/device_authorization", data=sent, environ_base={"REMOTE_ADDR": ADDRESS})

    def till(self, **traits: Any) -> Terminal:
        client_id = f"till-{self.harness.services.entropy.token(4)}"
        grants = [CIBA, "authorization_code"]
        return Terminal(self.harness, client_id, grant_types=grants, redirect_uris=[REDIRECT_URI], **traits)

    def register(self, **members: Any) -> TestResponse:
        sent = {"redirect_uris": ["https://a.example.test/cb"]} | members
        return self.http.post("/register", json=sent, environ_base={"REMOTE_ADDR": ADDRESS})

    def token(self, **traits: Any) -> str:
        return str(self.rp.tokens(self.jane, **traits)["access_token"])


@pytest.fixture
def cast(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Cast]:
    with sqlite_databases.fresh(migrate) as url:
        settings = {"client_registration": "open", "private_hosts": ",".join(LOOPBACK), **LIMITS}
        harness = Harness(url, tmp_path, **settings)
        yield Cast(harness)
        harness.close()


def test_errors_of_the_authorization_endpoint(cast: Cast) -> None:
    listed = {code(error)[0] for endpoint, error, *_ in rows("errors.md") if endpoint == "`/authorize`"}
    assert listed == AUTHORIZE.keys()
    assert [error for error, cause in AUTHORIZE.items() if cause(cast) != error] == []


def test_pushed_requests_have_the_same(cast: Cast) -> None:
    for error, changes in {**WRONG, "invalid_request_object": {"request": "x"}}.items():
        refused(cast.rp.post("/par", cast.rp.request(**changes)), error)


def test_errors_in_json(cast: Cast) -> None:
    listed = {
        (code(endpoint)[0], code(error)[0]): int(status)
        for endpoint, error, status, _ in rows("errors.md")
        if endpoint != "`/authorize`"
    }
    answers = {(endpoint, error): cause(cast) for (endpoint, error), cause in ANSWERED.items()}
    found = {
        (path, (answer.json or {}).get("error", f"no {key}")): answer.status_code
        for (path, key), answer in answers.items()
    }
    assert found == listed
    assert all(answer.headers["Retry-After"] for answer in answers.values() if answer.status_code == 429)


def sent(cast: Cast, app: RelyingParty | None = None, **changes: Any) -> str:
    """The error that an authorization request brings back."""
    app = app or cast.rp
    app.send(cast.browser, **changes)
    return app.error(cast.browser)


def cancelled(cast: Cast) -> str:
    cast.rp.send(cast.browser, prompt="login")
    cast.browser.submit(choice="cancel")
    return cast.rp.error(cast.browser)


def unsigned_by_reference(cast: Cast) -> str:
    def serve(_: Asked) -> tuple[int, bytes]:
        return 200, UNSIGNED.encode()

    with receiver(serve) as server:
        address = f"{server.origin}/request.jwt"
        app = cast.client("referrer", metadata=ClientMetadata(request_uris=[address]))
        return sent(cast, app, request_uri=address)


WRONG: dict[str, dict[str, Any]] = {
    "invalid_request": {"code_challenge": None},
    "unsupported_response_type": {"response_type": "token"},
    "invalid_scope": {"scope": "unknown"},
    "invalid_target": {"resource": "https://nobody.example.test"},
    "invalid_authorization_details": {"authorization_details": "[]"},
    "registration_not_supported": {"registration": "{}"},
    "request_not_supported": {"request": UNSIGNED},
}
UNREACHABLE = json.dumps({"id_token": {"acr": {"essential": True, "value": "phrh"}}})
AUTHORIZE: dict[str, Callable[[Cast], str]] = {
    **{error: functools.partial(sent, **changes) for error, changes in WRONG.items()},
    "invalid_request_object": functools.partial(sent, request="e30.e30."),
    "invalid_request_uri": functools.partial(sent, request_uri="https://app.example.test/r"),
    "request_uri_not_supported": unsigned_by_reference,
    "unmet_authentication_requirements": functools.partial(sent, claims=UNREACHABLE),
    "unauthorized_client": lambda cast: sent(cast, cast.client("machine", response_types=[])),
    "login_required": functools.partial(sent, prompt="none", max_age=0),
    "interaction_required": lambda cast: sent(cast, cast.client("vault", min_acr="mfa"), prompt="none"),
    "consent_required": lambda cast: sent(cast, cast.client("partner", first_party=False), prompt="none"),
    "access_denied": cancelled,
}


def with_nonces(cast: Cast) -> TestResponse:
    object.__setattr__(cast.harness.settings, "dpop_nonce_lifetime", 60)
    answer = KeyHolder(cast.rp).client_credentials()
    object.__setattr__(cast.harness.settings, "dpop_nonce_lifetime", 0)
    return answer


def refused_on_the_phone(cast: Cast) -> TestResponse:
    browser = Browser(cast.harness)
    type_code(browser, cast.tv.start(scope="openid"), cast.jane)
    browser.submit(choice="cancel")
    return cast.tv.poll()  # type: ignore[no-any-return]  # a response


def of_nobody(cast: Cast) -> TestResponse:
    """A request for somebody who may not use the app any more."""
    till = cast.till()
    id_token = till.tokens(cast.jane)["id_token"]
    with cast.harness.services.database.write() as tx:
        tx.clients.change(till.app.client_id, {"restricted": True})
    return till.ask(login_hint=None, id_token_hint=id_token)


def many_devices(cast: Cast) -> TestResponse:
    with cast.harness.services.database.write() as tx:
        while tx.throttles.consume(rate_limits.device_bucket(ADDRESS), rate_limits.DEVICE_LIMIT):
            pass
    return cast.device()


def many_pushed(cast: Cast) -> TestResponse:
    spa = cast.client("spa", token_endpoint_auth_method="none", secret_digest=None)
    spa.http = browser_at(cast.harness).client
    return [spa.post("/par", spa.request()) for _ in range(LIMITS["login_flows_per_network"] + 1)][-1]


def proof_without_token(cast: Cast) -> TestResponse:
    holder = KeyHolder(cast.rp)
    token = (holder.redeem(cast.rp.granted(cast.jane)).json or {})["access_token"]
    return holder.get("/userinfo", token, proof=holder.proof("/userinfo", method="GET"))


def disabled(cast: Cast) -> TestResponse:
    client = cast.register().json or {}
    with cast.harness.services.database.write() as tx:
        tx.clients.change(client["client_id"], {"disabled": True})
    headers = {"Authorization": f"Bearer {client['registration_access_token']}"}
    return cast.http.delete(client["registration_client_uri"].removeprefix(ISSUER), headers=headers)


ANSWERED: dict[tuple[str, str], Callable[[Cast], TestResponse]] = {
    ("/token", "invalid_request"): lambda cast: cast.rp.redeem(cast.rp.granted(cast.jane), code=None),
    ("/token", "invalid_client"): lambda cast: cast.tv.post(
        "/token", {"grant_type": "refresh_token", "client_id": "nobody"}
    ),
    ("/token", "invalid_grant"): lambda cast: cast.rp.redeem(cast.rp.granted(cast.jane), code="wrong"),
    ("/token", "unauthorized_client"): lambda cast: cast.tv.post("/token", {"grant_type": "authorization_code"}),
    ("/token", "unsupported_grant_type"): lambda cast: cast.rp.post("/token", {"grant_type": "password"}),
    ("/token", "invalid_scope"): lambda cast: cast.rp.refresh(
        cast.rp.tokens(cast.jane)["refresh_token"], scope="openid phone"
    ),
    ("/token", "invalid_target"): lambda cast: cast.rp.client_credentials(resource="https://nobody.example.test"),
    ("/token", "invalid_authorization_details"): lambda cast: cast.rp.redeem(
        cast.rp.granted(cast.jane), authorization_details='[{"type": "payment"}]'
    ),
    ("/token", "invalid_dpop_proof"): lambda cast: KeyHolder(cast.rp).client_credentials("x"),
    ("/token", "use_dpop_nonce"): with_nonces,
    ("/token", "authorization_pending"): lambda cast: cast.tv.start(scope="openid").poll(),
    ("/token", "slow_down"): lambda cast: cast.tv.poll(after=1),
    ("/token", "expired_token"): lambda cast: cast.tv.poll(after=600),
    ("/token", "access_denied"): refused_on_the_phone,
    ("/introspect", "invalid_client"): lambda cast: cast.tv.introspect("x"),
    ("/revoke", "invalid_client"): lambda cast: cast.rp.post("/revoke", {"token": "x"}, anonymous=True),
    ("/par", "invalid_request"): lambda cast: cast.rp.post("/par", cast.rp.request(redirect_uri="https://b.test/")),
    ("/par", "temporarily_unavailable"): many_pushed,
    ("/device_authorization", "unauthorized_client"): lambda cast: cast.rp.post("/device_authorization", {}),
    ("/device_authorization", "invalid_scope"): lambda cast: cast.device(scope="unknown"),
    ("/device_authorization", "temporarily_unavailable"): many_devices,
    ("/bc-authorize", "invalid_request"): lambda cast: cast.till().ask(login_hint=None),
    ("/bc-authorize", "invalid_scope"): lambda cast: cast.till().ask(scope="email"),
    ("/bc-authorize", "unauthorized_client"): lambda cast: cast.rp.post("/bc-authorize", {}),
    ("/bc-authorize", "invalid_binding_message"): lambda cast: cast.till().ask(binding_message="Approve"),
    ("/bc-authorize", "unknown_user_id"): of_nobody,
    ("/bc-authorize", "access_denied"): lambda cast: cast.till(min_acr="phrh").ask(),
    ("/bc-authorize", "temporarily_unavailable"): lambda cast: [cast.till().ask() for _ in range(11)][-1],
    ("/userinfo", "invalid_request"): lambda cast: cast.http.get("/userinfo?access_token=x"),
    ("/userinfo", "invalid_token"): lambda cast: cast.rp.userinfo("x"),
    ("/userinfo", "insufficient_scope"): lambda cast: cast.rp.userinfo(cast.token(scopes=("security",))),
    ("/userinfo", "invalid_dpop_proof"): proof_without_token,
    ("/api/security", "insufficient_user_authentication"): lambda cast: cast.rp.get(
        "/api/security", cast.token(scopes=("openid", "security"), acr="pwd")
    ),
    ("/register", "invalid_redirect_uri"): lambda cast: cast.register(redirect_uris=["https://a.example.test/#x"]),
    ("/register", "invalid_client_metadata"): lambda cast: cast.register(grant_types=["client_credentials"]),
    ("/register", "unapproved_software_statement"): lambda cast: cast.register(software_statement="x.y.z"),
    ("/register", "invalid_token"): lambda cast: cast.http.get("/register/a", headers={"Authorization": "Bearer x"}),
    ("/register", "access_denied"): disabled,
    ("/register", "temporarily_unavailable"): lambda cast: [cast.register() for _ in range(6)][-1],
}
