"""What a million sign-ins leave in the database, and what requests cost then: `./dev bench million`.

Some people sign in for real. What that stores is copied again and again in SQL, with other keys and later times, for
each of the simulated days; then the product purges, as it does each hour. Beside it stands a fresh installation: both
answer the same requests in turn, so that other programs slow both down alike.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, text

from idp.admin import purging
from idp.factors.totp import PERIOD
from idp.kernel.clock import DAY
from idp.persistence.schema import METADATA
from idp.persistence.users import users
from tests.bench.meter import SIGN_IN, RequestMeter
from tests.bench.tables import sign_everybody_in
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate
from tests.support.relying_party import RelyingParty

DAYS = 800
"""Simulated; a browser that is not used again is forgotten after 400."""
AUDIT_DAYS = 60
MARKS = (0.1, 0.25, 0.5, 0.75, 1.0)
PEOPLE = 25
ROUNDS, SIGN_INS, REPEATED = 7, 6, 10
SUFFIX = 6
"""Characters at the end of a key that tell copies apart."""
MOST_ROWS, MOST_COST = 1.05, 1.15
"""The bars: rows at the end, of those at the half; cost, of a fresh installation's (the median of rounds)."""
OLDEST_TIME = 1_000_000_000
"""Seconds, UTC: numbers above it are times."""


@dataclass(frozen=True)
class Mark:
    """One look at the installation: rows by table, seconds of the last purge, cost ratios by kind of request."""

    sign_ins: int
    rows: dict[str, int]
    purge: float
    ratios: dict[str, float]


class Generator:
    """Copies what real sign-ins have stored."""

    def __init__(self, engine: Engine, before: dict[str, int]) -> None:
        with engine.begin() as connection:
            counts = count_rows(connection)
            self._tables = [METADATA.tables[name] for name, rows in counts.items() if rows > before[name]]
            for table in self._tables:
                connection.execute(text(f"CREATE TABLE template_{table.name} AS SELECT * FROM {table.name}"))  # noqa: S608 - our own name
            connection.execute(text("CREATE TABLE copies (suffix TEXT PRIMARY KEY)"))
            self._keys = self._find_keys(connection)
        self._engine, self._made = engine, 0
        self._statements = [self._copying(table) for table in self._tables]

    def copy(self, times: int, shift: int) -> None:
        """Copy everything so many times, with times that are `shift` seconds later."""
        made = [{"suffix": f"{number:0{SUFFIX}x}"} for number in range(self._made, self._made + times)]
        self._made += times
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM copies"))
            connection.execute(text("INSERT INTO copies VALUES (:suffix)"), made)
            for statement in self._statements:
                connection.execute(statement, {"shift": shift})

    def _find_keys(self, connection: Connection) -> set[Any]:
        """Return the keys of the copied rows; wherever one stands, it is replaced."""
        columns = [column for table in self._tables for column in table.primary_key if column.type.python_type is str]
        columns += [column for table in self._tables for column in table.c if column.name.endswith("digest")]
        people = set(connection.scalars(select(users.c.id)))
        return {value for column in columns for value in connection.scalars(select(column))} - {None} - people

    def _copying(self, table: Table) -> Any:  # noqa: ANN401 - an executable text
        with self._engine.connect() as connection:
            rows = connection.execute(select(table)).mappings().all()
        names = [column.name for column in table.c if column is not table.autoincrement_column]
        values = ", ".join(self._copied(name, [row[name] for row in rows]) for name in names)
        return text(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM template_{table.name}, copies"  # noqa: S608 - our own names
        )

    def _copied(self, name: str, values: list[Any]) -> str:
        given = [value for value in values if value is not None]
        if any(isinstance(value, str) and value in self._keys for value in given):
            return f"substr({name}, 1, length({name}) - {SUFFIX}) || suffix"
        times = given and all(isinstance(value, int) and value > OLDEST_TIME for value in given)
        return f"{name} + :shift" if times else name


def count_rows(connection: Connection) -> dict[str, int]:
    """Return the rows of each table."""
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in METADATA.tables.items()
    }


