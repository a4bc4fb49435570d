"""Hints about the person: what a form is filled with, and whom an answer may be about (OIDC Core section 3.1.2.2)."""

import json

import pytest

from idp.login.policy.methods import Method
from tests.support.browser import Browser
from tests.support.concurrency import close
from tests.support.harness import Harness, Someone
from tests.support.jws import with_wrong_signature
from tests.support.relying_party import RelyingParty


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness)


@pytest.mark.module("oidcc-login-hint")
def test_oidcc_login_hint_fills_the_form(app: RelyingParty, browser: Browser) -> None:
    app.send(browser, login_hint="buffy@id.example.test")
    assert 'value="buffy@id.example.test"' in browser.page.text


@pytest.mark.module("oidcc-id-token-hint")
def test_oidcc_id_token_hint(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """Also an expired one."""
    hint = app.tokens_from(app.sign_in(browser, jane))["id_token"]
    harness.clock.advance(86_000)
    app.send(browser, prompt="none", id_token_hint=hint)
    assert "code" in app.answer(browser)


def test_id_token_hint_from_before_the_keys_were_rotated(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """An app keeps the ID token as long as its session lasts: RP-Initiated Logout 1.0 section 2 wants it understood."""
    hint = app.tokens_from(app.sign_in(browser, jane))["id_token"]
    harness.services.keyring.rotate(at_once=True)
    harness.clock.advance(harness.settings.session_idle - 1)
    harness.services.keyring.rotate()
    app.send(browser, prompt="none", id_token_hint=hint)
    assert "code" in app.answer(browser)


def test_id_token_hint_of_another_person(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """Never answered about the one who is signed in (OIDC Core section 3.1.2.2); the right one may come instead."""
    other = harness.person("olga")
    hint = app.tokens_from(app.sign_in(Browser(harness), other))["id_token"]
    app.sign_in(browser, jane)
    app.send(browser, prompt="none", id_token_hint=hint)
    assert app.error(browser) == "login_required"
    app.send(browser, id_token_hint=hint)
    assert "/identify" in browser.at
    assert "olga" not in browser.page.text, "nobody of that name ever signed in here"
    assert app.id_claims(app.tokens_from(app.go_through(browser, other)))["sub"] == other.id
    app.send(browser, id_token_hint=hint, prompt="login")
    browser.get(browser.at + "?other=1")
    browser.submit(username=jane.username, password=jane.password)
    assert app.error(browser) == "login_required"


@pytest.mark.parametrize("by", ["id_token_hint", "claims"])
def test_a_stranger_does_not_learn_whose_a_sub_is(harness: Harness, app: RelyingParty, jane: Someone, by: str) -> None:
    """Neither on the sign-in page nor on that of a forgotten password."""
    if by == "claims":
        asked = {"claims": json.dumps({"id_token": {"sub": {"value": jane.id}}})}
    else:
        asked = {"id_token_hint": app.tokens_from(app.sign_in(Browser(harness), jane))["id_token"]}
    for browser in (Browser(harness), _used_by(harness, app, "olga")):
        app.send(browser, prompt="login", **asked)
        browser.get(browser.at.partition("?")[0] + "?other=1")
        assert f'value="{jane.username}"' not in browser.page.text
        browser.get(browser.at.partition("/identify")[0] + "/forgot")
        assert f'value="{jane.username}"' not in browser.page.text


def test_a_browser_that_knows_the_person_of_an_id_token_fills_the_form(
    app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    hint = app.tokens_from(app.sign_in(browser, jane))["id_token"]
    close(browser)
    app.send(browser, id_token_hint=hint)
    assert f'value="{jane.username}"' in browser.page.text
    app.send(browser, claims=json.dumps({"id_token": {"sub": {"value": jane.id}}}))
    assert f'value="{jane.username}"' not in browser.page.text, "a sub alone is nothing that we signed"


def _used_by(harness: Harness, app: RelyingParty, username: str) -> Browser:
    """A browser where somebody else signed in."""
    browser = Browser(harness)
    app.sign_in(browser, harness.person(username))
    return browser


def test_sub_asked_for_as_a_claim(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """OIDC Core section 3.1.2.2: never an answer about somebody else."""
    other = harness.person("olga")
    app.sign_in(browser, jane)
    for subject, expected in ((jane.id, "code"), (other.id, "error")):
        app.send(browser, prompt="none", claims=json.dumps({"id_token": {"sub": {"value": subject}}}))
        assert expected in app.answer(browser)


def test_hints_that_are_not_this_clients_id_tokens(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """ASVS 9.2.2, 9.1.1: neither another client's, nor another kind of token, nor a forged one."""
    tokens = app.tokens_from(app.sign_in(browser, jane, scope="openid"))
    head, body, _ = tokens["id_token"].split(".")
    other = RelyingParty(harness, "other")
    other.send(browser, prompt="none", id_token_hint=tokens["id_token"])
    assert other.error(browser) == "invalid_request"
    for forged in (
        tokens["access_token"],
        f"{head}.{body}.",
        f"eyJhbGciOiJub25lIn0.{body}.",
        with_wrong_signature(tokens["id_token"]),
    ):
        app.send(browser, prompt="none", id_token_hint=forged)
        assert app.error(browser) == "invalid_request"


def test_two_people_at_once_are_a_contradiction(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    hint = app.tokens_from(app.sign_in(browser, jane))["id_token"]
    app.send(browser, id_token_hint=hint, claims='{"id_token": {"sub": {"value": "somebody"}}}')
    assert app.error(browser) == "invalid_request"


def test_another_person_signing_in_ends_the_first_session(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """Session swap: a new sid, and the ID token is about whoever just signed in."""
    first = app.told(browser, jane)
    other = harness.person("olga", totp=True)
    app.send(browser, prompt="login")
    browser.get(browser.at + "?other=1")
    second = app.id_claims(app.tokens_from(app.go_through(browser, other)))
    assert second["sub"] == other.id
    assert second["sid"] != first["sid"]
    assert Method.TOTP in {proof["method"] for proof in _session(harness, second["sid"])}
    assert _session(harness, first["sid"]) == []


def _session(harness: Harness, sid: str) -> list[dict[str, str]]:
    with harness.services.database.read() as tx:
        session = tx.sessions.by_sid(sid)
        return list(session.proofs) if session else []
