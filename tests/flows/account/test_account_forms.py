"""Forms of the account that are late, forged, empty or garbled change nothing."""

import pytest

from idp.kernel.handles import keyed_digest
from tests.support.account import FORMS, HARMLESS, PROFILE, SECURITY, TURN_OFF, Account
from tests.support.harness import ISSUER, Harness


@pytest.fixture
def account(harness: Harness) -> Account:
    """Jane, signed in with both steps, just now."""
    made = Account(harness, harness.person(totp=True))
    made.open(remember=True)
    return made


@pytest.mark.parametrize("path", sorted(set(FORMS) - HARMLESS))
def test_a_post_that_comes_too_late_changes_nothing(harness: Harness, account: Account, path: str) -> None:
    harness.clock.advance(601)
    before = account.protected()
    account.post(path, **FORMS[path])
    assert account.at("/identify")
    assert account.protected() == before


@pytest.mark.parametrize("forgery", ["no token", "another's token", "token of the cookie before", "another site"])
def test_a_form_that_is_not_ours_changes_nothing(harness: Harness, account: Account, forgery: str) -> None:
    token = {"csrf": account.token}
    headers = {"Origin": ISSUER}
    if forgery == "no token":
        token = {}
    elif forgery == "another's token":
        mallory = Account(harness, harness.person("mallory"))
        mallory.open()
        token["csrf"] = mallory.token
    elif forgery == "token of the cookie before":
        account.open(TURN_OFF)
        assert account.token != token["csrf"]
    else:
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    before = account.protected()
    for path, fields in FORMS.items():
        assert account.browser.send_request("POST", path, headers, fields | token).status_code == 400, path
    assert account.protected() == before


@pytest.mark.parametrize("path", [TURN_OFF, PROFILE])
def test_a_page_that_is_out_of_date_leads_to_itself(account: Account, path: str) -> None:
    """With the sign-in that was done for it: nobody signs in again because of a second tab."""
    account.open(path)
    address = account.browser.at
    answer = account.browser.submit(action=path, csrf="0" * 64)
    assert answer.status_code == 400
    assert f'href="{address}">Try again<' in answer.text
    assert account.open(address).status_code == 200
    assert account.browser.at == address


def test_reading_changes_nothing(account: Account) -> None:
    before = account.protected()
    for path in (*FORMS, "/account/"):
        for method in ("GET", "HEAD", "OPTIONS"):
            account.browser.client.open(path, base_url=ISSUER, method=method, headers=account.browser.headers)
        assert account.protected() == before, path


@pytest.mark.parametrize("fields", [{}, {"csrf": ""}, {"code": "", "password": "", "saved": ""}])
def test_an_empty_post_completes_nothing(account: Account, fields: dict[str, str]) -> None:
    before = account.protected()
    for path in FORMS:
        assert account.browser.send_request("POST", path, {"Origin": ISSUER}, dict(fields)).status_code == 400, path
    assert account.protected() == before


@pytest.mark.parametrize("value", ['"a\\000b.c"', '"\\355\\240\\200.c"', "a.b.c", '"', "\xff", "a" * 5000])
def test_no_cookie_and_no_address_is_a_fault_of_ours(harness: Harness, value: str) -> None:
    cookie = "; ".join(f"__Host-countersign-{name}={value}" for name in ("session", "login", "browser"))
    bare = harness.app.test_client(use_cookies=False)
    for path in (SECURITY, "/login/%00/identify", "/login/x%ED%A0%80y/code", f"{SECURITY}/sessions/%00"):
        for method in ("GET", "POST"):
            page = bare.open(path, base_url=ISSUER, method=method, headers={"Cookie": cookie})
            assert page.status_code in {303, 404, 405}, page.text
    began = bare.get(SECURITY, base_url=ISSUER).headers
    secret = began["Set-Cookie"].partition(";")[0]
    csrf = keyed_digest(secret.partition("=")[2], _purpose(began["Location"]))
    data = {"username": "jane", "password": "x", "csrf": csrf}
    headers = {"Cookie": f"{secret}; __Host-countersign-browser={value}"}
    assert bare.post(began["Location"], base_url=ISSUER, data=data, headers=headers).status_code == 400


def _purpose(location: str) -> str:
    return f"csrf:login:{location.split('/')[2]}"
