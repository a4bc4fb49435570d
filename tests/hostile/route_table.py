"""The table of routes and visitors: every route with every method for every kind of visitor."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from tests.hostile.allowed import ELSEWHERE, OK, REFUSED, SIGN_IN, allowed, may_change
from tests.hostile.messages import Answer
from tests.hostile.visitors import READING, Visitor, World
from tests.support import routes
from tests.support.harness import ISSUER, Harness
from tests.support.relying_party import RelyingParty

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")
PLACEHOLDERS = ("flow_id", "factor_id", "device_id", "sid", "client_id")


@dataclass
class RouteTable:
    """Answers by visitor; `wrong` are those that are not allowed, and changes that a visitor must not make."""

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many requests were sent."""
        return sum(counter.total() for counter in self.answers.values())


def outcome(answer: Answer) -> str:
    """What an answer comes to."""
    if answer.raised:
        return answer.raised
    if answer.status >= 500:
        return str(answer.status)
    if answer.status >= 400:
        return REFUSED
    if answer.status < 300:
        return OK
    location = answer.headers.get("Location", "").removeprefix(ISSUER)
    return SIGN_IN if location.startswith("/login/") else ELSEWHERE


def fill(harness: Harness, methods: Collection[str] = METHODS, *, unknown: bool = True) -> RouteTable:
    """Let every visitor ask for every route; `unknown`: also with methods that the route does not have."""
    rp, table, number = RelyingParty(harness), RouteTable(), 1
    world = World(harness, rp, number)
    paths = routes.methods(harness, **{name: f"{{{name}}}" for name in PLACEHOLDERS})
    adapter = harness.app.url_map.bind("")
    for path in sorted(paths):
        known = adapter.allowed_methods(path.format(**world.ids))  # two rules may fit one path
        for method in methods:
            if method not in known and not unknown:
                continue
            for visitor in world.visitors:
                if _ask(world, table, world.visitors[visitor], (method, path), routed=method in known):
                    number += 1
                    world = World(harness, rp, number)
    return table


def _ask(world: World, table: RouteTable, visitor: Visitor, route: tuple[str, str], *, routed: bool) -> bool:
    """Whether the request changed anything: then the rest needs a new world."""
    (method, path), name = route, visitor.name
    before = world.stored() if routed and method not in READING else None
    found = outcome(visitor.ask(method, path.format(**world.ids)))
    table.answers.setdefault(name, Counter())[found] += 1
    expected = frozenset({OK}) if routed else frozenset({REFUSED})
    if routed and method != "OPTIONS":
        expected = allowed(name, path, reads=method in {"GET", "HEAD"})
    if found not in expected:
        table.wrong.append(f"{name}: {method} {path} was answered with {found}, not {' or '.join(sorted(expected))}")
    if before is None or (after := world.stored()) == before:
        return False
    if world.belongings(after) != world.belongings(before) and not may_change(name, path):
        table.wrong.append(f"{name}: {method} {path} changed what is the owner's")
    return True
