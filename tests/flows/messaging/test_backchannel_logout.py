"""Apps are told that a session is over (Back-Channel Logout 1.0): all of them, once, and nobody waits for it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.admin import users
from idp.app import assemble
from idp.config import LOOPBACK
from idp.kernel.clock import DAY
from idp.messaging.notices import EMAIL
from idp.persistence.client_metadata import ClientMetadata
from idp.server.background import HTTP_LEASE, BackgroundJobs
from tests.support.account import PASSWORD, SECURITY, Account, grant
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, fresh_harness, migrate
from tests.support.receiver import Receiver, receiver
from tests.support.tables import events

EVENT = "http://schemas.openid.net/event/backchannel-logout"
NEW = "violet tram sleeps under nine bridges"
CHANNEL = "backchannel_logout"


@pytest.fixture
def product(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """The product, which may call apps on this machine."""
    with fresh_harness(databases, tmp_path, private_hosts=",".join(LOOPBACK)) as made:
        yield made


@pytest.fixture
def app(product: Harness) -> Iterator[Receiver]:
    """The app `web`, listening."""
    with receiver() as running:
        product.client("web", backchannel_logout_uri=running.url)
        yield running


@pytest.fixture
def here(product: Harness, app: Receiver) -> Account:
    """Jane, signed in here and at the app."""
    assert app.forms == []
    return signed_in(product, product.person(totp=True))


def signed_in(product: Harness, someone: Someone, client_ids: tuple[str, ...] = ("web",)) -> Account:
    account = Account(product, someone, Browser(product))
    account.open()
    for client_id in client_ids:
        connect(product, account, client_id)
    return account


def connect(product: Harness, account: Account, client_id: str = "web", *, offline: bool = False) -> None:
    """What the app is given in this session."""
    assert account.session is not None
    grant_id = grant(product, account.someone.id, account.session.sid, offline=offline)
    with product.services.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE grants SET client_id = '{client_id}' WHERE id = '{grant_id}'")  # noqa: S608 - ids of our own making


def sid_of(account: Account) -> str:
    assert account.session is not None
    return account.session.sid


def waiting(product: Harness) -> list[tuple[str, str]]:
    """Promised and not delivered: app and session."""
    with product.services.database.read() as tx:
        return sorted(
            (message.recipient, message.context["sid"]) for message in tx.outbox.waiting() if message.channel == CHANNEL
        )


def told(product: Harness, app: Receiver) -> list[dict[str, Any]]:
    """Delivers what is due; the claims of the tokens the app has, their signatures verified."""
    BackgroundJobs(product.services).run_once()
    keyring, now = product.services.keyring, product.clock.now()
    return [keyring.verify(token, typ="logout+jwt", now=now) for token in app.tokens]


def test_a_sign_out_is_told_with_a_complete_logout_token(product: Harness, app: Receiver, here: Account) -> None:
    """Section 2.4, and conformance: sub and sid of the ID token, one event, no nonce, at most two minutes."""
    sid, now = sid_of(here), product.clock.now()
    here.browser.submit(action="sign-out")
    (claims,) = told(product, app)
    assert len(claims.pop("jti")) >= 16
    assert claims == {
        "iss": product.settings.issuer, "aud": "web", "sub": here.someone.id, "sid": sid, "iat": now, "exp": now + 120,
        "events": {EVENT: {}},
    }  # fmt: skip
    assert list(app.forms[0]) == ["logout_token"]
    assert app.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert waiting(product) == []


def test_an_app_with_pairwise_ids_is_told_its_own(product: Harness) -> None:
    with receiver() as app:
        metadata = ClientMetadata(subject_type="pairwise")
        product.client("web", backchannel_logout_uri=app.url, metadata=metadata)
        account = signed_in(product, product.person())
        account.browser.submit(action="sign-out")
        (claims,) = told(product, app)
    assert len(claims["sub"]) == 43
    assert claims["sub"] != account.someone.id


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_the_token_is_signed_as_the_apps_id_tokens_are(product: Harness, alg: str) -> None:
    with receiver() as app:
        product.client("web", backchannel_logout_uri=app.url, id_token_signed_response_alg=alg)
        account = signed_in(product, product.person())
        account.browser.submit(action="sign-out")
        BackgroundJobs(product.services).run_once()
        assert product.services.keyring.verify(app.tokens[0], typ="logout+jwt", now=product.clock.now(), algs=(alg,))


def test_each_app_of_the_session_is_told_once_and_no_other(product: Harness, app: Receiver) -> None:
    with receiver() as second, receiver() as third:
        product.client("second", backchannel_logout_uri=second.url)
        product.client("third", backchannel_logout_uri=third.url)
        product.client("deaf")
        jane = product.person()
        elsewhere = signed_in(product, jane, ("third",))
        here = signed_in(product, jane, ("web", "web", "second", "deaf"))
        connect(product, here, offline=True)
        here.browser.submit(action="sign-out")
        assert waiting(product) != []
        BackgroundJobs(product.services).run_once()
        assert [len(each.tokens) for each in (app, second, third)] == [1, 1, 0]
        assert elsewhere.session is not None


@pytest.mark.module("oidcc-backchannel-rp-initiated-logout")
def test_a_sign_out_that_an_app_asked_for_is_told_to_it_too(product: Harness, app: Receiver, here: Account) -> None:
    """`oidcc-backchannel-rp-initiated-logout`."""
    here.browser.get("/logout")
    here.browser.submit()
    assert [claims["aud"] for claims in told(product, app)] == ["web"]


@pytest.mark.promise("FM19", "FM20")
def test_every_way_a_session_ends_is_told(product: Harness, app: Receiver) -> None:
    jane = product.person(totp=True)
    desk, phone, tablet = (signed_in(product, jane) for _ in range(3))
    expected = [sid_of(phone)]
    desk.browser.get(SECURITY)
    desk.browser.submit(action=sid_of(phone))
    assert [claims["sid"] for claims in told(product, app)] == expected
    expected += [sid_of(tablet)]
    desk.browser.get(SECURITY)
    desk.browser.submit(action="end-others")
    assert [claims["sid"] for claims in told(product, app)] == expected
    phone = signed_in(product, jane)
    expected += [sid_of(phone)]
    desk.open(PASSWORD)
    desk.browser.submit(action=PASSWORD, password=NEW)
    assert [claims["sid"] for claims in told(product, app)] == expected, "and not the session that goes on"
    connect(product, desk)
    expected += [sid_of(desk)]
    with product.services.database.write() as tx:
        users.disable(tx, users.find(tx, "jane"), product.settings)
    assert [claims["sid"] for claims in told(product, app)] == expected


def test_a_password_set_by_an_administrator_is_told(product: Harness, app: Receiver, here: Account) -> None:
    sid = sid_of(here)
    with product.services.database.write() as tx:
        users.set_password(tx, users.find(tx, "jane"), "hash")
    assert [claims["sid"] for claims in told(product, app)] == [sid]


def test_another_person_signing_in_here_is_told(product: Harness, app: Receiver, here: Account) -> None:
    sid, olga = sid_of(here), product.person("olga")
    here.browser.get(f"{SECURITY}/totp")
    here.browser.get(here.browser.at + "?other=1")
    here.browser.submit(username="olga", password=olga.password)
    assert [(claims["sub"], claims["sid"]) for claims in told(product, app)] == [(here.someone.id, sid)]


def test_nothing_is_told_of_an_ending_that_did_not_happen(product: Harness, here: Account) -> None:
    class Stop(Exception):
        pass

    def change() -> None:
        with product.services.database.write() as tx:
            users.disable(tx, users.find(tx, "jane"), product.settings)
            raise Stop

    with pytest.raises(Stop):
        change()
    assert waiting(product) == []
    assert here.session is not None


def test_a_process_that_dies_before_delivery_leaves_it_to_the_next(
    product: Harness, app: Receiver, here: Account
) -> None:
    """Committed and not delivered; and claimed, and the claimant gone: it arrives, and arrives once."""
    here.browser.submit(action="sign-out")
    reborn = assemble(product.settings, clock=product.clock)
    with reborn.database.write() as tx:
        assert tx.outbox.claim_next(channel=CHANNEL, lease=HTTP_LEASE) is not None
    product.clock.advance(HTTP_LEASE - 1)
    BackgroundJobs(reborn).run_once()
    assert app.forms == []
    product.clock.advance(1)
    for services in (reborn, product.services):
        BackgroundJobs(services).run_once()
    assert len(app.forms) == 1
    reborn.database.close()


@pytest.mark.parametrize("status", [500, 503, 404, 302, 429])
def test_an_app_in_trouble_is_told_again_with_a_fresh_token(
    product: Harness, app: Receiver, here: Account, status: int
) -> None:
    here.browser.submit(action="sign-out")
    app.status, app.location = status, app.url
    background = BackgroundJobs(product.services)
    background.run_once()
    background.run_once()
    assert len(app.forms) == 1, "not before its time, and no redirect is followed"
    app.status = 200
    product.clock.advance(30)
    background.run_once()
    first, second = app.tokens
    assert first != second
    assert product.services.keyring.verify(second, typ="logout+jwt", now=product.clock.now())
    assert waiting(product) == []


def test_an_app_that_says_no_is_not_asked_again_and_its_owner_is_told(
    product: Harness, app: Receiver, here: Account
) -> None:
    """Section 2.8: 400 means that it could not."""
    here.browser.submit(action="sign-out")
    app.status = 400
    BackgroundJobs(product.services).run_once()
    assert waiting(product) == []
    assert events(product, "backchannel_logout.abandoned", "failure") == 1
    assert "Web could not be told that you signed out" in here.open("/account/activity").text


def test_an_app_that_never_answers_is_given_up_after_a_day(product: Harness, app: Receiver, here: Account) -> None:
    here.browser.submit(action="sign-out")
    app.status = 503
    background = BackgroundJobs(product.services)
    background.run_once()
    product.clock.advance(DAY)
    background.run_once()
    assert waiting(product) == []
    assert events(product, "backchannel_logout.abandoned") == 1


def test_an_app_that_is_removed_or_tells_us_no_address_any_more_is_left_alone(
    product: Harness, app: Receiver, here: Account
) -> None:
    here.browser.submit(action="sign-out")
    with product.services.database.write() as tx:
        tx.grants.revoke_for_client("web")
        assert tx.clients.remove("web")
    BackgroundJobs(product.services).run_once()
    assert (app.forms, waiting(product)) == ([], [])


def test_a_slow_app_keeps_neither_people_nor_mail_waiting(product: Harness, app: Receiver, here: Account) -> None:
    """The person is signed out at once; the app's thread waits alone, and not for long."""
    app.hangs = 20
    teller = BackgroundJobs(product.services)
    began = time.monotonic()
    here.browser.submit(action="sign-out")
    assert "You are signed out" in here.browser.page.text
    asking = threading.Thread(target=teller.deliver, args=(CHANNEL,))
    asking.start()
    assert app.called.wait(10)
    Account(product, here.someone).open()
    teller.deliver(EMAIL)
    assert asking.is_alive() or time.monotonic() - began > 3
    asking.join(10)
    assert not asking.is_alive()
    app.hangs = 0
    with product.services.database.read() as tx:
        (left,) = [message for message in tx.outbox.waiting() if message.channel == CHANNEL]
    assert left.attempts == 1


def test_an_app_inside_the_network_is_not_called_unless_the_operator_allows_it(
    databases: Databases, tmp_path: Path
) -> None:
    with databases.fresh(migrate) as url, receiver() as inside:
        product = Harness(url, tmp_path)
        product.client("web", backchannel_logout_uri=inside.url.replace("http:", "https:"))
        here = signed_in(product, product.person())
        here.browser.submit(action="sign-out")
        BackgroundJobs(product.services).run_once()
        with product.services.database.read() as tx:
            errors = [message.last_error or "" for message in tx.outbox.waiting() if message.channel == CHANNEL]
        assert "is no public address" in errors[0]
        assert not inside.called.is_set()
        product.close()


def test_apps_that_want_to_know_nothing_cost_nothing(harness: Harness) -> None:
    harness.client("web")
    here = signed_in(harness, harness.person())
    here.browser.submit(action="sign-out")
    assert waiting(harness) == []
