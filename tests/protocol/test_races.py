"""Thirty-two requests at once over one thing that is good once: one winner, no server error, on both databases."""

from collections import Counter
from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.support import tables
from tests.support.back_channel import BackChannelClient
from tests.support.client_assertions import Signer
from tests.support.concurrency import CROWD, rush
from tests.support.harness import Harness, Someone


def crowd(rp: BackChannelClient, post: Callable[[BackChannelClient], TestResponse]) -> Counter[int]:
    """How often each status came back, when every thread has a connection of its own."""

    def one() -> int:
        return post(rp.twin()).status_code

    return Counter(rush([one] * CROWD))


def test_a_code_is_redeemed_once(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 6749 section 4.1.2; the losers are replays, so in the end nobody holds a live token."""
    code = rp.granted(jane)
    assert crowd(rp, lambda own: own.redeem(code)) == {200: 1, 400: CROWD - 1}
    assert tables.count(harness, "refresh_tokens") == 1
    assert tables.events(harness, "token.issued") == 1
    assert tables.events(harness, "code.replayed") == CROWD - 1


def test_a_refresh_token_is_rotated_once(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 9700 section 4.14.2; with no time to have an answer again, the losers are replays."""
    object.__setattr__(harness.settings, "refresh_token_grace", 0)
    token = rp.tokens(jane)["refresh_token"]
    assert crowd(rp, lambda own: own.refresh(token)) == {200: 1, 400: CROWD - 1}
    assert tables.count(harness, "refresh_tokens") == 2
    assert tables.events(harness, "refresh_token.replayed") == CROWD - 1


def test_an_app_that_refreshes_32_times_at_once_gets_one_successor(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    """Apps that answer parallel requests do; none of them is a thief."""
    token = rp.tokens(jane)["refresh_token"]
    answers = rush([lambda: rp.twin().refresh(token)] * CROWD)
    assert {answer.status_code for answer in answers} == {200}
    assert len({(answer.json or {})["refresh_token"] for answer in answers}) == 1
    assert tables.count(harness, "refresh_tokens") == 2
    assert tables.events(harness, "refresh_token.replayed") == 0


def test_a_repeated_refresh_meets_the_use_of_its_successor(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    """Whoever is first: there is one chain of tokens, and a repetition that came too late ends it."""
    for _ in range(5):
        token = rp.tokens(jane)["refresh_token"]
        second = (rp.refresh(token).json or {})["refresh_token"]
        half = CROWD // 2
        acts = [lambda: rp.twin().refresh(token)] * half + [lambda: rp.twin().refresh(second)] * half  # noqa: B023 - run at once
        before = tables.events(harness, "refresh_token.replayed")
        answers = rush(acts)
        repeated, used = (
            [each for each in part if each.status_code == 200] for part in (answers[:half], answers[half:])
        )
        assert {(each.json or {})["refresh_token"] for each in repeated} <= {second}
        third = {(each.json or {})["refresh_token"] for each in used}
        assert len(third) == 1
        ended = tables.events(harness, "refresh_token.replayed") > before
        assert ended == (len(repeated) < half)
        assert rp.refresh(third.pop()).status_code == (400 if ended else 200)


def test_an_assertion_is_used_once(harness: Harness) -> None:
    """RFC 7523 section 3 item 7."""
    signer = Signer(harness)
    form = signer.form(signer.assertion())
    assert crowd(signer.rp, lambda own: own.post("/token", form)) == {200: 1, 401: CROWD - 1}
    assert tables.count(harness, "assertion_ids") == 1


def test_revocation_and_refresh_meet(rp: BackChannelClient, jane: Someone) -> None:
    """Whoever is first: afterwards nothing of the grant lives."""
    token = rp.tokens(jane)["refresh_token"]
    answers = rush([lambda: rp.twin().refresh(token), lambda: rp.twin().revoke(token)])
    assert answers[0].status_code in {200, 400}
    assert answers[1].status_code == 200
    if answers[0].status_code == 200:
        fresh = answers[0].json or {}
        assert rp.refresh(fresh["refresh_token"]).status_code == 400
        assert rp.userinfo(fresh["access_token"]).status_code == 401
