"""Hostile requests to the served product."""

import contextlib
import itertools
from collections.abc import Iterator

from tests.hostile import sockets
from tests.hostile.campaign import SEED, Counts
from tests.hostile.grammar import Grammar
from tests.hostile.kinds import KINDS
from tests.hostile.messages import HostileRequest
from tests.hostile.real_requests import Cast
from tests.support.contests import ServedInstance


def over_sockets(instance: ServedInstance, count: int) -> Counts:
    """Send so many requests, half of them with hostile framing; the product must serve afterwards."""
    with contextlib.closing(instance.application()) as harness:
        drawn = list(_draw(Grammar(SEED, Cast(harness)), count - count // 2))
    counts = sockets.run(instance.product.issuer, drawn, count // 2)
    instance.crowd_at(f"{instance.product.issuer}/jwks")
    return counts


def _draw(grammar: Grammar, count: int) -> Iterator[HostileRequest]:
    grammar.cast.renew()
    return (draw(grammar) for draw in itertools.islice(itertools.cycle(KINDS.values()), count))
