"""What people are told by mail: promised with the change, delivered by a real server, never lost, never forged."""

import email
import email.policy
import logging
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from idp.admin import users
from idp.kernel.clock import DAY, HOUR
from idp.messaging.development_mailbox import Mailbox
from idp.messaging.dispatcher import DEFAULT_POLICY, LEASE
from idp.messaging.mail import transport_for
from idp.messaging.notices import EMAIL, Notice, notify
from idp.messaging.smtp import SmtpTransport, Undelivered
from idp.server.background import BackgroundJobs
from idp.signing.algorithms import OWN
from tests.support.account import PASSWORD, Account, forget_mail
from tests.support.clock import FrozenClock
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness, migrate
from tests.support.mail_server import MailServer, mail_server, self_signed, text_of
from tests.support.tables import count_waiting, events, rows

NEW = "violet tram sleeps under nine bridges"


@pytest.fixture
def post(databases: Databases, server: MailServer, tmp_path: Path) -> Iterator[Harness]:
    """The product, with a mail server."""
    with fresh_harness(databases, tmp_path, smtp_url=server.url, brand="Märchen & Söhne") as made:
        yield made


def change_password(harness: Harness) -> None:
    account = Account(harness, harness.person("jane", profile={"name": "Jane <b>Doe</b>"}))
    account.open(PASSWORD)
    forget_mail(harness)  # about the sign-in itself
    account.browser.submit(action=PASSWORD, password=NEW)


def test_the_owner_is_told_of_a_changed_password(post: Harness, server: MailServer) -> None:
    change_password(post)
    assert count_waiting(post) == 1
    BackgroundJobs(post.services).run_once()
    (mail,) = server.taken()
    assert mail["To"] == "jane@example.test"
    assert mail["From"].addresses[0].addr_spec == "no-reply@id.example.test"
    assert mail["From"].addresses[0].display_name == "Märchen & Söhne"
    assert mail["Subject"] == "Your password was changed \N{EN DASH} Märchen & Söhne"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = text_of(mail)
    for said in ("Hello Jane <b>Doe</b>,", "1 June 2026, 12:00 UTC", "Firefox on Linux"):
        assert said in text
    assert f"{post.settings.issuer}/alert/" in text
    html = text_of(mail, "html")
    assert "Jane &lt;b&gt;Doe" in html
    assert "http://" not in html, "nothing is loaded from anywhere"
    assert count_waiting(post) == 0


def test_the_owner_is_told_of_a_new_factor(post: Harness, server: MailServer) -> None:
    account = Account(post, post.person("jane"))
    account.set_up()
    BackgroundJobs(post.services).run_once()
    assert "An authenticator app was added \N{EN DASH} Märchen & Söhne" in [mail["Subject"] for mail in server.taken()]


def notify_of_many_changes(harness: Harness, number: int) -> None:
    user_id = harness.person("jane").id
    with harness.services.database.write() as tx:
        user = tx.users.by_id(user_id)
        assert user is not None
        for _ in range(number):
            notify(tx, user, Notice.PASSWORD_CHANGED)


def test_mails_that_are_due_together_share_a_connection(post: Harness, server: MailServer) -> None:
    background = BackgroundJobs(post.services)
    notify_of_many_changes(post, 5)
    background.run_once()
    assert (len(server.taken()), server.connections) == (5, 1)


def test_mail_is_sent_once_where_the_server_ends_idle_connections(post: Harness, server: MailServer) -> None:
    server.patience = 0.2
    transport = transport_for(post.settings)
    mail = EmailMessage()
    mail["From"] = mail["To"] = "jane@example.test"
    for _ in range(2):
        transport.send(mail)
        time.sleep(0.5)
    transport.close()
    assert (len(server.taken()), server.connections) == (2, 2)


def test_mail_is_sent_once_where_a_connection_may_bring_few(post: Harness, server: MailServer) -> None:
    """Its server says so only to the next MAIL."""
    server.most = 2
    notify_of_many_changes(post, 5)
    BackgroundJobs(post.services).run_once()
    assert (len(server.taken()), server.connections, count_waiting(post)) == (5, 3, 0)


def test_a_domain_outside_ascii_is_in_ascii_on_the_envelope(post: Harness, server: MailServer) -> None:
    """RFC 6531 section 3.2: a server without SMTPUTF8 takes no other."""
    max_ = post.person("max", email="max@m\u00fcller.example")
    with post.services.database.write() as tx:
        user = tx.users.by_id(max_.id)
        assert user is not None
        notify(tx, user, Notice.PASSWORD_CHANGED)
    BackgroundJobs(post.services).run_once()
    (mail,) = server.taken()
    assert (server.recipients, mail["To"]) == (["max@xn--mller-kva.example"], "max@xn--mller-kva.example")


