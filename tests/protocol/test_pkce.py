"""PKCE (RFC 7636, RFC 9700 section 2.1.1): demanded, or left to a confidential client; enforced whenever it is sent."""

import pytest

from tests.support import tables
from tests.support.back_channel import VERIFIER, BackChannelClient, Code, refused
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

WITHOUT = {"code_challenge": None, "code_challenge_method": None}


@pytest.fixture
def relaxed(harness: Harness) -> RelyingParty:
    """A client with a secret that may leave PKCE out."""
    return RelyingParty(harness, "relaxed", require_pkce=False)


def test_a_client_that_may_leave_it_out_signs_people_in(relaxed: RelyingParty, browser: Browser, jane: Someone) -> None:
    answer = relaxed.sign_in(browser, jane, **WITHOUT)
    response = relaxed.redeem(Code(answer["code"], relaxed.app.redirect_uri, ""), code_verifier=None)
    assert response.status_code == 200
    assert relaxed.id_claims(response.json or {})["sub"] == jane.id


def test_it_is_demanded_of_every_other_client(harness: Harness, browser: Browser) -> None:
    for client_id, traits in (("web", {}), ("spa", {"token_endpoint_auth_method": "none"})):
        app = RelyingParty(harness, client_id, **traits)
        app.send(browser, **WITHOUT)
        assert app.error(browser) == "invalid_request"


@pytest.mark.parametrize("verifier", [None, "another-verifier-of-forty-three-characters-x"])
def test_a_challenge_that_was_sent_is_enforced(
    harness: Harness, relaxed: RelyingParty, jane: Someone, verifier: str | None
) -> None:
    code = relaxed.granted(jane)
    refused(relaxed.redeem(code, code_verifier=verifier), "invalid_grant")
    assert relaxed.redeem(code).status_code == 200
    with harness.services.database.read() as tx:
        reason = tx.audit.latest(event="token.refused")[0].detail["reason"]
    assert "code_verifier" in reason


def test_a_verifier_for_a_code_without_challenge_is_refused(relaxed: RelyingParty, jane: Someone) -> None:
    """An attacker took the challenge out of the request; the honest client then sends its verifier all the same."""
    code = relaxed.granted(jane, code_challenge="")
    refused(relaxed.redeem(code), "invalid_grant")
    assert relaxed.redeem(code, code_verifier=None).status_code == 200


@pytest.mark.module("fapi2-security-profile-final-ensure-pkce-code-verifier-required")
def test_a_client_that_must_use_it_cannot_redeem_without(rp: BackChannelClient, jane: Someone) -> None:
    """fapi2 ensure-pkce-code-verifier-required: the same error as for a wrong one (RFC 7636 section 4.6)."""
    code = rp.granted(jane)
    response = rp.redeem(code, code_verifier=None)
    refused(response, "invalid_grant")
    assert "code_verifier is missing" in (response.json or {})["error_description"]
    assert rp.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain", "code_challenge": VERIFIER},
        {"code_challenge": "short"},
    ],
)
def test_half_of_it_is_refused_from_either_kind_of_client(
    relaxed: RelyingParty, browser: Browser, asked: dict[str, str | None]
) -> None:
    relaxed.send(browser, **asked)
    assert relaxed.error(browser) == "invalid_request"


def test_only_a_client_with_a_secret_may_leave_it_out(harness: Harness) -> None:
    command, uri = Command.of(harness.settings), "https://app.example.test/callback"
    wanted = ("--name", "App", "--redirect-uri", uri, "--pkce", "optional")
    assert "cannot do without PKCE" in command.refused("clients", "add", "spa", *wanted, "--public")
    command.done("clients", "add", "web", *wanted)
    assert command.read("clients", "show", "web")["require_pkce"] is False
    assert "cannot do without PKCE" in command.refused("clients", "set", "web", "--public")
    assert "without PKCE: web" in command.run("doctor").stdout
    command.done("clients", "set", "web", "--pkce", "required")
    assert command.read("clients", "show", "web")["require_pkce"] is True
    assert "without PKCE" not in command.run("doctor").stdout
    assert tables.events(harness, "client.changed") == 1
