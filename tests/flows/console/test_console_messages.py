"""Messages: what was sent to whom, its state, and sending it again without a code or a link."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from idp.admin import Refused, messages
from idp.admin.permissions import COMMAND_LINE
from idp.console.message_texts import KINDS, kind_text, reason_text
from idp.kernel.clock import DAY
from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.messaging.notices import Notice, notify
from idp.persistence import outbox as outbox_store
from idp.persistence.keyset import Position
from idp.persistence.message_records import MessageFilter
from idp.persistence.outbox import MessageState, OutboxMessage
from idp.persistence.roles import Role
from idp.server.background import BackgroundJobs
from tests.support.account import Account, words
from tests.support.concurrency import rush
from tests.support.console import console
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, fresh_harness
from tests.support.mail_server import MailServer
from tests.support.statements import metered
from tests.support.tables import count_waiting, events, rows

PAGE = "/admin/messages"
LATER = "451 try later"


def test_each_kind_of_message_has_a_name_of_its_own() -> None:
    assert len(set(KINDS.values())) == len(KINDS)


def test_a_message_to_an_app_names_the_app(harness: Harness) -> None:
    harness.client("web", client_name="Shop window")
    with harness.services.database.write() as tx:
        tx.outbox.enqueue(OutboxMessage(BACKCHANNEL_LOGOUT, "web", "logout_token", {}, kind="logout_token"))
    page = console(harness, path=PAGE).browser.page
    assert "Shop window" in words(page)


@pytest.fixture
def post(databases: Databases, server: MailServer, tmp_path: Path) -> Iterator[Harness]:
    with fresh_harness(databases, tmp_path, smtp_url=server.url) as made:
        yield made


def tell(harness: Harness, someone: Someone, notice: Notice = Notice.PASSWORD_CHANGED) -> None:
    with harness.services.database.write() as tx:
        user = tx.users.by_id(someone.id)
        assert user is not None
        notify(tx, user, notice)


def deliver(harness: Harness, times: int = 1) -> None:
    background = BackgroundJobs(harness.services)
    for _ in range(times):
        background.run_once()
        harness.clock.advance(DAY)


def stored(harness: Harness, wanted: MessageFilter | None = None) -> list[OutboxMessage]:
    with harness.services.database.read() as tx:
        return tx.message_records.page(wanted or MessageFilter(), Position(), limit=100).records


def test_what_was_delivered_stays_with_its_address_masked_and_nothing_else(post: Harness, server: MailServer) -> None:
    jane = Account(post, post.person("jane", totp=True))
    jane.open()
    assert "sealed_secret" in str(rows(post, "outbox"))
    BackgroundJobs(post.services).run_once()
    assert len(server.taken()) == 1
    (message,) = stored(post)
    assert (message.state, message.context, message.recipient) == ("delivered", {}, "j•••@example.test")
    assert message.user_id == jane.someone.id
    owner = console(post)
    page = words(owner.browser.get(PAGE))
    assert "New sign-in: was this you?" in page
    assert "Delivered" in page
    assert "j•••@example.test" in page
    assert "jane@example.test" not in page


def test_a_delivery_costs_no_more_statements_than_before(post: Harness, server: MailServer) -> None:
    """Look, claim, record."""
    tell(post, post.person("jane"))
    background = BackgroundJobs(post.services)
    with metered(post) as meter:
        assert background._dispatchers["email"].deliver_next()
    background.run_once()  # ends the connection
    assert len(meter.statements) == 3 + len([said for said in meter.statements if "alert_links" in said])
    assert server.taken()


def test_a_message_that_was_given_up_is_sent_again(post: Harness, server: MailServer) -> None:
    tell(post, post.person("jane"))
    server.answer = LATER
    deliver(post, 2)
    assert count_waiting(post) == 0
    owner = console(post)
    page = words(owner.browser.get(f"{PAGE}?state=abandoned"))
    assert "Given up" in page
    assert "2 tries" in page
    owner.browser.submit(action="/send")
    assert "sent again now" in words(owner.browser.page)
    assert events(post, "message.sent_again") == 1
    server.answer = "250 OK"
    BackgroundJobs(post.services).run_once()
    assert "Your password was changed" in str([mail["Subject"] for mail in server.taken()])


def test_a_code_or_a_link_is_never_sent_again_nor_shown(post: Harness, server: MailServer) -> None:
    jane = post.person("jane", totp=True)
    server.answer = LATER
    Account(post, jane).open()
    deliver(post, 2)
    (message,) = stored(post)
    assert (message.state, message.context) == ("abandoned", {})
    owner = console(post)
    page = owner.browser.get(PAGE)
    assert "never sent a second time" in words(page)
    assert f"{PAGE}/{message.id}/send" not in page.text
    refused = owner.post(f"{PAGE}/{message.id}/send")
    assert refused.status_code == 409
    assert "never sent a second time" in words(refused)
    assert [each.id for each in stored(post, MessageFilter(state=MessageState.ABANDONED))] == [message.id]


def test_one_of_many_presses_sends_it_again(post: Harness, server: MailServer) -> None:
    tell(post, post.person("jane"))
    server.answer = LATER
    deliver(post, 2)
    (message,) = stored(post)

    def press() -> bool:
        try:
            with post.services.database.write() as tx:
                messages.send_again(tx, COMMAND_LINE, message.id)
        except Refused:
            return False
        return True

    assert sum(rush([press] * 8)) == 1
    assert count_waiting(post) == 1


def test_what_fails_says_why_and_when_it_is_tried_again(post: Harness, server: MailServer) -> None:
    tell(post, post.person("jane"))
    server.answer = LATER
    BackgroundJobs(post.services).run_once()
    page = words(console(post).browser.get(f"{PAGE}?state=failed"))
    assert "Failed" in page
    assert "Next try: 1 June 2026" in page
    assert reason_text("localhost:1: ConnectionRefusedError: [Errno 111]") == "Nobody answered there."


def test_filters_join_and_nonsense_is_answered_beside_its_field(harness: Harness) -> None:
    jane, kim = harness.person("jane"), harness.person("kim")
    for someone, notice in ((jane, Notice.PASSWORD_CHANGED), (jane, Notice.PASSKEY_ADDED), (kim, Notice.PASSKEY_ADDED)):
        tell(harness, someone, notice)
    get = console(harness).browser.get

    def found(query: str) -> int:
        return get(f"{PAGE}?{query}").text.count('<th scope="row"')

    assert found("person=jane") == 2
    assert found("person=jane@example.test&kind=passkey_added") == 1
    assert found("state=waiting&channel=email&since=2026-06-01&until=2026-06-01&kind=passkey_added") == 2
    assert found("since=2026-06-02") == found("until=2026-05-31") == found("channel=sms") == 0
    assert "Nobody has this user name" in words(get(f"{PAGE}?person=nobody"))
    assert "year-month-day" in words(get(f"{PAGE}?since=yesterday"))
    assert get(f"{PAGE}?state=%00&kind=x&after=[1]&before=nonsense").status_code == 200


def test_a_long_list_costs_the_same_on_each_page(harness: Harness) -> None:
    jane = harness.person("jane")
    for _ in range(120):
        tell(harness, jane)
    owner = console(harness)
    costs = set()
    for query in ("", "?last=1"):
        with metered(harness) as meter:
            page = owner.browser.get(PAGE + query)
        costs.add(len(meter.statements))
        assert page.text.count('<th scope="row"') == 50
    assert len(costs) == 1


def test_auditors_look_and_send_nothing(harness: Harness) -> None:
    tell(harness, harness.person("jane"))
    auditor = console(harness, Role.AUDITOR)
    assert "/send" not in auditor.browser.get(PAGE).text
    (message, *_) = stored(harness)
    assert auditor.post(f"{PAGE}/{message.id}/send").status_code == 403


def test_a_closed_account_leaves_no_address(post: Harness, server: MailServer) -> None:
    jane = post.person("jane")
    tell(post, jane)
    server.answer = LATER
    deliver(post, 2)
    with post.services.database.write() as tx:
        tx.purge.delete_person(jane.id)
    assert stored(post) == []


def test_each_notice_has_words_here(harness: Harness) -> None:
    assert set(Notice) <= set(KINDS)
    assert kind_text("some_new_kind") == "Some new kind"
    assert MessageState.FAILED not in {row.state for row in stored(harness)}


@pytest.mark.parametrize("name", ["LONGEST_DUE", "FAILED"])
def test_workers_do_not_read_the_records_of_what_was_delivered(harness: Harness, name: str) -> None:
    """They poll twice a second; the database shall use the index of those that wait."""
    values = {"channel": "email", "recipient": "x", "template": "x", "context": {}, "kind": "x", "attempts": 1}
    times = {"created_at": 1, "next_attempt_at": 1}
    engine = harness.services.database.engine
    sqlite = engine.dialect.name == "sqlite"
    given = {"given_channel": "email", "given_now": 2, "given_recipient": "x"}
    statement = getattr(outbox_store, name).params(given)
    said = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.begin() as connection:
        connection.execute(insert(outbox_store.outbox), [values | times | {"state": "delivered"}] * 3000)
        connection.execute(insert(outbox_store.outbox), [values | times | {"state": "waiting"}])
        if not sqlite:
            connection.execute(text("ANALYZE outbox"))
        plan = str(connection.execute(text(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {said}")).all())
    assert "ix_outbox_waiting" in plan
