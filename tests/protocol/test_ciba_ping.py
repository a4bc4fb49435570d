"""Ping mode: the client is told that its request was decided (OpenID CIBA Core 1.0 sections 7.1 and 10.2)."""

import json
from collections.abc import Iterator

import pytest

from idp.persistence.client_metadata import ClientMetadata
from idp.persistence.outbox import OutboxMessage
from idp.server.background import BackgroundJobs
from tests.support.back_channel import refused
from tests.support.browser import Browser
from tests.support.ciba import Terminal, approve, open_request
from tests.support.harness import Harness
from tests.support.receiver import Asked, receiver
from tests.support.tables import events

TOKEN = "t" * 1023 + "="
CHANNEL = "ciba_ping"


class Shop:
    """An app that takes pings; `status` is its next answer."""

    def __init__(self, harness: Harness, origin: str, heard: list[Asked], status: list[int]) -> None:
        self.harness, self.heard, self.status = harness, heard, status
        self.jobs = BackgroundJobs(harness.services)
        members = ClientMetadata(
            backchannel_token_delivery_mode="ping", backchannel_client_notification_endpoint=f"{origin}/ping"
        )
        self.till = Terminal(harness, metadata=members)

    def waiting(self) -> list[OutboxMessage]:
        """Pings on their way."""
        with self.harness.services.database.read() as tx:
            return tx.outbox.waiting(channel=CHANNEL)


@pytest.fixture
def shop(local: Harness) -> Iterator[Shop]:
    """One with the mode ping."""
    heard: list[Asked] = []
    status = [204]

    def answer(asked: Asked) -> tuple[int, bytes]:
        heard.append(asked)
        return status[0], b"{} whatever"

    with receiver(answer) as running:
        yield Shop(local, running.origin, heard, status)


def approved(shop: Shop) -> None:
    """Somebody approves a request of the shop."""
    jane = shop.harness.person("jane")
    shop.till.start(client_notification_token=TOKEN)
    approve(Browser(shop.harness), jane)


def test_a_ping_leads_to_the_tokens(shop: Shop) -> None:
    """With the client's own token, and the id alone; what it answers in a body is not read."""
    approved(shop)
    (message,) = shop.waiting()
    assert shop.till.auth_req_id not in str(message.context)
    assert TOKEN not in str(message.context)
    shop.jobs.deliver(CHANNEL)
    (asked,) = shop.heard
    assert (asked.method, asked.path, asked.headers["authorization"]) == ("POST", "/ping", f"Bearer {TOKEN}")
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {"auth_req_id": shop.till.auth_req_id}
    assert shop.till.poll(after=0).status_code == 200
    assert shop.waiting() == []


def test_a_refusal_is_told_too(shop: Shop) -> None:
    jane, browser = shop.harness.person("jane"), Browser(shop.harness)
    shop.till.start(client_notification_token=TOKEN)
    open_request(browser, jane)
    browser.submit(choice="cancel")
    shop.jobs.deliver(CHANNEL)
    assert len(shop.heard) == 1
    refused(shop.till.poll(after=0), "access_denied")


@pytest.mark.parametrize(("status", "again"), [(301, False), (401, False), (403, False), (503, True)])
def test_a_ping_is_tried_again_only_after_a_fault(shop: Shop, status: int, again: bool) -> None:
    """A refusal is the client's last word, and a redirect leads nowhere; the tokens can be fetched all the same."""
    shop.status[0] = status
    approved(shop)
    for _ in range(3):
        shop.jobs.deliver(CHANNEL)
        shop.harness.clock.advance(5)
    assert (len(shop.heard) > 1) == again
    assert events(shop.harness, "ciba_ping.abandoned") == (0 if again else 1)
    assert shop.till.poll().status_code == 200
    shop.harness.clock.advance(600)
    shop.jobs.deliver(CHANNEL)
    assert events(shop.harness, "ciba_ping.abandoned") == 1


@pytest.mark.parametrize("token", [None, "short", "t" * 21, "no bearer token, but long", "t" * 1025])
def test_a_ping_needs_a_token(shop: Shop, token: str | None) -> None:
    refused(shop.till.ask(client_notification_token=token), "invalid_request")
