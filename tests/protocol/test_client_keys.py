"""Keys that a client publishes at its `jwks_uri`: fetched once, kept, and fetched anew for a key that is not there."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from idp.config import LOOPBACK
from idp.messaging.fetched_documents import (
    FRESH_FOR,
    KEPT_FOR,
    LONGEST,
    MOST_KEPT,
    TRY_EVERY,
    FetchedDocuments,
    Unfetchable,
)
from idp.messaging.http_client import Outbound
from idp.persistence.client_metadata import ClientMetadata
from idp.protocol.client_requests.client_assertion import ASSERTION_TYPE
from tests.support.back_channel import BackChannelClient, refused
from tests.support.client_assertions import KEY, Signer
from tests.support.harness import ISSUER, REDIRECT_URI, Harness
from tests.support.jws import signed
from tests.support.network import browser_at
from tests.support.receiver import Asked, Receiver, receiver

NEW = JWK.generate(kty="EC", crv="P-256", kid="k2")


class Publisher(Signer):
    """A client whose keys are at an address of its own; `asked` counts the requests for them."""

    def __init__(self, harness: Harness, server: Receiver, path: str = "/keys") -> None:
        self.rp = BackChannelClient(
            harness,
            "publisher",
            token_endpoint_auth_method="private_key_jwt",
            metadata=ClientMetadata(jwks_uri=server.origin + path),
        )
        self.clock, self.count, self.asked = harness.clock, 0, 0
        self.status, self.keys = 200, [KEY]
        self.body, self.server = b"", server
        server.api = self.publish

    def publish(self, _: Asked) -> tuple[int, bytes]:
        self.asked += 1
        jwks = {"keys": [key.export_public(as_dict=True) for key in self.keys]}
        return self.status, self.body or json.dumps(jwks).encode()

    def accepted(self, **changes: Any) -> bool:
        response = self.post(self.assertion(**changes))
        if response.status_code != 200:
            refused(response, "invalid_client", 401)
        return response.status_code == 200


@pytest.fixture
def publisher(local: Harness) -> Iterator[Publisher]:
    with receiver() as server:
        yield Publisher(local, server)


def test_keys_are_fetched_once_and_kept(publisher: Publisher) -> None:
    assert all(publisher.accepted() for _ in range(3))
    assert publisher.asked == 1
    publisher.clock.advance(FRESH_FOR)
    assert publisher.accepted()
    assert publisher.asked == 2


@pytest.mark.module("oidcc-refresh-token-rp-key-rotation")
def test_a_new_key_is_found_and_asked_for_once_a_minute(publisher: Publisher) -> None:
    """OIDC Core section 10.1.1; conformance: refresh-token-rp-key-rotation."""
    rotated = {"key": NEW, "header": {"kid": "k2"}}
    assert publisher.accepted()
    publisher.keys = [NEW]
    assert not publisher.accepted(**rotated)
    publisher.clock.advance(TRY_EVERY)
    assert publisher.accepted(**rotated)
    assert publisher.asked == 2
    assert not any(publisher.accepted(header={"kid": f"made-up-{number}"}) for number in range(5))
    assert publisher.asked == 2, "strangers cannot make us ask"


def test_a_server_that_is_away_is_asked_once_a_minute_and_its_keys_outlive_that_for_an_hour(
    publisher: Publisher,
) -> None:
    publisher.status = 500
    assert not publisher.accepted()
    publisher.status = 200
    assert not publisher.accepted()
    publisher.clock.advance(TRY_EVERY)
    assert publisher.accepted()
    publisher.status = 500
    publisher.clock.advance(FRESH_FOR)
    assert publisher.accepted()
    publisher.clock.advance(KEPT_FOR)
    assert not publisher.accepted()
    assert publisher.asked == 4


def test_other_documents_do_not_push_keys_out(publisher: Publisher, local: Harness) -> None:
    assert publisher.accepted()
    for number in range(MOST_KEPT):
        with contextlib.suppress(Unfetchable):
            local.services.documents.get(f"https://10.0.0.1/#{number}", bytes, now=local.clock.now())
    assert publisher.accepted()
    assert publisher.asked == 1


def test_more_clients_than_keys_are_kept_do_not_make_us_fetch_without_a_bound(
    publisher: Publisher, local: Harness
) -> None:
    names = [f"app-{number}" for number in range(MOST_KEPT + 9)]
    for name in names:
        metadata = ClientMetadata(jwks_uri=f"{publisher.server.origin}/{name}")
        local.client(name, token_endpoint_auth_method="private_key_jwt", metadata=metadata)
    stranger = browser_at(local).client
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    for name in (*names, *names[:9]):
        assertion = signed(NEW, "ES256", {"alg": "ES256"}, {"iss": name})
        refused(stranger.post("/token", data=form | {"client_assertion": assertion}), "invalid_client", 401)
    assert publisher.asked == MOST_KEPT
    assert publisher.accepted(), "others are not kept out"


def test_nobody_waits_while_keys_for_a_pushed_request_are_fetched(publisher: Publisher, local: Harness) -> None:
    """The assertion is claimed after that: on SQLite the claim shuts all other writers out. It still works once."""
    written: list[int] = []

    def write_meanwhile() -> None:
        with local.services.database.write() as tx:
            written.append(tx.throttles.increment("elsewhere", 60))

    def publish(asked: Asked) -> tuple[int, bytes]:
        write_meanwhile()
        return publisher.publish(asked)

    assert publisher.accepted()
    publisher.clock.advance(TRY_EVERY)
    publisher.keys.append(NEW)
    publisher.server.api = publish
    parameters = {"response_type": "code", "redirect_uri": REDIRECT_URI, "scope": "openid", "code_challenge": "x" * 43}
    members = parameters | {"code_challenge_method": "S256", "client_id": "publisher", "iss": "publisher"}
    request = signed(NEW, "ES256", {"alg": "ES256", "kid": "k2"}, members | {"aud": ISSUER})
    assertion = publisher.assertion()
    response = publisher.post(assertion, "/par", request=request)
    assert (response.status_code, len(written)) == (201, 1), response.text
    refused(publisher.post(assertion, "/par", request=request), "invalid_client", 401)
    faulty = publisher.assertion()
    refused(publisher.post(faulty, "/par", request="x"), "invalid_request_object")
    refused(publisher.post(faulty, "/par", request=request), "invalid_client", 401)


def test_what_is_no_set_of_keys_is_refused(publisher: Publisher) -> None:
    """And one of more than 64 KB, right as it is."""
    too_long = json.dumps({"keys": [KEY.export_public(as_dict=True)]}).encode() + b" " * LONGEST
    for body in (b"[]", b"{}", b"x", b'{"keys": 7}', too_long):
        publisher.body = body
        assert not publisher.accepted()
        publisher.clock.advance(TRY_EVERY)
    publisher.body = b""
    assert publisher.accepted()


def test_only_half_of_the_threads_wait_for_other_servers(local: Harness) -> None:
    """Otherwise an app whose server hangs would stand in everybody's way."""
    documents = FetchedDocuments(Outbound(LOOPBACK), most_at_once=1)
    with receiver() as slow, ThreadPoolExecutor(1) as pool:
        slow.hangs = 1
        waiting = pool.submit(documents.fetch, slow.url)
        assert slow.called.wait(5)
        with pytest.raises(Unfetchable, match="too many"):
            documents.get(slow.url, bytes, now=local.clock.now())
        assert waiting.result() == b""
    assert len(slow.paths) == 1
