"""Sessions and remembered devices of everybody, seen and ended by administrators."""

import functools

import pytest

from idp.console.pages import session_revocation
from idp.console.paging import PAGE
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.handles import digest
from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.persistence.roles import Role
from idp.persistence.sessions import Session
from tests.support.account import Account, grant, mails, revoked, words
from tests.support.concurrency import rush
from tests.support.console import Console, administrator, console
from tests.support.harness import Harness
from tests.support.mailed import told_by_administrator
from tests.support.statements import metered
from tests.support.tables import count, events, rows

SESSIONS = "/admin/sessions"
DEVICES = "/admin/sessions/devices"
END = "/admin/sessions/end"
FORM = 'action="/admin/sessions/'


@pytest.fixture
def owner(harness: Harness) -> Console:
    return console(harness, path=SESSIONS)


def sign_in(harness: Harness, username: str, *, remember: bool = False) -> Account:
    """Somebody signed in in one browser."""
    made = Account(harness, harness.person(username, totp=True))
    made.open("/account/", remember=remember)
    assert made.session is not None
    return made


def sid_of(account: Account) -> str:
    assert account.session is not None
    return account.session.sid


def add_sessions(harness: Harness, user_id: str, number: int, *, address: str = "192.0.2.7", ago: int = 0) -> list[str]:
    """Sessions as sign-ins leave them."""
    sids = [f"{user_id[:4]}-{address}-{ago}-{each}" for each in range(number)]
    with harness.services.database.write() as tx:
        tx.sessions._now = tx.now - ago
        for sid in sids:
            tx.sessions.open(Session(sid, digest(sid), user_id, [], tx.now + 30 * DAY, address, "curl/8.5.0"))
    return sids


@pytest.mark.promise("FM24")
def test_one_session_is_ended_with_everything_that_was_given_in_it(harness: Harness, owner: Console) -> None:
    jane = sign_in(harness, "jane")
    harness.client("web", backchannel_logout_uri="https://app.example.test/logout")
    given = grant(harness, jane.someone.id, sid_of(jane), offline=True)
    assert "Jane" in words(owner.browser.get(SESSIONS))
    page = owner.post(f"{SESSIONS}/{sid_of(jane)}/end")
    assert owner.browser.at == f"{SESSIONS}?done=ended"
    assert "That browser is signed out" in words(page)
    assert jane.session is None
    assert revoked(harness, given)
    assert mails(harness)[-1] == "session_ended_by_administrator"
    assert [row for row in rows(harness, "outbox")["outbox"] if BACKCHANNEL_LOGOUT in row]
    jane.browser.get("/account/")
    assert jane.at("/identify")
    jane.prove()
    assert "An administrator signed a browser out." in words(jane.browser.get("/account/activity"))
    assert "olga signed out a browser of jane." in words(owner.browser.get("/admin/audit"))


@pytest.mark.parametrize(
    ("search", "seen"),
    [
        ("person=jane", {"jane"}),
        ("person=kim@example.test", {"kim"}),
        ("network=198.51.100.0/24", {"kim"}),
        ("network=192.0.2.7", {"jane"}),
        ("network=2001:db8::/32", {"lee"}),
        ("network=0.0.0.0/0", {"jane", "kim"}),
        ("age=older-week", {"kim"}),
        ("age=day", {"jane", "lee"}),
        ("app=web", {"lee"}),
        ("app=Shop&age=older-week", set()),
    ],
)
def test_sessions_are_found_by_each_field(harness: Harness, owner: Console, search: str, seen: set[str]) -> None:
    harness.client("web", client_name="Shop")
    jane, kim, lee = (harness.person(name) for name in ("jane", "kim", "lee"))
    add_sessions(harness, jane.id, 1)
    add_sessions(harness, kim.id, 1, address="198.51.100.9", ago=2 * DAY)
    add_sessions(harness, kim.id, 1, address="198.51.100.9", ago=6 * DAY + 23 * 3600)
    (sid,) = add_sessions(harness, lee.id, 1, address="2001:db8::1")
    with harness.services.database.write() as tx:
        tx.sessions._now = tx.now - 8 * DAY
        tx.sessions.open(Session("old", digest("old"), kim.id, [], tx.now + DAY, "198.51.100.9", "curl"))
        tx.sessions._now = tx.now
        old = tx.sessions.by_sid("old")
        assert old is not None
        tx.sessions.touch(old)
    grant(harness, lee.id, sid, offline=False)
    page = words(owner.browser.get(f"{SESSIONS}?{search}")).partition("Last used")[2]
    assert {name for name in ("jane", "kim", "lee") if name in page} == seen


def test_what_is_no_network_is_said_beside_the_field(owner: Console) -> None:
    page = owner.browser.get(f"{SESSIONS}?network=office")
    assert 'id="network-error"' in page.text
    assert "192.0.2.0/24" in words(page)


@pytest.mark.parametrize("search", ["", "network=192.0.2.0/24"])
def test_pages_go_on_and_cost_the_same(harness: Harness, owner: Console, search: str) -> None:
    jane = harness.person("jane")
    add_sessions(harness, jane.id, 1)
    with metered(harness) as few:
        owner.browser.get(f"{SESSIONS}?{search}")
    add_sessions(harness, jane.id, 2 * PAGE, address="192.0.2.8")
    with metered(harness) as many:
        page = owner.browser.get(f"{SESSIONS}?{search}")
    assert len(many.statements) == len(few.statements)
    seen = page.text.count(FORM)
    while 'rel="next"' in page.text:
        link = page.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        page = owner.browser.get(link)
        seen += page.text.count(FORM)
    assert seen == 2 * PAGE + 1


