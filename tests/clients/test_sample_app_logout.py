"""The sample app hears of logouts: with the real product over real sockets, and with every token that lies."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from idp.admin import users
from idp.server.background import BackgroundJobs
from tests.support.browser import Forms
from tests.support.databases import Databases
from tests.support.harness import Someone, migrate
from tests.support.jws import with_wrong_signature
from tests.support.live import Live, serving

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OLD = 200
"""Seconds: more than a logout token lives, the app's leeway included."""


@dataclasses.dataclass
class Visit:
    """Somebody's browser at the sample app."""

    live: Live
    http: requests.Session = dataclasses.field(default_factory=requests.Session)

    def sign_in(self, someone: Someone) -> None:
        page = self.http.get(self.live.app + "/login")
        if page.url == self.live.app + "/":  # signed in at the provider still
            return
        found = Forms()
        found.feed(page.text)
        form = found.forms[0] | {"username": someone.username, "password": someone.password}
        headers = {"Origin": self.live.issuer, "Sec-Fetch-Site": "same-origin"}
        page = self.http.post(urljoin(page.url, found.actions[0]), form, headers=headers)
        assert page.url == self.live.app + "/", page.text
        assert self.is_signed_in()

    def is_signed_in(self) -> bool:
        page = self.http.get(self.live.app + "/")
        assert page.status_code == 200
        return 'id="sign-in"' not in page.text


@pytest.fixture
def live(databases: Databases, tmp_path: Path) -> Iterator[Live]:
    with databases.fresh(migrate) as url, serving(url, tmp_path) as running:
        yield running


@pytest.fixture
def jane(live: Live) -> Someone:
    return live.harness.person("jane")


@pytest.fixture
def visit(live: Live, jane: Someone) -> Visit:
    made = Visit(live)
    made.sign_in(jane)
    return made


def test_an_ending_at_the_provider_ends_the_session_at_the_app(live: Live, jane: Someone, visit: Visit) -> None:
    bystander = Visit(live)
    bystander.sign_in(live.harness.person("olga"))
    with live.harness.services.database.write() as tx:
        users.disable(tx, users.find(tx, jane.username), live.harness.settings)
    BackgroundJobs(live.harness.services).run_once()
    assert not visit.is_signed_in()
    assert bystander.is_signed_in()
    with live.harness.services.database.read() as tx:
        assert [each.last_error for each in tx.outbox.waiting() if each.channel == "backchannel_logout"] == []


def test_the_demand_of_one_session_leaves_the_persons_others(live: Live, jane: Someone, visit: Visit) -> None:
    other = Visit(live)
    other.sign_in(jane)
    with live.harness.services.database.read() as tx:
        newest = min(session.sid for session in tx.sessions.for_user(jane.id))
    assert send(live, claims(live, jane, sid=newest)).status_code == 200
    assert [visit.is_signed_in(), other.is_signed_in()].count(True) == 1


def test_without_a_session_id_all_of_the_persons_are_meant(live: Live, jane: Someone, visit: Visit) -> None:
    assert send(live, claims(live, jane)).status_code == 200
    assert not visit.is_signed_in()


def claims(live: Live, someone: Someone, **changes: Any) -> dict[str, Any]:
    now = live.harness.clock.now()
    made = {
        "iss": live.issuer, "aud": "sample", "sub": someone.id, "iat": now, "exp": now + 120,
        "jti": live.harness.services.entropy.token(8), "events": {EVENT: {}},
    }  # fmt: skip
    return {name: value for name, value in (made | changes).items() if value is not None}


def send(live: Live, wanted: dict[str, Any], *, typ: str = "logout+jwt", alg: str = "RS256") -> requests.Response:
    token = live.harness.services.keyring.sign(wanted, alg=alg, typ=typ)
    return post(live, token)


def post(live: Live, token: str) -> requests.Response:
    return requests.post(live.app + "/backchannel-logout", {"logout_token": token}, timeout=60)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "other"}, {"aud": ["sample", "other"]}, {"aud": None},
        {"exp": None}, {"iat": None}, {"jti": None}, {"jti": 7}, {"jti": ""}, {"events": None}, {"events": {}},
        {"events": {"http://schemas.openid.net/event/other": {}}}, {"events": [EVENT]}, {"events": {EVENT: "yes"}},
        {"nonce": "n"}, {"nonce": ""}, {"sub": None}, {"sub": 7}, {"sid": ["a"]}, {"iat": 1}, {"exp": "soon"},
        {"exp": 1}, {"exp": 9_999_999_999}, {"iat": 9_999_999_999},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_lies_ends_nothing(live: Live, jane: Someone, visit: Visit, lie: dict[str, Any]) -> None:
    answer = send(live, claims(live, jane, **lie))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.headers["Cache-Control"] == "no-store"
    assert visit.is_signed_in()


def test_other_kinds_of_token_forgeries_and_nonsense_end_nothing(live: Live, jane: Someone, visit: Visit) -> None:
    good = claims(live, jane)
    for typ in ("JWT", "at+jwt", "logout"):
        assert send(live, good, typ=typ).status_code == 400
    token = live.harness.services.keyring.sign(good, alg="ES256", typ="logout+jwt")
    head, body, _ = token.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9"
    forged = (
        f"{none}.{body}.",
        f"{head}.{body}.",
        with_wrong_signature(token),
        "",
        "x",
        "a.b.c",
        "é",
        "a" * 9000,
    )
    for each in forged:
        assert post(live, each).status_code == 400, each
    assert requests.get(live.app + "/backchannel-logout", timeout=60).status_code == 405
    assert visit.is_signed_in()


def test_a_token_works_once_and_only_while_it_lives(live: Live, jane: Someone, visit: Visit) -> None:
    token = live.harness.services.keyring.sign(claims(live, jane), alg="RS256", typ="logout+jwt")
    assert post(live, token).status_code == 200
    visit.sign_in(jane)
    assert post(live, token).status_code == 400
    late = live.harness.services.keyring.sign(claims(live, jane), alg="RS256", typ="logout+jwt")
    live.harness.clock.advance(OLD)
    assert post(live, token).status_code == 400
    assert post(live, late).status_code == 400
    assert visit.is_signed_in()


def test_a_session_that_is_over_already_is_no_error(live: Live, jane: Someone) -> None:
    """Section 2.7."""
    assert send(live, claims(live, jane, sid="long-gone")).status_code == 200
