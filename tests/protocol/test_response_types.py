"""Response types beyond `code`: the implicit and the hybrid flow, off unless an operator turns them on.

OAuth 2.0 Multiple Response Type Encoding Practices; OIDC Core sections 3.2 and 3.3; conformance section 1.1, I and H.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.claims.standard import SCOPES
from idp.config import Settings
from idp.persistence.client_metadata import ClientMetadata
from idp.server.doctor.clients import check_registration
from tests.conformance.people import PROFILE
from tests.support import tables
from tests.support.back_channel import refused
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, Someone, fresh_harness
from tests.support.oidcc_modules import CLAIMS_OF, PROTOCOL, REQUESTS
from tests.support.relying_party import RelyingParty, half
from tests.support.statements import metered

TYPES = ("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token")
TRAITS: dict[str, Any] = {
    "response_types": list(TYPES),
    "grant_types": ["authorization_code", "implicit", "refresh_token"],
}


@pytest.fixture
def harness(tmp_path: Path, databases: Databases) -> Iterator[Harness]:
    """All response types are on."""
    with fresh_harness(databases, tmp_path, response_types=", ".join(TYPES)) as found:
        yield found


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness, **TRAITS)


@pytest.mark.module("oidcc-server")
@pytest.mark.parametrize("mode", [None, "form_post"])
def test_oidcc_server(app: RelyingParty, browser: Browser, jane: Someone, mode: str | None) -> None:
    """Each type: what it names and nothing else, the hashes of what comes along, usable tokens; fragment or form."""
    for kind in TYPES:
        app.send(browser, response_type=kind, scope="openid email", response_mode=mode)
        answer = app.go_through(browser, jane) if "/identify" in browser.at else app.answer(browser)
        if "id_token" in answer:
            claims = app.id_claims({"id_token": answer["id_token"]})
            hashes = {name: claims.get(name) for name in ("at_hash", "c_hash", "s_hash")}
            assert hashes == {
                "at_hash": half(answer["access_token"]) if "access_token" in answer else None,
                "c_hash": half(answer["code"]) if "code" in answer else None,
                "s_hash": half(app.sent["state"]),
            }, kind
            assert ("email" in claims) == (kind == "id_token"), "by scope only where userinfo cannot be asked"
            assert "name" not in claims
        if "access_token" in answer:
            assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", "300", "openid email")
            assert (app.userinfo(answer["access_token"]).json or {})["email"] == "jane@example.test"
        if "code" in answer:
            tokens = app.tokens_from(answer)
            second = app.id_claims(tokens)
            assert (second["sub"], second["at_hash"]) == (jane.id, half(tokens["access_token"]))
            assert not {"c_hash", "s_hash"} & second.keys()


@pytest.mark.module(*REQUESTS, *CLAIMS_OF)
def test_modules_of_the_other_plans(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """Those of the Basic plan that the Implicit and Hybrid plans have too, by the session after the first."""
    conny = harness.person("conny", profile=PROFILE, phone_number="+33123456789", email_verified=True)
    app.sign_in(browser, conny)
    scopes = {module: {"scope": f"openid {scope}"} for module, scope in CLAIMS_OF.items()}
    for kind in TYPES[1:]:
        for module, changes in (REQUESTS | scopes).items():
            if "nonce" in changes:
                continue
            app.send(browser, response_type=kind, **changes)
            answer = app.answer(browser)
            tokens = app.tokens_from(answer) if "code" in answer else answer
            claims = app.id_claims(tokens)
            asked = {claim for scope in str(changes.get("scope", "")).split() for claim in SCOPES[scope]} - {"sub"}
            found = claims.keys() if kind == "id_token" else (app.userinfo(tokens["access_token"]).json or {}).keys()
            assert asked <= found, (kind, module)
            assert claims.keys() <= PROTOCOL | {"s_hash"} | (asked if kind == "id_token" else set()), (kind, module)


@pytest.mark.module("oidcc-prompt-none-logged-in", "oidcc-prompt-none-not-logged-in", "oidcc-id-token-hint")
def test_silent_requests_of_each_type(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    for kind in TYPES:
        app.send(browser, response_type=kind, prompt="none", state="s" * 128)
        assert app.error(browser) == "login_required", kind
    hint = app.tokens_from(app.sign_in(browser, jane))["id_token"]
    for kind in TYPES:
        app.send(browser, response_type=kind, prompt="none", id_token_hint=hint, max_age=10_000)
        assert "error" not in app.answer(browser), kind


def test_order_of_the_words_has_no_meaning(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """RFC 6749 section 3.1.1."""
    assert {"code", "id_token", "access_token"} <= app.sign_in(
        browser, jane, response_type="token code id_token"
    ).keys()


def test_errors_come_in_the_fragment(app: RelyingParty, browser: Browser) -> None:
    """Of implicit and hybrid types, unless the request says otherwise; also when the type itself is refused."""
    for kind in TYPES[1:]:
        for changes in ({"prompt": "none"}, {"scope": "unknown"}, {"max_age": "x"}):
            app.send(browser, response_type=kind, **changes)
            assert app.error(browser) in {"login_required", "invalid_scope", "invalid_request"}
            assert "#" in browser.left_for, (kind, changes)
    app.send(browser, response_type="token")
    assert (app.error(browser), "#" in browser.left_for) == ("unsupported_response_type", True)
    app.send(browser, response_type=None)
    assert (app.error(browser), "#" in browser.left_for) == ("invalid_request", False)


def test_tokens_are_never_sent_in_a_query(app: RelyingParty, browser: Browser) -> None:
    """Multiple Response Types section 3; JARM section 2.3.1."""
    for kind in TYPES[1:]:
        for mode in ("query", "query.jwt"):
            app.send(browser, response_type=kind, response_mode=mode)
            assert app.error(browser) == "invalid_request", kind


@pytest.mark.module("oidcc-ensure-request-without-nonce-fails")
def test_oidcc_ensure_request_without_nonce_fails(app: RelyingParty, browser: Browser) -> None:
    for kind in TYPES:
        app.send(browser, response_type=kind, nonce=None)
        if "id_token" in kind:
            assert app.error(browser) == "invalid_request"
        else:
            assert browser.at.endswith("/identify"), kind
    app.send(browser, response_type="id_token", scope="email")
    assert app.error(browser) == "invalid_scope"


def test_without_a_code_there_is_nothing_to_redeem(harness: Harness, browser: Browser, jane: Someone) -> None:
    """An implicit client has a grant all the same, which ends its access token; PKCE has no meaning there."""
    app = RelyingParty(
        harness, **TRAITS | {"response_types": ["id_token token"], "grant_types": ["implicit", "refresh_token"]}
    )
    no_pkce = {"code_challenge": None, "code_challenge_method": None}
    answer = app.sign_in(browser, jane, response_type="id_token token", scope="openid offline_access", **no_pkce)
    token = answer["access_token"]
    assert tables.count(harness, "grants") == 1
    assert answer["scope"] == "openid", "nothing is offline without a code (OIDC Core section 11)"
    assert app.revoke(token).status_code == 200
    assert app.userinfo(token).status_code == 401


@pytest.mark.module("oidcc-codereuse-30seconds")
def test_reused_code_ends_the_token_that_came_beside_it(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """oidcc-codereuse-30seconds in the hybrid plan."""
    answer = app.sign_in(browser, jane, response_type="code token")
    app.tokens_from(answer)
    code = {"grant_type": "authorization_code", "code": answer["code"], "code_verifier": app.verifier}
    refused(app.post("/token", code | {"redirect_uri": app.sent["redirect_uri"]}), "invalid_grant")
    assert app.userinfo(answer["access_token"]).status_code == 401


@pytest.mark.module("oidcc-claims-essential")
def test_oidcc_claims_essential(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    asked = '{"id_token": {"name": {"essential": true}}}'
    answer = app.sign_in(browser, jane, response_type="id_token", claims=asked)
    assert app.id_claims(answer)["name"] == "Jane"


def test_a_client_gets_only_types_it_is_registered_for(harness: Harness, browser: Browser) -> None:
    """And with the grants they need (OIDC Registration 1.0 section 2); some clients cannot have them at all.

    A strict profile allows code alone, and a token that comes by the browser can be bound to no key (RFC 9449).
    """
    kinds: dict[str, dict[str, Any]] = {
        "plain": {"response_types": ["code"]},
        "ungranted": {"grant_types": ["authorization_code"]},
        "strict": {"metadata": ClientMetadata(security_profile="strict")},
        "bound": {"metadata": ClientMetadata(dpop_bound_access_tokens=True)},
    }
    for name, traits in kinds.items():
        app = RelyingParty(harness, name, **TRAITS | traits)
        app.send(browser, response_type="code token")
        assert app.error(browser) == "unauthorized_client", name


def test_discovery_lists_what_is_on(browser: Browser) -> None:
    listed = browser.get("/.well-known/openid-configuration").json or {}
    assert listed["issuer"] == ISSUER
    assert listed["response_types_supported"] == list(TYPES)
    assert "implicit" in listed["grant_types_supported"]


def test_doctor_warns_of_tokens_in_addresses(harness: Harness) -> None:
    plain = harness.settings.model_copy(update={"response_types": "code"})
    found, none = (
        [each.message for each in check_registration(one, harness.clock)] for one in (harness.settings, plain)
    )
    assert "id_token token" in found[0]
    assert none == []


def test_tokens_in_a_response_cost_no_statement_more(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    app.sign_in(browser, jane)
    counts = []
    for kind in ("code", "code id_token token", "id_token"):
        with metered(harness) as meter:
            app.send(browser, response_type=kind, scope="openid email")
        assert "error" not in app.answer(browser)
        counts.append((len(meter.statements), meter.commits))
    assert counts == [(4, 1)] * 3


@pytest.mark.parametrize("value", ["id_token", "code, none", "code, token", "", "code token id_token"])
def test_setting_takes_known_types_only(value: str) -> None:
    with pytest.raises(ValueError, match="IDP_RESPONSE_TYPES"):
        Settings(issuer=ISSUER, mode="development", response_types=value)
