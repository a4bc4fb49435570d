"""Codes on their way: put into words, sealed while they wait, never too late, one channel never behind another."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from idp.kernel.clock import MINUTE
from idp.messaging.notices import EMAIL
from idp.server.background import BackgroundJobs
from tests.support.concurrency import CROWD, rush
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.mail_server import MailServer, text_of
from tests.support.mailed import CODE_LIFE, enqueue_code
from tests.support.tables import count_waiting, events, rows


@pytest.fixture
def post(databases: Databases, server: MailServer, tmp_path: Path) -> Iterator[Harness]:
    """The product, with a mail server and somebody to write to."""
    with fresh_harness(databases, tmp_path, smtp_url=server.url) as made:
        made.person("jane")
        yield made


def test_a_code_by_mail_says_what_it_is_for_and_leaves_nothing_behind(post: Harness, server: MailServer) -> None:
    enqueue_code(post, "048213")
    assert "048213" not in str(rows(post)), "it waits sealed"
    BackgroundJobs(post.services).run_once()
    (mail,) = server.taken()
    assert mail["Subject"] == "Your sign-in code \N{EN DASH} Countersign", "subjects are logged on the way"
    for part in ("plain", "html"):
        text = text_of(mail, part)
        for words in ("signing in with your password", "048213", "10 minutes", "Give it to nobody", "1 June 2026"):
            assert words in text
    assert count_waiting(post) == 0


def test_a_code_is_tried_again_within_seconds_and_never_sent_late(post: Harness, server: MailServer) -> None:
    server.answer = "451 try later"
    enqueue_code(post, "048213")
    background = BackgroundJobs(post.services)
    background.run_once()
    server.answer = "250 OK"
    post.clock.advance(2)
    background.run_once()
    assert len(server.taken()) == 1
    enqueue_code(post, "751904")
    post.clock.advance(CODE_LIFE * MINUTE)
    background.run_once()
    assert len(server.taken()) == 1, "it would only confuse"
    assert (count_waiting(post), events(post, "mail.abandoned")) == (0, 1)


def test_32_dispatchers_send_each_code_once(post: Harness, server: MailServer) -> None:
    codes = ["048213", "751904", "300001"]
    for code in codes:
        enqueue_code(post, code)
    rush([partial(BackgroundJobs(post.services).deliver, EMAIL) for _ in range(CROWD)])
    # A dispatcher that lost every race found nothing, and looks again half a second later.
    BackgroundJobs(post.services).deliver(EMAIL)
    texts = [text_of(mail) for mail in server.taken()]
    assert sorted(code for code in codes for text in texts if code in text) == sorted(codes)
    assert (len(texts), count_waiting(post)) == (len(codes), 0)
