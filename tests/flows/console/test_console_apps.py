"""Apps in the console: connected by kind, changed, given another secret, removed."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from idp import audit
from idp.admin import clients
from idp.audit import Event, Outcome
from idp.kernel.clock import DAY
from idp.kernel.grant_types import CIBA, DEVICE_CODE
from idp.login.policy.methods import Method
from idp.login.policy.rules import RuleKind
from idp.persistence.clients import Client
from idp.persistence.factors import Factor
from idp.persistence.groups import Group
from idp.persistence.roles import Role
from tests.support.account import words
from tests.support.back_channel import BackChannelClient
from tests.support.browser import Browser, Forms
from tests.support.concurrency import rush, twin
from tests.support.console import Console, console
from tests.support.harness import Harness
from tests.support.policy import rule, store_rules
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered
from tests.support.tables import count, events

APPS = "/admin/apps"
NEW = "/admin/apps/-/new"
ROLE = {"claim": "role", "source": "constant", "targets": ["id_token"], "value": "admin"}
SECRET = re.compile(r'<p class="secret"[^>]*>([^<]+)</p>')


def stored(harness: Harness, client_id: str) -> Client:
    with harness.services.database.read() as tx:
        client = tx.clients.by_id(client_id)
    assert client is not None
    return client


def shown_secret(owner: Console) -> str:
    found = SECRET.search(owner.browser.page.text)
    assert found, words(owner.browser.page)
    return found[1]


@pytest.mark.parametrize(
    ("kind", "method", "grants"),
    [
        ("web", "client_secret_basic", ["authorization_code", "refresh_token"]),
        ("browser", "none", ["authorization_code"]),
        ("native", "none", ["authorization_code", "refresh_token"]),
        ("service", "client_secret_basic", ["client_credentials"]),
    ],
)
def test_a_name_and_an_address_are_enough(harness: Harness, kind: str, method: str, grants: list[str]) -> None:
    owner = console(harness, Role.APPS, path=f"{NEW}/{kind}")
    address: dict[str, Any] = {"address": "https://shop.example.test"} if kind in {"web", "browser"} else {}
    page = owner.browser.submit(action=f"/new/{kind}", client_name="Our Shop", **address)
    assert "Our Shop is connected" in words(page)
    client = stored(harness, "our-shop")
    assert (client.token_endpoint_auth_method, client.grant_types) == (method, grants)
    assert client.require_pkce
    assert not client.first_party
    if address:
        assert client.redirect_uris == ["https://shop.example.test/callback"]
    assert client.web_origins == (["https://shop.example.test"] if kind == "browser" else [])
    assert bool(SECRET.search(page.text)) == (method != "none")
    assert events(harness, "client.added") == 1


def test_the_secret_is_shown_once_and_works(harness: Harness) -> None:
    owner = console(harness, path=f"{NEW}/service")
    owner.browser.submit(action="/new/service", client_name="Robot")
    secret = shown_secret(owner)
    assert f"robot:{secret}" in owner.browser.page.text.replace("&#39;", "'")
    rp = BackChannelClient(harness, "unused")
    rp.app = type(rp.app)("robot", secret)
    assert rp.client_credentials().status_code == 200
    assert secret not in owner.browser.get(f"{APPS}/robot").text


def test_software_brings_its_own_settings(harness: Harness) -> None:
    owner = console(harness, path=f"{NEW}/web")
    address = "https://grafana.example.test"
    page = owner.browser.submit(action="/new/web", client_name="Grafana", address=address, software="grafana")
    assert stored(harness, "grafana").redirect_uris == [f"{address}/login/generic_oauth"]
    assert f"client_secret = {shown_secret(owner)}" in page.text


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"client_name": "", "address": "https://a.example"}, "client_name", "printable characters"),
        ({"client_name": "Shop", "address": ""}, "address", "https://app.example.com"),
        (
            {"client_name": "Shop", "address": "http://a.example"},
            "address",
            "must begin with https (http only on localhost)",
        ),
        ({"client_name": "Shop", "address": "https://*.example"}, "address", "not the address of an app"),
        ({"client_name": "Shop", "address": "https://a.example/*"}, "address", "not the address of an app"),
        ({"client_name": "Taken", "address": "https://a.example"}, "client_id", "Another app has this id"),
    ],
)
def test_what_cannot_be_stands_beside_its_field(
    harness: Harness, fields: dict[str, Any], field: str, says: str
) -> None:
    harness.client("taken")
    owner = console(harness, path=f"{NEW}/web")
    page = owner.browser.submit(action="/new/web", **fields)
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text
    assert says in words(page)
    (focused,) = re.findall(r"<input [^>]*autofocus[^>]*>", page.text)
    assert f'id="{field}"' in focused
    assert count(harness, "clients") == 1


def test_the_list_is_searched_and_paged(harness: Harness) -> None:
    for number in range(60):
        harness.client(f"app-{number:02}", client_name=f"Number {number}")
    owner = console(harness, path=APPS)
    page = owner.browser.page
    assert "app-00" in page.text
    assert "app-59" not in page.text
    assert "app-59" in owner.browser.get(f"{APPS}?last=1").text
    assert "app-07" in owner.browser.get(f"{APPS}?search=number+7").text
    assert "No app has a name" in words(owner.browser.get(f"{APPS}?search=zzz"))


def test_each_section_changes_its_fields_and_no_others(harness: Harness) -> None:
    harness.client("web", first_party=False)
    owner = console(harness, path=f"{APPS}/web/settings/general")
    owner.browser.submit(
        action="/general", client_name="Shop", policy_uri="https://a.example/privacy", first_party="1", min_acr="pwd"
    )
    client = stored(harness, "web")
    assert (client.client_name, client.policy_uri) == ("Shop", "https://a.example/privacy")
    assert (client.first_party, client.min_acr) == (False, None)
    owner.browser.get(f"{APPS}/web/settings/sign-in")
    owner.post(f"{APPS}/web/settings/sign-in", min_acr="mfa", default_max_age="60", first_party="1")
    client = stored(harness, "web")
    assert (client.min_acr, client.default_max_age, client.first_party) == ("mfa", 60, True)
    assert not client.remembered_device_accepted
    fields = {"grant_types": "authorization_code", "scopes": "openid", "token_endpoint_auth_method": "none"}
    page = owner.post(
        f"{APPS}/web/settings/technical",
        access_token_lifetime="60",
        require_pkce="1",
        id_token_signed_response_alg="ES256",
        **fields,
    )
    assert "Saved" in words(page)
    client = stored(harness, "web")
    assert (client.grant_types, client.access_token_lifetime) == (["authorization_code"], 60)
    assert events(harness, "client.changed") == 3


def test_faults_of_addresses_come_with_the_remedy(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, path=f"{APPS}/web/settings/addresses")
    page = owner.browser.submit(
        action="/addresses", redirect_uris="http://a.example/cb", post_logout_redirect_uris="https://a.example/#x"
    )
    assert page.status_code == 400
    assert "must be https; http is for localhost only" in words(page)
    assert "must not have a fragment" in words(page)
    assert "http://a.example/cb" in page.text, "what was typed stays"
    assert stored(harness, "web").redirect_uris != ["http://a.example/cb"]


def test_an_app_is_kept_for_chosen_people_and_groups(harness: Harness) -> None:
    harness.client("web")
    jane = harness.person("jane")
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Staff", "staff"))
    path = f"{APPS}/web/access"
    owner = console(harness, path=path)
    owner.post(path, form="who", who="chosen")
    owner.post(path, form="person", person="jane@example.test")
    assert "Staff" in words(owner.post(path, form="group", group="STAFF"))
    client = stored(harness, "web")
    assert (client.restricted, client.allowed_user_ids, client.allowed_group_ids) == (True, [jane.id], ["g1"])
    page = owner.post(path, form="person", person="nobody")
    assert page.status_code == 400
    assert "Nobody has this user name" in words(page)
    owner.post(path, form="remove", remove=jane.id)
    assert stored(harness, "web").allowed_user_ids == []
    owner.post(path, form="who", who="everybody")
    client = stored(harness, "web")
    assert (client.restricted, client.allowed_group_ids) == (False, [])


def test_an_administrator_of_apps_learns_nobodys_name_by_an_address(harness: Harness) -> None:
    harness.client("web")
    jane = harness.person("janes-user-name", email="jane@example.test", profile={"name": "Jane Secret"})
    path = f"{APPS}/web/access"
    admin = console(harness, Role.APPS, path=path)
    admin.post(path, form="who", who="chosen")
    page = admin.post(path, form="person", person="jane@example.test")
    assert "1 person was chosen" in words(page)
    assert "Secret" not in page.text
    assert "janes-user-name" not in page.text
    assert jane.id not in page.text
    admin.post(path, form="remove-person", person="jane@example.test")
    assert stored(harness, "web").allowed_user_ids == []


@pytest.mark.parametrize("client_id", [".", ".."])
def test_dots_alone_are_no_client_id(harness: Harness, client_id: str) -> None:
    owner = console(harness, Role.APPS, path=f"{NEW}/web")
    owner.browser.submit(action="/new/web", client_name="Shop", address="https://a.example", client_id=client_id)
    assert owner.browser.page.status_code == 400
    assert count(harness, "clients") == 0


def test_an_app_does_not_get_the_id_of_a_person(harness: Harness) -> None:
    """The `sub` of its own tokens would be that of the person (RFC 9068 section 5)."""
    jane = harness.person()
    admin = console(harness, Role.APPS, path=f"{NEW}/service")
    page = admin.browser.submit(action="/new/service", client_name="Reports", client_id=jane.id)
    assert (page.status_code, 'id="client_id-error"' in page.text) == (400, True)
    assert "the id of a person" in words(page)
    assert count(harness, "clients") == 0


@pytest.mark.promise("FM24")
def test_two_secrets_work_until_the_earlier_one_is_ended(harness: Harness) -> None:
    rp = BackChannelClient(harness)
    owner = console(harness, path=f"{APPS}/web/secret/new")
    owner.browser.submit(action="/secret/new", grace=str(DAY))
    newer = BackChannelClient(harness, "unused")
    newer.app = type(rp.app)("web", shown_secret(owner))
    assert rp.client_credentials().status_code == newer.client_credentials().status_code == 200
    assert "Two secrets are accepted" in words(owner.browser.get(f"{APPS}/web"))
    owner.browser.get(f"{APPS}/web/secret/end")
    assert "earlier secret was ended" in words(owner.browser.submit(action="/secret/end"))
    assert rp.client_credentials().status_code == 401
    assert newer.client_credentials().status_code == 200


@pytest.mark.promise("FM24")
def test_a_deleted_secret_ends_everything(harness: Harness) -> None:
    rp = BackChannelClient(harness)
    token = (rp.client_credentials().json or {})["access_token"]
    owner = console(harness, path=f"{APPS}/web/secret/delete")
    owner.browser.submit(action="/secret/delete")
    assert stored(harness, "web").tokens_not_before == harness.clock.now()
    assert rp.client_credentials().status_code == 401
    assert token
    owner.browser.get(f"{APPS}/web/secret/new")
    owner.browser.submit(action="/secret/new", grace="0")
    rp.app = type(rp.app)("web", shown_secret(owner))
    assert rp.client_credentials().status_code == 200


@pytest.mark.promise("FM24")
def test_an_app_is_disabled_enabled_and_removed(harness: Harness) -> None:
    rp = BackChannelClient(harness)
    owner = console(harness, path=f"{APPS}/web/state")
    assert "app was disabled" in words(owner.browser.submit(action="/state"))
    assert rp.client_credentials().status_code == 401
    assert "app was enabled" in words(owner.browser.submit(action="/state"))
    assert rp.client_credentials().status_code == 200
    assert "Remove Web?" in words(owner.browser.get(f"{APPS}/web/remove"))
    assert "app was removed" in words(owner.browser.submit(action="/remove"))
    assert count(harness, "clients") == 0
    assert events(harness, "client.removed") == 1


def test_what_cannot_be_undone_wants_a_fresh_second_factor(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, path=APPS)
    harness.clock.advance(700)
    assert owner.browser.get(f"{APPS}/web").status_code == 200
    owner.browser.get(f"{APPS}/web/remove")
    assert owner.at("/identify") or owner.at("/code")
    assert count(harness, "clients") == 1


PUBLIC = {
    "token_endpoint_auth_method": "none",
    "grant_types": "authorization_code",
    "scopes": "openid",
    "require_pkce": "1",
    "id_token_signed_response_alg": "ES256",
}
CREDENTIAL_FORMS: list[tuple[str, dict[str, str]]] = [
    ("settings/addresses", {"redirect_uris": "https://evil.example/cb"}),
    ("settings/sign-in", {"first_party": "1"}),
    ("settings/technical", PUBLIC),
    ("connect", {"software": "pgadmin"}),
    ("access", {"form": "who", "who": "chosen"}),
    ("state", {"state": "disabled"}),
    ("claims/new", {"source": "constant", "claim": "role", "value": "admin", "id_token": "1"}),
    ("claims/remove", {"replaces": "role"}),
]
"""Forms by which an app could be taken over, and what makes each count."""


@pytest.mark.parametrize(("part", "fields"), CREDENTIAL_FORMS, ids=[part for part, _ in CREDENTIAL_FORMS])
def test_credentials_and_addresses_want_a_fresh_second_factor(
    harness: Harness, part: str, fields: dict[str, str]
) -> None:
    harness.client("web", client_uri="https://pg.example.test", claim_mappings=[ROLE] if "remove" in part else [])
    owner, path, before = console(harness, path=APPS), f"{APPS}/web/{part}", stored(harness, "web")
    harness.clock.advance(700)
    owner.post(path, **fields)
    assert owner.at("/identify") or owner.at("/code")
    assert stored(harness, "web") == before
    if "remove" not in part:
        owner.browser.get(path)
        assert owner.at("/identify") or owner.at("/code")
    assert owner.prove().status_code == 200, "there is a page to come back to"
    owner.post(path, **fields)
    assert stored(harness, "web") != before


def test_other_credentials_end_what_the_app_holds(harness: Harness) -> None:
    rp = BackChannelClient(harness)
    owner, tokens = console(harness, path=f"{APPS}/web/settings/general"), rp.tokens(harness.person())
    owner.browser.submit(action="/general", client_name="Shop")
    assert rp.userinfo(tokens["access_token"]).status_code == 200, "a name is no credential"
    assert "Saved" in words(owner.post(f"{APPS}/web/settings/technical", **PUBLIC))
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert stored(harness, "web").tokens_not_before == harness.clock.now()


def test_other_keys_end_the_tokens_of_the_app(harness: Harness) -> None:
    first, second = ({"keys": [JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)]} for _ in range(2))
    harness.client("web", token_endpoint_auth_method="private_key_jwt", jwks=first)
    with harness.services.database.write() as tx:
        client = clients.find(tx, "web", lock=True)
        wanted = replace(clients.registration_of(client), jwks=second)
        clients.change(tx, client, wanted, harness.services.entropy)
    assert stored(harness, "web").tokens_not_before == harness.clock.now()


@pytest.mark.parametrize("client_id", ["shop.example~1", "new", "-"])
def test_an_app_has_its_pages_whatever_its_id_is(harness: Harness, client_id: str) -> None:
    harness.client(client_id)
    owner = console(harness, path=f"{APPS}/{client_id}")
    for part in ("settings/general", "settings/addresses", "connect", "access", "claims", "logo", "try", "remove"):
        assert owner.browser.get(f"{APPS}/{client_id}/{part}").status_code == 200, part
    owner.browser.get(f"{APPS}/{client_id}/settings/general")
    owner.browser.submit(action="/general", client_name="Renamed")
    assert stored(harness, client_id).client_name == "Renamed"
    assert "Renamed" in words(owner.browser.get(APPS))


def test_lists_of_an_app_have_an_end(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, path=f"{APPS}/web/settings/addresses")
    many = "\n".join(f"https://a.example/{number}" for number in range(101))
    page = owner.browser.submit(action="/addresses", redirect_uris=many)
    assert page.status_code == 400
    assert "A list has at most 100 lines" in words(page)
    assert len(stored(harness, "web").redirect_uris) == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PEOPLE])
def test_other_roles_change_nothing(harness: Harness, role: Role) -> None:
    harness.client("web")
    owner = console(harness, role)
    before = stored(harness, "web")
    for path in ("settings/general", "access", "secret/new", "secret/delete", "remove", "state", "connect"):
        answer = owner.post(f"{APPS}/web/{path}", client_name="Mallory", form="who", who="chosen", state="disabled")
        assert answer.status_code == 403, path
    assert owner.post(f"{NEW}/web", client_name="X", address="https://x.example").status_code == 403
    assert stored(harness, "web") == before
    assert (owner.browser.get(f"{APPS}/web").status_code == 200) == (role is Role.AUDITOR)


def test_a_registration_token_that_has_ended_meanwhile_is_refused_on_a_page(harness: Harness) -> None:
    owner = console(harness, path=f"{APPS}/-/registration")
    owner.post(f"{APPS}/-/registration", note="One", uses="1", days="1")
    with harness.services.database.read() as tx:
        (token,) = tx.client_registrations.live_tokens(limit=2)
    assert "was ended" in words(owner.post(f"{APPS}/-/registration", end=token.id))
    page = owner.post(f"{APPS}/-/registration", end=token.id)
    assert page.status_code == 409
    assert "There is no such token any more" in words(page)


def test_a_form_without_its_token_changes_nothing(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, path=f"{APPS}/web")
    owner.browser.send_request("POST", f"{APPS}/web/remove", {"Origin": "https://evil.example"}, {})
    assert count(harness, "clients") == 1


def test_the_last_failures_come_with_the_remedy(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    app.send(browser, redirect_uri="https://app.example.test/other")
    app.send(browser, code_challenge=None, code_challenge_method=None)
    app.app = type(app.app)("web", "a wrong secret")
    app.client_credentials()
    page = console(harness, path=f"{APPS}/web").browser.page
    said = words(page)
    assert "an address that is not registered" in said
    assert "https://app.example.test/other" in said
    assert app.app.redirect_uri in said
    assert "did not use PKCE" in said
    assert "came with a wrong secret" in said


def test_a_cancelled_sign_in_is_told_from_a_refused_consent(harness: Harness, browser: Browser) -> None:
    app, jane = RelyingParty(harness, first_party=False), harness.person("jane")
    admin, path = console(harness), f"{APPS}/{app.app.client_id}"
    app.send(browser)
    browser.submit(choice="cancel")
    said = words(admin.browser.get(path))
    assert "A person cancelled a sign-in to the app." in said
    assert "did not let the app see their details" not in said
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    browser.submit(choice="cancel")
    assert "A person did not let the app see their details." in words(admin.browser.get(path))


@pytest.mark.parametrize(
    ("event", "reason", "what"),
    [
        (Event.CLIENT_REFUSED, "expired", "could not prove who it is with its key"),
        (Event.CLIENT_REFUSED, "the certificate has expired, or is not valid yet", "with its certificate"),
        (Event.CLIENT_REFUSED, "used none, registered for private_key_jwt", "in another way than it is registered for"),
        (Event.TOKEN_REFUSED, "expired", "took too long"),
        (
            Event.TOKEN_REFUSED,
            "the client is no longer registered for any scope of it",
            "registered for nothing any more",
        ),
        (
            Event.AUTHORIZATION_REFUSED,
            "unauthorized_client: this client is not registered for the grant type of CIBA",
            "in a way that it is not registered for",
        ),
    ],
)
def test_a_reason_is_read_as_one_of_its_own_event(harness: Harness, event: Event, reason: str, what: str) -> None:
    harness.client("web")
    with harness.services.database.write() as tx:
        audit.record(tx, event, Outcome.FAILURE, client_id="web", reason=reason)
    assert what in words(console(harness, path=f"{APPS}/web").browser.page)


def test_settings_to_paste_say_what_is_missing_and_add_it(harness: Harness) -> None:
    harness.client("web", client_uri="https://pg.example.test")
    owner = console(harness, path=f"{APPS}/web/connect?for=pgadmin")
    said = words(owner.browser.page)
    assert "pgAdmin does not work with this app yet" in said
    assert "https://pg.example.test/oauth2/authorize" in said
    owner.post(f"{APPS}/web/connect", software="pgadmin")
    client = stored(harness, "web")
    assert "https://pg.example.test/oauth2/authorize" in client.redirect_uris
    assert client.id_token_scope_claims
    assert "does not work" not in words(owner.browser.get(f"{APPS}/web/connect?for=pgadmin"))


@pytest.mark.parametrize(("grant", "path"), [(CIBA, "/bc-authorize"), (DEVICE_CODE, "/device_authorization")])
def test_settings_to_paste_are_those_of_the_apps_grant(harness: Harness, grant: str, path: str) -> None:
    harness.client("till", grant_types=[grant], redirect_uris=[], response_types=[])
    assert path in words(console(harness, path=f"{APPS}/till/connect").browser.page)


def tried(owner: Console) -> str:
    """Presses "Sign in" on the page of a try, and proves what is asked; what the last page says."""
    owner.browser.submit(action="/try")
    assert owner.at("/identify"), owner.browser.at
    assert "to continue to" in words(owner.browser.page)
    owner.browser.submit(password=owner.someone.password)
    owner.prove()
    return words(owner.browser.page)


def test_a_try_shows_what_the_app_would_be_told(harness: Harness) -> None:
    harness.client("web", client_name="Shop", scopes=["openid", "profile", "email"], min_acr="mfa")
    owner = console(harness, Role.APPS, path=f"{APPS}/web/try")
    before = {table: count(harness, table) for table in ("grants", "refresh_tokens")}
    said = tried(owner)
    assert "You signed in to Shop" in said
    assert "olga@example.test" in said
    assert "mfa" in said
    assert "stays the same for ever" in said
    assert {table: count(harness, table) for table in before} == before, "nothing of it works anywhere"
    assert not re.search(r"eyJ[\w-]+\.", owner.browser.page.text), "no token is sent to the browser"
    assert events(harness, "client.tried") == 1


def test_a_try_counts_once_and_for_whom_it_was_started(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=f"{APPS}/web/try")
    tried(owner)
    result = owner.browser.at
    assert "That try is over" in words(owner.browser.get(result))
    assert events(harness, "client.tried") == 1
    other = console(harness, Role.APPS, "otto")
    assert other.browser.get(result).status_code == 403


def test_a_try_counts_what_the_rule_of_the_app_counts(harness: Harness) -> None:
    harness.client("web")
    store_rules(harness, rule(RuleKind.APP, "web", kinds=frozenset({Method.EMAIL})))
    owner = console(harness, Role.APPS)
    with harness.services.database.write() as tx:
        tx.factors.add(Factor("mail-olga", Method.EMAIL, "", owner.someone.id, address="olga@example.test"))
    owner.open(f"{APPS}/web/try")
    assert "acr two-step" in tried(owner), "of the second steps only the mailed code counts for it"


def test_a_try_of_an_app_for_others_says_so(harness: Harness) -> None:
    harness.client("web", restricted=True)
    said = tried(console(harness, Role.APPS, path=f"{APPS}/web/try"))
    assert "You may not use Web" in said
    assert "olga@example.test" not in said


def test_settings_that_allow_no_sign_in_are_explained(harness: Harness) -> None:
    harness.client("web", scopes=[])
    owner = console(harness, Role.APPS, path=f"{APPS}/web/try")
    page = owner.browser.submit(action="/try")
    assert page.status_code == 400
    assert "Nobody can sign in with these settings" in words(page)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PEOPLE])
def test_other_roles_try_nothing(harness: Harness, role: Role) -> None:
    harness.client("web")
    owner = console(harness, role)
    assert owner.browser.get(f"{APPS}/web/try").status_code == 403
    assert owner.post(f"{APPS}/web/try").status_code == 403
    assert owner.browser.get(f"{APPS}/web/try/some-flow").status_code == 403


def test_a_sign_in_of_an_app_is_no_try(harness: Harness) -> None:
    app = RelyingParty(harness)
    owner = console(harness, Role.APPS)
    app.send(owner.browser, prompt="login")
    flow = owner.browser.at.split("/")[2]
    owner.browser.get(f"{APPS}/web/try/{flow}")
    assert "That try is over" in words(owner.browser.page)


def test_addresses_are_checked_while_they_are_typed(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=f"{APPS}/web/settings/addresses")
    typed = "https://a.example/cb\nhttp://a.example/cb"
    answer = owner.post(f"{APPS}/web/check", name="redirect_uris", value=typed)
    assert len((answer.json or {})["problems"]) == 1
    assert "must be https" in (answer.json or {})["problems"][0]
    assert owner.post(f"{APPS}/web/check", name="redirect_uris", value="https://a.example/cb").json == {"problems": []}
    assert owner.post(f"{APPS}/web/check", name="client_id", value="x").status_code == 400
    assert stored(harness, "web").redirect_uris == ["https://app.example.test/callback"]


def test_of_many_at_once_one_sees_the_result_of_a_try(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=f"{APPS}/web/try")
    owner.browser.submit(action="/try")
    owner.browser.submit(password=owner.someone.password)
    harness.clock.advance(60)
    found = Forms()
    found.feed(owner.browser.page.text)
    form = found.forms[0] | {"code": owner.someone.code(harness.clock)}
    client, headers = owner.browser.client, owner.browser.headers
    done = client.post(found.actions[0] or owner.browser.path, data=form, headers=headers)
    windows = [twin(owner.browser) for _ in range(8)]
    answers = rush([partial(each.client.get, done.location, headers=headers) for each in windows])
    assert sorted(answer.status_code for answer in answers) == [200, *[303] * 7]
    assert events(harness, "client.tried") == 1


def test_pages_cost_the_same_however_much_there_is(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    owner = console(harness, path=f"{APPS}/web")
    costs = []
    for more in (0, 70):
        for number in range(more):
            harness.client(f"app-{number:02}")
            app.send(browser, redirect_uri=f"https://app.example.test/{number}", scope=f"x{number}")
        for path in (APPS, f"{APPS}?last=1", f"{APPS}/web"):
            with metered(harness) as meter:
                assert owner.browser.get(path).status_code == 200
            costs.append(len(meter.statements))
    assert costs[:3] == costs[3:]
