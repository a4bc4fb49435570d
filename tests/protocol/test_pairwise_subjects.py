"""Pairwise subject identifiers (OpenID Connect Core section 8): one id for each sector, wherever a `sub` leaves us."""

import json
from typing import Any

import pytest

from idp.kernel.entropy import SystemEntropy
from idp.persistence.client_metadata import ClientMetadata
from idp.signing.sealing import Sealer
from tests.support.browser import Browser
from tests.support.concurrency import close
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

PAIRWISE = ClientMetadata(subject_type="pairwise")


def pairwise(harness: Harness, client_id: str = "web", **traits: Any) -> RelyingParty:
    return RelyingParty(harness, client_id, metadata=PAIRWISE, **traits)


def test_a_sub_is_the_same_everywhere_and_is_not_the_accounts(harness: Harness, browser: Browser) -> None:
    jane = harness.person(totp=True)
    scopes = ["openid", "profile", "security", "offline_access"]
    app = pairwise(harness, scopes=scopes, id_token_scope_claims=True)
    tokens = app.tokens_from(app.sign_in(browser, jane, scope=" ".join(scopes), acr_values="mfa"))
    access = tokens["access_token"]
    found = [
        app.id_claims(tokens)["sub"],
        app.claims_of(access)["sub"],
        (app.userinfo(access).json or {})["sub"],
        (app.introspect(access).json or {})["sub"],
        (app.introspect(tokens["refresh_token"]).json or {})["sub"],
        (app.get("/api/security", access).json or {})["sub"],
        app.claims_of((app.refresh(tokens["refresh_token"]).json or {})["id_token"], "JWT")["sub"],
    ]
    assert len(set(found)) == 1
    assert jane.id not in found[0]
    assert len(found[0]) == 43


def test_a_sector_is_a_host_and_outlives_new_keys(harness: Harness, jane: Someone) -> None:
    first, second = pairwise(harness), pairwise(harness, "second")
    elsewhere = pairwise(harness, "third", redirect_uris=["https://other.example.test/cb"])
    sector = ClientMetadata(subject_type="pairwise", sector_identifier_uri="https://app.example.test/sector.json")
    listed = RelyingParty(harness, "fourth", metadata=sector, redirect_uris=["https://b.example.test/cb"])

    def sub(app: RelyingParty) -> str:
        return str(app.claims_of(app.tokens(jane)["id_token"], "JWT")["sub"])

    assert sub(first) == sub(second) == sub(listed) != sub(elsewhere)
    before = sub(first)
    harness.services.sealer.rotate(now=harness.clock.now())
    reopened = Sealer.open(harness.settings.keys_dir, SystemEntropy(), now=harness.clock.now())
    assert reopened.pepper("pairwise subject") == harness.services.sealer.pepper("pairwise subject")
    assert sub(first) == before


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1/cb", "http://[::1]:8080/cb", "com.example.app:/cb", "app://callback"]
)
def test_apps_on_peoples_machines_share_no_ids(harness: Harness, jane: Someone, uri: str) -> None:
    """Everybody's loopback address is the same, and schemes belong to nobody."""
    apps = [pairwise(harness, name, redirect_uris=[uri]) for name in ("one", "two")]
    one, two = (app.claims_of(app.tokens(jane)["id_token"], "JWT")["sub"] for app in apps)
    assert one != two


def test_hints_and_requested_subjects_are_those_of_the_client(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    app = pairwise(harness)
    tokens = app.tokens_from(app.sign_in(browser, jane))
    sub = app.id_claims(tokens)["sub"]
    app.send(browser, prompt="none", id_token_hint=tokens["id_token"])
    assert "code" in app.answer(browser)
    for claimed, answer in ((sub, "code"), (jane.id, "error")):
        app.send(browser, prompt="none", claims=json.dumps({"id_token": {"sub": {"value": claimed}}}))
        assert answer in app.answer(browser)


def test_a_hint_fills_the_form_in_a_browser_that_knows_the_person(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    """And in no other: whoever has a `sub` does not learn whose it is."""
    app = pairwise(harness)
    app.sign_in(browser, harness.person("olga"))
    app.send(browser, prompt="login")
    browser.get(browser.at + "?other=1")
    hint = app.tokens_from(app.go_through(browser, jane))["id_token"]
    close(browser)
    for own, known in ((browser, True), (Browser(harness), False)):
        app.send(own, id_token_hint=hint)
        assert (f'value="{jane.username}"' in own.page.text) is known


@pytest.mark.parametrize("allowed", [True, False])
def test_access_and_audit_follow_the_person(harness: Harness, jane: Someone, *, allowed: bool) -> None:
    """Who may use a restricted client is decided by the account; so is whose the events are."""
    app = pairwise(harness, restricted=True, allowed_user_ids=[jane.id])
    access = app.tokens(jane)["access_token"]
    if not allowed:
        with harness.services.database.write() as tx:
            tx.clients.change("web", {"allowed_user_ids": []})
    assert (app.introspect(access).json or {})["active"] is allowed
    assert app.revoke(access).status_code == 200
    with harness.services.database.read() as tx:
        (event,) = tx.audit.latest(event="token.revoked", limit=5)
    assert event.user_id == jane.id
