"""What each endpoint may cost the database; a hot endpoint must not grow unnoticed."""

import pytest

from tests.support.apis import ORDERS, READ, ResourceServer
from tests.support.back_channel import BackChannelClient
from tests.support.browser import Browser, Forms
from tests.support.ciba import NUMBER, Terminal, open_request
from tests.support.client_assertions import Signer
from tests.support.device_grant import Television
from tests.support.dpop import KeyHolder
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.statements import cost, metered, parse_client


@pytest.fixture
def rp(rp: BackChannelClient) -> BackChannelClient:
    """A client that this process knows."""
    parse_client(rp.harness, rp.app.client_id)
    return rp


def test_code_redemption(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Client, code claimed, refresh token, audit row; one commit."""
    code = rp.granted(jane)
    assert cost(harness, lambda: rp.redeem(code)) == (4, 1)


def test_code_redemption_by_assertion(harness: Harness, jane: Someone) -> None:
    """One more: the assertion's jti."""
    signer = Signer(harness)
    code, assertion = signer.rp.granted(jane), signer.assertion()
    parse_client(harness, signer.rp.app.client_id)
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    assert cost(harness, lambda: signer.post(assertion, **form, code_verifier=code.verifier)) == (5, 1)


def test_bound_tokens(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """One more for each proof: its jti."""
    holder, code = KeyHolder(rp), rp.granted(jane)
    proof = holder.proof()
    with metered(harness) as meter:
        token = (holder.redeem(code, proof).json or {})["access_token"]
    assert (len(meter.statements), meter.commits) == (5, 1)
    assert cost(harness, lambda: holder.get("/userinfo", token)) == (2, 1)


def test_refresh(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Client with token, token claimed, next token, audit row; one commit."""
    token = rp.tokens(jane)["refresh_token"]
    assert cost(harness, lambda: rp.refresh(token)) == (4, 1)


def test_introspection_by_an_api(harness: Harness) -> None:
    """API, client, revocation: as many for each token."""
    api = ResourceServer(harness)
    shop = BackChannelClient(harness, "shop", scopes=[READ])
    token = (shop.client_credentials(resource=ORDERS).json or {})["access_token"]
    assert cost(harness, lambda: api.introspect(token)) == (3, 0)


def test_a_poll_of_a_device(harness: Harness) -> None:
    """Client, and the request with the time of the poll."""
    tv = Television(harness).start()
    parse_client(harness, tv.app.client_id)
    with metered(harness) as meter:
        assert tv.poll().status_code == 400
    assert (len(meter.statements), meter.commits) == (2, 1)


def test_a_sign_in_that_a_client_asks_for(harness: Harness, jane: Someone) -> None:
    """Client, person, three limits, request, audit row, mail. A poll: client, and the request with the time of it."""
    till = Terminal(harness)
    parse_client(harness, till.app.client_id)
    with metered(harness) as meter:
        till.start(login_hint=jane.username)
    assert (len(meter.statements), meter.commits) == (8, 1)
    with metered(harness) as meter:
        assert till.poll().status_code == 400
    assert (len(meter.statements), meter.commits) == (2, 1)


def test_the_approval_of_such_a_sign_in(harness: Harness, jane: Someone, browser: Browser) -> None:
    """Session with factors, request, client. Then: decided, grant in the session, audit rows."""
    Terminal(harness).start(login_hint=jane.username)
    open_request(browser, jane)
    with metered(harness) as meter:
        browser.get(browser.at)
    assert (len(meter.statements), meter.commits) == (3, 0)
    form = Forms()
    form.feed(browser.page.text)
    data = form.forms[0] | {"number": NUMBER, "choice": "approve"}
    with metered(harness) as meter:
        browser.client.post(browser.at, data=data, headers=browser.headers)
    assert (len(meter.statements), meter.commits) == (6, 1)


def test_changed_client(harness: Harness, rp: BackChannelClient) -> None:
    """One more, once in each process: what the client is now."""
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"client_name": "Renamed"})
    assert cost(harness, rp.client_credentials) == (3, 0)
    assert cost(harness, rp.client_credentials) == (2, 0)


def test_client_credentials(harness: Harness, rp: BackChannelClient) -> None:
    """Client, audit row; one row needs no transaction of its own."""
    assert cost(harness, rp.client_credentials) == (2, 0)


@pytest.mark.parametrize(("trusted_app", "totp", "expected"), [(True, False, 4), (False, True, 5)])
def test_authorization_with_a_session(
    harness: Harness,
    browser: Browser,
    trusted_app: bool,
    totp: bool,
    expected: int,
) -> None:
    """Client, session with factors, grant in the session, audit row; one more for a consent."""
    app, someone = RelyingParty(harness, first_party=trusted_app), harness.person("max", totp=totp)
    app.send(browser)
    browser.submit(username=someone.username, password=someone.password)
    if totp:
        browser.submit(code=someone.code(harness.clock))
        browser.submit(choice="approve")
    with metered(harness) as meter:
        app.send(browser)
    assert "code" in app.answer(browser)
    assert (len(meter.statements), meter.commits) == (expected, 1)


def test_resumed_authorization(harness: Harness, browser: Browser) -> None:
    """Flow, client, session with factors, flow closed, grant in the session, audit row."""
    app, someone = RelyingParty(harness), harness.person("max", totp=True)
    app.send(browser)
    browser.submit(username=someone.username, password=someone.password)
    code = Forms()
    code.feed(browser.page.text)
    form = code.forms[0] | {"code": someone.code(harness.clock)}
    signed_in = browser.client.post(code.actions[0] or browser.path, data=form, headers=browser.headers)
    with metered(harness) as meter:
        answer = browser.client.get(signed_in.location, headers=browser.headers)
    assert "code=" in answer.location
    assert (len(meter.statements), meter.commits) == (6, 1)


@pytest.mark.parametrize("scopes", [("openid",), ("openid", "profile", "email", "phone", "address")])
def test_userinfo(harness: Harness, rp: BackChannelClient, jane: Someone, scopes: tuple[str, ...]) -> None:
    """Grant, person and revocation in one; nothing to commit."""
    token = rp.tokens(jane, scopes=scopes)["access_token"]
    assert cost(harness, lambda: rp.userinfo(token)) == (1, 0)


def test_introspection(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Client with what makes the token valid; nothing to commit. A refresh token: its person as well."""
    tokens = rp.tokens(jane)
    assert cost(harness, lambda: rp.introspect(tokens["access_token"])) == (1, 0)
    assert cost(harness, lambda: rp.introspect(tokens["refresh_token"])) == (2, 0)