def test_no_secret_is_in_any_mail_or_log(post: Harness, server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        account = Account(post, post.person("jane"))
        account.set_up()
        account.open(PASSWORD)
        account.browser.submit(action=PASSWORD, password=NEW)
        BackgroundJobs(post.services).run_once()
    assert len(server.taken()) >= 2
    told = caplog.text + "".join(mail.as_string() for mail in server.taken())
    person = account.someone
    for secret in (person.password, NEW, person.seed or "?", *person.codes, account.browser.cookie("session") or "?"):
        assert secret not in told


def test_a_refused_mail_is_tried_again_with_growing_pauses_and_given_up_after_a_day(
    post: Harness, server: MailServer
) -> None:
    change_password(post)
    server.answer = "451 try later"
    background = BackgroundJobs(post.services)
    background.run_once()
    background.run_once()
    with post.services.database.read() as tx:
        (waiting,) = tx.outbox.waiting()
    assert waiting.attempts == 1, "not tried again before its time"
    assert "451" in (waiting.last_error or "")
    assert [DEFAULT_POLICY.pause(attempts) for attempts in (0, 1, 6, 7, 1000)] == [30, 60, 1920, HOUR, HOUR]
    post.clock.advance(30)
    background.run_once()
    post.clock.advance(DAY)
    background.run_once()
    assert count_waiting(post) == 0
    assert events(post, "mail.abandoned") == 1
    assert "jane@example.test" not in str(rows(post, "audit_events")), "the trail outlives the account"
    assert server.taken() == []


def test_it_arrives_once_the_server_is_back(post: Harness, server: MailServer) -> None:
    change_password(post)
    server.answer = "451 try later"
    background = BackgroundJobs(post.services)
    background.run_once()
    server.answer = "250 OK"
    post.clock.advance(30)
    background.run_once()
    assert len(server.taken()) == 1


def test_a_worker_that_died_while_sending_is_followed_by_another(post: Harness, server: MailServer) -> None:
    """The claim of the dead lapses; nothing is sent before that, and one mail afterwards."""
    change_password(post)
    with post.services.database.write() as tx:
        assert tx.outbox.claim_next(channel=EMAIL, lease=LEASE) is not None
    background = BackgroundJobs(post.services)
    post.clock.advance(LEASE - 1)
    background.run_once()
    assert server.taken() == []
    post.clock.advance(1)
    background.run_once()
    background.run_once()
    assert len(server.taken()) == 1


def test_an_impossible_message_keeps_no_other_waiting(post: Harness, server: MailServer) -> None:
    """Also when the address was made to smuggle in a header."""
    post.person("mallory", email="mallory@example.test\r\nBcc: all@example.test")
    Account(post, post.person("jane")).set_up()
    with post.services.database.write() as tx:
        mallory = tx.users.by_identifier("mallory")
        assert mallory is not None
        notify(tx, mallory, Notice.PASSWORD_CHANGED)
    BackgroundJobs(post.services).run_once()
    assert {mail["To"] for mail in server.taken()} == {"jane@example.test"}
    assert all("Bcc" not in mail for mail in server.taken())
    with post.services.database.read() as tx:
        assert [message.attempts for message in tx.outbox.waiting()] == [1]


def test_a_name_with_line_breaks_stays_in_its_place(post: Harness, server: MailServer) -> None:
    account = Account(post, post.person("jane", profile={"name": "Jane\r\nBcc: all@example.test"}))
    account.set_up()
    BackgroundJobs(post.services).run_once()
    assert all("Bcc" not in mail for mail in server.taken())


def test_a_rolled_back_change_tells_nobody(post: Harness) -> None:
    class Stop(Exception):
        pass

    post.person("jane")

    def change() -> None:
        with post.services.database.write() as tx:
            users.set_password(tx, users.find(tx, "jane"), "hash")
            raise Stop

    with pytest.raises(Stop):
        change()
    assert count_waiting(post) == 0


def test_mail_is_kept_as_files_in_development_only(sqlite_databases: Databases, tmp_path: Path) -> None:
    with sqlite_databases.fresh(migrate) as url:
        harness = Harness(url, tmp_path, smtp_url="", mode="development")
        change_password(harness)
        BackgroundJobs(harness.services).run_once()
        (file,) = (tmp_path / "data" / "mailbox").iterdir()
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert (file.suffix, mail["To"]) == (".eml", "jane@example.test")
        production = harness.settings.model_copy(update={"mode": "production"})
        with pytest.raises(ValueError, match="SMTP"):
            transport_for(production)
        harness.close()


def test_a_full_disk_is_no_lost_mail(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("not a folder", encoding="utf-8")
    with pytest.raises(Undelivered):
        Mailbox(tmp_path / "mailbox").send(email.message_from_string("Message-ID: <1@x>"))  # type: ignore[arg-type]  # an old kind of message will do


def test_mail_leaves_this_machine_under_verified_tls_only(monkeypatch: pytest.MonkeyPatch, server: MailServer) -> None:
    """The server offers no STARTTLS; were it not local, nothing would be said to it."""
    assert "takes mail" in SmtpTransport(server.url).check()
    monkeypatch.setattr("idp.messaging.smtp.LOOPBACK", frozenset())
    with pytest.raises(Undelivered, match="STARTTLS"):
        SmtpTransport(server.url).check()


def test_a_stranger_with_a_certificate_of_its_own_gets_no_mail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("idp.messaging.smtp.LOOPBACK", frozenset())
    with mail_server(tls=self_signed(tmp_path)) as stranger:
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            SmtpTransport(stranger.url).check()
        with pytest.raises(Undelivered):
            SmtpTransport(stranger.url.replace("smtp:", "smtps:")).check()


def test_purging_and_rotation_are_done_by_one_of_many_and_survive_each_other(post: Harness) -> None:
    many = [BackgroundJobs(post.services) for _ in range(3)]
    for background in many:
        background.run_once()
    assert isinstance(post.clock, FrozenClock)
    post.clock.advance(post.settings.key_rotation_days * DAY)
    for background in many:
        background.run_once()
    assert events(post, "keys.rotated") == 1
    assert len(post.services.keyring.jwks()["keys"]) == 2 * len(OWN)
