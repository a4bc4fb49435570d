"""Every list and search of the console in a large installation: its first, middle and last page.

Pages are requested as an owner's browser requests them, so the times are those of whole answers, in one process.
"""

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.bench import processor
from tests.bench.installation import NOW, Size
from tests.support.console import Console, console
from tests.support.harness import Harness

MOST = 200
"""Milliseconds that a page may take."""
TRIES = 5
Middle = list[Any]
"""The key of a row in the midst of a list."""


@dataclass(frozen=True)
class Timed:
    """Milliseconds of a list's first, middle and last page by the clock, and the most that one used of processors.

    Medians of some tries; of processors, those of the database included. Other programs change these less.
    """

    path: str
    pages: tuple[float, ...]
    used: float


def measure(harness: Harness, size: Size) -> Iterator[Timed]:
    """Request each page."""
    owner, server = console(harness), processor.find_server(harness.settings.database_url)
    for path, middle in middles(size).items():
        pages = ("", urlencode({"after": json.dumps(middle)}), "last=1")
        costs = [_cost(owner, f"/admin/{path}&{page}", server) for page in pages]
        yield Timed(path, tuple(clock for clock, _ in costs), max(used for _, used in costs))


def _cost(owner: Console, path: str, server: int | None) -> tuple[float, float]:
    """Return the milliseconds of a page by the clock, and of processors."""
    clock, used = [], []
    for _ in range(TRIES):
        before, began = time.process_time() + processor.seconds(server), time.perf_counter()
        answer = owner.browser.get(path)
        clock.append(time.perf_counter() - began)
        used.append(time.process_time() + processor.seconds(server) - before)
        assert answer.status_code == 200, (path, answer.text)
        assert owner.browser.path.startswith("/admin/"), owner.browser.at
    return statistics.median(clock) * 1000, statistics.median(used) * 1000


def middles(size: Size) -> dict[str, Middle]:
    """Return each list and search of the console, with a key in the midst of it."""
    person, network, event, session = "user78", "10.0.0.0/9", size.events // 2, [NOW - 1_296_000, ""]
    sorts: dict[str, Middle] = {
        "": ["n"],
        "&sort=name": ["carla s", ""],
        "&sort=newest": [500_000, ""],
        "&sort=oldest": [500_000, ""],
    }
    within = ("", *(f"&state={state}" for state in ("off", "late", "disabled", "locked")), "&required=yes")
    groups = tuple(f"&group=Group+000{group}" for group in (1, 2, 3, 4))
    address, device = ["0" * 20 + "ffff0a400000", ""], [NOW - 604_800, ""]
    lists: dict[str, Middle] = {
        f"people?{found}{sort}": key for found in (*within, *groups) for sort, key in sorts.items()
    }
    lists |= {f"people?q={text}": [text + "8", ""] for text in ("a", "anna", "anna+q", "m12", "z", "xyzzy")}
    lists |= {f"people?q=z{found}": ["zoe m", ""] for found in (*within[1:], *groups)}
    lists |= {f"people?state=off{group}": ["n"] for group in groups} | {"people?role=owner": ["n"]}
    lists |= {"groups?": ["group 1000"], "groups?search=group+1": ["group 1500"]}
    lists |= {f"groups/group{group}?": ["n"] for group in (1, 2, 3, 4)}
    lists |= {f"groups/group{group}?search=z": ["zoe m", ""] for group in (1, 2, 3, 4)}
    lists |= {
        f"sessions?{found}": session for found in ("", f"person={person}", "app=client0", "app=client1", "app=client7")
    }
    lists |= {
        f"sessions?{found}age={age}": session
        for found in ("", "app=client1&", "app=client7&")
        for age in ("hour", "day", "older-day", "older-week", "older-month")
    }
    lists |= {
        f"sessions?network={network}{app}": address for app in ("", "&app=client0", "&app=client1", "&app=client7")
    }
    lists |= {f"sessions/devices?{found}": device for found in ("", f"person={person}", "age=day", "age=older-week")}
    kinds = ("token.issued", "role.granted", "sign_in", "sign_in.password", "client.changed")
    facts = (
        "",
        f"person={person}",
        "app=client31",
        "actor=user7",
        "request_id=request4711",
        "until=2024-03-01",
        "since=2024-06-01&until=2024-06-01",
        *(f"event={kind}" for kind in kinds),
    )
    lists |= {
        f"audit?{fact}{outcome}": [event]
        for fact in facts
        for outcome in ("", "&outcome=success", "&outcome=failure", "&outcome=throttled")
    }
    lists |= {f"audit?{fact}&event={kind}": [event] for fact in facts[1 : -len(kinds)] for kind in kinds}
    lists |= {
        f"messages?{found}": [NOW - size.sessions // 2, 1]
        for found in (
            "",
            f"person={person}",
            "kind=code",
            "channel=sms",
            "state=failed",
            "state=abandoned",
            "state=delivered",
            "kind=code&state=abandoned",
            "channel=sms&state=failed",
        )
    }
    return lists | {"apps?": ["client1"], "apps?search=app+1": ["client1"], "policy/history?": [1]}