def test_all_that_match_end_after_a_question_with_their_number(harness: Harness, owner: Console) -> None:
    jane, kim = harness.person("jane"), harness.person("kim")
    add_sessions(harness, jane.id, 60)
    add_sessions(harness, kim.id, 3)
    page = owner.browser.get(f"{END}?person=jane")
    assert "End 60 sessions?" in words(page)
    assert count(harness, "sessions") == 64
    owner.browser.submit(action=END)
    assert owner.browser.at == f"{SESSIONS}?done=ended-all"
    assert "Every session that matched has ended." in words(owner.browser.page)
    assert count(harness, "sessions") == 4
    assert events(harness, "session.ended") == 60
    assert mails(harness).count("session_ended_by_administrator") == 3, "one mail for each batch of a person"


def test_what_takes_longer_goes_on_with_progress(
    harness: Harness, owner: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_revocation, "WORK_SECONDS", 0)
    add_sessions(harness, harness.person("jane").id, 60)
    owner.browser.get(f"{END}?person=jane")
    page = owner.browser.submit(action=END)
    assert "25 of 60 are done." in words(page)
    add_sessions(harness, harness.person("kim").id, 1)
    while owner.browser.at == END:
        owner.browser.submit(action=END)
    assert count(harness, "sessions") == 2


def test_whoever_signs_in_after_the_question_stays(harness: Harness, owner: Console) -> None:
    jane = harness.person("jane")
    add_sessions(harness, jane.id, 2)
    owner.browser.get(f"{END}?person=jane")
    harness.clock.advance(MINUTE)
    kept = add_sessions(harness, jane.id, 1, address="192.0.2.9")
    owner.browser.submit(action=END)
    assert [row[0] for row in rows(harness, "sessions")["sessions"] if jane.id in row] == kept


def test_two_administrators_at_once_end_each_session_once(harness: Harness, owner: Console) -> None:
    add_sessions(harness, harness.person("jane").id, 40)
    other = console(harness, username="otto", path=SESSIONS)
    forms = {"person": "jane", "started": str(harness.clock.now()), "total": "40", "done": "0"}
    rush([functools.partial(each.post, END, **forms) for each in (owner, other)])
    assert count(harness, "sessions") == 2
    assert events(harness, "session.ended") == 40


@pytest.mark.promise("FM24")
def test_helpdesk_ends_no_session_of_an_administrator(harness: Harness, owner: Console) -> None:
    helpdesk = console(harness, Role.PEOPLE, "pat", path=SESSIONS)
    add_sessions(harness, harness.person("jane").id, 2)
    assert helpdesk.post(f"{SESSIONS}/{sid_of(owner)}/end").status_code == 403
    page = words(helpdesk.browser.get(END))
    assert "End 2 sessions?" in page
    assert "Those of administrators stay" in page
    helpdesk.browser.submit(action=END)
    assert owner.session is not None
    assert helpdesk.session is not None
    assert events(harness, "admin.refused", "failure") == 1


def test_auditors_look_and_change_nothing(harness: Harness) -> None:
    jane = sign_in(harness, "jane", remember=True)
    auditor = console(harness, Role.AUDITOR, "aud", path=SESSIONS)
    assert 'action="/admin/sessions/' not in auditor.browser.page.text
    device = rows(harness, "devices")["devices"][0][0]
    for path in (f"{SESSIONS}/{sid_of(jane)}/end", END, f"{DEVICES}/{device}/forget"):
        assert auditor.post(path).status_code == 403
    assert auditor.browser.get(END).status_code == 403
    assert jane.session is not None


def test_ending_wants_a_recent_second_factor_and_our_own_form(harness: Harness, owner: Console) -> None:
    jane = sign_in(harness, "jane")
    path = f"{SESSIONS}/{sid_of(jane)}/end"
    forged = owner.browser.send_request("POST", path, {"Origin": "https://evil.example"}, {"csrf": "wrong"})
    assert forged.status_code != 200
    harness.clock.advance(11 * MINUTE)
    owner.post(path)
    assert owner.at("/identify") or owner.at("/code")
    owner.post(END, person="jane", started=str(harness.clock.now()))
    assert jane.session is not None


def test_an_unknown_session_or_device_is_not_found(owner: Console) -> None:
    assert owner.post(f"{SESSIONS}/nothing/end").status_code == 404
    assert owner.post(f"{DEVICES}/nothing/forget").status_code == 404


def test_a_remembered_device_is_forgotten(harness: Harness, owner: Console) -> None:
    jane = sign_in(harness, "jane", remember=True)
    administrator(harness, username="otto")
    page = owner.browser.get(f"{DEVICES}?person=jane")
    assert "Firefox on Linux" in words(page)
    assert "No device is remembered" in words(owner.browser.get(f"{DEVICES}?age=older-day"))
    owner.browser.get(DEVICES)
    owner.browser.submit(action="/forget")
    assert "no longer remembered" in words(owner.browser.page)
    assert mails(harness)[-1] == "device_forgotten_by_administrator"
    assert "An administrator removed one of your remembered devices" in told_by_administrator(harness)
    assert events(harness, "device.forgotten") == 1
    assert "olga let a remembered device of jane be forgotten." in words(owner.browser.get("/admin/audit"))
    jane.post("/account/sign-out")
    jane.browser.get("/account/")
    jane.browser.submit(username="jane", password=jane.someone.password)
    assert jane.at("/code")