class Side:
    """One of the two installations: people who have signed in, and one more who does so again and again."""

    def __init__(self, url: str, directory: Path) -> None:
        self.harness = Harness(url, directory, audit_retention_days=AUDIT_DAYS)
        self.engine = self.harness.services.database.engine
        self._rp = RelyingParty(self.harness, "bench")
        self._someone = self.harness.person("bench", totp=True)
        people = [self.harness.person(f"person{number}", totp=True) for number in range(PEOPLE)]
        with self.engine.connect() as connection:
            self.before = count_rows(connection)
        sign_everybody_in(self.harness, self._rp, people)
        self._meter = RequestMeter(self.harness.app, url)

    def costs(self) -> dict[str, float]:
        """Return CPU milliseconds by kind of request, the database included."""
        self._meter.clear()
        for _ in range(SIGN_INS):
            self._sign_in()
        found = {name: self._cost(name) for name in ("refresh", "userinfo", "client_credentials")}
        return {"sign-in": sum(self._cost(page) for page in SIGN_IN)} | found

    def _sign_in(self) -> None:
        self.harness.clock.advance(PERIOD)
        browser = Browser(self.harness)
        self._rp.send(browser, scope="openid offline_access", acr_values="mfa")
        tokens = self._rp.tokens_from(self._rp.go_through(browser, self._someone))
        for _ in range(REPEATED):
            self._meter.name = "refresh"
            tokens = self._rp.refresh(tokens["refresh_token"]).json or {}
            self._meter.name = "userinfo"
            assert self._rp.userinfo(tokens["access_token"]).status_code == 200
            self._meter.name = "client_credentials"
            assert self._rp.post("/token", {"grant_type": "client_credentials"}).status_code == 200
        self._meter.name = ""

    def _cost(self, name: str) -> float:
        return self._meter.processor(name) + self._meter.database(name)


def marks(databases: Databases, directory: Path, sign_ins: int) -> Iterator[Mark]:
    """Copy real sign-ins until there were so many, purging each day; yield what is there at the marks."""
    with databases.fresh(migrate) as large_url, databases.fresh(migrate) as fresh_url:
        large, fresh = Side(large_url, directory / "large"), Side(fresh_url, directory / "fresh")
        generator, purge_seconds = Generator(large.engine, large.before), 0.0
        looks, times = {round(DAYS * mark) for mark in MARKS}, max(1, sign_ins // DAYS // PEOPLE)
        began = large.harness.clock.now()
        for day in range(1, DAYS + 1):
            large.harness.clock.advance(began + day * DAY - large.harness.clock.now())
            generator.copy(times, day * DAY)
            started = time.perf_counter()
            purging.purge(large.harness.services.database, large.harness.settings)
            purge_seconds = time.perf_counter() - started
            if day in looks:
                with large.engine.connect() as connection:
                    rows = count_rows(connection)
                yield Mark(day * times * PEOPLE, rows, purge_seconds, _ratios(large, fresh))
        large.harness.close()
        fresh.harness.close()


def _ratios(large: Side, fresh: Side) -> dict[str, float]:
    large.costs(), fresh.costs()
    pairs = [(large.costs(), fresh.costs()) for _ in range(ROUNDS)]
    return {name: median(one[name] / other[name] for one, other in pairs) for name in pairs[0][0]}


def print_million(name: str, databases: Databases, directory: Path, sign_ins: int) -> bool:
    """Print what is there at each mark; whether rows and costs stay the same."""
    purging.PAUSE = 0  # between its batches: nobody else waits here
    print(f"\n{name}, {sign_ins:,} sign-ins in {DAYS} days; audit events are kept for {AUDIT_DAYS} days")
    found = []
    for mark in marks(databases, directory, sign_ins):
        found.append(mark)
        costs = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in mark.ratios.items())
        print(
            f"  after {mark.sign_ins:,}: a day's purge {mark.purge:.1f} s; cost, of a fresh one's: {costs}", flush=True
        )
    return _print_rows(found)


def _print_rows(found: list[Mark]) -> bool:
    half, end = found[-3].rows, found[-1].rows
    for table in sorted(end, key=lambda each: -end[each]):
        if end[table] > PEOPLE:
            print(f"  {table:20}" + "".join(f"{mark.rows[table]:10,}" for mark in found))
    grown = [table for table in end if end[table] > max(half[table] * MOST_ROWS, half[table] + PEOPLE * 2)]
    dearest = max(found[-1].ratios.values())
    reached = not grown and dearest <= MOST_COST
    verdict = f"dearest {dearest:.2f}, bar {MOST_COST}: {'reached' if reached else 'MISSED'}"
    print(f"  grown since the half: {', '.join(grown) or 'none'}; {verdict}", flush=True)
    return reached
