"""What a registration says, and what it changes on the wire: each field is written by `idp clients`."""

import dataclasses
import re

import pytest

from idp.admin import clients
from idp.kernel.clock import HOUR
from idp.signing.algorithms import OWN
from idp.signing.jws import CompactJws
from tests.support.back_channel import refused
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import Harness
from tests.support.relying_party import RelyingParty, is_page
from tests.support.tables import events


class RegisteredRelyingParty(RelyingParty):
    """A relying party that `idp clients add` registered."""

    def __init__(self, harness: Harness, *options: str) -> None:
        super().__init__(harness, "unused")
        added = Command.of(harness.settings).read(
            *("clients", "add", "web", "--name", "Web", "--first-party", "--redirect-uri", self.app.redirect_uri),
            *options,
        )
        self.app = dataclasses.replace(self.app, client_id="web", secret=added["client_secret"])


@pytest.mark.parametrize("alg", OWN)
def test_id_tokens_are_signed_with_the_registered_algorithm(harness: Harness, browser: Browser, alg: str) -> None:
    rp = RegisteredRelyingParty(harness, "--id-token-alg", alg)
    tokens = rp.tokens_from(rp.sign_in(browser, harness.person()))
    assert rp.id_claims(tokens)["aud"] == "web"
    assert CompactJws.parse(tokens["id_token"]).header["alg"] == alg


def test_the_default_max_age_asks_for_a_newer_sign_in(harness: Harness, browser: Browser) -> None:
    rp, jane = RegisteredRelyingParty(harness, "--default-max-age", str(HOUR)), harness.person()
    first = rp.told(browser, jane)["auth_time"]
    harness.clock.advance(HOUR + 1)
    rp.send(browser)
    assert "/identify" in browser.at
    assert rp.id_claims(rp.tokens_from(rp.go_through(browser, jane)))["auth_time"] > first


def test_a_disabled_client_is_refused_everywhere_and_enabled_again(harness: Harness, browser: Browser) -> None:
    rp, command = RegisteredRelyingParty(harness), Command.of(harness.settings)
    jane = harness.person()
    tokens = rp.tokens_from(rp.sign_in(browser, jane))
    code = rp.sign_in(browser, jane)
    assert rp.userinfo(tokens["access_token"]).status_code == 200
    command.done("clients", "disable", "web")
    assert command.read("clients", "show", "web")["disabled"] is True
    rp.send(browser)
    assert is_page(browser)
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    refused(rp.post("/token", {"grant_type": "authorization_code", "code": code["code"]}), "invalid_client", 401)
    command.done("clients", "enable", "web")
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert rp.told(browser, jane)["sub"] == jane.id
    assert events(harness, "client.changed") == 2


def test_tokens_of_the_client_itself_stay_dead_after_it_is_enabled_again(harness: Harness) -> None:
    robot = ("--grant", "client_credentials", "--scope", "orders:read")
    rp = RegisteredRelyingParty(harness, *robot, "--grant", "authorization_code")
    token = (rp.client_credentials().json or {})["access_token"]
    assert (rp.introspect(token).json or {})["active"] is True
    with harness.services.database.write() as tx:  # not the command, which has a clock of its own
        clients.disable(tx, clients.find(tx, "web"))
    refused(rp.introspect(token), "invalid_client", 401)
    with harness.services.database.write() as tx:
        clients.enable(tx, clients.find(tx, "web"))
    assert rp.introspect(token).json == {"active": False}
    harness.clock.advance(1)
    newer = (rp.client_credentials().json or {})["access_token"]
    assert (rp.introspect(newer).json or {})["active"] is True


def test_a_refresh_token_ends_with_the_client_that_is_disabled(harness: Harness) -> None:
    rp = RegisteredRelyingParty(harness, "--scope", "openid", "--scope", "offline_access")
    command = Command.of(harness.settings)
    token = rp.tokens(harness.person())["refresh_token"]
    command.done("clients", "disable", "web")
    refused(rp.refresh(token), "invalid_client", 401)
    command.done("clients", "enable", "web")
    refused(rp.refresh(token), "invalid_grant")


def test_a_max_age_of_zero_is_shown(harness: Harness) -> None:
    RegisteredRelyingParty(harness, "--default-max-age", "0")
    shown = Command.of(harness.settings).done("clients", "show", "web")
    assert re.search(r"default max age +0$", shown, re.MULTILINE)


def test_the_home_page_is_where_sign_out_leads_back_to(harness: Harness, browser: Browser) -> None:
    RegisteredRelyingParty(harness, "--home-page", "https://shop.example.test/start")
    browser.get("/logout?client_id=web")
    assert 'href="https://shop.example.test/start"' in browser.page.text


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--home-page", "http://shop.example.test/"), "home page"),
        (("--home-page", "javascript:alert(1)"), "home page"),
        (("--home-page", "https://jane@shop.example.test/"), "user name"),
        (("--default-max-age", "-1"), "max_age"),
        (("--default-max-age", "999999999999"), "max_age"),
    ],
)
def test_a_field_that_cannot_stand_is_named(harness: Harness, options: tuple[str, str], named: str) -> None:
    uri = "https://app.example.test/callback"
    said = Command.of(harness.settings).refused("clients", "add", "web", "--name", "W", "--redirect-uri", uri, *options)
    assert named in said
    with harness.services.database.read() as tx:
        assert tx.clients.by_id("web") is None


@pytest.mark.parametrize("alg", ["none", "HS256", "PS384"])
def test_no_other_algorithm_can_be_registered(harness: Harness, alg: str) -> None:
    said = Command.of(harness.settings).refused("clients", "add", "web", "--name", "W", "--id-token-alg", alg, code=2)
    assert "--id-token-alg" in said
